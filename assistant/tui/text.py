"""What the chat says, as paragraphs: harmless, highlighted by offsets, right-to-left where it is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text
from textual.widgets.option_list import Option

from assistant.output.sanitise import for_display
from assistant.output.text import (
    Line,
    brief_lines,
    confidence_bar,
    confidence_words,
    led,
    missing_words,
    paragraph_label,
    quote_marks,
    unsure,
)
from assistant.tui.bidi import Bidi, is_rtl, lay_out
from assistant.tui.palette import Palette
from assistant.types import (
    Answer,
    AnswerGroup,
    Article,
    Citation,
    Hit,
    Says,
    Span,
    Tier,
    UnanswerableReason,
)

MAX_SENTENCE_CHARS = 360
"""Longer sentences are cut around their quote on a card; the source shows them whole."""
MAX_CITATIONS_SHOWN = 3
"""Per value on a card; the others are reached in the source."""
MAX_CANDIDATE_CHARS = 60
"""Of another candidate beside the one that is shown."""
INDENT = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One paragraph as it is drawn."""

    text: Text
    indent: int = 0
    """Cells that every line after the first is moved in."""
    is_right: bool = False
    """At the right edge, whatever its own direction."""


class Paragraphs:
    """Paragraphs wrapped to the width at hand, in visual order. A rich renderable."""

    def __init__(self, parts: Sequence[Part], *, bidi: Bidi) -> None:
        self.parts = list(parts)
        self.bidi = bidi

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lines for the width that rich gives."""
        for part in self.parts:
            yield from draw(part, options.max_width, bidi=self.bidi)


def draw(part: Part, width: int, *, bidi: Bidi) -> list[Text]:
    """The lines of one part."""
    if not part.text.plain:
        return [Text("")]
    lines: list[Text] = []
    for source_line in part.text.split("\n", allow_blank=True):
        if part.indent and not is_rtl(source_line.plain) and width > 4 * part.indent:
            drawn = lay_out(source_line, width - part.indent, bidi=bidi)
            lines += [
                line if not at else _pushed(line, part.indent) for at, line in enumerate(drawn)
            ]
        else:
            lines += lay_out(source_line, width, bidi=bidi)
    if part.is_right:
        lines = [_pushed(line, max(0, width - line.cell_len)) for line in lines]
    return lines


def _pushed(line: Text, cells: int) -> Text:
    line.pad_left(cells)
    return line


def as_option(label: str, *, bidi: Bidi, id: str | None = None) -> Option:  # noqa: A002 - Textual's name
    """A choice of a list, drawn in its own direction."""
    return Option(Paragraphs([Part(Text(one_line(label)))], bidi=bidi), id=id)


def one_line(text: str) -> str:
    """Article text as a single harmless line."""
    return for_display(text, keep_newlines=False)


def marked(text: str, base: int, spans: Sequence[tuple[Span, str]]) -> Text:
    """``text``, which starts at offset ``base`` of its article, with spans of it styled.

    Pieces are made harmless one by one, so that a character shown by its name moves no highlight.
    """
    cuts = {0, len(text)}
    for span, _ in spans:
        cuts |= {min(max(0, edge - base), len(text)) for edge in (span.start, span.end)}
    places = sorted(cuts)
    result = Text()
    for start, end in itertools.pairwise(places):
        style = " ".join(
            style for span, style in spans if span.start - base <= start and end <= span.end - base
        )
        result.append(for_display(text[start:end]), style=style or None)
    return result


def from_line(line: Line, palette: Palette) -> Text:
    """A line of :mod:`assistant.output.text` in the theme's colours."""
    return Text.assemble(*((text, palette.of(style)) for text, style in line))


def report_parts(lines: Sequence[Line], palette: Palette) -> list[Part]:
    """Lines as paragraphs, those that start with a number hanging from it."""
    texts = [from_line(line, palette) for line in lines]
    return [
        Part(text, INDENT if text.plain.startswith(("[", " " * INDENT)) else 0) for text in texts
    ]


# Answers


def citations_of(answer: Answer) -> list[Citation]:
    """All citations of an answer, in the order of their numbers.

    Of a possible one its candidates, of a declined one the nearest sentences.
    """
    if answer.citations:
        return list(answer.citations)
    if answer.tier is Tier.POSSIBLE:
        return [candidate.citation for candidate in answer.candidates]
    return list(answer.nearest)


def answer_parts(answer: Answer, palette: Palette, *, candidate: int = 0) -> list[Part]:
    """An answer card; of a possible answer the one of its candidates that is looked at."""
    parts: list[Part] = []
    if answer.asked_as:
        line = Text.assemble(
            ("asked as: ", palette.muted),
            (one_line(answer.asked_as), "italic"),
            ("  (/alone asks it as written)", palette.muted),
        )
        parts.append(Part(line, INDENT))
    if answer.brief is not None:
        return parts + report_parts(brief_lines(answer.brief), palette)
    if answer.tier is Tier.POSSIBLE:
        return parts + _possible_parts(answer, candidate, palette)
    if not answer.answers:
        return parts + _declined_parts(answer, palette)
    first, *others = answer.answers
    told = Text(f"{led(first.says)}{one_line(first.text)}", style=palette.value)
    if answer.says is Says.DISPUTED:
        parts.append(Part(Text("Disputed", style=f"bold {palette.warn}")))
    parts += [
        Part(told),
        Part(_confidence(first.confidence, sources_words(first), palette)),
    ]
    parts += _cited_parts(first, 1, palette)
    number = 1 + len(first.citations)
    # Several statements of one speaker do not differ; they are shown one after another.
    if others and not answer.asks_several and answer.says is None:
        parts += [Part(Text("")), Part(_values_line(answer.answers, palette), INDENT)]
    for group in others:
        if group.says is not None:
            label = Text.assemble((led(group.says), palette.value), one_line(group.text))
            parts += [Part(Text("")), Part(label)]
        parts += _cited_parts(group, number, palette)
        number += len(group.citations)
    return parts


def _confidence(confidence: float, sources: str, palette: Palette) -> Text:
    bar = confidence_bar(confidence)
    filled = bar.rstrip("░")
    words = f" {confidence_words(confidence)} ({confidence:.0%}) · "
    return Text.assemble(
        (filled, palette.good),
        (bar[len(filled) :], palette.muted),
        (words + sources, palette.muted),
    )


def _possible_parts(answer: Answer, at: int, palette: Palette) -> list[Part]:
    """One candidate with its sentence, in nothing's colours that an answer has; the others in one line."""
    count = len(answer.candidates)
    shown = answer.candidates[at]
    which = f"{at + 1} of {count}" + (", j/k for the others" if count > 1 else "")
    parts = [
        Part(
            Text.assemble((unsure(shown.says), f"bold {palette.warn}"), one_line(shown.text)),
            INDENT,
        ),
        Part(_confidence(shown.probability, which, palette)),
        Part(Text("")),
        Part(sentence_text(shown.citation, palette)),
        Part(where_text(shown.citation, at + 1, palette), INDENT),
    ]
    others = [(i, c) for i, c in enumerate(answer.candidates) if i != at]
    if others:
        line = Text("It may also be: ", style=palette.muted)
        for place, (i, other) in enumerate(others):
            line.append(" · " if place else "")
            start = len(line)
            line.append(f"[{i + 1}] ", style=f"bold {palette.number}")
            line.append(_shortened(one_line(other.text), MAX_CANDIDATE_CHARS))
            line.append(f" ({other.probability:.0%})")
            line.apply_meta({"@click": f"candidate({i})"}, start)
        parts += [Part(Text("")), Part(line, INDENT)]
    return parts


def _shortened(text: str, chars: int) -> str:
    return text if len(text) <= chars else text[:chars].rsplit(" ", 1)[0] + " …"


def sources_words(group: AnswerGroup) -> str:
    """How many independent sources say it, and when the newest of them was published."""
    count = "1 source" if group.source_count == 1 else f"{group.source_count} sources"
    newest = max((c.published for c in group.citations if c.published), default=None)
    return f"{count}, {short_date(newest)}" if newest else count


def _values_line(groups: Sequence[AnswerGroup], palette: Palette) -> Text:
    line = Text.assemble(("Values that differ: ", palette.muted))
    for at, group in enumerate(groups):
        line.append(" · " if at else "", style=palette.muted)
        line.append(one_line(group.text), style="bold")
        line.append(f" — {sources_words(group)}", style=palette.muted)
    return line


def _cited_parts(group: AnswerGroup, number: int, palette: Palette) -> list[Part]:
    parts: list[Part] = []
    for at, citation in enumerate(group.citations[:MAX_CITATIONS_SHOWN]):
        if group.says is None or citation.sentence != group.text:
            parts += [Part(Text("")), Part(sentence_text(citation, palette))]
        parts.append(Part(where_text(citation, number + at, palette), INDENT))
    hidden = len(group.citations) - MAX_CITATIONS_SHOWN
    if hidden > 0:
        first = number + MAX_CITATIONS_SHOWN
        last = number + len(group.citations) - 1
        numbers = f"[{first}]" if first == last else f"[{first}] to [{last}]"
        parts.append(Part(Text(f"{numbers} say it too", style=palette.muted)))
    return parts


def sentence_text(citation: Citation, palette: Palette) -> Text:
    """The sentence around a quote, the quote marked; a long one is cut around it."""
    start, end = citation.sentence_start, citation.sentence_end
    spare = max(40, (MAX_SENTENCE_CHARS - (citation.end - citation.start)) // 2)
    if end - start > MAX_SENTENCE_CHARS:
        start = max(start, _word_start(citation, citation.start - spare))
        end = min(end, citation.end + spare)
    shown = citation.sentence[start - citation.sentence_start : end - citation.sentence_start]
    body = marked(shown, start, [(Span(citation.start, citation.end), palette.inline)])
    opening, closing = quote_marks(shown)
    opening += "… " if start > citation.sentence_start else ""
    closing = (" …" if end < citation.sentence_end else "") + closing
    return Text.assemble((opening, palette.muted), body, (closing, palette.muted))


def _word_start(citation: Citation, offset: int) -> int:
    """The next start of a word in the citation's sentence, up to its quote."""
    at = max(0, offset - citation.sentence_start)
    # Chinese has no blanks: one behind the quote would cut the quote away.
    space = citation.sentence.find(" ", at, citation.start - citation.sentence_start)
    return citation.sentence_start + (space + 1 if space >= 0 else at)


def where_text(citation: Citation, number: int, palette: Palette) -> Text:
    """The line below a sentence: its number, which opens it, and where it stands."""
    line = Text.assemble(
        (f"[{number}] ", f"bold {palette.number}"), (one_line(citation.title), palette.number)
    )
    line.apply_meta({"@click": f"open({number})"})
    line.append(f" · {place(citation)}", style=palette.muted)
    if citation.speaker:
        line.append(f" · according to {one_line(citation.speaker)}", style=palette.muted)
    return line


def place(citation: Citation) -> str:
    """Section, paragraph (counted from 1), source and date of a citation."""
    parts = [f"{citation.section.value}, paragraph {citation.paragraph + 1}"]
    source = source_name(citation.url, citation.source)
    if source:
        parts.append(source)
    if citation.published:
        parts.append(short_date(citation.published))
    return " · ".join(parts)


def source_name(url: str | None, source: str) -> str:
    """The host of a web page, else the name of a file.

    >>> source_name("https://www.dw.com/en/a-1", ""), source_name(None, "/tmp/report.pdf")
    ('dw.com', 'report.pdf')
    """
    host = urlsplit(url).hostname if url and "[" not in url else None
    return one_line((host or "").removeprefix("www.") or source.rsplit("/", 1)[-1])


def short_date(published: str) -> str:
    """A date for people.

    >>> short_date("2026-02-12T08:00:00Z"), short_date("2026-02")
    ('Feb 12, 2026', '2026-02')
    """
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return one_line(published)
    return f"{day:%b} {day.day}, {day.year}"


def _declined_parts(answer: Answer, palette: Palette) -> list[Part]:
    reason = missing_words(answer)
    if answer.reason is UnanswerableReason.EMPTY_LIBRARY:
        reason = "the library is empty; add articles with /add PATH"
    parts = [
        Part(Text("The articles don't say", style=f"bold {palette.warn}")),
        Part(Text(f"{reason[:1].upper()}{reason[1:]}.")),
    ]
    if answer.nearest:
        parts += [Part(Text("")), Part(Text("Nearest passages:", style=palette.muted))]
    for number, citation in enumerate(answer.nearest, 1):
        parts.append(Part(where_text(citation, number, palette), INDENT))
        parts.append(Part(_nearest_text(citation, answer.passages[citation.hit_index], palette)))
    return parts


def _nearest_text(citation: Citation, hit: Hit, palette: Palette) -> Text:
    """A passage from a little before the sentence that comes closest, which is marked."""
    passage = hit.passage
    start = citation.start - passage.start
    first = max(0, start - MAX_SENTENCE_CHARS // 4)
    if first:
        first = passage.text.find(" ", first, start) + 1 or start
    last = max(
        first + MAX_SENTENCE_CHARS // 2,
        min(citation.end - passage.start, first + MAX_SENTENCE_CHARS),
    )
    shown = passage.text[first:last]
    if last < len(passage.text):
        shown = shown.rsplit(" ", 1)[0]
    body = marked(
        shown.replace("\n", " "),
        passage.start + first,
        [(Span(citation.start, citation.end), palette.evidence)],
    )
    before = "… " if first else ""
    after = " …" if first + len(shown) < len(passage.text) else ""
    return Text.assemble((before, palette.muted), body, (after, palette.muted))


# Sources


def article_parts(
    article: Article,
    citation: Citation | None,
    others: Sequence[Citation],
    palette: Palette,
) -> list[tuple[int, Part]]:
    """Labels and paragraphs of an article as ``(paragraph, part)``, evidence highlighted."""
    spans: list[tuple[Span, str]] = [
        (Span(other.start, other.end), palette.evidence)
        for other in others
        if other.article_id == article.id and other != citation
    ]
    if citation is not None and citation.article_id == article.id:
        # Last, so that the span that was read wins over evidence around it.
        spans = [(span, style) for span, style in spans if not _overlaps(span, citation)]
        spans.append((Span(citation.start, citation.end), palette.quote))
    parts: list[tuple[int, Part]] = []
    for position, paragraph in enumerate(article.paragraphs):
        label = paragraph_label(position, paragraph)
        muted = palette.warn if paragraph.ai_generated else palette.muted
        shown = Text.assemble(
            (label, f"italic {muted}")
        )  # a span: lines are drawn without their base style
        body = marked(article.paragraph_text(position), paragraph.start, spans)
        labelled = Part(shown, is_right=is_rtl(body.plain))
        parts += [(position, labelled), (position, Part(body)), (position, Part(Text("")))]
    return parts


def _overlaps(span: Span, citation: Citation) -> bool:
    return span.start < citation.end and citation.start < span.end


def why_lines(answer: Answer | None, citation: Citation, palette: Palette) -> list[Text]:
    """Why this passage: its ranks, what the reader scored, and how sure the answer is."""
    lines: list[Text] = []
    if answer is not None and 0 <= citation.hit_index < len(answer.passages):
        hit = answer.passages[citation.hit_index]
        lines.append(
            Text.assemble(
                ("by meaning ", palette.muted),
                _rank(hit.dense_rank, hit.dense_score, "cosine"),
                (" · by words ", palette.muted),
                _rank(hit.lexical_rank, hit.lexical_score, "BM25"),
            )
        )
    if citation.reader_score is not None:
        null = f"{citation.null_score:.1f}" if citation.null_score is not None else "–"
        lines.append(
            Text.assemble(
                ("reader ", palette.muted),
                f"{citation.reader_score:.1f}",
                (" against no-answer ", palette.muted),
                null,
            )
        )
    if answer is not None and answer.brief is None:
        known = [(g.confidence, g.citations) for g in answer.answers]
        known += [(c.probability, (c.citation,)) for c in answer.candidates]
        confidence = next((p for p, cited in known if citation in cited), answer.confidence)
        lines.append(
            Text.assemble(
                ("confidence ", palette.muted),
                f"{confidence:.0%}",
                (f", {confidence_words(confidence)}", palette.muted),
            )
        )
    return lines


def _rank(rank: int | None, score: float | None, name: str) -> str:
    if rank is None:
        return "not found"
    return f"#{rank}" if score is None else f"#{rank} ({name} {score:.2f})"
