"""Find the real data that tests read; they lie outside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def data_file(name: str) -> Path:
    """Return a file of the data folder, or skip the test and say where it was looked for."""
    folder = Path(os.environ.get("REPSCAPE_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / name).exists():
        pytest.skip(f"{name} is not in {folder}; set REPSCAPE_DATA to the folder that holds it")
    return folder / name
