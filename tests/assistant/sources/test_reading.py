"""Files, folders, stdin and gzip: nothing lost, nothing raised, bounded memory."""

from __future__ import annotations

import gzip
import io
import os
import tracemalloc
from pathlib import Path

import pytest

from assistant.errors import SourceError
from assistant.sources import parse, read
from assistant.sources.reading import MAX_BYTES
from assistant.types import Article, IngestFailure, article_id


def split(found: list[Article | IngestFailure]) -> tuple[list[Article], list[IngestFailure]]:
    return (
        [item for item in found if isinstance(item, Article)],
        [item for item in found if isinstance(item, IngestFailure)],
    )


def test_folder(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("Second.")
    (tmp_path / "a.txt").write_text("First.")
    (tmp_path / "empty").touch()
    (tmp_path / ".hidden").write_text("Hidden.")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.md").write_text("# Third\n\nText.")
    (tmp_path / "sub" / "back").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x").write_text("Hidden.")
    (tmp_path / "line\nbreak\x1b.txt").write_text("Named oddly.")
    (tmp_path / "line\nbreak\x1b").touch()
    os.mkfifo(tmp_path / "pipe")
    articles, failures = split(list(read(tmp_path)))
    assert [a.title for a in articles] == ["First", "Second", "Named oddly", "Third"]
    assert [f.source for f in failures] == [
        (tmp_path / "empty").as_posix(),
        (tmp_path / "line\nbreak\x1b").as_posix(),
    ]
    assert failures[1].message.endswith("/line break␛: empty; nothing to add")
    with pytest.raises(SourceError, match=r"^a b␛: empty"):
        parse(b"", location="a\nb\x1b")
    assert articles[0].source == (tmp_path / "a.txt").resolve().as_posix()
    assert articles[0].id == article_id(articles[0].source)


def test_same_file_by_another_name_has_the_same_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text("Text.")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    monkeypatch.chdir(tmp_path)
    ids = {item.id for name in ("a", "./a", "link") for item in split(list(read(name)))[0]}
    assert len(ids) == 1


def test_missing_source() -> None:
    (failure,) = read("no/such/file")
    assert failure == IngestFailure(
        "no/such/file", "no/such/file: no such file or folder; check the path"
    )


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for source in (tmp_path / "pipe", Path(os.devnull)):
        (failure,) = read(source)
        assert failure == IngestFailure(
            source.as_posix(),
            f"{source}: a pipe or device, not a file; its content may come in by -",
        )


def test_an_empty_name_is_not_the_folder_one_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("First.")
    monkeypatch.chdir(tmp_path)
    for name in ("", "  "):
        (failure,) = read(name)
        assert failure == IngestFailure(
            name, "an empty name; name a file, a folder or a web address"
        )
    assert [item.title for item in split(list(read(".")))[0]] == ["First"]


def test_unreadable_names_do_not_raise(tmp_path: Path) -> None:
    for name in ("x" * 5000, "nul\0byte", str(tmp_path / "a" / ".." / "b")):
        (failure,) = read(name)
        assert isinstance(failure, IngestFailure)


def test_stdin() -> None:
    (article,) = read("-", stdin=io.BytesIO(b"From a pipe."))
    assert isinstance(article, Article)
    assert article.source == "-"
    (failure,) = read("-")
    assert isinstance(failure, IngestFailure)


def test_base_url_is_the_id_of_a_page(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("Text.")
    (article,) = read(tmp_path / "a", base_url="https://example.org/a")
    assert isinstance(article, Article)
    assert article.id == article_id("https://example.org/a")


@pytest.mark.parametrize(
    "text", ["Packed.", '{"text": "Packed."}\n{"text": "More."}\n', "# Packed\n\nx."]
)
def test_gzip_of_any(text: str) -> None:
    plain = parse(text.encode(), location="x")
    assert parse(gzip.compress(text.encode()), location="x") == plain


@pytest.mark.parametrize(
    "data", [gzip.compress(b"text " * 99)[:-9], b"\x1f\x8b\x08", b"\x1f\x8b" + b"x" * 99]
)
def test_damaged_gzip(data: bytes) -> None:
    with pytest.raises(SourceError, match="damaged gzip data"):
        parse(data, location="x")


def test_more_paragraphs_than_any_article_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.sources.blocks.MAX_PARAGRAPHS", 3)
    assert len(parse(b"One.\n\nTwo.\n\nThree.", location="x")[0].paragraphs) == 3
    with pytest.raises(
        SourceError, match="x: 4 paragraphs in one article, the limit is 3; split it"
    ):
        parse(b"One.\n\nTwo.\n\nThree.\n\nFour.", location="x")


def test_gzip_bomb_is_refused_within_bounds() -> None:
    bomb = io.BytesIO()
    with gzip.GzipFile(fileobj=bomb, mode="wb", compresslevel=1) as packed:
        for _ in range(130):
            packed.write(b"words " * 100_000)
    tracemalloc.start()
    (failure,) = read("-", stdin=io.BytesIO(bomb.getvalue()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(failure, IngestFailure)
    assert "larger than the limit of 64 MiB" in failure.message
    assert peak < 2.2 * MAX_BYTES


def test_endless_line_is_skipped_and_the_rest_read() -> None:
    data = b'{"text": "One."}\n{"text": "' + b"x" * (17 << 20) + b'"}\n{"text": "Three."}\n'
    articles, failures = split(list(read("-", stdin=io.BytesIO(data))))
    assert [a.text for a in articles] == ["One.", "Three."]
    assert "line 2: longer than the limit" in failures[0].message


def test_lines_are_read_one_by_one() -> None:
    """The first article is there before the second line is."""
    sink, source = os.pipe()
    with os.fdopen(sink, "rb") as reading, os.fdopen(source, "wb", buffering=0) as writing:
        writing.write(b'{"text": "One."}\n{"te')
        articles = read("-", stdin=reading)
        first = next(articles)
        assert isinstance(first, Article)
        assert first.text == "One."
        writing.write(b'xt": "Two."}\n')
        writing.close()
        (second,) = articles
        assert isinstance(second, Article)
        assert second.text == "Two."


def test_a_name_that_is_no_text_is_stored_as_it_is_and_stops_nothing(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    for name, content in ((b"a\xe9.txt", b"First."), (b"b\xff.txt", b""), (b"c.txt", b"Third.")):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(content)
    articles, (failure,) = split(list(read(tmp_path)))
    assert [a.text for a in articles] == ["First.", "Third."]
    # A file: URI holds the name's bytes, and can be stored, sent and shown.
    assert articles[0].source == f"{tmp_path.as_uri()}/a%E9.txt"
    assert articles[1].source == (tmp_path / "c.txt").as_posix()
    assert failure.message == f"{tmp_path.as_uri()}/b%FF.txt: empty; nothing to add"
    (missing,) = read(os.fsdecode(b"no\xff"))
    assert isinstance(missing, IngestFailure)
    assert missing.source == "no⟦U+DCFF⟧"


def test_links_out_of_a_folder_are_told_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside" / "deep").mkdir(parents=True)
    (tmp_path / "outside" / "secret.txt").write_text("Secret.")
    (tmp_path / "outside" / "deep" / "secret.txt").write_text("Deeper.")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a.txt").write_text("Mine.")
    (inside / "again.txt").symlink_to("a.txt")
    (inside / "file.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    (inside / "folder").symlink_to(tmp_path / "outside")
    articles, failures = split(list(read(inside)))
    assert [a.text for a in articles] == ["Mine.", "Mine."]
    assert [f.message for f in failures] == [
        f"{inside / name}: a link out of {inside}; add what it leads to"
        for name in ("file.txt", "folder")
    ]
    # What is named is meant.
    assert [a.text for a in split(list(read(inside / "file.txt")))[0]] == ["Secret."]


@pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="there is no such system folder"
)
@pytest.mark.parametrize("source", ["/proc/self/environ", "/proc", "/sys"])
def test_the_systems_own_files_are_not_opened(source: str) -> None:
    (failure,) = read(source)
    assert isinstance(failure, IngestFailure)
    assert failure.message == f"{source}: the system's own, no file of anyone; leave it out"


def test_what_becomes_a_pipe_after_it_was_looked_at_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(os.path, "isfile", lambda path: True)
    (failure,) = read(tmp_path / "pipe")
    assert isinstance(failure, IngestFailure)
    assert failure.message.endswith("/pipe: not a file; skipped")
