"""Tests import their own helpers (contracts, reference, data_files) by name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
for folder in (Path(__file__).parent, Path(__file__).parent / "contracts"):
    sys.path.insert(0, str(folder))

collect_ignore_glob = ["golden/*"]  # scripts that made what is kept there; they need what tests do not
