"""What tests of commands share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.helpers import svg_alone, without_drawing


@pytest.fixture(scope="module", autouse=True)
def figure_formats(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let studies draw their figures as SVG alone; modules with ALL_FORMATS look at the others."""
    if getattr(request.module, "ALL_FORMATS", False):
        yield
        return
    with svg_alone():
        yield


@pytest.fixture
def numbers_only() -> Iterator[None]:
    """Let commands draw nothing and write no page."""
    with without_drawing():
        yield
