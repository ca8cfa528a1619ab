"""Folders that are slow to make, made once."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

TEMPLATES = "REPSCAPE_FAULTS_TEMPLATES"


def template(build: Callable[[Path], None], name: str = "") -> Callable[[Path], None]:
    """Build once, and copy from then on; where a folder is named in the environment, once for all processes."""

    @functools.cache
    def built() -> Path:
        shared = os.environ.get(TEMPLATES)
        root = Path(shared or tempfile.mkdtemp(prefix="repscape-faults-"), name or build.__name__)
        if shared is None:
            atexit.register(shutil.rmtree, root.parent, ignore_errors=True)
        if not (root / "made").exists():
            root.mkdir(exist_ok=True)
            build(root / "new")
            (root / "new").rename(root / "made")
        return root / "made"

    return lambda folder: shutil.copytree(built(), folder, dirs_exist_ok=True) and None
