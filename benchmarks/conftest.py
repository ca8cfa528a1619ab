"""What each benchmark found beside its seconds (ratios to peers, memory, shares certified), said at the end of the run."""

from __future__ import annotations

import os
from typing import Any

import llvmlite.binding
import pytest

collect_ignore = [
    "costs.py",
    "explorer_tasks.py",
    "corrected_coverage.py",
    "landscape_samples.py",
    "peaks_splits.py",
    "peaks_time.py",
]  # scripts: one sets threads as it is read, others read the script beside them


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List the extra_info of every benchmark; the machine described first, since ratios belong to it."""
    session: Any = getattr(config, "_benchmarksession", None)
    if session is None or not config.getoption("benchmark_enable"):
        return
    terminalreporter.section("figures")
    terminalreporter.write_line(f"{os.cpu_count()} cores of {llvmlite.binding.get_host_cpu_name()}")
    for found in session.benchmarks:
        seconds = found.stats.min if found.stats.rounds else float("nan")
        terminalreporter.write_line(f"{found.name}: {seconds:.4g} s")
        for name, value in found.extra_info.items():
            terminalreporter.write_line(f"    {name}: {value}")
