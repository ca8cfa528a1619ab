"""Every measure of two representations on published ones: two seeds of a network, and the cortex of two species.

    python benchmarks/published_arrays.py --data $REPSCAPE_DATA --keep arrays.jsonl --page docs/similarity.md

Reads svcca_activations.npz (states of SVHN networks from two seeds, 1,000 pictures and 200 units, published with SVCCA) and
rsa_92images_rdms.npz (dissimilarities of 92 pictures in inferior temporal cortex of monkeys and of people, published with the
RSA toolbox; their first 20 principal coordinates stand for them). What is finished is kept, and not computed again.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import repscape as rs
from repscape.measures import MEASURES

DRAWS = 99
FEW = {"sim_rtd": 60, "information_imbalance": 300, "sim_idcor": 300, "sim_predictivity": 300}
"""Examples of measures that take long, the first of them."""
OPTIONS = {
    "sim_predictivity": {"ridge": 0.1},
    "sim_linreg": {"ridge": 0.1},
    "sim_idcor": {"reading": "raw"},
    "sim_rtd": {"permutations": 19},
}
WIDTH = 20
START, STOP = "<!-- published arrays: begin -->", "<!-- published arrays: end -->"
Pair = tuple[np.ndarray, np.ndarray]


def svhn(data: Path) -> Pair:
    """Return layer 6 of both networks."""
    with np.load(data / "svcca_activations.npz") as held:
        return held["svhn_net0_lay06"].astype(np.float64), held["svhn_net1_lay06"].astype(np.float64)


def cortex(data: Path) -> Pair:
    """Return coordinates of the pictures in monkey and in human cortex."""
    with np.load(data / "rsa_92images_rdms.npz") as held:
        first, second = held["fig1_rdms"].reshape(2, 4186)
    return coordinates(first), coordinates(second)


def models(data: Path) -> list[str]:
    """Return the table of models of human cortex, judged for new subjects and new pictures."""
    with np.load(data / "rsa_92images_rdms.npz") as held:
        subjects = held["brain_rdms"].mean(axis=1)  # over sessions
        named = dict(zip(map(str, held["model_names"]), held["model_rdms"], strict=True))
    rows = [
        "| model | Pearson | error | p of 0 | below the low ceiling by | p of reaching it |",
        "|---|---|---|---|---|---|",
    ]
    found = rs.rsa_models(subjects, {**named, "all, weighted": list(named.values())}, draws=DRAWS)
    for name, one in sorted(found.models.items(), key=lambda entry: -entry[1].value):
        below, p_ceiling = one.details["below_ceiling"], one.details["p_ceiling"]
        rows.append(
            f"| {name} | {one.value:.3f} | {one.stderr:.3f} | {one.p_value:.3f} | {below:.3f} | {p_ceiling:.3f} |"
        )
    low, high = found.ceiling
    return [
        *rows,
        "",
        f"The ceiling is {low:.3f} to {high:.3f}; four people, the mean of two sessions each, 92 pictures, {DRAWS} draws.",
    ]


def coordinates(rdm: np.ndarray) -> np.ndarray:
    """Return principal coordinates of a matrix of dissimilarities (Torgerson 1952)."""
    n = round((1 + np.sqrt(1 + 8 * rdm.size)) / 2)
    squares = np.zeros((n, n))
    squares[np.triu_indices(n, 1)] = rdm
    squares += squares.T
    centre = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-centre @ squares @ centre / 2)
    return vectors[:, ::-1][:, :WIDTH] * np.sqrt(np.maximum(values[::-1][:WIDTH], 0))


SETS: dict[str, Callable[[Path], Pair]] = {"SVHN, layer 6 of two seeds": svhn, "cortex of monkeys and people": cortex}


def ask(name: str, pair: Pair) -> dict[str, float | str | None]:
    """Return what a measure reads, and how far that is beyond chance."""
    row = MEASURES[name]
    X, Y = (side[: FEW.get(name)] for side in pair)
    options = {"permutations": DRAWS, **OPTIONS.get(name, {})}
    if name in ("sim_imd", "sim_uniformity", "sim_magnitude", "sim_concentricity"):
        options["permutations"] = 0
    if "k" in row.options():
        options["k"] = 10
    sides = [rs.knn_graph(side, 10) for side in (X, Y)] if "graph" in row.takes else [X, Y]
    start = time.process_time()
    try:
        found = row(*sides, **options, error=None)
    except rs.errors.RepscapeError as error:
        return {"refused": str(error)}
    spent = time.process_time() - start
    return {
        "value": found.value,
        "calibrated": found.calibrated,
        "chance": found.chance,
        "n": found.n,
        "seconds": spent,
    }


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--keep", type=Path, default=Path("arrays.jsonl"))
    parser.add_argument("--page", type=Path)
    arguments = parser.parse_args()
    lines = arguments.keep.read_text(encoding="utf-8").splitlines() if arguments.keep.exists() else []
    done = {(entry["set"], entry["measure"]): entry for entry in map(json.loads, lines)}
    asked = [row.name for row in MEASURES.values() if row.arity == 2 and row.family in ("overlap", "similarity")]
    asked = [name for name in asked if not MEASURES[name].equal_width]
    for title, read in SETS.items():
        pair = read(arguments.data)
        for name in asked:
            if (title, name) not in done:
                done[title, name] = {"set": title, "measure": name, **ask(name, pair)}
                with arguments.keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(done[title, name]) + "\n")
    if arguments.page is not None:
        text = arguments.page.read_text(encoding="utf-8")
        before, after = text.split(START)[0], text.split(STOP)[1]
        rows = "\n".join([*table(done, asked), "", *models(arguments.data)])
        arguments.page.write_text(f"{before}{START}\n\n{rows}\n\n{STOP}{after}", encoding="utf-8")


def table(done: dict, asked: list[str]) -> list[str]:
    """Return the rows of the page."""
    rows = [f"| measure | {' | '.join(SETS)} |", f"|---|{'---|' * len(SETS)}"]
    for name in asked:
        cells = []
        for title in SETS:
            entry = done[title, name]
            if "refused" in entry:
                cells.append("refused")
                continue
            chance = "" if entry["chance"] is None else f" ({entry['chance']:.3f})"
            held = "" if entry["calibrated"] is None else f" → **{entry['calibrated']:.2f}**"
            cells.append(f"{entry['value']:.3f}{chance}{held}")
        rows.append(f"| `{name}` | {' | '.join(cells)} |")
    return rows


if __name__ == "__main__":
    main()
