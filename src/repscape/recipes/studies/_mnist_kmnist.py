"""The steps of the recipe mnist-kmnist: the dimension of two sets of images, and which is higher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError, MissingExtraError
from ...examples import read_examples
from ...measures import Curve, Estimate
from ...plan import Plan
from ...results import Results
from ...study import run as run_study
from .._order import Order, Ours, Outcome, Shown
from .._recipe import along

SETS = ("mnist", "kmnist")
TWONN = ("fit", "mle", "trimmed")
MAX_RANK = 128
SURE = 1.96
LABELS = ("label", "labels")
# The very test images, told by how many they are and by the sum of their pixels.
PUBLISHED = {"mnist": (10_000, 264_923_200), "kmnist": (10_000, 368_966_405)}


@dataclass(frozen=True, slots=True)
class Images:
    """One of the two sets."""

    images: npt.NDArray[Any]
    """(n, height, width) or with a last axis of colours."""
    label: npt.NDArray[Any]
    """(n,) class of each."""

    @property
    def pixels(self) -> npt.NDArray[Any]:
        """(n, features)."""
        return self.images.reshape(len(self.images), -1)


def forecast(order: Order) -> Sequence[str]:
    """Say what would be read."""
    if order.stand_in == "always":
        return [f"{order.recipe.stand_in} stand in for both sets."]
    lines = []
    for name in SETS:
        place = str(order.options[name])
        found = (
            "would be read" if Path(place).exists() else "would be fetched from the hub, unless it is on this machine"
        )
        lines.append(f"{name}: {place} {found}.")
    return [*lines, "One graph of each set with 128 neighbours, and some forty of its random parts, would be made."]


def run(order: Order) -> Outcome:
    """Measure both sets, and compare them."""
    sets, stand_in = _sets(order)
    notes = [f"{stand_in}: no number below says anything about the published images."] if stand_in else []
    k = order.options["k"]
    plan = Plan(
        measures=[
            *(("id_twonn", {"estimator": estimator}) for estimator in TWONN),
            ("id_gride", {"max_rank": MAX_RANK}),
            ("id_decimation", {"estimator": "mle", "min_points": 100, "rng": order.rng}),
            ("overlap_labels", {"k": k}),
            ("overlap_values", {"k": k}),
        ],
        labels="label",
        values="luminance",
        by="images",
    )
    pixels = np.concatenate([one.pixels for one in sets.values()])
    columns = {
        "images": np.repeat(list(sets), [len(one.pixels) for one in sets.values()]),
        "label": np.concatenate([one.label for one in sets.values()]).astype(str),
        "luminance": pixels.mean(axis=1, dtype=np.float64),
    }
    results = run_study(
        {"pixels": pixels},
        plan,
        columns=columns,
        folder=order.folder,
        origin=order.origin(stand_in=stand_in),
        threads=order.threads,
        progress=order.progress,
    )
    same = {name: not stand_in and _is_published(name, one) for name, one in sets.items()}
    other = {name: "" if same[name] else stand_in or f"other images than the published ones ({name})" for name in sets}
    ours = [number for name in SETS for number in _ours(results, name, other[name])]
    pictures = [image for one in sets.values() for image in one.images]
    shown = Shown({"pixels": pixels}, columns, pictures)
    return Outcome(results, tuple(ours), (), (*notes, _verdict(results)), shown)


def _sets(order: Order) -> tuple[Mapping[str, Images], str]:
    """Read both sets, or let digits stand in for them where the published ones cannot be had."""
    why = "as was asked"
    if order.stand_in != "always":
        try:
            return {name: _read(str(order.options[name])) for name in SETS}, ""
        except (InputError, MissingExtraError) as problem:
            named = any(order.options[name] != order.recipe.options[name].default for name in SETS)
            if named or order.stand_in == "never":
                raise
            why = str(problem).rstrip(".")
    from sklearn.datasets import load_digits

    digits = load_digits()
    noise = np.random.default_rng(order.rng).normal(scale=3.0, size=digits.images.shape)
    found = {"mnist": Images(digits.images, digits.target), "kmnist": Images(digits.images + noise, digits.target)}
    return found, f"{order.recipe.stand_in} stand in for MNIST and KMNIST ({why})"


def _read(place: str) -> Images:
    hub = not Path(place).exists()
    examples = read_examples(place, kind="image", split="test" if hub else None)
    column = next((name for name in LABELS if name in examples.table), None)
    if column is None:
        raise InputError(
            f"{place} must bring a label for every image. Got the columns {', '.join(map(str, examples.table.columns))}."
        )
    return Images(np.stack([np.asarray(image) for image in examples.inputs]), examples.table[column].to_numpy())


def _is_published(name: str, images: Images) -> bool:
    return (len(images.pixels), int(images.pixels.sum(dtype=np.float64))) == PUBLISHED[name]


def _found(results: Results, name: str, variant: str) -> Any:
    return next(record.result for record in results.select(variant=variant) if record.group == name)


def _dimension(results: Results, name: str, estimator: str = "fit") -> Estimate:
    return _found(results, name, f"id_twonn(estimator={estimator!r})")  # type: ignore[no-any-return]


def _ours(results: Results, name: str, stand_in: str) -> list[Ours]:
    dimensions = [_dimension(results, name, estimator) for estimator in TWONN]
    found = [Ours(f"lecture_{name}", dimensions[0].value, dimensions[0].stderr, stand_in)]
    found += [Ours(along(name, i), one.value, one.stderr, stand_in) for i, one in enumerate(dimensions)]
    curve: Curve = _found(results, name, f"id_gride(max_rank={MAX_RANK})")
    return found + [
        Ours(along(f"gride_{name}", i), float(value), None, stand_in) for i, value in enumerate(curve.values)
    ]


def _verdict(results: Results) -> str:
    """Say which of the two dimensions is higher, and by how many errors."""
    low, high = sorted(SETS, key=lambda name: _dimension(results, name).value)
    one, other = _dimension(results, low), _dimension(results, high)
    gap, error = other.value - one.value, hypot(one.stderr or 0.0, other.stderr or 0.0)
    said = f"{high} {other.value:.2f} ± {other.stderr:.2f}, {low} {one.value:.2f} ± {one.stderr:.2f}"
    if gap <= SURE * error:
        return f"Which dimension is higher cannot be told at this scale: {said} (TwoNN, one standard error)."
    return (
        f"{high} has the higher dimension: {said} (TwoNN, one standard error), a difference of {gap / error:.0f} "
        "errors. Each is the dimension at the scale of the nearest neighbours; the curves show how it depends on scale."
    )
