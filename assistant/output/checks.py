"""What people read of checks: verdicts, diffs, timelines, in a terminal and as a picture."""

from __future__ import annotations

import html
import math
import textwrap
from collections.abc import Sequence
from datetime import date

from assistant.output.sanitise import for_display
from assistant.output.text import Line, citation_lines, confidence_bar, confidence_words, where
from assistant.types import (
    Attribution,
    BundleReport,
    Change,
    ChangeKind,
    Citation,
    ClaimDifference,
    ClaimReport,
    Difference,
    Evidence,
    QuoteMatch,
    QuoteReport,
    QuoteStatus,
    Stance,
    Timeline,
    TimelineEntry,
    Verdict,
)

DIFF_CHARS = 160
"""Longer stretches in a diff are shortened in their middle."""
_QUOTE_STYLES = {
    QuoteStatus.EXACT: "bold green",
    QuoteStatus.ALTERED: "bold red",
    QuoteStatus.NOT_FOUND: "bold yellow",
}
_VERDICT_STYLES = {
    Verdict.SUPPORTED: "bold green",
    Verdict.CONTRADICTED: "bold red",
    Verdict.MIXED: "bold magenta",
    Verdict.NOT_ENOUGH: "bold yellow",
}
MISSING_WORDS = 6
"""So many of the words that a source lacks are named."""
_MARKS = {Stance.SUPPORTS: "+", Stance.REFUTES: "−", Stance.NEUTRAL: "·"}


def _shown(text: str) -> str:
    return for_display(text, keep_newlines=False)


def _short(text: str) -> str:
    text = _shown(text)
    if len(text) <= DIFF_CHARS:
        return text
    half = DIFF_CHARS // 2
    return f"{text[:half]} […] {text[-half:]}"


# Quotes


def quote_lines(report: QuoteReport) -> list[Line]:
    """The outcome for a quote: status, word-level diff, true wording, where, who."""
    words = {
        QuoteStatus.EXACT: "Exact: the quote is in the library.",
        QuoteStatus.ALTERED: "Altered: the source says it differently.",
        QuoteStatus.NOT_FOUND: "Not found: no article says this.",
    }
    lines: list[Line] = [[(words[report.status], _QUOTE_STYLES[report.status])]]
    lines += _attribution_lines(report)
    for number, match in enumerate(report.matches, 1):
        lines += [[]]
        if match.changes:
            lines += [_diff_line(report, match), *(_change_line(c) for c in match.changes)]
        # Two pieces around an ellipsis may stand in one sentence: it is shown once.
        places = {(c.article_id, c.sentence_start, c.sentence_end): c for c in match.citations}
        lines += [line for c in places.values() for line in _cited(c, number)]
        lines += [[("    note: ", "yellow"), (_shown(note), "")] for note in match.notes]
    if report.nearest:
        lines += [[], [("Nearest passages:", "dim")]]
        for hit in report.nearest:
            lines.append([("· ", "dim"), (_shown(hit.passage.title), "cyan")])
            lines.append([("   ", ""), (_short(hit.passage.text), "")])
    return lines


def _cited(citation: Citation, number: int) -> list[Line]:
    return citation_lines(citation, number=number)


def _attribution_lines(report: QuoteReport) -> list[Line]:
    claimed = _shown(report.claimed_speaker or "")
    speakers = [
        match.speaker
        if match.speaker_in_full in (None, match.speaker)
        else f"{match.speaker} ({match.speaker_in_full})"
        for match in report.matches
        if match.speaker
    ]
    if report.attribution is Attribution.MISATTRIBUTED:
        told = _shown(speakers[0]) if speakers else "someone else"
        return [[("Misattributed: ", "bold red"), (f"not {claimed}, but {told} says it.", "")]]
    if report.attribution is Attribution.CONFIRMED:
        told = _shown(speakers[0]) if speakers else claimed
        return [[(f"Said by {told}, as claimed.", "green")]]
    if report.attribution is Attribution.UNCONFIRMED:
        return [[(f"The source does not say that {claimed} said it.", "yellow")]]
    return []


def _diff_line(report: QuoteReport, match: QuoteMatch) -> Line:
    """The given quote with added words struck in ``[-…-]`` and the source's in ``{+…+}``."""
    pieces: list[tuple[str, str]] = []
    at = report.quote_start
    for change in sorted(match.changes, key=lambda c: c.given_span.start):
        if change.given_span.start < at:
            continue
        pieces.append((_shown(report.text[at : change.given_span.start]), ""))
        if change.given:
            pieces.append((f"[-{_short(change.given)}-]", "bold red strike"))
        if change.true and change.kind is not ChangeKind.REORDERED:
            blank = "" if change.given else " "
            pieces.append((f"{blank}{{+{_short(change.true)}+}}", "bold green underline"))
        at = change.given_span.end
    end = report.quote_start + len(report.quote)
    pieces.append((_shown(report.text[at:end]), ""))
    return pieces


def _change_line(change: Change) -> Line:
    about = "" if change.about is Difference.WORDING else f" ({change.about.value})"
    told = {
        ChangeKind.REPLACED: f"“{_short(change.given)}” for “{_short(change.true)}”",
        ChangeKind.ADDED: f"“{_short(change.given)}” is not in the source",
        ChangeKind.LEFT_OUT: f"“{_short(change.true)}” is left out",
        ChangeKind.JOINED: f"what stands between is “{_short(change.true)}”",
        ChangeKind.REORDERED: "the source has it in another order",
    }[change.kind]
    return [(f"  {change.kind.value}{about}: ", "yellow"), (told, "")]


# Claims


def claim_lines(report: ClaimReport) -> list[Line]:
    """The verdict on a claim with its evidence and what differs."""
    lines: list[Line] = [[(report.verdict.value.capitalize(), _VERDICT_STYLES[report.verdict])]]
    if report.verdict is not Verdict.NOT_ENOUGH:
        percent = f"{confidence_words(report.confidence)} ({report.confidence:.0%})"
        bar = confidence_bar(report.confidence)
        lines.append([(f"{bar} ", ""), (percent, "dim"), *_source_pieces(report)])
    elif report.evidence:
        lines.append([(missing_line(report), "dim")])
    for number, item in enumerate(report.evidence, 1):
        lines += [[], *_evidence_lines(item, number)]
    if not report.evidence:
        lines.append([("No passage is about this.", "yellow")])
    return lines


def missing_line(report: ClaimReport) -> str:
    """What the nearest sentence lacks of a claim that nothing decides."""
    words = ", ".join(f"“{_short(word)}”" for word in report.missing[:MISSING_WORDS])
    if report.differences or not words:
        return "The nearest sentence does not settle it."
    more = ", …" if len(report.missing) > MISSING_WORDS else ""
    return f"The nearest sentence does not have {words}{more}."


def _source_pieces(report: ClaimReport) -> list[tuple[str, str]]:
    told = [
        f"{count} {'source' if count == 1 else 'sources'} {side}"
        for count, side in (
            (report.supporting_sources, "for it"),
            (report.refuting_sources, "against it"),
        )
        if count
    ]
    return [(" · " + ", ".join(told), "dim")] if told else []


def _evidence_lines(item: Evidence, number: int) -> list[Line]:
    mark = _MARKS[item.stance]
    told = "near, settles nothing" if item.stance is Stance.NEUTRAL else item.stance.value
    lines: list[Line] = [[(f"{mark} {told}", "bold")]]
    lines += _cited(item.citation, number)
    lines += [difference_line(difference) for difference in item.differences]
    return lines


def difference_line(difference: ClaimDifference) -> Line:
    """One difference between a claim and its evidence."""
    claimed, found = _short(difference.claimed), _short(difference.found)
    if not found:
        told = f"the source does not give “{claimed}”"
    elif not claimed:
        told = f"the source says “{found}”"
    else:
        told = f"the claim says “{claimed}”, the source “{found}”"
    if difference.about is Difference.NEGATION and not found:
        told = f"the claim says “{claimed}”, the source does not"
    return [(f"    {difference.about.value}: ", "yellow"), (told, "")]


# Bundles


def bundle_lines(report: BundleReport) -> list[Line]:
    """What a check of a bundle found."""
    if report.is_intact:
        facts = f"{report.quote_count} quotes from {report.source_count} sources"
        lines: list[Line] = [
            [("Intact: ", "bold green"), (f"{facts} are as they were written.", "")]
        ]
        made = " · ".join(_shown(part) for part in (report.tool, report.created) if part)
        return [*lines, [(_shown(report.subject or ""), "")], [(made, "dim")]]
    lines = [[("Changed: ", "bold red"), ("this bundle is not as it was written.", "")]]
    for problem in report.problems:
        place = f"bytes {problem.byte_start}–{problem.byte_end}"
        lines.append(
            [
                (f"  {place} ", "yellow"),
                (_shown(problem.where), "cyan"),
                (f" {_shown(problem.message)}", ""),
            ]
        )
    return lines


# Timelines


def timeline_lines(timeline: Timeline) -> list[Line]:
    """A timeline drawn downwards."""
    if not timeline.entries:
        return [[("No dated statements.", "yellow")]]
    width = max(len(_date_label(entry)) for entry in timeline.entries)
    lines: list[Line] = []
    previous = ""
    for number, entry in enumerate(timeline.entries, 1):
        label = _date_label(entry)
        shown, mark = (label, "●") if label != previous else ("", "│")
        previous = label
        sources = f" · {entry.source_count} sources" if entry.source_count > 1 else ""
        lines.append(
            [
                (f"{shown:>{width}} ", "bold cyan"),
                (f"{mark} ", "cyan"),
                (_shown(entry.citation.quote), ""),
            ]
        )
        lines.append(
            [
                (" " * width + " ", ""),
                ("│ ", "cyan"),
                (f"[{number}] {where(entry.citation)}{sources}", "dim"),
            ]
        )
        if entry.citation.speaker:
            lines.append(
                [
                    (" " * width + " ", ""),
                    ("│ ", "cyan"),
                    (f"according to {_shown(entry.citation.speaker)}", "dim"),
                ]
            )
    return lines


def _date_label(entry: TimelineEntry) -> str:
    """The date for people; ``~`` where the year is taken from the article, none where unknown."""
    day = entry.date.lstrip("-")
    label = day if not entry.last_date else f"{day}–{entry.last_date[-2:]}"
    return ("~" if entry.is_inferred else "") + label


SVG_WIDTH = 860
_LEFT, _LINE_HEIGHT, _WRAP = 150, 18, 82


def timeline_svg(timeline: Timeline) -> str:
    """A timeline as an SVG picture; the gaps between dots grow with the time between them."""
    body: list[str] = []
    y, previous = 70.0, None
    for entry in timeline.entries:
        y += _gap(previous, entry)
        previous = entry
        quote = textwrap.wrap(_shown(entry.citation.quote), _WRAP) or [""]
        label = html.escape(_date_label(entry))
        body.append(f'<circle cx="{_LEFT}" cy="{y:.0f}" r="6" fill="#2563eb"/>')
        body.append(
            f'<text x="{_LEFT - 16}" y="{y + 5:.0f}" text-anchor="end" font-weight="bold">{label}</text>'
        )
        for line in quote:
            body.append(f'<text x="{_LEFT + 18}" y="{y + 5:.0f}">{html.escape(line)}</text>')
            y += _LINE_HEIGHT
        place = textwrap.shorten(where(entry.citation), _WRAP, placeholder="…")
        body.append(
            f'<text x="{_LEFT + 18}" y="{y + 5:.0f}" fill="#666" font-size="12">{html.escape(place)}</text>'
        )
        y += _LINE_HEIGHT
    height = y + 40
    title = html.escape(_shown(timeline.subject))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SVG_WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {SVG_WIDTH} {height:.0f}" font-family="system-ui, sans-serif" font-size="14">'
        f"<title>{title}</title>"
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="24" y="36" font-size="18" font-weight="bold">{title}</text>'
        f'<line x1="{_LEFT}" y1="60" x2="{_LEFT}" y2="{height - 20:.0f}" stroke="#9ca3af" stroke-width="2"/>'
        + "".join(body)
        + "</svg>\n"
    )


def _gap(previous: TimelineEntry | None, entry: TimelineEntry) -> float:
    """Blank space above an entry: 16 to 64 pixels, by the days since the one before."""
    if previous is None:
        return 16.0
    days = _days(previous.date, entry.date)
    return 16.0 + min(48.0, 4.0 * math.sqrt(days or 0))


def _days(first: str, second: str) -> int | None:
    def full(value: str) -> date | None:
        padded = (value if not value.startswith("-") else f"2000{value[1:]}") + "-01-01"
        try:
            return date.fromisoformat(padded[:10])
        except ValueError:
            return None

    ours, theirs = full(first), full(second)
    return abs((theirs - ours).days) if ours and theirs else None


def batch_summary_lines(counts: Sequence[tuple[Verdict, int]]) -> list[Line]:
    """How many claims came out how."""
    return [
        [(f"{count:>6}  ", "bold"), (verdict.value, _VERDICT_STYLES[verdict])]
        for verdict, count in counts
    ]
