from __future__ import annotations

from assistant.library import Library, history
from assistant.types import Answer, AnswerStatus, UnanswerableReason
from tests.assistant.fakes import DIM, HashEncoder


def answer(question):
    return Answer(
        question=question,
        status=AnswerStatus.UNANSWERABLE,
        reason=UnanswerableReason.NO_SPAN,
        confidence=0.1,
        answers=(),
        passages=(),
        related=(),
        timings_ms={"search": 1.5},
    )


def test_turns_come_back_as_they_were_kept_and_conversations_newest_first(tmp_path):
    with Library(tmp_path, model_id=HashEncoder.id, dim=DIM) as library:
        first = history.start_conversation(library, "Bridges \udce9")
        second = history.start_conversation(library, "Towers")
        kept = [answer("How many?"), answer("كم عدد الجسور؟")]
        for turn in kept:
            history.add_turn(library, first, turn)
        assert history.turns(library, first) == kept
        assert history.turns(library, second) == []
        found = history.conversations(library)
        assert [(c.id, c.title, c.turn_count) for c in found] == [
            (second, "Towers", 0),
            (first, "Bridges \ufffd", 2),
        ]
