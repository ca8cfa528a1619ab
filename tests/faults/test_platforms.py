"""What only some systems have is not needed to import anything: as on Windows, which has no fcntl, no resource and no fork."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from repscape.machine import _files

HIDDEN = ("fcntl", "resource", "pwd", "grp", "termios", "posix_ipc")
OPTIONAL = ("torch", "hf", "anndata", "h5py", "gensim", "anywidget", "dask", "sklearn")
"""Parts of the names of files that load packages which may be absent: slow ones, and what they load here is not ours."""
SCRIPT = textwrap.dedent("""
    import importlib, os, pkgutil, sys

    class Nowhere:
        def find_spec(self, name, path=None, target=None):
            if name in HIDDEN:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    # What other packages need of this system they have loaded before; from here on it looks like another.
    import filelock, matplotlib, multiprocessing.forkserver, numba, pandas, plotly, psutil, scipy, sklearn, tempfile
    import typer, xarray, zarr
    for name in HIDDEN:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, Nowhere())
    for name in ("fork", "sched_getaffinity", "mkfifo"):
        if hasattr(os, name):
            delattr(os, name)
    import repscape
    for module in pkgutil.walk_packages(repscape.__path__, "repscape."):
        last = module.name.rpartition(".")[2]
        if last != "__main__" and not any(optional in last for optional in OPTIONAL):
            importlib.import_module(module.name)
    import numpy as np
    from repscape.machine import memory_available, thread_count
    assert memory_available() > 0 and thread_count(None, "test") >= 1
    X = np.random.default_rng(0).normal(size=(60, 4))
    assert len(repscape.run({"a": X, "b": X[:, :2]}, repscape.Plan(measures=["id_twonn", "sim_cka"]), folder=sys.argv[1]))
    print("imported")
""")


def test_everything_imports_and_runs_without_what_only_posix_has(tmp_path: Path) -> None:
    script = f"HIDDEN = {HIDDEN!r}\nOPTIONAL = {OPTIONAL!r}\n{SCRIPT}"
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "study")], capture_output=True, text=True, check=False
    )
    assert done.stdout.endswith("imported\n"), done.stderr


def test_folders_are_not_synced_where_that_is_no_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Path, int]] = []
    monkeypatch.setattr(_files, "_sync", lambda path, flags: asked.append((path, flags)))
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a").write_text("a")
    _files.sync_tree(tmp_path)
    assert {path.name for path, _ in asked} == {"a", "inner", tmp_path.name}
    file = tmp_path / "inner" / "a"
    monkeypatch.setattr(_files.os, "name", "nt")
    asked.clear()
    _files.sync_folder(tmp_path)
    _files.sync_files([file])
    assert [(path.name, flags) for path, flags in asked] == [("a", os.O_RDWR)]


def test_no_file_imports_them_at_its_top() -> None:
    files = sorted(Path(_files.__file__).parents[1].rglob("*.py"))
    lines = [(file, line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    tops = [(file, line.split()[1]) for file, line in lines if line.startswith(("import ", "from "))]
    assert len(files) > 300
    assert [(file, name) for file, name in tops if name in HIDDEN] == []
