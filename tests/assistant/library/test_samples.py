"""The sample articles belong to a library that was made by asking."""

from __future__ import annotations

from assistant.assistant import Assistant
from assistant.library import Library
from assistant.output.text import report_lines
from assistant.sources import SEEDS_PREFIX
from assistant.types import Article, Paragraph, Section
from tests.assistant.fakes import FirstWordsReader, HashEncoder


def article(name, source=None):
    text = f"The ferry {name} sank."
    return Article(
        name, name, text, (Paragraph(0, len(text), Section.BODY, "en"),), source or f"{name}.txt"
    )


def opened(folder, *, samples=("one", "two")):
    library = Library(folder, model_id=HashEncoder.id, dim=HashEncoder.dim)
    pq = Assistant(library, HashEncoder(), reader=FirstWordsReader())
    pq.add_articles([article(name, f"{SEEDS_PREFIX}{name}") for name in samples])
    return pq


def ids(pq):
    return sorted(summary.id for summary in pq.articles())


def test_samples_leave_with_a_word_when_the_first_own_article_comes(tmp_path):
    (tmp_path / "own.txt").write_text("The own ferry sank.", "utf-8")
    with opened(tmp_path / "library") as pq:
        report = pq.add([tmp_path / "own.txt"])
        assert report.samples_removed == ("one", "two")
        assert ids(pq) == list(report.added)
        assert pq.ask("What sank?").passages[0].passage.article_id == report.added[0]
    told = ["".join(text for text, _ in line) for line in report_lines(report)]
    assert "the 2 sample articles have left the library (`--keep-samples` keeps them)" in told


def test_samples_stay_where_they_are_kept(tmp_path):
    with opened(tmp_path) as pq:
        assert pq.add_articles([article("own")], keep_samples=True).samples_removed == ()
        assert pq.add_articles([article("other")]).samples_removed == ()
        assert ids(pq) == ["one", "other", "own", "two"]


def test_samples_stay_where_nothing_came(tmp_path):
    with opened(tmp_path / "library") as pq:
        report = pq.add([tmp_path / "nowhere.txt"])
        assert (len(report.failures), report.samples_removed) == (1, ())
        assert ids(pq) == ["one", "two"]


def test_a_library_that_add_makes_has_none(call, tmp_path):
    (tmp_path / "own.txt").write_text("The own ferry sank off Norwick.", "utf-8")
    library = tmp_path / "new"
    code, _, err = call("add", str(tmp_path / "own.txt"), library=library)
    assert (code, err) == (0, f"made a new library in {library}\n")
    with Assistant.open(library, read_only=True) as pq:
        assert pq.article_count() == 1
