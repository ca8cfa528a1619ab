"""What holds for all tests. They import their helpers from the repository's root: `from tests.data_files import ...`."""

from __future__ import annotations

import gc
import os

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
if (
    "PYTEST_XDIST_WORKER" in os.environ
):  # processes that share the cores: threads that wait for one another would only burn them
    os.environ.setdefault("OMP_NUM_THREADS", "1")

collect_ignore_glob = ["golden/*"]  # scripts that made what is kept there; they need what tests do not


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let the collector come less often, and pass over what was imported and collected: millions of objects that stay."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
