"""A defect of ours: one line on the terminal, and a file that says where and holds nothing of anybody's data."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from repscape.cli._crash import report_defect

CODE = """
import sys
import repscape.cli._app as app
def run_app():
    cell = "patient zero"
    try:
        int(cell)
    except ValueError as error:
        raise KeyError(cell) from error
app.run_app = run_app
sys.argv = ["repscape", "predict", "{study}", "a secret sentence", "--layer=3", "--label=illness", "--json"]
from repscape.cli import main
main()
"""


def test_a_defect_is_one_line_and_a_report_without_data(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path), "REPSCAPE_TRACEBACK": "0"}
    code = CODE.format(study=tmp_path / "study")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    found = re.fullmatch(r"Error: repscape met a defect of its own \(KeyError\)\. .* stands in (\S+): please .*", line)
    assert found, line
    file = Path(found[1])
    said = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert f"repscape predict {tmp_path / 'study'} ... --layer=3 --label=... --json" in said
    assert "builtins.KeyError, raised through" in said
    assert "builtins.ValueError, raised through" in said
    assert re.search(r"numpy +\d", said)
    assert "in run_app" in said
    for data in ("patient", "zero", "secret", "illness"):
        assert data not in said.replace(str(tmp_path), ""), data


def test_whoever_develops_sees_the_traceback(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "REPSCAPE_TRACEBACK": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(study="s")], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert not list(tmp_path.iterdir())


def test_no_report_where_memory_ran_out() -> None:
    assert report_defect(MemoryError("no"), ["run"]).startswith("memory ran out")


def test_a_report_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere at all")
    assert "could not be written" in report_defect(ValueError("x"), ["run", "--measures", "id_mle(k=3)"])
