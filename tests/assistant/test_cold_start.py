"""What a start costs, counted and not timed: modules imported and patterns compiled before the first answer."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

COUNT = """
import json, re, sys
compile_ = re._compiler.compile
count = 0

def counting(pattern, flags=0):
    global count
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__", "").partition(".")[0] == "re":
        frame = frame.f_back
    count += frame.f_globals.get("__name__", "").partition(".")[0] in OURS
    return compile_(pattern, flags)

OURS = ("assistant", "embeddings")
re._compiler.compile = counting
{code}
ours = [name for name in sys.modules if name.partition(".")[0] in OURS]
print(json.dumps([len(ours), count]))
"""


@pytest.mark.parametrize(
    ("code", "most_modules", "most_patterns"),
    [
        ("import assistant", 7, 0),
        ("import assistant.assistant", 81, 88),
        (
            "from assistant.cli import run; run(['ask', 'Who is Merz?', '--library', LIBRARY])",
            94,
            134,
        ),
    ],
)
def test_a_start_imports_and_compiles_no_more_than_before(
    seeds_folder, code, most_modules, most_patterns
):
    """The bounds are what was counted when they were last lowered: lower them. Patterns cost the time; modules only tell."""
    script = COUNT.replace("{code}", code.replace("LIBRARY", repr(str(seeds_folder))))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    modules, patterns = json.loads(done.stdout.splitlines()[-1])
    assert (modules <= most_modules, patterns <= most_patterns) == (True, True), done.stdout
