"""Page, terminal, notebook, advice, best matches and conclusions say the same of twenty studies, and so does differences()."""

from __future__ import annotations

import contextlib
import html
import io
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.cli._summary import say_summary
from repscape.findings import Conclusion
from repscape.report._sections import _summary

SEEDS = range(20)
N = 120
PLAN = rs.Plan(
    measures=["id_twonn", "overlap_labels(k=10)", "overlap_neighbors(k=10)", "sim_cka"],
    profiles=["next", "models"],
    labels="label",
)


def models(seed: int) -> dict[str, dict[str, np.ndarray]]:
    """Two models whose layers differ little or much, as the seed has it; one study in four has equal layers."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, N)
    base = rng.normal(size=(N, 12))
    found: dict[str, dict[str, np.ndarray]] = {}
    for model in "AB":
        widths = np.full(5, 6) if seed % 4 == 0 else rng.integers(2, 12, size=5)
        found[model] = {
            f"h.{i}": base[:, :width]
            + rng.uniform(0, 1.5) * labels[:, None]
            + rng.uniform(0, 0.4) * rng.normal(size=(N, width))
            for i, width in enumerate(widths)
        }
    return found


@pytest.fixture(scope="module", params=SEEDS)
def results(request: pytest.FixtureRequest) -> rs.Results:
    labels = np.random.default_rng(request.param).integers(0, 2, N)
    return rs.run(models(request.param), PLAN, columns={"label": labels}, threads=1)


@pytest.fixture(scope="module")
def every(results: rs.Results) -> tuple[Conclusion, ...]:
    return results.conclusions()


def of(every: tuple[Conclusion, ...], *kinds: str) -> list[Conclusion]:
    return [one for one in every if one.kind in kinds]


def printed(results: rs.Results) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        say_summary(results)
    return said.getvalue()


def test_page_terminal_and_notebook_show_the_same_sentences(results: rs.Results, every: tuple[Conclusion, ...]) -> None:
    assert len(every) >= 6
    page = html.unescape(_summary(results))
    terminal = printed(results)
    for one in every:
        assert one.text in page
        assert one.text in terminal
    notebook = html.unescape(results._repr_html_())
    assert all(one.text in notebook for one in every[:12])


def test_the_written_page_has_them(tmp_path: Path) -> None:
    labels = np.random.default_rng(1).integers(0, 2, N)
    results = rs.run(models(1), PLAN, columns={"label": labels}, threads=1)
    page = html.unescape(rs.write_report(results, tmp_path / "report.html").read_text(encoding="utf-8"))
    assert all(one.text in page for one in results.conclusions())


def may_be_best(results: rs.Results, measure: str, model: str, **chosen: str) -> dict[str, bool]:
    """What the package's own table says of the layers of one model that have not the best value."""
    table = results.differences(measure, against="best", **chosen)
    table = table[table["model"] == model]
    return dict(zip(table["layer"], table["may_be_best"], strict=True))


def test_the_highest_are_what_may_be_the_best(results: rs.Results, every: tuple[Conclusion, ...]) -> None:
    for one in of(every, "highest"):
        found = may_be_best(results, one.measure, one.model)
        assert one.layers[0] not in found
        assert {layer for layer, kept in found.items() if kept} == set(one.layers[1:])
        assert not all(found.values())


def test_where_nothing_stands_out_all_may_be_the_best(results: rs.Results, every: tuple[Conclusion, ...]) -> None:
    for one in of(every, "flat"):
        assert all(may_be_best(results, one.measure, one.model).values())


def test_no_value_lies_beyond_an_end(results: rs.Results, every: tuple[Conclusion, ...]) -> None:
    for one in of(every, "highest", "lowest"):
        values = {r.place.layer.key: float(r.result) for r in results.select(one.measure) if r.place.model == one.model}
        assert values[one.layers[0]] == (max if one.kind == "highest" else min)(values.values())
        beside = [values[layer] for layer in one.layers]
        inside = [value for layer, value in values.items() if layer not in one.layers]
        assert inside, "some layer is told from it"
        assert (min(beside) > min(inside)) if one.kind == "highest" else (max(beside) < max(inside))


def test_steps_that_change_least_are_what_may_be_the_most_alike(
    results: rs.Results, every: tuple[Conclusion, ...]
) -> None:
    for one in of(every, "changes least"):
        found = may_be_best(results, one.measure, one.model, profile="next")
        assert {layer for layer, kept in found.items() if kept} == set(one.layers[2::2])


def test_advice_is_the_one_that_suggest_layers_gives(results: rs.Results, every: tuple[Conclusion, ...]) -> None:
    said = of(every, "suggested", "not suggested")
    advice = rs.suggest_layers(results)
    assert [(one.model, one.layers) for one in said] == [
        (one.model, tuple(layer.key for layer in one.suggested)) for one in advice
    ]
    for one, given in zip(said, advice, strict=True):
        assert given.evidence in one.text


def test_matches_are_those_of_best_matches(results: rs.Results, every: tuple[Conclusion, ...]) -> None:
    table = rs.best_matches(results)
    said = {one.variant: one for one in of(every, "best match", "unsure match")}
    for variant, rows in table.groupby("variant"):
        if rows["sure"].isna().all():
            assert variant not in said
            continue
        assert said[variant].layers == tuple(rows["other_layer"])
        assert (said[variant].kind == "best match") == rows["sure"].any()
        for row in rows.to_dict("records"):
            among = {
                r.other.layer.key: r for r in results.select(variant=variant, profile="models")
                if r.place.layer.key == row["layer"] and r.other is not None
            }  # fmt: skip
            assert max(among, key=lambda key: float(among[key].result)) == row["other_layer"]
