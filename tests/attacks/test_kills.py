"""Processes that are killed at random steps: what was promised is there, and nothing is half done."""

from __future__ import annotations

import json
import multiprocessing
import random
import re
import sqlite3

import pytest

from tests.attacks.acts import ACTS, act, insist, open_library

ARTICLES = 16
PASSAGE = re.compile(r"Article \d+|Nr(\d+) has \1 bridges, in edition \d+\.|And towers\.")
EDITION = re.compile(r"in edition (\d+)")


@pytest.fixture(scope="module")
def processes():
    """Processes that have everything imported already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.attacks.acts"])
    return context


def run(processes, name, folder, given, kill_at=0):
    """What a process told before it ended, and how many steps it took, None where it was killed."""
    told, tell = processes.Pipe(duplex=False)
    process = processes.Process(target=act, args=(name, str(folder), given, kill_at, tell))
    process.start()
    tell.close()
    lines = []
    try:
        while True:
            lines.append(told.recv())
    except EOFError:
        process.join()
    if lines and lines[-1][0] == "done":
        return lines[:-1], lines[-1][1]
    assert process.exitcode == -9, f"{name} ended by itself with {process.exitcode}"
    return lines, None


def write_source(path, numbers, edition):
    rows = [
        {
            "title": f"Article {number}",
            "text": f"Nr{number} has {number} bridges, in edition {edition}.\n\nAnd towers.",
            "url": f"https://example.org/{number}",
        }
        for number in numbers
    ]
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return str(path)


def state_of(folder):
    """Edition by article of a library that is whole, and its turns."""
    with open_library(folder) as pq:
        assert pq.doctor(repair=False).problems == ()
        editions = {}
        for summary in pq.articles():
            text = pq.article(summary.id).text
            editions[summary.id] = int(EDITION.search(text).group(1))
            assert len(pq._library.passages_of(summary.id)) == 3
        assert len(pq._caches.vectors()) == len(pq._caches.lexical()) == 3 * len(editions)
        turns = {turn[0] for turn in pq._library.history_rows("SELECT id FROM turns")}
        for conversation in pq.conversations():
            assert len(pq.turns(conversation.id)) == conversation.turn_count
        return editions, turns


class Attack:
    """One library, and what has been promised about it."""

    def __init__(self, folder, processes, seed):
        self.folder, self.processes = folder, processes
        self.random = random.Random(seed)
        self.library = folder / "library"
        self.edition = 1
        self.steps = {}
        everything = write_source(folder / "all.jsonl", range(ARTICLES), 1)
        told, _ = run(processes, "add", self.library, [everything])
        assert len(told) == ARTICLES
        self.kept = folder / "kept.pullquote"
        run(processes, "backup", self.library, str(self.kept))
        self.state = self.restored = state_of(self.library)
        for name in ACTS:
            self.once(name, killed=False)

    def given(self, name):
        self.edition += 1
        if name in ("add", "follow"):
            numbers = self.random.sample(range(ARTICLES), 6)
            names = [self.folder / f"{n}.jsonl" for n in range(3)]
            return [
                write_source(path, numbers[2 * n : 2 * n + 2], self.edition)
                for n, path in enumerate(names)
            ]
        if name == "remove":
            known = sorted(self.state[0])
            return self.random.sample(known, min(3, len(known)))
        if name == "restore":
            return str(self.kept)
        if name == "backup":
            return str(self.folder / f"backup-{self.edition}")
        return [f"How many bridges has Nr{n}?" for n in range(3)]

    def once(self, name, *, killed=True):
        """Do one thing, killed at a random step; true where that came before the end."""
        given = self.given(name)
        most = self.steps.get(name, 0)
        # Not the first fifth: that is imports and opening, the same for all.
        kill_at = self.random.randrange(most // 5, most) if killed else 0
        told, steps = run(self.processes, name, self.library, given, kill_at)
        if steps is not None:
            self.steps[name] = max(steps, most)
        editions, turns = state_of(self.library)
        self.check(name, given, told, done=steps is not None, editions=editions, turns=turns)
        self.state = editions, turns
        return steps is None

    def check(self, name, given, told, *, done, editions, turns):
        before, turns_before = self.state
        if name == "restore":
            assert (editions, turns) in ([self.restored] if done else [self.state, self.restored])
            return
        assert turns >= turns_before | {line[1] for line in told if line[0] == "turn"}
        if name == "remove":
            removed = {i: e for i, e in before.items() if i not in given}
            assert editions in ([removed] if done else [before, removed])
        elif name in ("add", "follow"):
            for article_id, edition in editions.items():
                assert edition in (before.get(article_id), self.edition)
            assert editions.keys() >= before.keys()
            assert all(editions[article_id] == self.edition for article_id in told)
            assert not done or len(told) == 6
        else:
            assert editions == before
        if name == "backup" and done:
            connection = sqlite3.connect(given)
            count = connection.execute("SELECT COUNT(*) FROM articles").fetchone()[0]
            connection.close()
            assert count == len(before)


def attack(tmp_path, processes, *, kills, seed):
    attacked = Attack(tmp_path, processes, seed)
    count = 0
    for turn in range(4 * kills):
        count += attacked.once(ACTS[turn % len(ACTS)])
        if count == kills:
            return
    raise AssertionError(f"only {count} of {kills} kills came before the end")


def test_killed_at_every_kind_of_work_nothing_promised_is_lost(tmp_path, processes):
    attack(tmp_path, processes, kills=14, seed=1)


@pytest.mark.full
def test_killed_three_hundred_times_nothing_promised_is_lost(tmp_path, processes):
    attack(tmp_path, processes, kills=300, seed=2)


@pytest.mark.full
def test_two_writers_and_a_reader_during_a_bulk_add(tmp_path, processes):
    library = tmp_path / "library"
    run(processes, "add", library, [write_source(tmp_path / "0.jsonl", range(ARTICLES), 1)])
    halves = (range(150), range(150, 300))
    pipes = []
    for number, half in enumerate(halves, 1):
        told, tell = processes.Pipe(duplex=False)
        source = write_source(tmp_path / f"{number}.jsonl", half, 2)
        processes.Process(target=insist, args=(library, source, tell)).start()
        tell.close()
        pipes.append(told)
    with open_library(library) as reader:
        while not all(pipe.poll() for pipe in pipes):
            for hit in reader.search("bridges in edition 2", k=5):
                assert PASSAGE.fullmatch(hit.passage.text)
    assert [pipe.recv() for pipe in pipes] == [150, 150]
    editions, _ = state_of(library)
    # An article of another file is another one, whatever address its record gives.
    assert sorted(editions.values()) == [1] * ARTICLES + [2] * 300
