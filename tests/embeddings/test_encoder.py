"""The encoder: unit rows in the order given, across languages, light to import, clear in failing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import (
    MANIFEST_FILE,
    THREADS_VARIABLE,
    TRUNK_FILE,
    BundledEncoder,
    SentenceTransformerEncoder,
    batches,
    clean,
    load_encoder,
    open_session,
    thread_count,
)
from embeddings.errors import EmbeddingsError, ModelLoadError
from embeddings.table import MODEL_DIR, TokenTable, load_table

ENGLISH = "How many American paratroopers left the base?"
ARABIC = "كم عدد المظليين الأمريكيين الذين غادروا القاعدة؟"
PASSAGES = [
    "غادر 1500 من المظليين الأمريكيين قاعدة قرب الحدود الأوكرانية.",
    "Water boils at 100 degrees Celsius at sea level.",
    "The football season begins in August.",
]


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    return BundledEncoder(threads=2)


def test_rows_are_unit_and_of_the_right_shape(encoder: BundledEncoder) -> None:
    vectors = encoder.encode_passages(PASSAGES)
    assert vectors.shape == (3, 384) == (3, encoder.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("question", [ENGLISH, ARABIC])
def test_finds_the_passage_in_either_language(encoder: BundledEncoder, question: str) -> None:
    scores = encoder.encode_queries([question]) @ encoder.encode_passages(PASSAGES).T
    assert int(scores.argmax()) == 0


def test_order_is_kept_whatever_the_lengths(encoder: BundledEncoder) -> None:
    texts = [" ".join([f"word{i}"] * (1 + 37 * i % 60)) for i in range(40)]
    together = encoder.encode_passages(texts)
    for index in (0, 7, 39):
        alone = encoder.encode_passages([texts[index]])[0]
        assert int((together @ alone).argmax()) == index
        assert float(together[index] @ alone) > 0.995  # int8 ranges are shared by a batch


def test_query_and_passage_prefixes_differ(encoder: BundledEncoder) -> None:
    assert (
        float(encoder.encode_queries(["Paris"])[0] @ encoder.encode_passages(["Paris"])[0]) < 0.99
    )


def test_odd_texts_do_not_crash(encoder: BundledEncoder) -> None:
    texts = ["", " \n", "\ud83d", "\u200b", "word " * 5000, "字" * 3000]
    vectors = encoder.encode_passages(texts)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(vectors[0], vectors[1], atol=0.05)
    assert encoder.encode_queries([]).shape == (0, 384)


def test_progress_ends_at_all(encoder: BundledEncoder) -> None:
    seen: list[tuple[int, int]] = []
    encoder.encode_passages(["word " * 300] * 20, on_progress=lambda *at: seen.append(at))
    assert len(seen) > 1
    assert seen == sorted(seen)
    assert seen[-1] == (20, 20)


def test_threads_share_one_encoder() -> None:
    shared = BundledEncoder(threads=1)
    found: dict[int, np.ndarray] = {}

    def work(index: int) -> None:
        found[index] = shared.encode_queries([f"question {index}"])

    workers = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for index, vector in found.items():
        np.testing.assert_allclose(vector, shared.encode_queries([f"question {index}"]), atol=1e-5)
    assert len(found) == 4


def test_id_and_checksums_are_those_of_the_files(encoder: BundledEncoder) -> None:
    manifest = json.loads((MODEL_DIR / MANIFEST_FILE).read_text("ascii"))
    sums = {
        name: hashlib.sha256((MODEL_DIR / name).read_bytes()).hexdigest()
        for name in manifest["sha256"]
    }
    assert sums == manifest["sha256"]
    # Libraries hold its vectors: it changes when they do.
    assert encoder.id == manifest["id"] == "multilingual-e5-small-q4-int8-a5952281abbc"


def test_a_fused_file_computes_the_same(tmp_path: Path) -> None:
    from embeddings.build import bert

    copy = tmp_path / "trunk.onnx"
    shutil.copy(MODEL_DIR / TRUNK_FILE, copy)
    bert.fuse(copy)
    assert [path.name for path in tmp_path.iterdir()] == [copy.name]
    given = {
        "inputs_embeds": np.random.default_rng(1).normal(size=(2, 9, 384)).astype(np.float32),
        "attention_mask": np.array([[1] * 9, [1] * 6 + [0] * 3]),
    }
    before, after = (
        open_session(path, threads=1).run(None, given) for path in (MODEL_DIR / TRUNK_FILE, copy)
    )
    np.testing.assert_array_equal(before[0], after[0])


def test_table_rows_follow_the_block_layout(tmp_path: Path) -> None:
    nibbles = np.random.default_rng(0).integers(0, 256, (5, 12, 16), dtype=np.uint8)
    scales = np.linspace(0.5, 2, 60, dtype=np.float16).reshape(5, 12)
    nibbles.tofile(tmp_path / "table.nibbles.bin")
    scales.tofile(tmp_path / "table.scales.bin")
    table = TokenTable(tmp_path)
    rows = table.rows(np.array([[4, 0], [2, 4]]))
    assert rows.shape == (2, 2, 384)
    # Number 32 b + j of a row is the low half of byte j of block b; 32 b + 16 + j its high half.
    assert rows[0, 0, 32 * 3 + 5] == ((nibbles[4, 3, 5] & 15) - 8.0) * scales[4, 3]
    assert rows[1, 0, 32 * 11 + 16 + 15] == ((nibbles[2, 11, 15] >> 4) - 8.0) * scales[2, 11]
    with pytest.raises(IndexError):
        table.rows(np.array([5]))


def test_bundled_table_is_shared_and_complete() -> None:
    assert load_table() is load_table()
    assert load_table().row_count == 250_037


def test_damaged_table_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "table.nibbles.bin").write_bytes(b"\0" * 192)
    (tmp_path / "table.scales.bin").write_bytes(b"\0" * 48)
    with pytest.raises(ModelLoadError, match=r"^the word table in .* is damaged .* install"):
        TokenTable(tmp_path)


def test_damaged_trunk_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "trunk.onnx"
    with pytest.raises(ModelLoadError, match=r"^the model file .* is missing"):
        open_session(path, threads=1)
    path.write_bytes((MODEL_DIR / "trunk.onnx").read_bytes()[:1000])
    with pytest.raises(ModelLoadError, match=r"^cannot load the model file [^\n]*$"):
        open_session(path, threads=1)


def test_folder_without_a_model_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match=r"^cannot read the model file .*manifest"):
        BundledEncoder(tmp_path)


def test_thread_count_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, "3")
    assert thread_count() == 3
    assert thread_count(1) == 1
    for bad in ("0", "many", "-2"):
        monkeypatch.setenv(THREADS_VARIABLE, bad)
        with pytest.raises(EmbeddingsError, match=rf"PULLQUOTE_THREADS is '{bad}'"):
            thread_count()
    monkeypatch.delenv(THREADS_VARIABLE)
    assert 1 <= thread_count() <= 4


def test_batches_hold_every_text_once_within_bounds() -> None:
    lengths = [5, 512, 30, 31, 2, 400, 30]
    found = batches(lengths, max_tokens=600)
    assert sorted(index for batch in found for index in batch) == list(range(7))
    assert found[0] == [1]
    assert all(len(b) * max(lengths[i] for i in b) <= 600 for b in found)


def test_clean_replaces_only_surrogates() -> None:
    assert clean("a\ud83d\udc00é😀") == "a\ufffd\ufffdé😀"


def test_missing_sentence_transformers_model_is_one_line(tmp_path: Path) -> None:
    model = load_encoder(str(tmp_path / "nothing-here"))
    assert isinstance(model, SentenceTransformerEncoder)
    with pytest.raises(ModelLoadError, match=r"^cannot load the model [^\n]*nothing-here[^\n]*$"):
        model.encode_queries(["x"])


class _RecordingModel:
    def __init__(self, prompts: dict[str, str]) -> None:
        self.prompts = prompts
        self.used: list[str] = []

    def get_embedding_dimension(self) -> int:
        return 2

    def encode(self, texts: list[str], *, prompt: str, **_: object) -> np.ndarray:
        self.used.append(prompt)
        return np.tile(np.array([0.6, 0.8], np.float32), (len(texts), 1))


@pytest.mark.parametrize(
    ("name", "prompts", "expected"),
    [
        ("some/model", {}, ["", ""]),
        ("intfloat/multilingual-e5-base", {}, ["query: ", "passage: "]),
        ("some/model", {"query": "Q: ", "document": "D: "}, ["Q: ", "D: "]),
    ],
)
def test_prompts_of_other_models(name: str, prompts: dict[str, str], expected: list[str]) -> None:
    model = SentenceTransformerEncoder(name)
    fake = _RecordingModel(prompts)
    model._model = fake
    assert model.encode_queries(["a"]).shape == (1, 2)
    assert model.encode_passages(["a", "b"]).shape == (2, 2)
    assert fake.used == expected


def test_no_heavy_import() -> None:
    code = (
        "import sys; from embeddings.encoder import load_encoder; e = load_encoder();"
        "assert 'onnxruntime' not in sys.modules; e.encode_queries(['x']);"
        "print(sorted({'torch','transformers','tokenizers','sentence_transformers','regex'}"
        " & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_nothing_is_recorded_for_others(tmp_path):
    """onnxruntime queues what it sends to its maker in the user's cache, unless told not to."""
    code = "from embeddings.encoder import load_encoder; load_encoder().encode_queries(['Who?'])"
    names = ("CI", "ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "GITHUB_ACTIONS", "TF_BUILD")
    environment = {key: value for key, value in os.environ.items() if key not in names}
    environment["HOME"] = str(tmp_path)
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert list(tmp_path.rglob("*onnxruntime*")) == []


def test_who_wants_it_recorded_is_not_overruled():
    code = (
        "import os; from embeddings.encoder import load_encoder; load_encoder().encode_queries(['Who?']);"
        "print(os.environ['ORT_DISABLE_TELEMETRY'])"
    )
    for given, found in ((None, "1"), ("0", "0")):
        environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
        environment["CI"] = "true"
        if given is not None:
            environment["ORT_DISABLE_TELEMETRY"] = given
        run = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        assert run.stdout.strip() == found
