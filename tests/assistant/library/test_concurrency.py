"""The same search gives the same hits, to the last bit: in any thread, task, order and process."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from assistant.assistant import Assistant
from assistant.library import Library
from assistant.output.json import hit_to_json
from assistant.types import Filters
from tests.assistant.fakes import HashEncoder
from tests.assistant.search.test_packing import article

QUERIES = (
    "Which countries sent representatives to the Paris summit?",
    "Who is the Swedish prime minister?",
    "mine clearance in the Black Sea",
    "35",
    "قمة باريس والضمانات الأمنية",
    "Wer traf sich in Berlin?",
)
WORKERS = 6


def forms(hits):
    return [hit_to_json(hit) for hit in hits]


def together(work, count=WORKERS):
    """Results of ``work(n)`` in threads that all start at the same moment."""
    barrier = threading.Barrier(count)

    def one(n):
        barrier.wait(30)
        return work(n)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_threads_on_one_assistant_that_has_loaded_nothing_yet(seeds_folder, seeds):
    expected = {query: forms(seeds.search(query, k=8)) for query in QUERIES}
    arabic = Filters(languages=("ar",))
    expected_arabic = forms(seeds.search(QUERIES[0], k=5, filters=arabic))
    with Assistant.open(seeds_folder, read_only=True) as pq:

        def work(n):
            # Each thread in another order, so that different steps meet.
            order = [*QUERIES[n:], *QUERIES[:n]]
            found = {query: forms(pq.search(query, k=8)) for query in order}
            return found, forms(pq.search(QUERIES[0], k=5, filters=arabic))

        for found, found_arabic in together(work):
            assert found == expected
            assert found_arabic == expected_arabic


async def test_tasks_on_one_assistant(seeds):
    expected = [forms(seeds.search(query, k=8)) for query in QUERIES]
    found = await asyncio.gather(
        *(asyncio.to_thread(seeds.search, query, k=8) for query in QUERIES * 3)
    )
    assert [forms(hits) for hits in found] == expected * 3
    context, answer = await asyncio.gather(
        asyncio.to_thread(seeds.pack, QUERIES[0], max_tokens=300),
        asyncio.to_thread(seeds.ask, QUERIES[0]),
    )
    assert context == seeds.pack(QUERIES[0], max_tokens=300)
    assert answer.answers == seeds.ask(QUERIES[0]).answers


def test_processes(seeds_folder, seeds):
    code = (
        "import json, sys\n"
        "from assistant import Assistant\n"
        "from assistant.output.json import hit_to_json\n"
        "folder, *queries = sys.argv[1:]\n"
        "with Assistant.open(folder, read_only=True) as pq:\n"
        "    found = [[hit_to_json(h) for h in pq.search(q, k=8)] for q in queries]\n"
        "print(json.dumps(found))"
    )
    expected = [forms(seeds.search(query, k=8)) for query in QUERIES]
    order = list(range(len(QUERIES)))
    running = []
    for hash_seed, asked in (("1", order), ("2", order[::-1])):
        running.append(
            (
                asked,
                subprocess.Popen(
                    [sys.executable, "-c", code, str(seeds_folder), *(QUERIES[n] for n in asked)],
                    env={**os.environ, "PYTHONHASHSEED": hash_seed},
                    stdout=subprocess.PIPE,
                ),
            )
        )
    for asked, process in running:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        assert json.loads(output) == [expected[n] for n in asked]


def test_searching_while_articles_come_and_go(tmp_path):
    encoder = HashEncoder()
    kept = [article(f"kept-{n}", [f"The kept summit {n} was here."]) for n in range(5)]
    with Assistant(Library(tmp_path, model_id=encoder.id, dim=encoder.dim), encoder) as pq:
        pq.add_articles(kept)
        done = threading.Event()

        def work(n):
            if n == 0:
                try:
                    for turn in range(12):
                        extra = article(f"extra-{turn % 3}", [f"An extra summit {turn} passed."])
                        pq.add_articles([extra])
                        if turn % 2:
                            pq.remove(extra.id)
                finally:
                    done.set()
                return []
            seen = []
            while True:
                last = done.is_set()
                seen.append(pq.search("the kept summit", k=50))
                if last:
                    return seen

        kept_ids = {one.id for one in kept}
        for searches in together(work, 3):
            for hits in searches:
                assert kept_ids <= {hit.passage.article_id for hit in hits}
                assert all("summit" in hit.passage.text for hit in hits)
                assert len({hit.passage.id for hit in hits}) == len(hits)
        assert pq.doctor(repair=False).is_healthy
