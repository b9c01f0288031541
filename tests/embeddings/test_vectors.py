"""What an index is made of: checked rows, exact scores, files with a manifest, batches gathered to files."""

from __future__ import annotations

import numpy as np
import pytest

from embeddings.errors import IndexDamaged
from embeddings.index_building import gather
from embeddings.index_files import (
    IndexKind,
    Manifest,
    check_files,
    map_array,
    read_manifest,
    write_array,
    write_manifest,
)
from embeddings.scoring import best_rows, candidates_by_product, lossless_dtype, nothing_found
from embeddings.vectors import as_ids, checked_queries, checked_rows

UNIT = np.eye(4, dtype=np.float32)


@pytest.mark.parametrize(
    ("ids", "rows", "message"),
    [
        ([1, 1], UNIT[:2], "cannot add the id 1 twice"),
        ([-1, 1], UNIT[:2], "cannot add the id -1"),
        ([1], UNIT[:2], r"the shape must be \(1, 4\)"),
        ([1, 2], 2 * UNIT[:2], "of length 2; rows must be unit vectors"),
        ([1, 2], np.full((2, 4), np.nan), "of length nan"),
    ],
)
def test_what_cannot_be_added_is_refused(ids, rows, message):
    with pytest.raises(ValueError, match=message):
        checked_rows(ids, rows, 4)


def test_ids_are_a_row_of_integers_and_queries_are_finite():
    assert as_ids([]).dtype == np.int64
    with pytest.raises(ValueError, match="cannot read ids"):
        as_ids([0.5])
    with pytest.raises(ValueError, match="not finite"):
        checked_queries(np.full((1, 4), np.inf), 1, 4)
    with pytest.raises(ValueError, match="k must be 1 or more"):
        checked_queries(UNIT, 0, 4)


def test_the_best_rows_are_exact_and_equal_ones_come_by_id():
    rows = np.vstack([UNIT[0], UNIT[1], UNIT[0]])
    ids = np.array([30, 20, 10])
    (found,) = candidates_by_product(rows, UNIT[:1], 1)
    assert set(found) == {0, 2}
    scores, best = best_rows(UNIT[0], np.arange(3), rows, ids, 2)
    assert (scores.tolist(), best.tolist()) == ([1.0, 1.0], [10, 30])
    (found,) = candidates_by_product(rows, UNIT[:1], 1, mask=np.array([True, True, False]))
    assert found.tolist() == [0]
    assert nothing_found(1, 2)[1].tolist() == [[-1, -1]]


def test_half_precision_is_kept_only_where_it_loses_nothing():
    assert lossless_dtype(UNIT) == "float16"
    assert lossless_dtype(np.float32([[0.1]])) == "float32"


def manifest(files):
    return Manifest(
        kind=next(iter(IndexKind)),
        model="m",
        dim=4,
        count=2,
        generation=3,
        base_count=2,
        row_dtype="float32",
        delta_dtype="float32",
        files=files,
    )


def test_a_manifest_names_its_files_removes_others_and_tells_of_damage(tmp_path):
    file = write_array(tmp_path, "rows", UNIT[:2])
    stale = write_array(tmp_path, "rows", UNIT)
    write_manifest(tmp_path, manifest({"rows": file}))
    assert not (tmp_path / stale.name).exists()
    read = read_manifest(tmp_path)
    assert read == manifest({"rows": file})
    assert map_array(tmp_path, file, np.float32, columns=4).tolist() == UNIT[:2].tolist()
    check_files(tmp_path, read, verify=True)
    (tmp_path / file.name).write_bytes(bytes(file.size))
    with pytest.raises(IndexDamaged, match="fails its checksum"):
        check_files(tmp_path, read, verify=True)
    (tmp_path / file.name).unlink()
    with pytest.raises(IndexDamaged, match="cannot read"):
        check_files(tmp_path, read, verify=False)


def test_batches_are_gathered_and_go_on_where_they_stopped(tmp_path):
    batches = [([1, 2], UNIT[:2]), ([5], UNIT[2:3])]
    counts = []
    ids, rows = gather(tmp_path, batches, dim=4, model_id="m", on_rows=counts.append)
    assert ids.tolist() == [1, 2, 5]
    assert np.array_equal(rows, UNIT[:3])
    assert counts == [2, 3]
    again, _ = gather(
        tmp_path, [*batches, ([9], UNIT[3:])], dim=4, model_id="m", on_rows=counts.append
    )
    assert again.tolist() == [1, 2, 5, 9]
    with pytest.raises(ValueError, match="ascend"):
        gather(
            tmp_path, [([2], UNIT[:1]), ([1], UNIT[:1])], dim=4, model_id="m", on_rows=counts.append
        )
