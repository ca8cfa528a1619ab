"""One study and one server for all tests that look at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chromium import CHROMIUM, browser
from tests.explore.studies import Served, make_study

__all__ = ["CHROMIUM", "browser"]


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a study of two models."""
    return make_study(tmp_path_factory.mktemp("explored"))


@pytest.fixture(scope="session")
def served(study: Path) -> Iterator[Served]:
    """Its server, ended with Ctrl-C."""
    found = Served.of(study)
    yield found
    code, said = found.end()
    assert (code, "has ended" in said) == (130, True), said
