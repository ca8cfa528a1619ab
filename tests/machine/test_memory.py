"""Memory: the narrowest of what the machine, every control group above this process and its own limits leave."""

from __future__ import annotations

import subprocess
import sys

import pytest

from repscape.machine import _memory, memory_available

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
