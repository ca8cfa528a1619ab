"""What several tests of studies start once."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A dask cluster of two workers in this process; its warnings while it starts and ends are not ours."""
    import distributed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp"
        )
    yield found
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found.close()
