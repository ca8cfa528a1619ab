"""What recording costs: the demo's training without a recorder and with one, turn by turn, and the network bit by bit.

    python benchmarks/recorder.py [--turns 3] [--every 100]

Prints seconds of both by the processor's clock, all threads together, which busy neighbours do not change much, and whether the
weights came out the same.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

import repscape as rs
from repscape.recipes.demo import train_demo

SITES = ("residual", "norm1", "norm2")
PLANS = {
    "two dimensions and two overlaps, with errors": rs.Plan(
        measures=["id_twonn", "id_gride", ("overlap_neighbors", {"k": 30}), ("overlap_labels", {"k": 30})],
        labels="digit",
    ),
    "label overlap alone": rs.Plan(measures=[("overlap_labels", {"k": 30})], labels="digit"),
}


def planes(images: np.ndarray) -> torch.Tensor:
    """Return images without their axis of channels, as the network takes them."""
    return torch.from_numpy(np.ascontiguousarray(images[..., 0]))


class Watch:
    """Makes a recorder of the network that it is shown first, and keeps the network."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, folder: Path, **options: Any) -> None:
        self.given = (images, labels, folder, options)
        self.recorder: rs.Recorder | None = None
        self.network: Any = None

    def __call__(self, step: int, network: Any) -> None:
        self.network = network
        images, labels, folder, options = self.given
        if not options:
            return
        if self.recorder is None:
            self.recorder = rs.Recorder(
                network, images, folder, columns={"digit": labels}, site=SITES, preprocess=planes, **options
            )
        self.recorder.step(step)


def trained(images: np.ndarray, labels: np.ndarray, **options: Any) -> tuple[float, Watch]:
    """Train once; return seconds of the processor, and what watched."""
    with tempfile.TemporaryDirectory() as home:
        watch = Watch(images, labels, Path(home) / "study", **options)
        begun = time.process_time()
        train_demo(rng=0, checkpoints=(0, 900), watch=watch)
        took = time.process_time() - begun
        if watch.recorder is not None:  # the study is there before training ends; here once more from without
            assert len({r.place.step for r in rs.open_study(watch.recorder.path).results}) == len(watch.recorder.steps)
            watch.given = (*watch.given[:2], watch.given[2], {"steps": len(watch.recorder.steps)})
    return took, watch


def main() -> None:
    """Time it."""
    said = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    said.add_argument("--turns", type=int, default=3)
    said.add_argument("--every", type=int, default=100)
    asked = said.parse_args()
    first = train_demo(rng=0, checkpoints=(0,))
    images, labels = first.images, first.labels
    trained(images, labels, every=900, plan=next(iter(PLANS.values())))  # compiles what is compiled
    for name, plan in PLANS.items():
        times: dict[str, list[float]] = {"without": [], "with": []}
        for _ in range(asked.turns):
            alone, plain = trained(images, labels)
            took, watched = trained(images, labels, every=asked.every, plan=plan)
            times["without"].append(alone)
            times["with"].append(took)
            same = all(
                torch.equal(a, b)
                for a, b in zip(plain.network.state_dict().values(), watched.network.state_dict().values(), strict=True)
            )
            assert same, "the recorder changed the training"
        without, with_ = min(times["without"]), min(times["with"])
        count = watched.given[3]["steps"]
        print(
            f"{name}: {without:.1f} s without, {with_:.1f} s with {count} records of {len(images)} images: "
            f"{with_ / without:.2f} times, {(with_ - without) / count:.2f} s a record; same weights: {same}",
            flush=True,
        )


if __name__ == "__main__":
    main()
