from __future__ import annotations

import threading

from assistant.library.watching import changes


def test_a_changed_file_is_told_and_hidden_ones_are_not(tmp_path):
    stop = threading.Event()
    seen: list[list[str]] = []
    ready = threading.Event()

    def follow():
        for batch in changes([tmp_path], stop=stop):
            seen.append(batch)
            ready.set()
            stop.set()

    follower = threading.Thread(target=follow)
    follower.start()
    # The watcher may take a moment to start: write until it has seen something.
    for number in range(200):
        (tmp_path / ".hidden.txt").write_text(str(number), "utf-8")
        (tmp_path / "page.txt").write_text(f"Edition {number}", "utf-8")
        if ready.wait(0.1):
            break
    stop.set()
    follower.join(10)
    assert seen[0] == [str(tmp_path / "page.txt")]
