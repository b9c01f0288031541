"""Small documents in binary formats, built byte by byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

Line = tuple[float, float, float, str]
"""x, y (from the bottom) and font size in points, and the text."""


def pdf(pages: Sequence[Sequence[Line]], *, info: str = "", to_unicode: str | None = None) -> bytes:
    """Build a PDF of lines in Helvetica; ``to_unicode`` maps its single bytes to other characters."""
    objects: list[bytes] = []

    def add(body: str | bytes) -> int:
        objects.append(body.encode("latin-1") if isinstance(body, str) else body)
        return len(objects)

    catalogue, tree = add(""), add("")
    extra = ""
    if to_unicode is not None:
        number = add(f"<</Length {len(to_unicode)}>>stream\n{to_unicode}\nendstream")
        extra = f"/ToUnicode {number} 0 R"
    font = add(f"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding{extra}>>")
    kids = []
    for lines in pages:
        parts = []
        for x, y, size, text in lines:
            escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            parts.append(f"BT /F1 {size} Tf {x} {y} Td ({escaped}) Tj ET")
        stream = "\n".join(parts).encode("cp1252")
        content = add(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
        kids.append(
            add(
                f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 600 800]/Contents {content} 0 R"
                f"/Resources<</Font<</F1 {font} 0 R>>>>>>"
            )
        )
    objects[catalogue - 1] = f"<</Type/Catalog/Pages {tree} 0 R>>".encode()
    kid_list = " ".join(f"{kid} 0 R" for kid in kids)
    objects[tree - 1] = f"<</Type/Pages/Count {len(kids)}/Kids[{kid_list}]>>".encode()
    info_number = add(f"<<{info}>>")
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(
        f"trailer<</Size {len(objects) + 1}/Root {catalogue} 0 R/Info {info_number} 0 R>>\n"
        f"startxref\n{start}\n%%EOF\n".encode()
    )
    return out.getvalue()


def column(x: float, top: float, lines: Sequence[str], *, size: float = 10) -> list[Line]:
    """Lines set one below the other."""
    return [(x, top - 1.2 * size * i, size, text) for i, text in enumerate(lines)]


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def docx(
    body: str, *, styles: str = "", core: str = "", parts: Mapping[str, str] | None = None
) -> bytes:
    """Build a Word document of the given body XML; ``parts`` come as they are, by their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f"<w:document {W} {M} {MC}><w:body>{body}</w:body></w:document>"
        )
        for name, part in (parts or {}).items():
            archive.writestr(name, part)
        if styles:
            archive.writestr("word/styles.xml", f"<w:styles {W}>{styles}</w:styles>")
        if core:
            archive.writestr(
                "docProps/core.xml",
                '<c:coreProperties xmlns:c="http://schemas.openxmlformats.org/package/2006/metadata/'
                'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'
                f' xmlns:dcterms="http://purl.org/dc/terms/">{core}</c:coreProperties>',
            )
    return out.getvalue()


def paragraph(text: str, *, style: str | None = None) -> str:
    """One paragraph of a Word document."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"
