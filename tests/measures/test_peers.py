"""What resi, netrep, dcor, platonic-rep, imd and others gave on two small representations, and the same calls here."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from tests.golden.peers.make import PAGE, sample

ENTRIES = json.loads((Path(__file__).parents[1] / "golden" / "peers" / "values.json").read_text())


@pytest.mark.parametrize("entry", ENTRIES, ids=[f"{e['version']} {e['here']}" for e in ENTRIES])
def test_a_peer_gives_the_same(entry: dict[str, object]) -> None:
    X, Y = sample()
    found = eval(str(entry["here"]), {"rs": rs, "np": np, "X": X, "Y": Y})  # a call that stands in this repository
    assert float(found) == pytest.approx(entry["value"], rel=1e-6, abs=1e-6)
    assert float(found) != pytest.approx(float(entry["value"]) * 1.001, rel=1e-6, abs=1e-9)  # type: ignore[arg-type]


def test_every_call_stands_in_the_table_of_names() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert len(ENTRIES) >= 20
    for entry in ENTRIES:
        assert f"| {entry['version']} | `{entry['theirs']}` | `{entry['here']}` |" in page
    assert np.isfinite([entry["value"] for entry in ENTRIES]).all()
