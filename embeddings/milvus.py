"""The vector index on Milvus, for libraries that outgrow one machine.

Vectors lie in one collection; a second small one, ``<collection>_state``, says which model they come
from and which state of the caller's data they reflect. What ``add`` has returned from is in Milvus' log. What
was not added when a server dies is sent again by the caller, whose generation here is still the old one:
adding twice replaces.

Scores are computed again here from the vectors that Milvus returns with its hits, as in
:mod:`embeddings.index`, so they are the same to the last bit and equal ones are ordered by id.

pymilvus is imported when an index is opened; it is the optional extra ``pullquote[milvus]``.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings.errors import IndexDamaged, IndexUnavailable
from embeddings.scoring import best_rows, nothing_found, slack
from embeddings.vectors import as_ids, checked_queries, checked_rows

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]

TOKEN_VARIABLE = "PULLQUOTE_MILVUS_TOKEN"  # noqa: S105 - a name, not a token
"""Environment variable with a token or ``user:password``, so that no secret stands in a URI."""
TIMEOUT_S = 60.0
"""How long one call may take."""

_STATE_SUFFIX = "_state"
_BATCH_ROWS = 4_000
"""Vectors of one call: 6 MB at 384 numbers; a server takes 64 MB."""
_BLOCK_IDS = 16_384
"""Ids in one filter expression, some 200 kB."""
_MOST_HITS = 16_384
"""What Milvus returns of one query at most."""
_SPARE = 32
_URI = re.compile(r"(?P<scheme>milvus|milvuss|milvus-lite)://")
_COLLECTION = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,200}")


class MilvusKind(StrEnum):
    """How Milvus searches a collection that is made here; it cannot be changed afterwards."""

    FLAT = "FLAT"
    """Every vector is compared."""
    HNSW = "HNSW"
    """A graph in memory: fast, some 2 kB a vector."""
    IVF_SQ8 = "IVF_SQ8"
    """Lists at one byte a number: 0.4 kB a vector."""
    DISKANN = "DISKANN"
    """A graph on disk."""


_INDEX_PARAMETERS: dict[MilvusKind, dict[str, int]] = {
    MilvusKind.FLAT: {},
    MilvusKind.HNSW: {"M": 24, "efConstruction": 200},
    MilvusKind.IVF_SQ8: {"nlist": 1024},
    MilvusKind.DISKANN: {},
}
_SEARCH_BREADTH = {
    MilvusKind.HNSW: "ef",
    MilvusKind.IVF_SQ8: "nprobe",
    MilvusKind.DISKANN: "search_list",
}


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """Where a collection is."""

    uri: str
    """As pymilvus takes it: ``http://host:port``, or the path of a milvus-lite file."""
    collection: str
    is_lite: bool = False

    @classmethod
    def parse(cls, uri: str) -> MilvusAddress:
        """Read ``milvus://host:19530/collection`` (``milvuss://`` with TLS).

        ``milvus-lite:///folder/file.db/collection`` is a file of milvus-lite, for trying things out.

        Raises:
            ValueError: The URI is none of these.

        >>> MilvusAddress.parse("milvus://db.example:19530/news").uri
        'http://db.example:19530'
        """
        match = _URI.match(uri)
        path, _, collection = urlsplit(uri).path.rpartition("/") if match else ("", "", "")
        if match is None or not _COLLECTION.fullmatch(collection):
            raise ValueError(
                f"cannot read the index URI {_without_secret(uri)!r}; "
                "it must be like milvus://host:19530/collection"
            )
        if match["scheme"] == "milvus-lite":
            return cls(unquote(path), collection, is_lite=True)
        location = urlsplit(uri).netloc
        if not location or path or "@" in location:
            raise ValueError(
                f"cannot read the index URI {_without_secret(uri)!r}; it must be like "
                f"milvus://host:19530/collection, with user and password in {TOKEN_VARIABLE}"
            )
        scheme = "https" if match["scheme"] == "milvuss" else "http"
        return cls(f"{scheme}://{location}", collection)


class MilvusIndex:
    """A vector index in a Milvus collection. Safe to use from several threads.

    Methods raise :class:`~embeddings.errors.IndexUnavailable` where Milvus cannot be reached or refuses.
    """

    def __init__(
        self, uri: str, *, dim: int, model_id: str, kind: MilvusKind | None = None
    ) -> None:
        """Open a collection, made if it is not there.

        Args:
            uri: See :meth:`MilvusAddress.parse`.
            dim: Numbers in a vector.
            model_id: Id of the encoder whose vectors it must hold.
            kind: How a new collection is searched; None: ``HNSW`` on a server, ``FLAT`` in a file.
                One that is there keeps its own.

        Raises:
            ValueError: The URI is malformed.
            IndexUnavailable: pymilvus is not installed, or Milvus cannot be reached.
            IndexDamaged: The collection holds another model's vectors.
        """
        self._address = MilvusAddress.parse(uri)
        self._dim = dim
        self._model_id = model_id
        self._kind = kind or (MilvusKind.FLAT if self._address.is_lite else MilvusKind.HNSW)
        self._client = _connect(self._address)
        self._generation = self._prepare()

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        return self._dim

    @property
    def model_id(self) -> str:
        """Id of the encoder that the vectors come from."""
        return self._model_id

    @property
    def generation(self) -> int:
        """State of the caller's data that the collection reflects; -1 before the first commit."""
        return self._generation

    def __len__(self) -> int:
        rows = self._call("query", {"filter": "", "output_fields": ["count(*)"]})
        return int(rows[0]["count(*)"])

    def ids(self) -> Ids:
        """All ids, ascending, ``(n,)`` int64."""
        blocks: list[Ids] = []
        last = -1
        while True:
            rows = self._call(
                "query",
                {"filter": f"id > {last}", "output_fields": ["id"], "limit": _MOST_HITS},
            )
            if not rows:
                break
            # Milvus gives a limited query its least primary keys.
            blocks.append(np.sort(np.array([row["id"] for row in rows], np.int64)))
            last = int(blocks[-1][-1])
        return np.concatenate(blocks) if blocks else np.empty(0, np.int64)

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """Add vectors; an id that is there already gets the new vector.

        Where this raises in the middle, some are added; adding all again makes it whole.

        Args:
            ids: ``(n,)`` integers, each once, 0 or more.
            vectors: ``(n, dim)`` unit rows.

        Raises:
            ValueError: See :func:`~embeddings.vectors.checked_rows`.
        """
        new_ids, rows = checked_rows(ids, vectors, self._dim)
        for start in range(0, len(new_ids), _BATCH_ROWS):
            block = slice(start, start + _BATCH_ROWS)
            data = [
                {"id": passage_id, "vector": row}
                for passage_id, row in zip(new_ids[block].tolist(), rows[block], strict=True)
            ]
            self._call("upsert", {"data": data})

    def remove(self, ids: ArrayLike) -> int:
        """Remove vectors; unknown ids are passed over. Returns how many were there."""
        count = 0
        for block in _blocks(np.unique(as_ids(ids))):
            found = [
                row["id"]
                for row in self._call("query", {"filter": _in(block), "output_fields": ["id"]})
            ]
            if found:
                self._call("delete", {"ids": found})
                count += len(found)
        return count

    def search(
        self, queries: ArrayLike, k: int, *, allowed: ArrayLike | None = None
    ) -> tuple[Vectors, Ids]:
        """The best vectors of each query, as :meth:`embeddings.index.FaissIndex.search`.

        Raises:
            ValueError: The shape does not fit, a number is not finite, or ``k`` is not 1 to 16,000.
        """
        wanted = checked_queries(queries, k, self._dim)
        if k > _MOST_HITS - _SPARE:
            raise ValueError(f"cannot search for {k} in Milvus; k must be 1 to 16,000")
        scores, ids = nothing_found(len(wanted), k)
        subset = None if allowed is None else np.unique(as_ids(allowed))
        filters = [""] if subset is None else [_in(block) for block in _blocks(subset)]
        for n, query in enumerate(wanted):
            found: dict[int, Any] = {}
            for expression in filters:
                found.update(self._candidates(query, k, expression))
            if found:
                rows = np.array(list(found.values()), np.float32)
                best = best_rows(query, np.arange(len(rows)), rows, np.array(list(found)), k)
                scores[n, : len(best[0])], ids[n, : len(best[1])] = best
        return scores, ids

    def _candidates(self, query: Vectors, k: int, expression: str) -> Iterator[tuple[int, Any]]:
        """Hits that may be among the ``k`` best, as (id, vector)."""
        size = k + _SPARE
        while True:
            hits = self._call(
                "search",
                {
                    "data": [query.tolist()],
                    "limit": size,
                    "filter": expression,
                    "output_fields": ["vector"],
                    "search_params": {"metric_type": "IP", "params": self._breadth(size)},
                },
            )[0]
            # Hits left out score at most what the last one does.
            is_all = len(hits) < size or size == _MOST_HITS
            if is_all or hits[-1]["distance"] < hits[k - 1]["distance"] - slack(query):
                return ((int(hit["id"]), hit["entity"]["vector"]) for hit in hits)
            size = min(4 * size, _MOST_HITS)

    def _breadth(self, size: int) -> dict[str, int]:
        name = _SEARCH_BREADTH.get(self._kind)
        if name is None:
            return {}
        return {name: 64 if name == "nprobe" else max(128, size)}

    def commit(self, *, generation: int) -> None:
        """Note that everything up to a state of the caller's data has been added and removed."""
        row = {"id": 0, "generation": generation, "model": self._model_id, "vector": [1.0, 0.0]}
        self._call("upsert", {"data": [row]}, collection=self._address.collection + _STATE_SUFFIX)
        self._generation = generation

    def drop(self) -> None:
        """Remove the collection and its state from Milvus."""
        for name in (self._address.collection, self._address.collection + _STATE_SUFFIX):
            self._call("drop_collection", {}, collection=name)

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def _prepare(self) -> int:
        """Make what is missing, load it, and read the generation."""
        name = self._address.collection
        state = name + _STATE_SUFFIX
        if not self._call("has_collection", {}, collection=state):
            self._make(state, 2, MilvusKind.FLAT, with_state=True)
        if not self._call("has_collection", {}):
            self._make(name, self._dim, self._kind, with_state=False)
        for collection in (state, name):
            self._call("load_collection", {}, collection=collection)
        fields = self._call("describe_collection", {})["fields"]
        dims = [int(f["params"]["dim"]) for f in fields if f["name"] == "vector"]
        if dims != [self._dim]:
            raise IndexDamaged(
                f"the Milvus collection {name!r} has vectors of {dims} numbers, not {self._dim}; "
                "name another collection or drop it"
            )
        made_as = self._call("describe_index", {"index_name": "vector"})["index_type"]
        self._kind = next((kind for kind in MilvusKind if kind == made_as), self._kind)
        return self._stored_generation()

    def reload_generation(self) -> int:
        """The generation as another process may have committed it meanwhile.

        Raises:
            IndexDamaged: The collection holds another model's vectors by now.
        """
        self._generation = self._stored_generation()
        return self._generation

    def _stored_generation(self) -> int:
        name = self._address.collection
        rows = self._call(
            "query",
            {"filter": "id == 0", "output_fields": ["generation", "model"]},
            collection=name + _STATE_SUFFIX,
        )
        if not rows:
            return -1
        if rows[0]["model"] != self._model_id:
            raise IndexDamaged(
                f"the Milvus collection {name!r} holds vectors of {rows[0]['model']!r}, "
                f"not {self._model_id!r}; name another collection or drop it"
            )
        return int(rows[0]["generation"])

    def _make(self, name: str, dim: int, kind: MilvusKind, *, with_state: bool) -> None:
        from pymilvus import DataType

        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
        if with_state:
            schema.add_field("generation", DataType.INT64)
            schema.add_field("model", DataType.VARCHAR, max_length=1024)
        indexes = self._client.prepare_index_params()
        indexes.add_index(
            field_name="vector",
            index_type=kind.value,
            metric_type="IP",
            params=_INDEX_PARAMETERS[kind],
        )
        self._call(
            "create_collection",
            {"schema": schema, "index_params": indexes, "consistency_level": "Strong"},
            collection=name,
        )

    def _call(self, what: str, arguments: dict[str, Any], *, collection: str | None = None) -> Any:
        """A method of the client on a collection, its errors as ours."""
        from pymilvus.exceptions import MilvusException

        name = collection or self._address.collection
        try:
            return getattr(self._client, what)(name, timeout=TIMEOUT_S, **arguments)
        except (MilvusException, OSError, RuntimeError) as error:
            raise IndexUnavailable(
                f"Milvus at {self._address.uri} failed to {what.replace('_', ' ')} {name!r} "
                f"({_one_line(error)}); check that it runs"
            ) from error


def _connect(address: MilvusAddress) -> Any:
    try:
        from pymilvus import MilvusClient
        from pymilvus.exceptions import MilvusException
    except ImportError as error:
        raise IndexUnavailable(
            f"cannot open the index at {address.uri}: pymilvus is not installed; "
            "run: pip install 'pullquote[milvus]'"
        ) from error
    # It logs to stderr every error that it raises.
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    if address.is_lite:
        Path(address.uri).parent.mkdir(parents=True, exist_ok=True)
    try:
        return MilvusClient(
            address.uri, token=os.environ.get(TOKEN_VARIABLE, ""), timeout=TIMEOUT_S
        )
    except (MilvusException, OSError, RuntimeError, ImportError) as error:
        raise IndexUnavailable(
            f"cannot reach Milvus at {address.uri} ({_one_line(error)}); check that it runs"
        ) from error


def _blocks(ids: Ids) -> Iterator[Ids]:
    for start in range(0, len(ids), _BLOCK_IDS):
        yield ids[start : start + _BLOCK_IDS]


def _in(ids: Ids) -> str:
    return f"id in {ids.tolist()}"


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]


def _without_secret(uri: str) -> str:
    return re.sub(r"//[^/@]*@", "//***@", uri)
