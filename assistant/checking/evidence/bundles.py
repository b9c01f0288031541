"""Evidence to take away: one JSON file that proves its quotes without the library.

A bundle holds the answer or report, a W3C Web Annotation for every quote (text-quote and text-position
selectors on the article's text), the source text they select from, and digests. It has one layout
only (:func:`lay_out`), so that a changed byte anywhere shows, and is named by its place in the file.
Digests tell a damaged or careless copy from a true one; they do not say who made it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.checking.evidence.layout import digest_of, escaped, lay_out, scalar
from assistant.errors import BundleError, UsageError
from assistant.library import Library
from assistant.output.json import answer_to_json, claim_report_to_json, quote_report_to_json
from assistant.types import (
    Answer,
    Article,
    BundleKind,
    BundleProblem,
    BundleReport,
    Citation,
    ClaimReport,
    QuoteReport,
    Span,
)

BUNDLE_SCHEMA = "pullquote/bundle/1"
ANNOTATION_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
WHOLE_TEXT_CHARS = 20_000
"""Articles up to this length travel whole; of longer ones the cited paragraphs do."""
BLOCK_CHARS = 64
"""Source text is digested in blocks of this many code points, so that a change is narrowed down."""
MAX_BYTES = 16_000_000
MAX_VALUES = 500_000
"""JSON values in a file; ten times what a large bundle holds."""
MAX_PARTS = 1_000
"""Sources, annotations, or excerpts of one source: each is laid beside others."""


def bundle_of(result: Answer | ClaimReport | QuoteReport, library: Library) -> dict[str, Any]:
    """The bundle of a result, as JSON values."""
    kind, form, citations = _parts(result)
    articles = {c.article_id: library.article(c.article_id) for c in citations}
    sources = [
        _source(article, [c for c in citations if c.article_id == article.id])
        for article in articles.values()
    ]
    order = list(articles)
    bundle: dict[str, Any] = {
        "schema": BUNDLE_SCHEMA,
        "kind": kind.value,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "tool": {"name": "pullquote", "version": _version()},
        "library": {
            "generation": library.generation,
            "model": library.model_id,
            **library.counts(),
        },
        "result": form,
        "annotations": [
            _annotation(number, citation, source=order.index(citation.article_id))
            for number, citation in enumerate(citations, 1)
        ],
        "sources": sources,
    }
    bundle["digests"] = {path: digest_of(value) for path, value in _digested(bundle)}
    bundle["checksum"] = digest_of(bundle)
    return bundle


def write_bundle(
    path: Path, result: Answer | ClaimReport | QuoteReport, library: Library
) -> tuple[Path, ...]:
    """Write a bundle, and its readable report as Markdown and HTML beside it, into new files.

    Returns:
        The files written, the bundle first.

    Raises:
        UsageError: One of the three files exists; nothing is written.
        BundleError: They cannot be written.
    """
    from assistant.output.evidence import html_report, markdown_report

    markdown, page = path.with_suffix(".md"), path.with_suffix(".html")
    if path in (markdown, page):
        raise BundleError(f"{path} cannot be a bundle: give it a name that ends in .json")
    for file in (path, markdown, page):
        if os.path.lexists(file):
            raise UsageError(f"{file} exists: name a new bundle, its reports are written beside it")
    bundle = bundle_of(result, library)
    return write_files(
        {
            path: lay_out(bundle)[0],
            markdown: markdown_report(bundle).encode("utf-8", "backslashreplace"),
            page: html_report(bundle).encode("utf-8", "backslashreplace"),
        }
    )


def write_files(files: Mapping[Path, bytes]) -> tuple[Path, ...]:
    """Write new files, each whole or not at all; gives their paths.

    Raises:
        UsageError: One of them exists; nothing is written.
        BundleError: One cannot be written.
    """
    for target in files:
        if os.path.lexists(target):
            raise UsageError(f"{target} exists: name a new file")
    for target, content in files.items():
        temporary = target.with_name(f".{target.name}.tmp")
        try:
            temporary.unlink(missing_ok=True)
            # What was asked, and of what, is for this user's eyes only.
            temporary.touch(mode=0o600)
            temporary.write_bytes(content)
            os.replace(temporary, target)
        except (OSError, ValueError) as error:  # a name may be none at all
            with contextlib.suppress(OSError, ValueError):
                temporary.unlink(missing_ok=True)
            reason = getattr(error, "strerror", None) or error
            raise BundleError(
                f"{target} cannot be written ({reason}): choose another place"
            ) from error
    return tuple(files)


def verify_bundle(path: Path) -> BundleReport:
    """Check a bundle without the library.

    Every quote must stand at its offsets in the source text that the bundle holds, every digest must
    be right, and every byte must be where the one layout puts it.

    Raises:
        BundleError: The file cannot be read, or is no bundle at all.
    """
    from assistant.sources.reading import files_only

    try:
        with open(path, "rb", opener=files_only) as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BundleError(f"{path} cannot be read ({error.strerror})") from error
    if len(content) > MAX_BYTES:
        raise BundleError(f"{path} is larger than {MAX_BYTES // 10**6} MB: not a bundle")
    return check_bundle(content, name=str(path))


def check_bundle(content: bytes, *, name: str = "bundle") -> BundleReport:
    """:func:`verify_bundle` on the file's bytes.

    Raises:
        BundleError: It is no bundle at all.
    """
    try:
        return _checked(content, name)
    except RecursionError as error:
        raise BundleError(f"{name} is nested too deeply: not a bundle") from error


def _checked(content: bytes, name: str) -> BundleReport:
    try:
        text = content.decode("utf-8")
        if text.count(",") > MAX_VALUES:
            raise BundleError(f"{name} holds more than {MAX_VALUES:,} values: not a bundle")
        bundle = json.loads(text)
    except UnicodeDecodeError as error:
        problem = BundleProblem("", "not UTF-8 any more", error.start, error.end)
        return BundleReport(name, (problem,))
    except json.JSONDecodeError as error:
        at = len(text[: error.pos].encode("utf-8"))
        problem = BundleProblem("", f"not JSON any more: {error.msg}", at, at + 1)
        return BundleReport(name, (problem,))
    except ValueError as error:
        raise BundleError(f"{name} holds a number of too many digits: not a bundle") from error
    if not isinstance(bundle, dict) or not {"schema", "digests", "checksum"} & set(bundle):
        raise BundleError(f"{name} is not an evidence bundle: it has no digests")
    for part in ("annotations", "sources"):
        if not isinstance(bundle.get(part), list | None):
            raise BundleError(f"{name} is not an evidence bundle: its {part} are no list")
    sources = bundle.get("sources") or []
    excerpts = [s.get("excerpts") for s in sources if isinstance(s, dict)]
    longest = max(
        len(p) for p in (sources, bundle.get("annotations") or [], *excerpts) if isinstance(p, list)
    )
    if longest > MAX_PARTS:
        raise BundleError(
            f"{name} has a list of {longest:,} sources, quotes or excerpts, more than the {MAX_PARTS:,} "
            "of any bundle: not a bundle"
        )
    try:
        expected, places = lay_out(bundle)
    except (UnicodeEncodeError, ValueError) as error:
        problem = BundleProblem("", f"holds what no bundle holds: {error}", 0, len(content))
        return BundleReport(name, (problem,))
    problems = list(_problems(bundle, places))
    if expected != content and not problems:
        at = next(
            (i for i, (a, b) in enumerate(zip(expected, content, strict=False)) if a != b),
            min(len(expected), len(content)),
        )
        problems.append(BundleProblem("", "the layout was changed", at, at + 1))
    return _report(name, bundle, problems)


def _report(
    name: str, bundle: Mapping[str, Any], problems: Sequence[BundleProblem]
) -> BundleReport:
    kind = bundle.get("kind")
    result = bundle.get("result")
    subject = None
    if isinstance(result, dict):
        subject = next((result[k] for k in ("question", "claim", "quote") if k in result), None)
    tool = bundle.get("tool")
    counts = [
        len(bundle[key]) if isinstance(bundle.get(key), list) else 0
        for key in ("annotations", "sources")
    ]
    return BundleReport(
        path=name,
        problems=tuple(problems),
        kind=BundleKind(kind) if kind in list(BundleKind) else None,
        created=_text_or_none(bundle.get("created")),
        tool=f"{tool.get('name')} {tool.get('version')}" if isinstance(tool, dict) else None,
        subject=_text_or_none(subject),
        quote_count=counts[0],
        source_count=counts[1],
    )


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


# Parts of a bundle


def _parts(
    result: Answer | ClaimReport | QuoteReport,
) -> tuple[BundleKind, dict[str, Any], list[Citation]]:
    citations: list[Citation]
    if isinstance(result, Answer):
        return BundleKind.ANSWER, answer_to_json(result), list(result.citations)
    if isinstance(result, ClaimReport):
        citations = [item.citation for item in result.evidence]
        return BundleKind.CLAIM, claim_report_to_json(result), citations
    citations = [c for match in result.matches for c in match.citations]
    return BundleKind.QUOTE, quote_report_to_json(result), citations


def _annotation(number: int, citation: Citation, *, source: int) -> dict[str, Any]:
    return {
        "@context": ANNOTATION_CONTEXT,
        "id": f"#citation-{number}",
        "type": "Annotation",
        "motivation": "identifying",
        "target": {
            "source": citation.url or f"urn:pullquote:article:{citation.article_id}",
            "state": {"type": "State", "contentHash": citation.content_hash, "held": source},
            "selector": [
                {
                    "type": "TextQuoteSelector",
                    "exact": citation.quote,
                    "prefix": citation.prefix,
                    "suffix": citation.suffix,
                },
                {"type": "TextPositionSelector", "start": citation.start, "end": citation.end},
            ],
        },
    }


def _source(article: Article, citations: Sequence[Citation]) -> dict[str, Any]:
    spans = [Span(0, len(article.text))]
    if len(article.text) > WHOLE_TEXT_CHARS:
        cited = sorted({article.paragraph_at(c.start) for c in citations})
        spans = [Span(article.paragraphs[i].start, article.paragraphs[i].end) for i in cited]
    return {
        "article_id": article.id,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "published": article.published,
        "language": article.language,
        "content_hash": article.content_hash,
        "length": len(article.text),
        "excerpts": [
            {
                "start": span.start,
                "end": span.end,
                "text": article.text[span.start : span.end],
                "blocks": _blocks(article.text[span.start : span.end]),
            }
            for span in spans
        ],
    }


def _blocks(text: str) -> list[str]:
    return [
        hashlib.sha256(text[at : at + BLOCK_CHARS].encode("utf-8", "surrogatepass")).hexdigest()[:8]
        for at in range(0, len(text), BLOCK_CHARS)
    ]


def _version() -> str:
    from assistant.version import __version__

    return __version__


# Digests


def _digested(bundle: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The parts that have a digest of their own."""
    for name in ("schema", "kind", "created", "tool", "library", "result"):
        yield f"/{name}", bundle.get(name)
    for name in ("annotations", "sources"):
        for at, value in enumerate(bundle.get(name) or ()):
            yield f"/{name}/{at}", value


# Checking


def _problems(
    bundle: Mapping[str, Any], places: Mapping[str, tuple[int, int]]
) -> Iterator[BundleProblem]:
    def problem(where: str, message: str, inside: tuple[int, int] | None = None) -> BundleProblem:
        start, end = inside or places.get(where, (0, places[""][1]))
        return BundleProblem(where, message, start, end)

    found: list[BundleProblem] = []
    sources = bundle.get("sources")
    try:
        found += _source_problems(bundle, places)
        found += [problem(*found_one) for found_one in _annotation_problems(bundle)]
        found += [problem(*found_one) for found_one in _result_problems(bundle)]
    except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
        found.append(problem("/sources" if sources is None else "", f"a part is missing: {error}"))
    yield from found
    digests = bundle.get("digests")
    known = digests if isinstance(digests, dict) else {}
    told = {above for item in found for above in _with_those_above(item.where)}
    expected = dict(_digested(bundle))
    for path, value in expected.items():
        if path not in told and known.get(path) != digest_of(value):
            yield problem(path, "it does not match its digest")
            told.add(path)
    if set(known) - set(expected) and not told:
        yield problem("/digests", "there are digests of parts that are not there")
        told.add("/digests")
    rest = {name: value for name, value in bundle.items() if name != "checksum"}
    if bundle.get("checksum") != digest_of(rest) and not told:
        yield problem("/checksum", "the checksum does not match the bundle")


def _with_those_above(path: str) -> list[str]:
    """A value's path and those of the values that it is in.

    >>> _with_those_above("/sources/0")
    ['/sources', '/sources/0']
    """
    names = path.split("/")
    return ["/".join(names[:end]) for end in range(2, len(names) + 1)] or [path]


def _source_problems(
    bundle: Mapping[str, Any], places: Mapping[str, tuple[int, int]]
) -> Iterator[BundleProblem]:
    for number, source in enumerate(bundle["sources"]):
        for at, excerpt in enumerate(source["excerpts"]):
            where = f"/sources/{number}/excerpts/{at}"
            text = excerpt["text"]
            start = places[f"{where}/text"][0]
            if len(text) != excerpt["end"] - excerpt["start"]:
                yield BundleProblem(where, "its length is not that of its offsets", *places[where])
            before, size = 1, 0  # bytes of the value up to the block, the quotation mark included
            for block, (given, true) in enumerate(
                zip(excerpt["blocks"], _blocks(text), strict=False)
            ):
                low, high = block * BLOCK_CHARS, min(len(text), (block + 1) * BLOCK_CHARS)
                before += size
                size = len(scalar(text[low:high])) - 2
                if given == true:
                    continue
                inside = (start + before, start + before + size)
                first = excerpt["start"] + low
                yield BundleProblem(
                    f"{where}/text",
                    f"the source text was changed between characters {first} and "
                    f"{first + high - low}",
                    *inside,
                )
            whole = excerpt["start"] == 0 and excerpt["end"] == source["length"]
            if whole and source["content_hash"] != _content_hash(text):
                yield BundleProblem(
                    f"/sources/{number}/content_hash",
                    "the article's text does not match its hash",
                    *places[f"/sources/{number}/content_hash"],
                )


def _content_hash(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _annotation_problems(bundle: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for number, annotation in enumerate(bundle["annotations"]):
        where = f"/annotations/{number}/target"
        target = annotation["target"]
        quote, position = target["selector"]
        source = bundle["sources"][target["state"]["held"]]
        if target["state"]["contentHash"] != source["content_hash"]:
            yield f"{where}/state/contentHash", "it is not the hash of the source"
        start, end = position["start"], position["end"]
        held = next((e for e in source["excerpts"] if e["start"] <= start <= end <= e["end"]), None)
        if held is None:
            yield f"{where}/selector/1", f"no source text is held at {start}–{end}"
            continue
        text, low = held["text"], held["start"]
        if text[start - low : end - low] != quote["exact"]:
            yield (
                f"{where}/selector",
                f"the quote is not what stands at {start}–{end} of its source",
            )
            continue
        if not text[: start - low].endswith(quote["prefix"]):
            yield f"{where}/selector/0/prefix", "it is not what stands before the quote"
        if not text[end - low :].startswith(quote["suffix"]):
            yield f"{where}/selector/0/suffix", "it is not what stands after the quote"


def _result_problems(bundle: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The citations of the result must be the ones that were annotated."""
    cited = list(_citations_in(bundle["result"], "/result"))
    annotated = bundle["annotations"]
    if len(cited) != len(annotated):
        yield "/annotations", f"{len(annotated)} annotations for {len(cited)} citations"
        return
    for (where, citation), annotation in zip(cited, annotated, strict=True):
        quote, position = annotation["target"]["selector"]
        for name, other in (
            ("quote", quote["exact"]),
            ("start", position["start"]),
            ("end", position["end"]),
        ):
            if citation[name] != other:
                yield f"{where}/{name}", "it is not what its annotation says"


def _citations_in(value: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Citations in the order of :func:`_parts`."""
    if isinstance(value, dict):
        if "quote" in value and "sentence_start" in value:
            yield path, value
            return
        for name, item in value.items():
            if name not in ("candidates", "passages", "nearest", "related"):
                yield from _citations_in(item, f"{path}/{escaped(name)}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _citations_in(item, f"{path}/{at}")
