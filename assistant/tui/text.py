"""Article text as it is drawn: harmless, highlighted by offsets, right-to-left where it is."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from assistant.render import confidence_bar, confidence_words, paragraph_label, where
from assistant.sanitise import for_display
from assistant.tui.bidi import Bidi, lay_out
from assistant.types import Answer, AnswerGroup, Article, Citation, Span

QUOTE_STYLE = "bold underline reverse"
"""Shows without colours, and to people who do not see them."""
EVIDENCE_STYLE = "underline"


class Paragraphs:
    """Paragraphs wrapped to the width at hand, in visual order. A rich renderable."""

    def __init__(self, parts: Sequence[Text], *, bidi: Bidi) -> None:
        self.parts = list(parts)
        self.bidi = bidi

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lines for the width that rich gives."""
        for part in self.parts:
            if not part.plain:
                yield Text("")
                continue
            for source_line in part.split("\n", allow_blank=True):
                yield from lay_out(source_line, options.max_width, bidi=self.bidi)


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


def answer_text(answer: Answer) -> list[Text]:
    """An answer card, as paragraphs."""
    from assistant.render import answer_lines

    if not answer.answers:
        return [_line(line) for line in answer_lines(answer)]
    parts: list[Text] = []
    if answer.asked_as:
        parts.append(Text(f"asked as: {for_display(answer.asked_as)}", style="italic dim"))
    number = 1
    for position, group in enumerate(answer.answers):
        if position:
            parts += [Text(""), Text(f"Also said{_sources(group)}:", style="dim")]
        parts.append(Text(for_display(group.text, keep_newlines=False), style="bold"))
        if position == 0:
            parts.append(_confidence(group))
        for citation in group.citations:
            if citation.sentence != group.text:
                parts += [Text(""), sentence_text(citation)]
            parts.append(_where(citation, number))
            number += 1
    return parts


def sentence_text(citation: Citation) -> Text:
    """The sentence around a quote, the quote marked."""
    span = Span(citation.start, citation.end)
    return marked(citation.sentence, citation.sentence_start, [(span, "bold underline")])


def _where(citation: Citation, number: int) -> Text:
    line = Text.assemble((f"[{number}] ", "bold"), (where(citation), "dim"))
    if citation.speaker:
        line.append(f" · according to {for_display(citation.speaker)}", style="dim")
    return line


def _confidence(group: AnswerGroup) -> Text:
    words = f"{confidence_words(group.confidence)} ({group.confidence:.0%}){_sources(group)}"
    return Text.assemble((confidence_bar(group.confidence), "bold"), (f" {words}", "dim"))


def _sources(group: AnswerGroup) -> str:
    return f" · {group.source_count} sources" if group.source_count > 1 else ""


def _line(line: Sequence[tuple[str, str]]) -> Text:
    return Text.assemble(*((text, style) for text, style in line))


def article_text(
    article: Article, citation: Citation | None, others: Sequence[Citation]
) -> list[tuple[int, Text]]:
    """Labels and paragraphs of an article as ``(paragraph, text)``, evidence highlighted."""
    spans: list[tuple[Span, str]] = [
        (Span(other.start, other.end), EVIDENCE_STYLE)
        for other in others
        if other.article_id == article.id and other != citation
    ]
    if citation is not None and citation.article_id == article.id:
        spans.append((Span(citation.start, citation.end), QUOTE_STYLE))
    parts = []
    for position, paragraph in enumerate(article.paragraphs):
        label = Text(paragraph_label(position, paragraph), style="dim italic")
        body = marked(article.paragraph_text(position), paragraph.start, spans)
        parts += [(position, label), (position, body)]
    return parts


def why_text(answer: Answer, citation: Citation) -> list[Text]:
    """Why this passage: ranks and scores."""
    lines = [Text("Why", style="bold")]
    if 0 <= citation.hit_index < len(answer.passages):
        hit = answer.passages[citation.hit_index]
        meaning = "–" if hit.dense_rank is None else f"#{hit.dense_rank} ({hit.dense_score:.3f})"
        words = (
            "–" if hit.lexical_rank is None else f"#{hit.lexical_rank} ({hit.lexical_score:.2f})"
        )
        lines += [Text(f"by meaning {meaning} · by words {words}")]
    null = "" if answer.null_score is None else f" · no-answer score {answer.null_score:.2f}"
    lines.append(Text(f"confidence {answer.confidence:.0%}{null}"))
    return lines
