"""What ``from assistant import ...`` promises to scripts: a name that goes, or comes, is decided here."""

from __future__ import annotations

import assistant

PUBLIC = """
    Answer AnswerGroup AnswerStatus Article Assistant Attribution Brief BriefSentence BriefSide Candidate Change ChangeKind Citation
    ClaimDifference ClaimReport Difference Evidence Filters Hit IngestReport IngestWarning Missing Passage PullquoteError
    QuestionKind QuoteMatch QuoteReport QuoteStatus Says Section Span Stance Tier Timeline TimelineEntry Verdict __version__
""".split()


def test_the_public_names_are_these_and_no_others():
    assert sorted(assistant.__all__) == PUBLIC


def test_every_public_name_is_there():
    missing = [name for name in assistant.__all__ if getattr(assistant, name, None) is None]
    assert missing == []


def test_results_of_checking_are_of_the_exported_types(seeds):
    quote = seeds.verify("representatives from 35 countries")
    claim = seeds.check("Representatives from 35 countries met in Paris.")
    timeline = seeds.timeline("summit")
    assert (type(quote), type(claim), type(timeline)) == (
        assistant.QuoteReport,
        assistant.ClaimReport,
        assistant.Timeline,
    )
    assert {type(match) for match in quote.matches} == {assistant.QuoteMatch}
    assert {type(evidence) for evidence in claim.evidence} == {assistant.Evidence}
    assert isinstance(claim.verdict, assistant.Verdict)
