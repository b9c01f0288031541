"""Claims with sentences that support or refute them, or neither: climate-fever's pairs."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

from assistant.types import Stance

HELD_OUT_EVERY = 5
"""Claims of climate-fever whose id is divisible by this are kept for measuring."""
_LABELS = {
    "SUPPORTS": Stance.SUPPORTS,
    "REFUTES": Stance.REFUTES,
    "NOT_ENOUGH_INFO": Stance.NEUTRAL,
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim with one sentence."""

    claim_id: int
    claim: str
    sentence: str
    title: str
    label: Stance
    votes: tuple[Stance, ...]
    """What each annotator said, two or more; where they disagree the label is mostly neither."""

    @property
    def is_held_out(self) -> bool:
        """Whether it is kept for measuring."""
        return self.claim_id % HELD_OUT_EVERY == 0


def read_pairs(path: Path) -> list[Pair]:
    """All pairs of ``climate-fever.jsonl.gz``."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Pair(
            int(row["claim_id"]),
            row["claim"],
            evidence["evidence"],
            evidence["article"],
            _LABELS[evidence["evidence_label"]],
            tuple(_LABELS[vote] for vote in evidence["votes"] if vote is not None),
        )
        for row in rows
        for evidence in row["evidences"]
    ]
