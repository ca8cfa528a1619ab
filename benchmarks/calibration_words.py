"""Are sentences true? Studies by the thousand whose means are known, and what the page says of them.

    python benchmarks/calibration_words.py FOLDER [--runs 1000] [--layers 6 13 25]
    python benchmarks/calibration_words.py FOLDER --table docs/calibration.md

A study is two models of so many layers with three measures by layer (two of them estimators of one quantity), a comparison
of each layer and the next, and one of all layers of one model with all of the other. Values deviate together, and come with a
hundred replicates each, as those of a study do. Layers are all equal, partly equal (the first half lies five standard errors
above the rest), or all different (four standard errors from layer to layer). A sentence is false where it contradicts the
means: where it leaves out a layer that is as high as those it names, tells two estimators of equal means apart, names a best
match and leaves out one as good, or suggests layers. A family is one measure, one profile, one kind of sentence. Tables of
differences are judged beside the words. FOLDER keeps one JSON file a cell: stopped, the same command goes on.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats

import repscape as rs
from repscape._types import LayerInfo
from repscape.results import MeasureInfo, Place, Record, Results

KINDS = ("equal", "partly equal", "different")
DRAWS, TOGETHER, KEEP = 100, 0.3, 20
MARK, END = "<!-- written by benchmarks/calibration_words.py --table -->\n", "<!-- end of the words -->\n"
Array = npt.NDArray[np.float64]
BY_LAYER = ("id_twonn", "id_mle", "overlap_labels")


def means_of(kind: str, layers: int) -> Array:
    """Return the means in standard errors."""
    place = np.arange(layers)
    return {"equal": 0.0 * place, "partly equal": 5.0 * (place < layers // 2), "different": 4.0 * place[::-1]}[kind]


class Study:
    """One simulated study, and what is true of it."""

    def __init__(self, kind: str, layers: int, rng: np.random.Generator) -> None:
        self.rng, self.layers, self.means = rng, layers, means_of(kind, layers)
        self.records: list[Record] = []
        for model in "AB":
            for name in BY_LAYER:
                self.add(name, "depth", model, self.means, [(i, None) for i in range(layers)])
            self.add("overlap_neighbors", "next", model, self.means[:-1], [(i, i + 1) for i in range(layers - 1)])
        cells = [(i, j) for i in range(layers) for j in range(layers)]
        alike = np.array(
            [self.means[j] for _, j in cells]
        )  # every layer of A is most alike those of B that lie highest
        self.add("sim_cka", "models", "A", alike, cells)
        self.results = Results(tuple(self.records))

    def add(self, name: str, profile: str, model: str, means: Array, ends: list[tuple[int, int | None]]) -> None:
        """Add values that deviate together, with replicates that show how."""
        own = self.rng.normal(size=(DRAWS + 1, means.size))
        noise = np.sqrt(TOGETHER) * self.rng.normal(size=(DRAWS + 1, 1)) + np.sqrt(1 - TOGETHER) * own
        info = MeasureInfo.of(rs.measures.MEASURES[name])
        for value, drawn, (i, j) in zip(means + noise[0], noise[1:].T, ends, strict=True):
            place = self.place(model, i)
            other = None if j is None else self.place("B" if profile == "models" else model, j)
            found = rs.Estimate(50 + value, n=500, stderr=float(drawn.std(ddof=1)), replicates=drawn - drawn.mean())
            self.records.append(Record(info, name, profile, place, found, other=other))  # type: ignore[arg-type]

    def place(self, model: str, i: int) -> Place:
        """Name a layer."""
        return Place(model, LayerInfo(f"h.{i}", i, i / (self.layers - 1)))

    def leaves_out(self, named: set[int], means: Array, sign: int) -> bool:
        """Whether the layers named leave out one that is as high (sign 1) or as low as any."""
        best = (sign * means).max()
        return any(sign * mean >= best and place not in named for place, mean in enumerate(means))

    def false_families(self) -> Iterator[tuple[str, bool, bool]]:
        """Yield family, whether a sentence of it is false, and whether one says more than nothing."""
        for one in self.results.conclusions():
            named = {int(key.rpartition(".")[2]) for key in one.layers}
            if one.kind in ("highest", "lowest"):
                wrong = self.leaves_out(named, self.means, 1 if one.kind == "highest" else -1)
            elif one.kind in ("changes least", "changes most"):
                steps = {int(key.rpartition(".")[2]) for key in one.layers[::2]}
                wrong = self.leaves_out(steps, self.means[:-1], 1 if one.kind == "changes least" else -1)
            elif one.kind == "disagree" or one.kind == "suggested":
                wrong = True
            elif one.kind in ("best match", "unsure match"):
                rows = rs.best_matches(self.results).to_dict("records")
                sets = [{int(k.rpartition(".")[2]) for k in (row["other_layer"], *row["also"])} for row in rows]
                wrong = any(
                    row["sure"] is not None and self.leaves_out(s, self.means, 1)
                    for row, s in zip(rows, sets, strict=True)
                )
            else:
                continue
            yield f"{one.measure}, {one.kind}", wrong, True

    def tables(self) -> Iterator[tuple[str, bool]]:
        """Yield kind of table and whether any of its rows is wrong, all rows at once."""
        for against in ("previous", "first", "best"):
            table = self.results.differences("id_twonn", against=against)
            place = {f"h.{i}": mean for i, mean in enumerate(self.means)}
            true = table["layer"].map(place) - table["against_layer"].map(place)
            missed = (table["low_simultaneous"] > true) | (true > table["high_simultaneous"])
            yield f"differences against {against}", bool(missed.any())
        kept = table["may_be_best"] | (table["layer"].map(place) < self.means.max())
        yield "may be best leaves one out", not bool(kept.all())
        bands = self.results.bands("id_twonn")
        true = bands["layer"].map(place) + 50
        yield "bands", bool(((bands["low_simultaneous"] > true) | (true > bands["high_simultaneous"])).any())
        advice = rs.suggest_layers(self.results)
        yield "layers suggested", any(bool(one.suggested) for one in advice)


def run(kind: str, layers: int, file: Path, runs: int) -> None:
    """Do the studies that are missing from a file."""
    done = (
        json.loads(file.read_text())
        if file.exists()
        else {"kind": kind, "layers": layers, "runs": 0, "false": {}, "said": {}}
    )
    for draw in range(done["runs"], runs):
        study = Study(kind, layers, np.random.default_rng([layers, KINDS.index(kind), draw]))
        wrong: dict[str, bool] = {}
        for family, false, _ in study.false_families():
            wrong[family] = wrong.get(family, False) or false
        for name, false in study.tables():
            wrong[f"table: {name}"] = false
        for family, false in wrong.items():
            done["said"][family] = done["said"].get(family, 0) + 1
            done["false"][family] = done["false"].get(family, 0) + int(false)
        done["runs"] = draw + 1
        if done["runs"] % KEEP == 0 or done["runs"] == runs:
            part = file.with_suffix(".part")
            part.write_text(json.dumps(done))
            part.replace(file)


def table(folder: Path) -> str:
    """Write what the files hold as markdown: false and said, family by family."""
    cells = [json.loads(file.read_text()) for file in sorted(folder.glob("words-*.json"))]
    cells.sort(key=lambda cell: (KINDS.index(cell["kind"]), cell["layers"]))
    families = sorted({family for cell in cells for family in cell["false"]}, key=lambda f: (f.startswith("table"), f))
    heads = [f"{cell['kind']}, {cell['layers']} ({cell['runs']:,} studies)" for cell in cells]
    lines = [f"| family | {' | '.join(heads)} |", "|---|" + "---|" * len(cells)]
    for family in families:
        row = []
        for cell in cells:
            false, said, runs = cell["false"].get(family, 0), cell["said"].get(family, 0), cell["runs"]
            mark = " *" if false and stats.beta.ppf(0.01, false, runs - false + 1) > 0.05 else ""
            row.append(f"{false / runs:.3f}{mark}" + ("" if family.startswith("table") else f" ({said / runs:.2f})"))
        lines.append(f"| {family.removeprefix('table: ')} | {' | '.join(row)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--layers", type=int, nargs="*", default=[6, 13, 25])
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS))
    parser.add_argument("--table", type=Path, metavar="PAGE", help="write the table between its marks on this page")
    asked = parser.parse_args()
    if asked.table:
        before, _, rest = asked.table.read_text(encoding="utf-8").partition(MARK)
        after = rest.partition(END)[2]
        asked.table.write_text(f"{before}{MARK}\n{table(asked.folder)}\n{END}{after}", encoding="utf-8")
        return
    asked.folder.mkdir(parents=True, exist_ok=True)
    os.nice(10)
    for layers in asked.layers:
        for kind in asked.kinds:
            file = asked.folder / f"words-{kind.replace(' ', '-')}-{layers}.json"
            run(kind, layers, file, asked.runs if kind != "different" else max(1, asked.runs // 5))
            print(file, flush=True)


if __name__ == "__main__":
    main()
