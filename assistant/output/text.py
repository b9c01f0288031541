"""What people read in a terminal: lines of styled pieces, coloured or plain.

Pieces are data, so that the same lines go to a colour terminal through rich and to a pipe as they are.
Every text that comes from an article is made harmless before it becomes a piece.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TextIO

from assistant.output.sanitise import for_display
from assistant.types import (
    Answer,
    Article,
    ArticleSummary,
    Brief,
    Citation,
    Hit,
    IngestFailure,
    IngestReport,
    Paragraph,
    RelatedArticle,
    Says,
    Span,
    Tier,
    UnanswerableReason,
)

Piece = tuple[str, str]
"""A text and its rich style, empty for none."""
Line = Sequence[Piece]

QUOTE_STYLE = "bold underline"
"""Not by colour alone: it must show without colours and to everyone."""
BAR_WIDTH = 10
MAX_CANDIDATES_SHOWN = 3
"""Of a possible answer."""
MAX_NAMED = 3

_REASONS = {
    UnanswerableReason.EMPTY_LIBRARY: "the library is empty; add articles with `pullquote add`",
    UnanswerableReason.NO_QUESTION: "ask about what the articles tell; I only quote them",
    UnanswerableReason.NOTHING_RELEVANT: "nothing in the library is about this",
    UnanswerableReason.NO_SPAN: "some passages are about this, but none of them answers it",
    UnanswerableReason.LOW_CONFIDENCE: "there is a possible answer, but it is too uncertain to give",
}


def confidence_words(confidence: float) -> str:
    """A probability in words.

    >>> confidence_words(0.95), confidence_words(0.3)
    ('very likely', 'uncertain')
    """
    if confidence >= 0.9:
        return "very likely"
    if confidence >= 0.7:
        return "likely"
    if confidence >= 0.5:
        return "more likely than not"
    return "uncertain"


def confidence_bar(confidence: float, *, width: int = BAR_WIDTH) -> str:
    """A bar of ``width`` characters.

    >>> confidence_bar(0.5)
    '█████░░░░░'
    """
    filled = round(max(0.0, min(1.0, confidence)) * width)
    return "█" * filled + "░" * (width - filled)


def reason_words(reason: UnanswerableReason | None) -> str:
    """Why there is no answer, for people."""
    return _REASONS[reason] if reason is not None else "no reason given"


def led(says: Says | None) -> str:
    """What leads a sentence that settles a question for yes or no.

    >>> led(Says.NO), led(None)
    ('No: ', '')
    """
    return f"{says.value.title()}: " if says is not None else ""


def unsure(says: Says | None) -> str:
    """What leads a possible answer.

    >>> unsure(None), unsure(Says.YES)
    ('Not sure: ', 'Not sure, perhaps yes: ')
    """
    return f"Not sure, perhaps {says.value}: " if says is not None else "Not sure: "


def missing_words(answer: Answer) -> str:
    """Why there is no answer, by what the nearest passages lack, for people."""
    found = answer.missing
    if found is None:
        return reason_words(answer.reason)
    there = _named(found.present, "and")
    if found.absent:
        told = f"nothing in the library mentions {_named(found.absent, 'or')}"
        return f"{told}; {there} is there" if there else told
    if answer.reason is not UnanswerableReason.NO_SPAN:
        return reason_words(answer.reason)
    lacking = _named(found.words, "or")
    if lacking:
        told = f"no passage found has {lacking}"
    elif found.asked:
        told = f"no passage found says {_one_line(found.asked).lower()}"
    else:
        return reason_words(answer.reason)
    return f"{there} is there, but {told}" if there else f"{told}, though some are about this"


def _named(words: Sequence[str], last: str) -> str:
    shown = [f"“{_one_line(word)}”" for word in words[:MAX_NAMED]]
    return f" {last} ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def answer_lines(answer: Answer) -> list[Line]:
    """An answer with its citations, or why there is none."""
    lines: list[Line] = []
    if answer.asked_as:
        lines.append([("asked as: ", "dim"), (for_display(answer.asked_as), "italic dim")])
    if answer.brief is not None:
        lines += brief_lines(answer.brief)
    elif answer.tier is Tier.POSSIBLE:
        return lines + _possible_lines(answer)
    elif not answer.answers:
        return lines + _declined_lines(answer)
    if answer.says is Says.DISPUTED:
        lines.append([("Disputed", "bold yellow")])
    number = 1
    for position, group in enumerate(answer.answers):
        if position:
            label = led(group.says) or ("Also: " if answer.asks_several else "Also said: ")
            lines += [[], [(label, "dim"), (_one_line(group.text), "bold")]]
        else:
            lines.append([(f"{led(group.says)}{_one_line(group.text)}", "bold green")])
            lines.append(_confidence_line(group.confidence, group.source_count))
        for citation in group.citations:
            shown = citation_lines(citation, number=number)
            is_shown = group.says is not None and citation.sentence == group.text
            lines += shown[1:] if is_shown else [[], *shown]
            number += 1
    if answer.related:
        lines += [[], [("Related:", "dim")]]
        lines += [_related_line(item) for item in answer.related]
    return lines


def brief_lines(brief: Brief) -> list[Line]:
    """The sentences of a brief, under their subjects where there are two."""
    if not brief.citations:
        return [[("Nothing in the library is about this.", "yellow")]]
    lines: list[Line] = []
    number = 1
    for side in brief.sides:
        if len(brief.sides) > 1:
            told = "" if side.sentences else ": nothing in the library is about this"
            lines += [[], [(_one_line(side.subject), "bold green"), (told, "yellow")]]
        for sentence in side.sentences:
            citation = sentence.citation
            opening, closing = quote_marks(citation.quote)
            # Its own day; the article's is told with where it stands.
            day = (sentence.date or "").lstrip("-") if sentence.date != citation.published else ""
            lines += [
                [],
                [(f"{opening}{_one_line(citation.quote)}{closing}", "")],
                [
                    (f"[{number}] ", "bold cyan"),
                    (" · ".join(filter(None, (day, where(citation)))), "cyan"),
                ],
            ]
            if citation.speaker:
                lines.append(_speaker_line(citation.speaker))
            number += 1
    return lines[1:]


_MARKS = frozenset('"“”„«»')


def _confidence_line(confidence: float, source_count: int = 1) -> Line:
    sources = f" · {source_count} sources" if source_count > 1 else ""
    percent = f"{confidence:.0%}"
    return [
        (f"{confidence_bar(confidence)} ", "green"),
        (f"{confidence_words(confidence)} ({percent}){sources}", "dim"),
    ]


def _possible_lines(answer: Answer) -> list[Line]:
    """The best candidate with its sentence, then what else it may be."""
    best, *others = answer.candidates[:MAX_CANDIDATES_SHOWN]
    lines: list[Line] = [
        [(unsure(best.says), "bold yellow"), (_one_line(best.text), "")],
        _confidence_line(best.probability),
        [],
        *citation_lines(best.citation, number=1),
    ]
    if others:
        lines += [[], [("It may also be:", "dim")]]
    for number, candidate in enumerate(others, 2):
        lines.append(
            [
                (f"[{number}] ", "bold cyan"),
                (_one_line(candidate.text), ""),
                (f" ({candidate.probability:.0%}) · {where(candidate.citation)}", "dim"),
            ]
        )
    return lines


def _declined_lines(answer: Answer) -> list[Line]:
    """Why there is no answer, and the nearest passages with the sentence that comes closest marked."""
    lines: list[Line] = [
        [("The articles don't say", "bold yellow"), (f": {missing_words(answer)}.", "")]
    ]
    if answer.nearest:
        lines += [[], [("Nearest passages:", "dim")]]
    for citation in answer.nearest:
        hit = answer.passages[citation.hit_index]
        lines += _hit_lines(hit, number=None, marked=Span(citation.start, citation.end))
    return lines


def quote_marks(text: str) -> tuple[str, str]:
    """Marks to put around quoted words; none where they open or close with marks of their own.

    >>> quote_marks("We agree."), quote_marks("“We agree,” she said.")
    (('“', '”'), ('', ''))
    """
    has_own = text.strip()[:1] in _MARKS or text.strip()[-1:] in _MARKS
    return ("", "") if has_own else ("“", "”")


def citation_lines(citation: Citation, *, number: int) -> list[Line]:
    """The sentence with the quote marked, and the line that says where it stands."""
    before = citation.sentence[: citation.start - citation.sentence_start]
    after = citation.sentence[citation.end - citation.sentence_start :]
    opening, closing = quote_marks(citation.sentence)
    lines: list[Line] = [
        [
            (opening, "dim"),
            (_one_line(before), ""),
            (_one_line(citation.quote), QUOTE_STYLE),
            (_one_line(after), ""),
            (closing, "dim"),
        ],
        [(f"[{number}] ", "bold cyan"), (where(citation), "cyan")],
    ]
    if citation.speaker:
        lines.append(_speaker_line(citation.speaker))
    return lines


def _speaker_line(speaker: str) -> Line:
    return [("    according to ", "dim"), (for_display(speaker), "dim")]


def where(citation: Citation) -> str:
    """Title, section, paragraph, date and source of a citation, in one line.

    Paragraphs are counted from 1.
    """
    parts = [
        _one_line(citation.title),
        citation.section.value,
        f"paragraph {citation.paragraph + 1}",
    ]
    parts += [for_display(value) for value in (citation.published, citation.url) if value]
    if not citation.url and citation.source:
        parts.append(for_display(citation.source.rsplit("/", 1)[-1]))
    return " · ".join(parts)


def _related_line(item: RelatedArticle) -> Line:
    return [("  ", ""), (_one_line(item.title), ""), (f" ({item.why.value})", "dim")]


def related_lines(items: Sequence[RelatedArticle]) -> list[Line]:
    """Related articles with their ids."""
    if not items:
        return [[("No related articles.", "dim")]]
    return [
        [
            (item.article_id, "cyan"),
            ("  ", ""),
            (_one_line(item.title), ""),
            (f" ({item.why.value})", "dim"),
        ]
        for item in items
    ]


def hits_lines(hits: Sequence[Hit]) -> list[Line]:
    """Ranked passages."""
    if not hits:
        return [[("Nothing found.", "yellow")]]
    lines: list[Line] = []
    for number, hit in enumerate(hits, 1):
        lines += _hit_lines(hit, number=number)
    return lines


def _hit_lines(hit: Hit, *, number: int | None, marked: Span = Span(0, 0)) -> list[Line]:  # noqa: B008 - frozen
    """Where a passage stands, and what it says, a part of its article's text marked."""
    passage = hit.passage
    start, end = (
        min(max(0, at - passage.start), len(passage.text)) for at in (marked.start, marked.end)
    )
    head = f"{number}. " if number is not None else "· "
    return [
        [
            (head, "bold cyan"),
            (_one_line(passage.title), "cyan"),
            (f" · {passage.section.value} · paragraph {passage.paragraph + 1}", "dim"),
        ],
        [
            ("   ", ""),
            (_one_line(passage.text[:start]), ""),
            (_one_line(passage.text[start:end]), QUOTE_STYLE),
            (_one_line(passage.text[end:]), ""),
        ],
    ]


def article_lines(article: Article) -> list[Line]:
    """A whole article, paragraphs numbered and labelled."""
    lines: list[Line] = [[(_one_line(article.title), "bold")]]
    facts = [article.site, article.author, article.published, article.language, article.url]
    shown = " · ".join(for_display(fact) for fact in facts if fact)
    if shown:
        lines.append([(shown, "dim")])
    for position, paragraph in enumerate(article.paragraphs):
        lines += [
            [],
            [(paragraph_label(position, paragraph), "dim")],
            [(for_display(article.paragraph_text(position)), "")],
        ]
    return lines


def paragraph_label(position: int, paragraph: Paragraph) -> str:
    """Number and section of a paragraph, for people."""
    label = f"{position + 1} {paragraph.section.value}"
    if paragraph.page is not None:
        label += f", page {paragraph.page}"
    return label + (" (AI-generated image, never evidence)" if paragraph.ai_generated else "")


def summaries_lines(
    summaries: Sequence[ArticleSummary], *, matching: str | None = None
) -> list[Line]:
    """A list of articles.

    Args:
        summaries: The articles.
        matching: What they were chosen by, where there are others.
    """
    if not summaries and matching:
        return [[(f"No article matches “{_one_line(matching)}”.", "yellow")]]
    if not summaries:
        return [[("The library is empty; add articles with `pullquote add`.", "yellow")]]
    lines: list[Line] = []
    for summary in summaries:
        facts = [summary.published, summary.language, summary.site]
        shown = " · ".join(for_display(fact) for fact in facts if fact)
        lines.append(
            [
                (summary.id, "cyan"),
                ("  ", ""),
                (_one_line(summary.title), ""),
                (f"  {shown}", "dim"),
            ]
        )
    return lines


def report_lines(report: IngestReport) -> list[Line]:
    """What an ``add`` did, failures last."""
    counts = {
        "added": len(report.added),
        "updated": len(report.updated),
        "unchanged": len(report.unchanged),
        "failed": len(report.failures),
    }
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    lines: list[Line] = [
        [(told or "nothing to add", "bold"), (f" in {report.elapsed_s:.1f} s", "dim")]
    ]
    if report.duplicates:
        lines.append([(f"{len(report.duplicates)} near-copies of articles that were there", "dim")])
    if report.vanished:
        lines.append(
            [
                ("no longer in their source, kept until removed: ", "yellow"),
                (" ".join(report.vanished), ""),
            ]
        )
    if report.samples_removed:
        count = len(report.samples_removed)
        told = f"the {count} sample articles have left the library (`--keep-samples` keeps them)"
        lines.append([(told, "dim")])
    lines += [_failure_line(failure) for failure in report.failures]
    return lines


def warning_lines(report: IngestReport) -> list[Line]:
    """Which of the articles added may not be whole, a line each."""
    return [
        [("not sure: ", "bold yellow"), (_of_source(warning.source, warning.message), "")]
        for warning in report.warnings
    ]


def _failure_line(failure: IngestFailure) -> Line:
    return [("failed: ", "bold red"), (_of_source(failure.source, failure.message), "")]


def _of_source(source: str, message: str) -> str:
    source, message = _one_line(source).strip(), _one_line(message)
    # Nearly all messages of failures begin with the source.
    return message if message.startswith(source) else f"{source}: {message}"


def _one_line(text: str) -> str:
    return for_display(text, keep_newlines=False)


def write_lines(lines: Iterable[Line], stream: TextIO) -> None:
    """Write lines: styled on a colour terminal, plain otherwise or under ``NO_COLOR``.

    Whatever is in them steers no terminal: ids, paths and problems may hold anything as well.
    """
    if not stream.isatty() or "NO_COLOR" in os.environ:
        for line in lines:
            stream.write("".join(for_display(text) for text, _ in line) + "\n")
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False)
    for line in lines:
        console.print(Text.assemble(*((for_display(text), style) for text, style in line)))
