"""A signal while a library runs text as code: Python remembers it, and must not end by it all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys, types
from repscape.cli._main import main

def run_app():
    exec("import os, time; os.kill(os.getpid(), {number}); time.sleep(5)")

sys.modules["repscape.cli._app"] = types.SimpleNamespace(run_app=run_app)
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process that is sent a signal")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_in_the_midst_of_text_that_runs_ends_with_its_code(
    number: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "interrupted.py").write_text(SCRIPT.format(number=int(number)))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    done = subprocess.run(
        [sys.executable, "-m", "interrupted"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == code, done.stderr
    assert done.stderr.splitlines() == [
        "Error: stopped; what was finished is kept, and the same command goes on from there"
    ]
