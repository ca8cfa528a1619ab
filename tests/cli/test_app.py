"""The command line as a whole: quick to answer, helpful, with the exit codes it promises."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import repscape
from repscape.cli._app import COMMANDS, app
from repscape.study._execute import Execution
from tests.cli.helpers import call, layers

NAMES = [command.__name__.replace("_", "-") for command in COMMANDS]
HEAVY = ("torch", "numba", "sklearn", "scipy", "zarr", "xarray", "pandas", "matplotlib", "plotly", "rich")


def started(*words: str) -> tuple[float, set[str]]:
    """Return (processor seconds, top-level modules) of a fresh interpreter that ran a command."""
    code = (
        f"import os, sys, json; sys.argv = {['repscape', *words]!r}\n"
        "from repscape.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "t = os.times(); print(json.dumps([t.user + t.system, sorted({m.partition('.')[0] for m in sys.modules})]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, modules = json.loads(done.stdout.splitlines()[-1])
    return seconds, set(modules)


def test_help_answers_within_four_tenths_of_a_second() -> None:
    # Processor time, the best of up to five: what else the machine does costs wall time only.
    assert any(started("--help")[0] < 0.4 for _ in range(5))


@pytest.mark.parametrize("command", ["", *NAMES])
def test_help_loads_nothing_heavy(command: str) -> None:
    assert started(*filter(None, [command, "--help"]))[1].isdisjoint(HEAVY)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("run --arrays nothere.npz -o out", "a path of layers must be a file or folder that exists"),
        ("run --model ./nothere --data pyproject.toml -o out", "model of open_model must be a folder"),
        ("measure id_twon pyproject.toml", "Did you mean 'id_twonn'"),
        ("explore nothere", "must be a study folder"),
        ("recipe curs -o out", "Did you mean 'curse'"),
    ],
)
def test_a_typing_error_is_told_before_anything_heavy_is_loaded(
    words: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    assert said in call(*words.split()).stderr
    assert started(*words.split())[1].isdisjoint(HEAVY)


@pytest.mark.parametrize("command", NAMES)
def test_every_command_has_help_with_an_example(command: str) -> None:
    result = call(command, "--help")
    assert result.exit_code == 0
    examples = re.findall(rf"^ +repscape {command}\b.*$", result.stdout, flags=re.MULTILINE)
    assert examples, result.stdout


def test_help_lists_every_command_and_the_version_is_told() -> None:
    assert all(name in call("--help").stdout for name in NAMES)
    assert call("--version").stdout == f"repscape {repscape.__version__}\n"


def test_python_m_is_the_same_program() -> None:
    done = subprocess.run([sys.executable, "-m", "repscape", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"repscape {repscape.__version__}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["runn"], "runn"),
        (["run", "--nonsense"], "--nonsense"),
        (["run", "--arrays", "a.npz"], "--out"),
        (["run", "-o", "out"], "give STUDY, or --arrays, or --model and --data"),
        (["run", "study.toml", "--arrays", "a.npz", "-o", "out"], "give STUDY, or --arrays, or --model and --data"),
        (["run", "--arrays", "a.npz", "--threads", "many", "-o", "out"], "--threads"),
    ],
)
def test_wrong_usage_exits_with_2(words: list[str], said: str) -> None:
    result = call(*words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_bad_input_exits_with_1_one_message_and_no_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "repscape", "run", "--arrays", tmp_path / "no.npz", "-o", tmp_path / "out"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: a path of layers must be a file or folder that exists. Got ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_strings_from_outside_are_shown_not_obeyed(tmp_path: Path) -> None:
    result = call("info", tmp_path / "[bold red]x[/] \x1b[31m")
    assert result.exit_code == 1
    assert "[bold red]x[/] \\x1b[31m" in result.stderr
    assert "\x1b" not in result.stderr


@pytest.mark.usefixtures("numbers_only")
def test_ctrl_c_exits_with_130_and_says_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    tick = Execution._tick

    def stop(self: Execution, result: object) -> None:
        tick(self, result)
        calls.append(1)
        if len(calls) == 4:  # two layers, a graph and a measure each
            raise KeyboardInterrupt

    monkeypatch.setattr(Execution, "_tick", stop)
    file = layers(tmp_path)
    words = ("run", "--arrays", file, "--measures", "id_twonn", "--threads", 1, "-q", "-o", tmp_path / "out")
    result = call(*words)
    assert result.exit_code == 130
    assert "stopped: 2 results are finished and kept in" in result.stderr
    assert "the same command goes on from there" in result.stderr
    monkeypatch.undo()
    assert call(*words).exit_code == 0
    assert len(repscape.load_results(tmp_path / "out")) == 3


def test_a_reader_that_goes_away_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-m", "repscape", "info"], stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert b"Traceback" not in done.stderr
    assert os.strerror(errno.EPIPE).encode() not in done.stderr


@pytest.mark.parametrize(
    ("line", "wanted"), [("repscape exp", {"explore", "explain"}), ("repscape explain id_tw", {"id_twonn"})]
)
def test_a_shell_completes_commands_and_measures(line: str, wanted: set[str]) -> None:
    said = CliRunner().invoke(
        app,
        [],
        prog_name="repscape",
        env={"_REPSCAPE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))},
    )
    assert wanted <= set(said.stdout.split())
