"""The JSON that scripts read: stable forms of answers, hits, articles and reports.

``ANSWER_SCHEMA`` names the form of answers; it changes only with a major version.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from assistant.types import (
    Answer,
    AnswerGroup,
    AnswerStatus,
    Article,
    ArticleSummary,
    Brief,
    BriefSentence,
    BriefSide,
    Candidate,
    Change,
    Citation,
    ClaimReport,
    DoctorReport,
    Hit,
    IngestReport,
    Missing,
    Paragraph,
    ParagraphKind,
    Passage,
    QuestionKind,
    QuoteReport,
    RelatedArticle,
    RelatedWhy,
    Says,
    Section,
    Tier,
    Timeline,
    UnanswerableReason,
)

ANSWER_SCHEMA = "pullquote/answer/1"
QUOTE_SCHEMA = "pullquote/quote/1"
CLAIM_SCHEMA = "pullquote/claim/1"
TIMELINE_SCHEMA = "pullquote/timeline/1"
BRIEF_SCHEMA = "pullquote/brief/1"


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """The form of ``pullquote ask --json``."""
    return {
        "schema": ANSWER_SCHEMA,
        "question": answer.question,
        "asked_as": answer.asked_as,
        "status": answer.status.value,
        "reason": answer.reason.value if answer.reason else None,
        "confidence": answer.confidence,
        "null_score": answer.null_score,
        "kind": answer.kind.value,
        "tier": answer.tier.value,
        "says": answer.says,
        "candidates": [
            {
                "text": candidate.text,
                "probability": candidate.probability,
                "says": candidate.says,
                "citation": citation_to_json(candidate.citation),
            }
            for candidate in answer.candidates
        ],
        "answers": [
            {
                "text": group.text,
                "confidence": group.confidence,
                "source_count": group.source_count,
                "says": group.says,
                "citations": [citation_to_json(citation) for citation in group.citations],
            }
            for group in answer.answers
        ],
        "nearest": [citation_to_json(citation) for citation in answer.nearest],
        "missing": asdict(answer.missing) if answer.missing else None,
        "passages": [hit_to_json(hit) for hit in answer.passages],
        "related": [related_to_json(item) for item in answer.related],
        "brief": brief_to_json(answer.brief) if answer.brief is not None else None,
        "timings_ms": {name: round(value, 3) for name, value in answer.timings_ms.items()},
    }


def answer_from_json(value: dict[str, Any]) -> Answer:
    """The answer that :func:`answer_to_json` wrote.

    Raises:
        ValueError: It is not of this form.
    """
    if value.get("schema") != ANSWER_SCHEMA:
        raise ValueError(f"not an answer of form {ANSWER_SCHEMA}: {value.get('schema')!r}")
    # Older ones have no tiers.
    tier = Tier.ANSWERED if value["answers"] else Tier.DECLINED
    return Answer(
        question=value["question"],
        asked_as=value.get("asked_as"),
        status=AnswerStatus(value["status"]),
        reason=UnanswerableReason(value["reason"]) if value["reason"] else None,
        confidence=value["confidence"],
        null_score=value.get("null_score"),
        answers=tuple(
            AnswerGroup(
                text=group["text"],
                confidence=group["confidence"],
                source_count=group["source_count"],
                citations=tuple(citation_from_json(c) for c in group["citations"]),
                says=_says(group),
            )
            for group in value["answers"]
        ),
        passages=tuple(hit_from_json(hit) for hit in value["passages"]),
        related=tuple(
            RelatedArticle(r["article_id"], r["title"], r["score"], RelatedWhy(r["why"]))
            for r in value["related"]
        ),
        timings_ms=dict(value["timings_ms"]),
        kind=QuestionKind(value.get("kind", QuestionKind.OTHER)),
        tier=Tier(value.get("tier", tier)),
        candidates=tuple(
            Candidate(c["text"], c["probability"], citation_from_json(c["citation"]), _says(c))
            for c in value.get("candidates", ())
        ),
        nearest=tuple(citation_from_json(c) for c in value.get("nearest", ())),
        missing=_missing(value.get("missing")),
        brief=brief_from_json(value["brief"]) if value.get("brief") else None,
    )


def _missing(value: dict[str, Any] | None) -> Missing | None:
    if value is None:
        return None
    absent, present, words = (tuple(value[name]) for name in ("absent", "present", "words"))
    return Missing(absent, present, words, value["asked"])


def _says(value: dict[str, Any]) -> Says | None:
    return Says(value["says"]) if value.get("says") else None


def brief_to_json(brief: Brief) -> dict[str, Any]:
    """The form of ``pullquote brief --json``."""
    return {
        "schema": BRIEF_SCHEMA,
        "subject": brief.subject,
        "sides": [
            {
                "subject": side.subject,
                "sentences": [
                    {"date": sentence.date, "citation": citation_to_json(sentence.citation)}
                    for sentence in side.sentences
                ],
            }
            for side in brief.sides
        ],
        "elapsed_ms": round(brief.elapsed_ms, 3),
    }


def brief_from_json(value: dict[str, Any]) -> Brief:
    """The brief that :func:`brief_to_json` wrote."""
    sides = tuple(
        BriefSide(
            side["subject"],
            tuple(
                BriefSentence(citation_from_json(sentence["citation"]), sentence["date"])
                for sentence in side["sentences"]
            ),
        )
        for side in value["sides"]
    )
    return Brief(value["subject"], sides, value["elapsed_ms"])


_CITATION_FIELDS = (
    "article_id",
    "title",
    "url",
    "published",
    "language",
    "section",
    "paragraph",
    "start",
    "end",
    "quote",
    "prefix",
    "suffix",
    "content_hash",
    "link",
    "sentence",
    "sentence_start",
    "sentence_end",
    "source",
    "speaker",
)


def citation_to_json(citation: Citation) -> dict[str, Any]:
    """A citation; ``quote``, ``prefix``, ``suffix`` and ``start``, ``end`` are W3C selectors."""
    form = {name: getattr(citation, name) for name in _CITATION_FIELDS}
    form |= {"section": citation.section.value, "passage": citation.hit_index}
    if citation.reader_score is not None:
        form |= {"reader_score": citation.reader_score, "null_score": citation.null_score}
    return form


def citation_from_json(value: dict[str, Any]) -> Citation:
    """The citation that :func:`citation_to_json` wrote."""
    fields = {name: value[name] for name in _CITATION_FIELDS}
    fields["section"] = Section(value["section"])
    return Citation(
        hit_index=value["passage"],
        reader_score=value.get("reader_score"),
        null_score=value.get("null_score"),
        **fields,
    )


def hit_to_json(hit: Hit) -> dict[str, Any]:
    """A passage that a search found."""
    passage = hit.passage
    return {
        "passage_id": passage.id,
        "article_id": passage.article_id,
        "title": passage.title,
        "url": passage.url,
        "published": passage.published,
        "language": passage.language,
        "section": passage.section.value,
        "paragraph": passage.paragraph,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "is_evidence": passage.is_evidence,
        "heading": passage.heading,
        "score": hit.score,
        "dense_score": hit.dense_score,
        "dense_rank": hit.dense_rank,
        "lexical_score": hit.lexical_score,
        "lexical_rank": hit.lexical_rank,
        "reader_score": hit.reader_score,
    }


def hit_from_json(value: dict[str, Any]) -> Hit:
    """The hit that :func:`hit_to_json` wrote."""
    return Hit(
        passage=Passage(
            id=value["passage_id"],
            article_id=value["article_id"],
            paragraph=value["paragraph"],
            start=value["start"],
            end=value["end"],
            text=value["text"],
            section=Section(value["section"]),
            language=value["language"],
            title=value["title"],
            url=value["url"],
            published=value["published"],
            is_evidence=value["is_evidence"],
            heading=value.get("heading"),
        ),
        score=value["score"],
        dense_score=value["dense_score"],
        dense_rank=value["dense_rank"],
        lexical_score=value["lexical_score"],
        lexical_rank=value["lexical_rank"],
        reader_score=value["reader_score"],
    )


def related_to_json(item: RelatedArticle) -> dict[str, Any]:
    """A related article."""
    return {
        "article_id": item.article_id,
        "title": item.title,
        "score": item.score,
        "why": item.why.value,
    }


_ARTICLE_FIELDS = (
    "id",
    "title",
    "title_derived",
    "url",
    "source",
    "site",
    "author",
    "published",
    "language",
    "format",
    "metadata",
    "text",
)


def article_to_json(article: Article) -> dict[str, Any]:
    """One article whole; all offsets refer to its ``text``."""
    return {
        **{name: getattr(article, name) for name in _ARTICLE_FIELDS},
        "published_from": article.published_from,
        "content_hash": article.content_hash,
        "linked_ids": list(article.linked_ids),
        "paragraphs": [
            {
                "start": p.start,
                "end": p.end,
                "section": p.section.value,
                "language": p.language,
                "kind": p.kind.value,
                "ai_generated": p.ai_generated,
                "page": p.page,
            }
            for p in article.paragraphs
        ],
    }


def article_from_json(value: dict[str, Any]) -> Article:
    """The article that :func:`article_to_json` wrote."""
    fields = {name: value[name] for name in _ARTICLE_FIELDS}
    return Article(
        paragraphs=tuple(
            Paragraph(
                start=p["start"],
                end=p["end"],
                section=Section(p["section"]),
                language=p["language"],
                kind=ParagraphKind(p["kind"]),
                ai_generated=p["ai_generated"],
                page=p["page"],
            )
            for p in value["paragraphs"]
        ),
        linked_ids=tuple(value["linked_ids"]),
        **fields,
    )


def summary_to_json(summary: ArticleSummary) -> dict[str, Any]:
    """One line of a list of articles."""
    return {
        "id": summary.id,
        "title": summary.title,
        "title_derived": summary.title_derived,
        "url": summary.url,
        "source": summary.source,
        "site": summary.site,
        "author": summary.author,
        "published": summary.published,
        "language": summary.language,
        "format": summary.format,
        "content_hash": summary.content_hash,
        "passage_count": summary.passage_count,
        "added_at": summary.added_at,
    }


def report_to_json(report: IngestReport) -> dict[str, Any]:
    """What an ``add`` did."""
    return {
        "added": list(report.added),
        "updated": list(report.updated),
        "unchanged": list(report.unchanged),
        "vanished": list(report.vanished),
        "duplicates": [
            {"article_id": new, "original_id": original} for new, original in report.duplicates
        ],
        "failures": [{"source": f.source, "message": f.message} for f in report.failures],
        "samples_removed": list(report.samples_removed),
        "elapsed_s": round(report.elapsed_s, 3),
        "warnings": [
            {"article_id": w.article_id, "source": w.source, "message": w.message}
            for w in report.warnings
        ],
    }


def doctor_to_json(report: DoctorReport) -> dict[str, Any]:
    """What a check of the library found."""
    return {
        "healthy": report.is_healthy,
        "checked": report.checked,
        "problems": list(report.problems),
        "repaired": list(report.repaired),
    }


def quote_report_to_json(report: QuoteReport) -> dict[str, Any]:
    """The form of ``pullquote verify --json``."""
    return {
        "schema": QUOTE_SCHEMA,
        "text": report.text,
        "quote": report.quote,
        "quote_start": report.quote_start,
        "status": report.status.value,
        "attribution": report.attribution.value,
        "claimed_speaker": report.claimed_speaker,
        "matches": [
            {
                "article_id": match.article_id,
                "similarity": round(match.similarity, 4),
                "speaker": match.speaker,
                "speaker_in_full": match.speaker_in_full,
                "notes": list(match.notes),
                "changes": [change_to_json(change) for change in match.changes],
                "citations": [citation_to_json(citation) for citation in match.citations],
            }
            for match in report.matches
        ],
        "nearest": [hit_to_json(hit) for hit in report.nearest],
        "elapsed_ms": round(report.elapsed_ms, 3),
    }


def change_to_json(change: Change) -> dict[str, Any]:
    """One change of a quote."""
    return {
        "kind": change.kind.value,
        "about": change.about.value,
        "given": change.given,
        "true": change.true,
        "given_start": change.given_span.start,
        "given_end": change.given_span.end,
        "source_start": change.source_span.start,
        "source_end": change.source_span.end,
    }


def claim_report_to_json(report: ClaimReport) -> dict[str, Any]:
    """The form of ``pullquote check --json``."""
    return {
        "schema": CLAIM_SCHEMA,
        "id": report.id,
        "claim": report.claim,
        "verdict": report.verdict.value,
        "confidence": round(report.confidence, 4),
        "supporting_sources": report.supporting_sources,
        "refuting_sources": report.refuting_sources,
        "missing": list(report.missing),
        "evidence": [
            {
                "stance": item.stance.value,
                "probability": round(item.probability, 4),
                "similarity": round(item.similarity, 4),
                "differences": [
                    {
                        "about": difference.about.value,
                        "claimed": difference.claimed,
                        "found": difference.found,
                        "claim_start": difference.claim_span.start,
                        "claim_end": difference.claim_span.end,
                        "source_start": difference.source_span.start,
                        "source_end": difference.source_span.end,
                    }
                    for difference in item.differences
                ],
                "citation": citation_to_json(item.citation),
            }
            for item in report.evidence
        ],
        "elapsed_ms": round(report.elapsed_ms, 3),
    }


def timeline_to_json(timeline: Timeline) -> dict[str, Any]:
    """The form of ``pullquote timeline --json``."""
    return {
        "schema": TIMELINE_SCHEMA,
        "subject": timeline.subject,
        "undated": timeline.undated,
        "entries": [
            {
                "date": entry.date,
                "last_date": entry.last_date,
                "date_text": entry.date_text,
                "year_inferred": entry.is_inferred,
                "source_count": entry.source_count,
                "citation": citation_to_json(entry.citation),
            }
            for entry in timeline.entries
        ],
    }
