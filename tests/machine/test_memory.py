"""Memory: the narrowest of what the machine, every control group above this process and its own limits leave."""

from __future__ import annotations

import subprocess
import sys

import pytest

from repscape.errors import MemoryBudgetError
from repscape.machine import _memory, memory_available, memory_errors, threads_within

MIB = 1 << 20


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """A tree of control groups of our own."""
    monkeypatch.setattr(_memory, "GROUPS", tmp_path / "groups")
    monkeypatch.setattr(_memory, "MEMBERSHIP", tmp_path / "membership")

    def make(membership, **files):
        (tmp_path / "membership").write_text(membership)
        for place, text in files.items():
            path = tmp_path / "groups" / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return make


def test_a_group_of_version_two(groups):
    groups("0::/job\n", **{"job/memory.max": f"{64 * MIB}\n", "job/memory.current": f"{24 * MIB}\n"})
    assert memory_available() == 40 * MIB


def test_files_that_the_kernel_can_drop_are_free(groups):
    groups(
        "0::/job\n",
        **{
            "job/memory.max": f"{64 * MIB}\n",
            "job/memory.current": f"{60 * MIB}\n",
            "job/memory.stat": f"anon {30 * MIB}\ninactive_file {20 * MIB}\nactive_file {10 * MIB}\n",
        },
    )
    assert memory_available() == 24 * MIB


def test_a_group_above_may_be_narrower(groups):
    groups(
        "0::/slice/pod/job\n",
        **{
            "slice/pod/job/memory.max": "max\n",
            "slice/pod/job/memory.current": f"{MIB}\n",
            "slice/pod/memory.max": f"{96 * MIB}\n",
            "slice/pod/memory.current": f"{MIB}\n",
            "slice/memory.max": f"{48 * MIB}\n",
            "slice/memory.current": f"{8 * MIB}\n",
        },
    )
    assert memory_available() == 40 * MIB


def test_a_container_that_is_told_the_path_of_its_host(groups):
    groups("0::/docker/f00d\n", **{"memory.max": f"{32 * MIB}\n", "memory.current": f"{2 * MIB}\n"})
    assert memory_available() == 30 * MIB


def test_a_group_of_version_one(groups):
    groups(
        "11:cpu,cpuacct:/other\n9:memory:/jobs/one\n0::/\n",
        **{
            "memory/jobs/one/memory.limit_in_bytes": f"{2**63 - 4096}\n",  # how version 1 says "no limit"
            "memory/jobs/one/memory.usage_in_bytes": f"{5 * MIB}\n",
            "memory/jobs/memory.limit_in_bytes": f"{20 * MIB}\n",
            "memory/jobs/memory.usage_in_bytes": f"{9 * MIB}\n",
            "memory/jobs/memory.stat": f"cache {4 * MIB}\ntotal_inactive_file {3 * MIB}\n",
        },
    )
    assert memory_available() == 14 * MIB


def test_a_group_that_has_used_up_its_memory_leaves_none(groups):
    groups("0::/job\n", **{"job/memory.max": f"{MIB}\n", "job/memory.current": f"{3 * MIB}\n"})
    assert memory_available() == 0


def test_without_groups_the_machine_decides(groups, monkeypatch):
    groups("")
    monkeypatch.setattr(_memory, "_left_to_process", lambda: iter(()))
    assert MIB < memory_available() < 1 << 50


LIMITED = """
import resource
from repscape.machine import memory_available
before = memory_available()
held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (held + (64 << 20), -1))
print(before, memory_available())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what the process holds")
def test_the_limit_of_the_process_counts():
    told = subprocess.run([sys.executable, "-c", LIMITED], capture_output=True, text=True, check=True).stdout.split()
    assert int(told[0]) > 65 * MIB
    assert 55 * MIB < int(told[1]) <= 64 * MIB


TIGHT = """
import resource
import numpy as np
from repscape.errors import MemoryBudgetError
from repscape.graph import knn_graph, knn_graphs, knn_query, neighbor_ranks
X = np.random.default_rng(0).normal(size=(2400, 64)).astype(np.float32)
given = (np.arange(2400)[:, None] + [[1, 2]]) % 2400
work = {
    "graph": lambda: knn_graph(X, 60, threads=4, precision="float32"),
    "query": lambda: knn_query(X, X[:1200], 60, threads=4, precision="float64"),
    "graphs": lambda: knn_graphs(X.reshape(8, 300, 64), 5, threads=4),
    "ranks": lambda: neighbor_ranks(X, given, function="ranks", threads=4),
}
for one in work.values():
    one()  # compiled, and the libraries have what they hold
for name, one in work.items():
    for free in (4, 60, 80, 100, 200, 800):
        held = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (held + (free << 20), -1))
        try:
            one()
            said = "done"
        except MemoryBudgetError as error:
            said = "refused" if "would need" in str(error) else "ran out"
        resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
        print(name, said)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what the process holds")
def test_under_a_tight_limit_there_is_an_answer_or_a_sentence():
    """Nothing else: no MemoryError, no thread that cannot start, no library that ends the process."""
    ended = subprocess.run([sys.executable, "-c", TIGHT], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    said = [line.split(maxsplit=1) for line in ended.stdout.splitlines()]
    assert len(said) == 24
    for name in ("graph", "query", "graphs", "ranks"):
        found = [word for one, word in said if one == name]
        assert found == sorted(found, key=["refused", "done"].index)
        assert {found[0], found[-1]} == {"refused", "done"}


def test_threads_are_as_many_as_there_is_memory_for():
    assert threads_within(8, 1 << 40) == 8
    assert threads_within(8, 3 * _memory.THREAD_BYTES) in (1, 3)  # 1 where addresses are limited
    assert threads_within(8, 0) == 1


def test_errors_of_libraries_become_one_sentence():
    for error in (MemoryError("no"), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 7")):
        with (
            pytest.raises(MemoryBudgetError, match=r"f ran out of memory: .* GiB were free as it began"),
            memory_errors("f"),
        ):
            raise error
    with pytest.raises(RuntimeError, match="something else"), memory_errors("f"):
        raise RuntimeError("something else")
    with pytest.raises(MemoryBudgetError, match="^as it was$"), memory_errors("f"):
        raise MemoryBudgetError("as it was")
