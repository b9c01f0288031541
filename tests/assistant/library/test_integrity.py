from __future__ import annotations

import numpy as np

from assistant.library import Library
from assistant.library.integrity import (
    has_unit_vectors,
    problems_of_article,
    problems_of_database,
    problems_of_history,
)
from tests.assistant.fakes import HashEncoder
from tests.assistant.search.test_packing import article, made


def test_a_whole_library_has_no_problems_and_a_passage_out_of_place_is_one(tmp_path):
    bridge = article("bridge", ["The bridge has 7 arches.", "It was built in 1606."])
    with made(tmp_path, bridge):
        pass
    with Library(tmp_path, model_id=HashEncoder.id, dim=HashEncoder.dim) as library:
        assert list(problems_of_database(library)) == []
        assert list(problems_of_history(library)) == []
        assert problems_of_article(library, bridge.id) == []
        assert has_unit_vectors(library, bridge.id)
        first = library.passages_of(bridge.id)[0]
        library.execute_history(
            "UPDATE passages SET start = start + 900, end = end + 900 WHERE id = ?", (first.id,)
        )
        assert problems_of_article(library, bridge.id) == [
            f"article {bridge.id}: passage {first.id} leaves its paragraph; add it again"
        ]
        vector = np.zeros(HashEncoder.dim, np.float32).tobytes()
        library.execute_history("UPDATE passages SET vector = ? WHERE id = ?", (vector, first.id))
        assert not has_unit_vectors(library, bridge.id)
