"""No module without a test of its own: one that imports it, or the file of tests that has its name and place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("assistant", "embeddings")
UNTESTED = {
    "assistant.__main__": "starts the command line, as tests/assistant/cli does",
    "assistant.sources.worker": "runs in a process of its own: tests/assistant/sources/test_isolation.py",
    "assistant.training.batches": "needs hours of training",
    "assistant.training.calibrate": "needs hours of training",
    "assistant.training.export_reader": "needs hours of training",
    "assistant.training.exported": "needs hours of training",
    "assistant.training.scoring": "needs hours of training",
    "assistant.training.stance_pairs": "needs hours of training",
    "embeddings.build.convert": "needs the published weights; run by hand",
}


def modules() -> dict[str, Path]:
    """The modules of both packages; a package's own file is imported with any of them."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__init__.py"
    }


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_every_module_has_a_test_of_its_own():
    tests = [path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)]
    found = {name for path in tests for name in imported(path)}
    places = {path.relative_to(ROOT / "tests") for path in tests}
    without = {
        name
        for name, path in modules().items()
        if name not in found and path.with_name(f"test_{path.name}") not in places
    }
    assert sorted(without) == sorted(UNTESTED)
