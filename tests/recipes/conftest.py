"""What tests of recipes share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from repscape.recipes import _run


@pytest.fixture
def own_figures_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the recipe's own figures, and neither those of the results nor the report, which take most of the time."""
    monkeypatch.setattr(_run, "save_figures", lambda *given: None)

    def unwritten(results: Any, path: Path, **said: Any) -> Path:
        return path

    monkeypatch.setattr(_run, "write_report", unwritten)


@pytest.fixture
def numbers_only(own_figures_only: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write no figures and no report."""
    monkeypatch.setattr(_run, "save_drawings", lambda *given: None)
