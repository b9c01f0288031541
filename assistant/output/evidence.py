"""Bundles for people and for the web: Markdown, HTML, and ClaimReview."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from assistant.output.sanitise import for_display, safe_url
from assistant.types import ClaimReport, Verdict

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~])")
_RATINGS = {
    Verdict.SUPPORTED: 5,
    Verdict.MIXED: 3,
    Verdict.NOT_ENOUGH: None,
    Verdict.CONTRADICTED: 1,
}
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "blockquote{margin:1rem 0;padding:.5rem 1rem;border-inline-start:.25rem solid #888}"
    "mark{text-decoration:underline}footer,cite{color:#555;font-size:.9rem}"
)


def _plain(text: object) -> str:
    return for_display(str(text), keep_newlines=False)


def _md(text: object) -> str:
    return _MARKDOWN.sub(r"\\\1", _plain(text))


def _subject(bundle: Mapping[str, Any]) -> tuple[str, str, str]:
    """What was asked or checked, under which name, and what came out."""
    result = bundle["result"]
    if bundle["kind"] == "answer":
        # A brief has no one answer.
        outcome = result["answers"][0]["text"] if result["answers"] else result["reason"] or "brief"
        return "Question", result["question"], f"{result['status']}: {outcome}"
    if bundle["kind"] == "claim":
        return "Claim", result["claim"], result["verdict"]
    return "Quote", result["quote"], result["status"]


def _quotes(
    bundle: Mapping[str, Any],
) -> Iterator[tuple[str, str, str, Mapping[str, Any], int, int]]:
    """Before, quote and after of every annotation within its paragraph, its source and offsets."""
    for annotation in bundle["annotations"]:
        target = annotation["target"]
        source = bundle["sources"][target["state"]["held"]]
        position = target["selector"][1]
        start, end = position["start"], position["end"]
        for excerpt in source["excerpts"]:
            if excerpt["start"] <= start and end <= excerpt["end"]:
                text, low = excerpt["text"], start - excerpt["start"]
                high = end - excerpt["start"]
                first = text.rfind("\n\n", 0, low) + 2 if "\n\n" in text[:low] else 0
                last = text.find("\n\n", high)
                last = len(text) if last < 0 else last
                yield text[first:low], text[low:high], text[high:last], source, start, end
                break


def _differences(bundle: Mapping[str, Any]) -> Iterator[str]:
    result = bundle["result"]
    for item in result.get("evidence", ()):
        for d in item["differences"]:
            yield f"{d['about']}: the claim has “{d['claimed']}”, the source “{d['found']}”"
    for match in result.get("matches", ()):
        for c in match["changes"]:
            yield f"{c['kind']} ({c['about']}): given “{c['given']}”, in the source “{c['true']}”"


def _place(source: Mapping[str, Any], start: int, end: int) -> str:
    known = [source["title"], source["published"], source["url"] or source["source"]]
    return " · ".join(_plain(part) for part in known if part) + f" · characters {start}–{end}"


def markdown_report(bundle: Mapping[str, Any]) -> str:
    """The bundle as Markdown."""
    label, subject, outcome = _subject(bundle)
    lines = [f"# {label}: {_md(subject)}", "", f"**{_md(outcome)}**", ""]
    found = [f"- {_md(difference)}" for difference in _differences(bundle)]
    lines += ["## What differs", "", *found, ""] if found else []
    lines += ["## Evidence", ""]
    for before, quote, after, source, start, end in _quotes(bundle):
        lines += [
            f"> {_md(before)}**{_md(quote)}**{_md(after)}",
            ">",
            f"> — {_md(_place(source, start, end))}",
            "",
        ]
    lines += ["---", "", *(_md(line) for line in _footer(bundle)), ""]
    return "\n".join(lines)


def html_report(bundle: Mapping[str, Any]) -> str:
    """The bundle as one HTML page without scripts or outside files."""

    def shown(text: object) -> str:
        return html.escape(_plain(text))

    label, subject, outcome = _subject(bundle)
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f"<title>{label}: {shown(subject)}</title><style>{_STYLE}</style></head><body>",
        f'<h1 dir="auto">{label}: {shown(subject)}</h1><p><strong dir="auto">{shown(outcome)}</strong></p>',
    ]
    found = list(_differences(bundle))
    if found:
        items = "".join(f'<li dir="auto">{shown(difference)}</li>' for difference in found)
        parts.append(f"<h2>What differs</h2><ul>{items}</ul>")
    parts.append("<h2>Evidence</h2>")
    for before, quote, after, source, start, end in _quotes(bundle):
        place = shown(_place(source, start, end))
        url = safe_url(source["url"])
        if url:
            place = f'<a href="{html.escape(url)}" rel="noreferrer">{place}</a>'
        parts.append(
            f'<blockquote dir="auto">{shown(before)}<mark>{shown(quote)}</mark>{shown(after)}'
            f"<br><cite>{place}</cite></blockquote>"
        )
    footer = "<br>".join(shown(line) for line in _footer(bundle))
    parts.append(f"<footer>{footer}</footer></body></html>\n")
    return "\n".join(parts)


def _footer(bundle: Mapping[str, Any]) -> list[str]:
    library = bundle["library"]
    return [
        f"Made by {bundle['tool']['name']} {bundle['tool']['version']} on {bundle['created']} "
        f"from {library['articles']} articles (state {library['generation']}).",
        f"Bundle {bundle['checksum']}",
    ]


def claim_review(report: ClaimReport, *, author: str, url: str | None = None) -> dict[str, Any]:
    """The report as schema.org ClaimReview, JSON-LD.

    Args:
        report: What was found.
        author: Who publishes the review.
        url: Where it is published.
    """
    review: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "claimReviewed": report.claim,
        "datePublished": datetime.now(UTC).date().isoformat(),
        "author": {"@type": "Organization", "name": author},
        "itemReviewed": {"@type": "Claim", "name": report.claim},
        "reviewRating": {
            "@type": "Rating",
            "alternateName": report.verdict.value,
            "bestRating": 5,
            "worstRating": 1,
        },
        "citation": [
            {
                "@type": "CreativeWork",
                "name": item.citation.title,
                "text": item.citation.quote,
                **({"url": item.citation.link or item.citation.url} if item.citation.url else {}),
                **({"datePublished": item.citation.published} if item.citation.published else {}),
            }
            for item in report.evidence
            if item.stance.value != Verdict.NOT_ENOUGH.value
        ],
    }
    rating = _RATINGS[report.verdict]
    if rating is not None:
        review["reviewRating"]["ratingValue"] = rating
    if url:
        review["url"] = url
    return review
