"""Many claims at once: read from text, CSV or JSON lines, results kept as they come, resumable."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from assistant.errors import SourceError, UsageError
from assistant.language.inputs import MAX_CLAIM_CHARS
from assistant.language.tokens import tokens_of
from assistant.output.json import claim_report_to_json
from assistant.output.sanitise import json_text
from assistant.types import ClaimReport, Progress, Verdict

CHUNK = 16
"""Claims that are searched together, and at most lost when a batch is cut short."""
CLAIM_COLUMNS = ("claim", "text", "statement", "quote")
DELIMITERS = (",", ";", "\t")
ID_COLUMNS = ("id", "claim_id", "number", "nr")
CSV_COLUMNS = (
    "id", "claim", "verdict", "confidence", "differences", "quote", "title", "published", "url",
    "article_id", "start", "end", "supporting_sources", "refuting_sources",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class BatchFormat(StrEnum):
    """How results are written."""

    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class BatchClaim:
    """One claim of a batch."""

    claim: str
    id: str | None = None


def read_claims(text: str, *, name: str = "") -> list[BatchClaim]:
    r"""Claims of a batch file; the form is told from the text.

    JSON lines (or one JSON array) hold strings or objects with ``claim`` (or ``text``) and perhaps ``id``;
    CSV needs a header with such a column, and its cells may be parted by commas, semicolons or tabs;
    anything else is one claim a line.

    Args:
        text: The file's text.
        name: Its name, for messages.

    Raises:
        UsageError: There is no claim in it.
        SourceError: A line is not what the first lines promise, or a claim is too long.

    >>> read_claims('id,claim\n7,"Water boils, at 90 degrees."')
    [BatchClaim(claim='Water boils, at 90 degrees.', id='7')]
    >>> read_claims("One.\n\nTwo.")[1].claim
    'Two.'
    """
    text = text.removeprefix("\ufeff")
    first = text.lstrip()[:1]
    lines = text.splitlines()
    array = _json_array(text) if first == "[" else None
    delimiter = _delimiter_of(lines[0]) if lines else None
    if array is not None:
        found = [_json_claim(value, f"{name} item {at}") for at, value in enumerate(array, 1)]
    elif first in ("{", '"') and _is_json(text.lstrip().partition("\n")[0]):
        # Not ``splitlines``: JSON text may hold U+2028 and the like as they are.
        found = list(_json_lines(text.split("\n"), name))
    elif delimiter is not None:
        found = list(_csv_rows(text, delimiter))
    else:
        found = [BatchClaim(line.strip()) for line in lines if line.strip()]
    if not found:
        raise UsageError(f"{name or 'the batch'} holds no claims: write one a line")
    for at, item in enumerate(found, 1):
        if len(item.claim) > MAX_CLAIM_CHARS:
            raise SourceError(
                f"{name} claim {at} has {len(item.claim):,} characters and may have "
                f"{MAX_CLAIM_CHARS:,}: check one statement at a time"
            )
    return found


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _json_array(text: str) -> list[Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, list) else None


def _json_lines(lines: Sequence[str], name: str) -> Iterator[BatchClaim]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise SourceError(f"{name} line {number} is not JSON: {line[:40]!r}") from error
        yield _json_claim(value, f"{name} line {number}")


def _json_claim(value: object, place: str) -> BatchClaim:
    if isinstance(value, str):
        return BatchClaim(value)
    claim, identity = None, None
    if isinstance(value, dict):
        claim = next((value[c] for c in CLAIM_COLUMNS if c in value), None)
        identity = next((value[c] for c in ID_COLUMNS if c in value), None)
    if not isinstance(claim, str):
        shown = json.dumps(value, ensure_ascii=False)[:40]
        raise SourceError(f'{place} has no "claim": {shown}')
    return BatchClaim(claim, None if identity is None else str(identity))


def _delimiter_of(header: str) -> str | None:
    """What parts the cells of a header with a claim column; None where it is none."""
    for delimiter in DELIMITERS:
        names = _names_of(header, delimiter)
        if names and any(column in names for column in CLAIM_COLUMNS):
            return delimiter
    return None


def _names_of(header: str, delimiter: str) -> list[str]:
    row = next(csv.reader([header], delimiter=delimiter), [])
    return [cell.strip().casefold() for cell in row]


def _csv_rows(text: str, delimiter: str) -> Iterator[BatchClaim]:
    names = _names_of(text.splitlines()[0], delimiter)
    at = next(names.index(column) for column in CLAIM_COLUMNS if column in names)
    key = next((names.index(column) for column in ID_COLUMNS if column in names), None)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    next(rows)
    for row in rows:
        if len(row) > at and row[at].strip():
            identity = row[key] if key is not None and len(row) > key else None
            yield BatchClaim(row[at].strip(), identity)


def check_batch(
    claims: Sequence[BatchClaim],
    check_each: Callable[[Sequence[str]], Iterator[ClaimReport]],
    *,
    skip: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Iterator[ClaimReport]:
    """Check the claims after the first ``skip``, in order; one without words has no evidence.

    Args:
        claims: The whole batch.
        check_each: Checks claims that are searched together.
        skip: How many were done before.
        on_progress: Told after every claim; ``done`` counts those of this run.
    """
    started = time.perf_counter()
    rest = claims[skip:]
    done = 0

    def tell(label: str) -> None:
        if on_progress is not None:
            on_progress(Progress(done, len(rest), label, time.perf_counter() - started))

    for start in range(0, len(rest), CHUNK):
        chunk = rest[start : start + CHUNK]
        reports = check_each([c.claim for c in chunk if tokens_of(c.claim)])
        for claim in chunk:
            wordless = ClaimReport(claim.claim, Verdict.NOT_ENOUGH, 1.0, ())
            report = next(reports) if tokens_of(claim.claim) else wordless
            yield replace(report, id=claim.id)
            done += 1
            tell(claim.claim)
    tell("")


class BatchFile:
    """Results on disk: one line each, written through, so that a batch can go on where it stopped.

    Args:
        path: Where; ``.csv`` writes CSV, any other name JSON lines.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.format = BatchFormat.CSV if path.suffix.lower() == ".csv" else BatchFormat.JSONL
        self._stream: TextIO | None = None

    def resume(self, claims: Sequence[BatchClaim]) -> int:
        """Keep the whole lines that are there; gives how many claims they hold.

        Raises:
            UsageError: They are results of other claims.
            SourceError: The file cannot be read or written.
        """
        try:
            content = self.path.read_bytes() if self.path.exists() else b""
        except OSError as error:
            raise SourceError(f"{self.path} cannot be read ({error.strerror})") from error
        kept, done = self._whole_lines(content)
        wanted = [claim.claim for claim in claims[: len(done)]]
        if done != wanted:
            raise UsageError(
                f"{self.path} holds results of other claims: name another file, or remove it"
            )
        try:
            with self.path.open("wb") as stream:
                stream.write(kept)
            self._stream = self.path.open("a", encoding="utf-8", newline="")
        except OSError as error:
            raise SourceError(f"{self.path} cannot be written ({error.strerror})") from error
        if self.format is BatchFormat.CSV and not kept:
            self._write(csv_line(CSV_COLUMNS))
        return len(done)

    def _whole_lines(self, content: bytes) -> tuple[bytes, list[str]]:
        """The part of a file that ends with a whole result, and its claims."""
        text = content[: content.rfind(b"\n") + 1].decode("utf-8", "replace")
        claims: list[str] = []
        if self.format is BatchFormat.JSONL:
            kept = []
            for line in text.split("\n")[:-1]:
                try:
                    claims.append(json.loads(line)["claim"])
                except (ValueError, KeyError, TypeError):
                    break
                kept.append(f"{line}\n")
            return "".join(kept).encode("utf-8"), claims
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
        if not rows or tuple(rows[0]) != CSV_COLUMNS:
            return b"", ([] if not rows else ["?"])
        good = [row for row in rows[1:] if len(row) == len(CSV_COLUMNS)]
        lines = [csv_line(CSV_COLUMNS), *(csv_line(row, guard=False) for row in good)]
        return "".join(lines).encode("utf-8"), [_unguarded(row[1]) for row in good]

    def add(self, report: ClaimReport) -> None:
        """Write one result through."""
        if self.format is BatchFormat.CSV:
            self._write(csv_line(csv_row(report)))
        else:
            self._write(json_text(claim_report_to_json(report)) + "\n")

    def _write(self, text: str) -> None:
        assert self._stream is not None, "resume() comes first"
        self._stream.write(text)
        self._stream.flush()

    def close(self) -> None:
        """Finish; safe to call twice."""
        if self._stream is not None:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            self._stream = None


def csv_row(report: ClaimReport) -> tuple[Any, ...]:
    """A report as one row of :data:`CSV_COLUMNS`."""
    first = report.evidence[0].citation if report.evidence else None
    differences = "; ".join(
        f"{d.about.value}: {d.claimed or '–'} / {d.found or '–'}" for d in report.differences
    )
    is_open = report.verdict is Verdict.NOT_ENOUGH
    if is_open and not differences:
        differences = "; ".join(f"missing: {word}" for word in report.missing)
    return (
        report.id or "",
        report.claim,
        report.verdict.value,
        "" if is_open else f"{report.confidence:.3f}",
        differences,
        first.quote if first else "",
        first.title if first else "",
        (first.published or "") if first else "",
        (first.url or "") if first else "",
        first.article_id if first else "",
        first.start if first else "",
        first.end if first else "",
        report.supporting_sources,
        report.refuting_sources,
    )


def csv_line(row: Sequence[Any], *, guard: bool = True) -> str:
    """One line of CSV; texts that a spreadsheet would run as a formula get an apostrophe."""
    stream = io.StringIO()
    cells = [
        f"'{cell}" if guard and isinstance(cell, str) and cell.startswith(_FORMULA) else cell
        for cell in row
    ]
    csv.writer(stream, lineterminator="\n").writerow(cells)
    return stream.getvalue()


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
