"""`repscape explain`, and what `repscape` alone says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import repscape as rs
from repscape.measures import every_measure, page_of
from tests.cli.helpers import call


@pytest.mark.parametrize("name", every_measure())
def test_every_measure_is_explained_in_plain_words(name: str) -> None:
    said = call("explain", name)
    assert said.exit_code == 0
    assert said.stdout.startswith(f"{name}: ")
    assert len(page_of(name)) > 300
    assert "](" not in said.stdout
    assert "**" not in page_of(name).replace("d**2", "")
    assert f"rs.{name}(" in said.stdout


def test_programs_read_the_same() -> None:
    held = json.loads(call("explain", "sim_cka", "--json").stdout)
    assert held["values"] == "0 to 1"
    assert held["defined by"] == "Kornblith et al. 2019"
    assert held["options"]["kernel"] == "linear"
    assert held["page"] == page_of("sim_cka")


def test_a_name_that_is_none_is_answered_with_one_that_is() -> None:
    said = call("explain", "id_twon")
    assert said.exit_code == 1
    assert "Did you mean 'id_twonn'" in said.stderr


def test_the_name_of_a_measure_leads_to_what_explains_it() -> None:
    said = call("id_twonn")
    assert said.exit_code == 2
    assert "id_twonn is a measure: repscape explain id_twonn" in said.stderr
    assert "Did you mean 'run'" in call("rnu").stderr


def test_a_measure_of_ones_own_says_what_its_function_says() -> None:
    def spread(X):
        """Return the spread of all values."""
        return float(X.std())

    row = rs.Measure("own_spread", fn=spread)
    assert page_of(row) == "Return the spread of all values."


def test_alone_it_says_what_to_do_next_and_names_the_studies_that_are_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = call()
    assert said.exit_code == 0
    assert said.stdout.startswith(f"repscape {rs.__version__}")
    assert "repscape demo -o demo" in said.stdout
    assert "explore first" not in said.stdout
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "study.toml").write_text("")
    assert "repscape explore first" in call().stdout
