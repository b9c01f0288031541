"""Is a quote really there? Exact, altered or not found, with what was changed and who said it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.checking.quotes.alignment import (
    Block,
    Gap,
    QuoteToken,
    allowance_between,
    find_exact,
    find_nearest,
    gaps_of,
    matched_share,
    presence,
    quote_tokens,
    searchable,
)
from assistant.checking.quotes.given import (
    Reading,
    is_around_quoted,
    is_between_quotations,
    readings_of,
    with_attribution,
    with_surroundings,
)
from assistant.checking.wording import difference_of
from assistant.errors import UsageError
from assistant.language import pack
from assistant.language.cues import is_negation
from assistant.language.denials import denials_of
from assistant.language.people import full_name, namesakes
from assistant.language.tokens import TokenText, token_text, tokens_of
from assistant.language.words import STOP_WORDS
from assistant.library import Library
from assistant.library.lexical import LexicalIndex
from assistant.reading.reader import check_cancelled
from assistant.search.citing import cite
from assistant.types import (
    Article,
    Change,
    ChangeKind,
    Citation,
    Difference,
    Hit,
    QuoteMatch,
    QuoteReport,
    QuoteStatus,
    Span,
)

SCAN_ARTICLES = 200
"""Up to this many articles are all looked through; of larger libraries, those that share words."""
FOUND_PASSAGES = 200
ALIGNED_ARTICLES = 12
"""Articles with the most words in common that are aligned."""
MIN_SHARE = 0.6
"""From this share of its words on, a quote counts as altered rather than not found."""
MIN_RUN_TOKENS = 6
MIN_RUN_SHARE = 0.3
MIN_RUN_WEIGHT = 4.0
"""A run of the source's words this long is a source too, whatever was put around it."""
REST_TOKENS = 4
MAX_MATCHES = 10
INNER_SKIP = 12
"""Up to this many skipped words, one among them that turns the meaning is worth a word."""
_PATTERNS = pack.Patterns("quotes")
_WORDS = pack.Words("quotes")
NEAREST = 3
MIN_QUOTE_WORDS = 3
"""With fewer, all of them the commonest, a quote stands in every article."""

Find = Callable[[str, int], Sequence[Hit]]
"""Passages for a query, best first."""


def verify_quote(
    text: str,
    *,
    library: Library,
    lexical: Callable[[], LexicalIndex | None],
    find_alike: Find | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> QuoteReport:
    """Look a quote up in the whole library.

    Args:
        text: The quote, with or without quotation marks, and perhaps with who said it
            (``"We agree," said Merz``).
        library: Where the articles are.
        lexical: The lexical index; asked for only where the library is large.
        find_alike: Passages on the same matter, shown where the quote is not found.
        cancelled: Asked between articles; true stops.

    Raises:
        UsageError: There is no word in it.
        Cancelled: ``cancelled()`` turned true.
    """
    started = time.perf_counter()
    readings = readings_of(text)
    if not readings:
        raise UsageError("the quote has no words: give the words as they were quoted")
    if _says_nothing(text):
        raise UsageError(f"{text.strip()!r} stands everywhere: give more of the quote")
    reports: list[QuoteReport] = []
    for reading in readings:
        check_cancelled(cancelled)
        if reports and is_around_quoted(reports[0], reading):
            continue
        report = _verify_reading(
            text, reading, library=library, lexical=lexical, cancelled=cancelled
        )
        reports.append(report)
        if report.status is QuoteStatus.EXACT:
            break
    order = [QuoteStatus.EXACT, QuoteStatus.ALTERED, QuoteStatus.NOT_FOUND]
    # Of equally good readings the later one takes the attribution off, and so says more.
    best = min(reversed(reports), key=lambda r: (order.index(r.status), -_similarity(r)))
    best = with_surroundings(with_attribution(best, readings, library), library)
    nearest: tuple[Hit, ...] = ()
    if best.status is QuoteStatus.NOT_FOUND and find_alike is not None:
        nearest = tuple(find_alike(best.quote, NEAREST))
    return replace(best, nearest=nearest, elapsed_ms=(time.perf_counter() - started) * 1000.0)


def _says_nothing(text: str) -> bool:
    tokens = tokens_of(text)
    return len(tokens) < MIN_QUOTE_WORDS and all(token.form in STOP_WORDS for token in tokens)


def _similarity(report: QuoteReport) -> float:
    return report.matches[0].similarity if report.matches else 0.0


def _verify_reading(
    text: str,
    reading: Reading,
    *,
    library: Library,
    lexical: Callable[[], LexicalIndex | None],
    cancelled: Callable[[], bool] | None,
) -> QuoteReport:
    plain = quote_tokens(text, reading.parts, brackets_insert=False)
    edited = quote_tokens(text, reading.parts, brackets_insert=True)
    start, end = reading.parts[0][0], reading.parts[-1][1]

    def report(status: QuoteStatus, matches: Sequence[QuoteMatch]) -> QuoteReport:
        return QuoteReport(
            text=text,
            quote=text[start:end],
            quote_start=start,
            status=status,
            matches=tuple(matches),
            claimed_speaker=reading.speaker,
        )

    if not plain:
        return report(QuoteStatus.NOT_FOUND, ())
    articles = _candidates(text, plain, library=library, lexical=lexical)
    sources = []
    for article_id in articles:
        check_cancelled(cancelled)
        sources.append(library.article(article_id))
    exact = _exact_matches([q for q in (plain, edited) if q], sources)
    if exact:
        return report(QuoteStatus.ALTERED if exact[0].changes else QuoteStatus.EXACT, exact)
    nearest = []
    for quote in (edited, plain) if edited != plain and edited else (plain,):
        best = _nearest_match(text, quote, sources)
        if best is not None and not best.changes:
            return report(QuoteStatus.EXACT, [best])
        nearest += [best] if best is not None else []
    if not nearest:
        return report(QuoteStatus.NOT_FOUND, ())
    return report(QuoteStatus.ALTERED, [max(nearest, key=lambda match: match.similarity)])


def _candidates(
    text: str,
    quote: Sequence[QuoteToken],
    *,
    library: Library,
    lexical: Callable[[], LexicalIndex | None],
) -> list[str]:
    if library.counts()["articles"] <= SCAN_ARTICLES:
        return library.article_ids()
    # A long quote is asked for in pieces too, so that a joined one finds all that it was made of.
    queries = [searchable(quote, text)]
    if len(quote) >= 4 * REST_TOKENS:
        half = len(quote) // 2
        queries += [searchable(quote[:half], text), searchable(quote[half:], text)]
    found: dict[str, None] = {}
    index = lexical()
    if index is None:
        return library.article_ids()
    for query in queries:
        ids = [passage_id for passage_id, _ in index.search(query, FOUND_PASSAGES)]
        passages = library.passages(ids)
        found.update((passages[i].article_id, None) for i in ids if i in passages)
    return list(found)


def _exact_matches(
    quotes: Sequence[Sequence[QuoteToken]],
    sources: Sequence[Article],
) -> list[QuoteMatch]:
    matches = []
    for article in sources:
        source = token_text(article.text)
        for quote in quotes:
            places = [p for p in find_exact(quote, source) if not gaps_of(quote, source, p)]
            if places:
                matches += [
                    _match(quote, article, source, blocks, _turned(quote, article, source, blocks))
                    for blocks in places
                ]
                break
    matches.sort(key=lambda m: (m.citations[0].published or "9", m.citations[0].start))
    # A place where the ellipsis turns the meaning is the quote only where there is none without.
    return ([m for m in matches if not m.changes] or matches)[:MAX_MATCHES]


def _nearest_match(
    text: str, quote: Sequence[QuoteToken], sources: Sequence[Article]
) -> QuoteMatch | None:
    ranked = sorted(
        ((presence(quote, token_text(article.text)), article) for article in sources),
        key=lambda item: -item[0],
    )
    found = []
    for share, article in ranked[:ALIGNED_ARTICLES]:
        if share < MIN_RUN_SHARE:
            break
        source = token_text(article.text)
        blocks = find_nearest(quote, source)
        if blocks:
            gaps = gaps_of(quote, source, blocks)
            found.append((matched_share(quote, blocks, gaps), article, source, blocks, gaps))
    if not found:
        return None
    # Fewer rearrangements first: a quote with one changed word is no quote joined from pieces.
    share, article, source, blocks, gaps = max(
        found, key=lambda item: item[0] - 0.05 * sum(gap.is_jump for gap in item[4])
    )
    rest = _rest_elsewhere(text, quote, gaps, [item for item in found if item[1] is not article])
    if not _is_source(quote, share + (rest[1] if rest else 0.0), blocks, gaps):
        return None
    changes = [
        change
        for gap in gaps
        if (change := _change(text, quote, article, source, gap)).kind is not ChangeKind.LEFT_OUT
        or not is_between_quotations(article.text, change.source_span)
    ]
    if rest is not None:
        changes = [rest[0] if _covers(rest[0], change) else change for change in changes]
    changes += _turned(quote, article, source, blocks)
    return _match(quote, article, source, blocks, changes, similarity=share)


def _is_source(
    quote: Sequence[QuoteToken], share: float, blocks: Sequence[Block], gaps: Sequence[Gap]
) -> bool:
    matched = sum(block.q1 - block.q0 for block in blocks)
    if share >= MIN_SHARE and matched >= 3:
        return True
    if len(quote) <= 4:
        changed = [item for gap in gaps for item in quote[gap.q0 : gap.q1]]
        return (
            matched >= 1
            and bool(changed)
            and all(item.token.form.strip("-")[:1].isdigit() for item in changed)
        )
    for block in blocks:
        weight = sum(item.token.weight for item in quote[block.q0 : block.q1])
        if block.q1 - block.q0 >= MIN_RUN_TOKENS and weight >= MIN_RUN_WEIGHT:
            return share >= MIN_RUN_SHARE
    return False


def _rest_elsewhere(
    text: str,
    quote: Sequence[QuoteToken],
    gaps: Sequence[Gap],
    others: Sequence[tuple[float, Article, TokenText, list[Block], list[Gap]]],
) -> tuple[Change, float] | None:
    """A stretch of the quote that comes from another article: joined across articles."""
    total = sum(item.token.weight for item in quote)
    for gap in gaps:
        if gap.q1 - gap.q0 < REST_TOKENS:
            continue
        rest = quote[gap.q0 : gap.q1]
        for _, article, source, _, _ in others:
            blocks = find_nearest(rest, source)
            if not blocks:
                continue
            share = matched_share(rest, blocks, gaps_of(rest, source, blocks))
            if share >= MIN_SHARE:
                span = Span(source.tokens[blocks[0].s0].start, source.tokens[blocks[-1].s1 - 1].end)
                given = Span(rest[0].token.start, rest[-1].token.end)
                change = Change(
                    kind=ChangeKind.JOINED,
                    given=text[given.start : given.end],
                    true=f"{article.title}: {article.text[span.start : span.end]}",
                    given_span=given,
                    source_span=span,
                )
                weight = sum(item.token.weight for item in rest)
                return change, share * weight / total
    return None


def _covers(rest: Change, change: Change) -> bool:
    return rest.given_span == change.given_span


def _change(
    text: str, quote: Sequence[QuoteToken], article: Article, source: TokenText, gap: Gap
) -> Change:
    given_span = _quote_span(quote, gap.q0, gap.q1)
    given = text[given_span.start : given_span.end]
    if gap.is_jump:
        ordered = gap.s1 >= gap.s0
        first, last = (gap.s0, gap.s1) if ordered else (gap.s1, gap.s0)
        span = _source_span(source, first, last)
        kind = ChangeKind.JOINED if ordered else ChangeKind.REORDERED
        return Change(kind, given, article.text[span.start : span.end], given_span, span)
    span = _source_span(source, gap.s0, gap.s1)
    true = article.text[span.start : span.end]
    kind = ChangeKind.REPLACED
    if not true:
        kind = ChangeKind.ADDED
    elif not given:
        kind = ChangeKind.LEFT_OUT
    return Change(kind, given, true, given_span, span, difference_of(given, true))


def _quote_span(quote: Sequence[QuoteToken], first: int, last: int) -> Span:
    if first < last:
        return Span(quote[first].token.start, quote[last - 1].token.end)
    at = quote[first - 1].token.end if first else quote[0].token.start
    return Span(at, at)


def _source_span(source: TokenText, first: int, last: int) -> Span:
    if first < last:
        return Span(source.tokens[first].start, source.tokens[last - 1].end)
    at = source.tokens[first - 1].end if first else 0
    return Span(at, at)


def _match(
    quote: Sequence[QuoteToken],
    article: Article,
    source: TokenText,
    blocks: Sequence[Block],
    changes: Sequence[Change],
    *,
    similarity: float = 1.0,
) -> QuoteMatch:
    spans: list[Span] = []
    first = last = blocks[0]
    for block in blocks[1:]:
        true = block.s0 - last.s1
        near = 0 <= true <= block.q0 - last.q1 + REST_TOKENS
        skipped = _source_span(source, last.s1, block.s0)
        shown = any(
            change.kind is ChangeKind.LEFT_OUT
            and skipped.start <= change.source_span.start < skipped.end
            for change in changes
        )
        if not shown and (not near or allowance_between(quote, last, block)):
            spans.append(_source_span(source, first.s0, last.s1))
            first = block
        last = block
    spans.append(_source_span(source, first.s0, last.s1))
    if changes and len(spans) == 1:
        spans = [_widened(spans[0], changes)]
    citations = tuple(
        citation for span in spans for citation in _cite_paragraphs(article, _closed(article, span))
    )
    speaker = next((c.speaker for c in citations if c.speaker), None)
    notes = _notes(quote, article, source, blocks)
    in_full = speaker
    if speaker is not None:
        people = namesakes(speaker, article.text, citations[0].sentence_start)
        if people:
            notes = (*notes, f"{speaker} may be any of these: {', '.join(people)}")
        else:
            in_full = full_name(speaker, article.text, citations[0].sentence_start)
    return QuoteMatch(
        article_id=article.id,
        citations=citations,
        similarity=similarity,
        changes=tuple(changes),
        notes=notes,
        speaker=speaker,
        speaker_in_full=in_full,
    )


def _widened(span: Span, changes: Sequence[Change]) -> Span:
    """The true wording with the words that stand where the quote has others."""
    inner = [c.source_span for c in changes if c.kind is not ChangeKind.ADDED and c.true]
    return Span(
        min([span.start, *(s.start for s in inner)]), max([span.end, *(s.end for s in inner)])
    )


def _closed(article: Article, span: Span) -> Span:
    """With the full stop or percent sign that belongs to the last word."""
    end = span.end
    if article.text[end : end + 1] in (".", "!", "?", "؟", "。"):
        end += 1
    return Span(span.start, end)


def _cite_paragraphs(article: Article, span: Span) -> list[Citation]:
    citations = []
    for paragraph in article.paragraphs:
        start, end = max(span.start, paragraph.start), min(span.end, paragraph.end)
        if start < end:
            citations.append(cite(article, start, end))
    return citations


def _turned(
    quote: Sequence[QuoteToken], article: Article, source: TokenText, blocks: Sequence[Block]
) -> list[Change]:
    """The words that an ellipsis leaves out though what is kept says otherwise without them."""
    found = []
    for first, second in pairwise(blocks):
        if not allowance_between(quote, first, second):
            continue
        for low, high in _turning(article, source, first.s1, second.s0):
            if _has_own_clause(article, source, Block(0, 0, first.s1, second.s0), low, high):
                continue
            span = _source_span(source, low, high)
            true = article.text[span.start : span.end]
            about = difference_of("", true)
            if about is Difference.WORDING:
                about = Difference.NEGATION
            at = _quote_span(quote, first.q1, first.q1)
            found.append(Change(ChangeKind.LEFT_OUT, "", true, at, span, about))
    return [*found, *_cut_off(quote, article, source, blocks)]


def _cut_off(
    quote: Sequence[QuoteToken], article: Article, source: TokenText, blocks: Sequence[Block]
) -> list[Change]:
    """The negation of the quote's last word, a verb's, behind it: "a tax may" for "may not".

    Behind any other word "not" and "no" go with what follows: "the poor not only in towns".
    """
    after = blocks[-1].s1
    if after >= len(source.tokens) or source.forms[after] not in _WORDS.turns_before:
        return []
    if source.forms[after - 1] not in _WORDS.auxiliaries:
        return []
    if not _WORDS.not_only.isdisjoint(source.forms[after + 1 : after + 2]):
        return []
    between = article.text[source.tokens[after - 1].end : source.tokens[after].start]
    if not between.isspace() or "\n" in between or not source.forms[after].isascii():
        return []
    span = _source_span(source, after, after + 1)
    at = Span(quote[-1].token.end, quote[-1].token.end)
    true = article.text[span.start : span.end]
    return [Change(ChangeKind.LEFT_OUT, "", true, at, span, Difference.NEGATION)]


def _turning(article: Article, source: TokenText, low: int, high: int) -> list[tuple[int, int]]:
    """Which of the skipped tokens ``low:high`` deny or put in doubt."""
    if not 0 < high - low <= INNER_SKIP:
        return []
    found = [
        (at, at + 1)
        for at in range(low, high)
        if is_negation(source.forms[at])
        or (
            source.forms[at] in _WORDS.doubts
            and not article.text[source.tokens[at].start].isupper()
        )
    ]
    # Read to the end of the quote's next words: "refuse to" may be cut off from what it governs.
    found += [(low + a, low + b) for a, b in denials_of(source.tokens[low:high])]
    return sorted(found)


def _has_own_clause(article: Article, source: TokenText, skip: Block, low: int, high: int) -> bool:
    """Whether the words ``low:high`` go with what else is skipped: "[, which is not cheap,]"."""
    if source.forms[low] in _WORDS.with_object:
        return high < skip.s1
    start = source.tokens[skip.s0 - 1].end if skip.s0 else 0
    end = source.tokens[skip.s1].start if skip.s1 < len(source.tokens) else len(article.text)
    before = article.text[start : source.tokens[low].start]
    after = article.text[source.tokens[high - 1].end : end]
    return bool(_PATTERNS.opens_clause.search(before) or _PATTERNS.closes_clause.search(after))


def _notes(
    quote: Sequence[QuoteToken], article: Article, source: TokenText, blocks: Sequence[Block]
) -> tuple[str, ...]:
    notes = []
    for first, second in pairwise(blocks):
        dropped = _turning(article, source, first.s1, second.s0)
        if dropped and allowance_between(quote, first, second):
            span = _source_span(source, *dropped[0])
            notes.append(f"the ellipsis leaves out “{article.text[span.start : span.end]}”")
        there = article.paragraph_at(source.tokens[first.s1 - 1].start)
        here = article.paragraph_at(source.tokens[second.s0].start)
        if allowance_between(quote, first, second) and here > there:
            notes.append(f"the ellipsis skips from paragraph {there + 1} to {here + 1}")
    used = article.paragraph_at(source.tokens[blocks[0].s0].start)
    if article.paragraphs and not article.paragraphs[used].is_evidence:
        notes.append("it stands in the caption of an AI-generated image: never evidence")
    return tuple(notes)
