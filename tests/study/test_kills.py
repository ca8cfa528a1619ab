"""Kills at random moments and runs at one time: what a unit finished is there, and the end has the very same bits.

One process imports everything and forks the runs, so that a run costs its own work alone.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

KILLS, RACES = 4, 4
COMMON = textwrap.dedent("""
    import os, random, signal, sys, time
    from pathlib import Path
    import numpy as np
    import repscape as rs
    from repscape.errors import BusyError, StoreError

    home, count, every = Path(sys.argv[1]), int(sys.argv[2]), [int(word) for word in sys.argv[3:]]
    threads = every[0]
    X = np.random.default_rng(0).normal(size=(150, 6))
    source = {name: X * np.linspace(1, place + 1, 6) for place, name in enumerate("abcd")}
    plan = rs.Plan(measures=["id_twonn", ("overlap_labels", {"k": 5}), ("overlap_neighbors", {"k": 5}), "sim_cka"],
                   labels="kind")

    def go(folder, wait=False):
        return rs.run(source, plan, columns={"kind": np.arange(150) % 3}, folder=folder, threads=threads, wait=wait)

    def forked(work):
        pid = os.fork()
        if pid:
            return pid
        try:
            work()
            os._exit(0)
        except BusyError as error:
            assert "is in use by process" in str(error)
            os._exit(1)
        except BaseException as error:
            print(repr(error), flush=True)
            os._exit(2)

    def code(pid):
        return os.waitpid(pid, 0)[1]

    begun = time.perf_counter()
    assert code(forked(lambda: go(home / "warm"))) == 0
    begun = time.perf_counter()
    assert code(forked(lambda: go(home / "whole"))) == 0
    seconds = time.perf_counter() - begun
    whole, table = rs.load_results(home / "whole"), (home / "whole" / "results.csv").read_bytes()
    draw = random.Random(0)

    def check(folder):
        assert rs.load_results(folder).records == whole.records
        assert (folder / "results.csv").read_bytes() == table
        assert rs.open_study(folder).problems() == ()
        assert not list(folder.glob(".*"))
""")
KILLED = COMMON + textwrap.dedent("""
    spot = lambda r: (r.variant, r.profile, r.place, r.other, r.column)
    known = {spot(record): record for record in whole}
    seen = set()
    for threads, kill in [(threads, kill) for threads in every for kill in range(count)]:
        folder = home / f"k{kill}-{threads}"
        pid = forked(lambda: go(folder))
        time.sleep(draw.uniform(0, seconds))
        os.kill(pid, signal.SIGKILL)
        code(pid)
        if (folder / "study.toml").exists():
            try:
                held = rs.open_study(folder).results
            except StoreError as error:
                assert "no results" in str(error)
            else:
                seen.add(len(held))
                assert all(known[spot(record)] == record for record in held)
        assert code(forked(lambda: go(folder))) == 0
        check(folder)
    print(sorted(seen))
""")
RACED = COMMON + textwrap.dedent("""
    for race in range(count):
        folder, wait = home / f"r{race}", race % 2 == 0
        both = [forked(lambda: go(folder, wait))]
        time.sleep(draw.uniform(0, seconds))
        both.append(forked(lambda: go(folder, wait)))
        ends = sorted(code(pid) >> 8 for pid in both)
        assert ends in ([[0, 0]] if wait else [[0, 0], [0, 1]]), ends
        check(folder)
    print("raced")
""")


def run(script: str, *words: object) -> str:
    done = subprocess.run([sys.executable, "-c", script, *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_kill_nine_at_random_moments(tmp_path: Path) -> None:
    """On one thread and on two, whose end is the same."""
    assert run(KILLED, tmp_path, KILLS, 1, 2).startswith("[")


def test_two_runs_on_one_folder_at_once(tmp_path: Path) -> None:
    assert run(RACED, tmp_path, RACES, 1) == "raced\n"
