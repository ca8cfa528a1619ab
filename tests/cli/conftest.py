"""What tests of commands share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.helpers import without_drawing


@pytest.fixture
def numbers_only() -> Iterator[None]:
    """Let commands draw nothing and write no page."""
    with without_drawing():
        yield
