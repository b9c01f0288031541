"""What is done to a library by a process that may be killed at any of its steps."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from assistant.assistant import Assistant
from assistant.errors import LibraryLocked
from assistant.library import Library
from assistant.library.archive import backup, restore
from tests.assistant.fakes import DIM, FirstWordsReader, HashEncoder

ACTS = ("add", "follow", "remove", "restore", "backup", "doctor", "chat")


def open_library(folder):
    return Assistant(
        Library(folder, model_id=HashEncoder.id, dim=DIM), HashEncoder(), reader=FirstWordsReader()
    )


def act(name, folder, given, kill_at, tell):
    """Do one thing, tell what is done, and die at the ``kill_at``-th call of a function.

    Args:
        name: One of ``ACTS``.
        folder: The library.
        given: What it needs: sources, ids or the path of a backup.
        kill_at: 0: not at all.
        tell: A connection. What is told has been promised to the user.
    """
    steps = [0]

    def count(_frame, _event, _argument):
        steps[0] += 1
        if steps[0] == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    put = Library.put

    def putting(self, article, spans, vectors, *, state):
        put(self, article, spans, vectors, state=state)
        tell.send(article.id)

    Library.put = putting
    sys.setprofile(count)
    try:
        _do(name, Path(folder), given, tell)
    finally:
        sys.setprofile(None)
    tell.send(("done", steps[0]))


def _do(name, folder, given, tell):
    if name == "restore":
        restore(Path(given), folder)
        return
    with open_library(folder) as pq:
        if name == "add":
            pq.add(given)
        elif name == "follow":
            for source in given:
                pq.add([source])
        elif name == "remove":
            pq.remove(*given)
        elif name == "backup":
            backup(pq._library, Path(given))
        elif name == "doctor":
            pq.doctor()
        else:
            conversation = pq.start_conversation("Killed")
            for question in given:
                tell.send(("turn", pq.add_turn(conversation, pq.ask(question))))


def insist(folder, source, tell):
    """Add a source however often another process is writing."""
    with open_library(folder) as pq:
        while True:
            try:
                report = pq.add([source])
            except LibraryLocked:
                continue
            tell.send(len(report.added) + len(report.updated) + len(report.unchanged))
            return
