"""The steps of the recipe resnet-depths: networks of several depths on the same images, compared block by block."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...errors import InputError, MissingExtraError
from ...figures import Drawing, Line, draw_lines
from ...measures import Estimate
from ...plan import Plan
from ...report import Section
from ...results import Results
from ...study import extract
from ...study import run as run_study
from .._order import Order, Ours, Outcome, Shown
from ..materials import MARK, Pictures, evenly, forecast_pictures, read_pictures

if TYPE_CHECKING:
    from ...extraction import Model

BLOCKS = "layer?.*"
SURE = 1.96
DIMENSION = "id_twonn"
RESNET20 = "12fca82f"  # how the sha256 of the published weights begins
CIFAR, STORED_AS_JPEG = 10_000, (1000, 375_086_525)  # the latter told by their number and the sum of their pixels


@dataclass(frozen=True, slots=True)
class Networks:
    """The networks that run."""

    models: Mapping[str, Model]
    """By name."""
    sha256: Mapping[str, str]
    """How the file of each begins, where its name tells."""
    stand_in: str = ""
    """What stood in for which, and why; empty where none did."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one network came to."""

    accuracy: float
    """Share of images that it classifies rightly."""
    error: float
    """Standard error of that, over images."""
    dimension: Estimate
    """Of its last hidden layer."""


def forecast(order: Order) -> Sequence[str]:
    """Say what would be read."""
    if order.stand_in == "always" and not order.own_models:
        models = [f"{order.recipe.stand_in} would stand in for {', '.join(order.models)}."]
    else:
        models = [f"{source} would be {'read' if Path(source).is_file() else 'fetched'}." for source in _sources(order)]
    return [*models, forecast_pictures(order), f"{order.options['images']} images would go through every network."]


def run(order: Order) -> Outcome:
    """Read every block of every network, and compare."""
    from ..materials import scores

    networks = _networks(order)
    count = order.options["images"]
    pictures = read_pictures(
        order, lambda labels: evenly(labels, count), of_digits=lambda labels: evenly(labels, min(count, len(labels)))
    )
    stores = {
        name: extract(
            model,
            pictures.examples,
            to=order.folder / "activations" / f"{place}.zarr",
            layers=[BLOCKS],
            progress=order.progress,
        )
        for place, (name, model) in enumerate(networks.models.items())
    }
    stand_in = "; ".join(filter(None, (networks.stand_in, pictures.stand_in)))
    results = run_study(
        stores,
        Plan(
            measures=[DIMENSION, ("overlap_neighbors", {"k": order.options["k"]}), "sim_cka"],
            profiles="models",
        ),
        folder=order.folder,
        origin=order.origin(stand_in=stand_in),
        threads=order.threads,
        progress=order.progress,
    )
    found = {
        name: _found(results, name, scores(networks.models[name], np.asarray(store[list(store)[-1]])), pictures)
        for name, store in stores.items()
    }
    notes = [f"{stand_in}: no number below says anything about the published networks on CIFAR-10."] if stand_in else []
    return Outcome(
        results,
        tuple(_ours(order, networks, pictures, found)),
        (_section(found, len(pictures.examples)),),
        (*notes, _verdict(found)),
        Shown(stores, pictures=pictures.examples.inputs),
    )


def _sources(order: Order) -> list[str]:
    return list(order.models.values())


def _networks(order: Order) -> Networks:
    """Open the networks, or make some up where the published ones cannot be had."""
    from ..materials import open_resnet, random_resnet

    if len(order.models) < 2:
        raise InputError(f"models of the recipe {order.recipe.name} must be two or more. Got {len(order.models)}.")
    why = "as was asked"
    if order.own_models or order.stand_in != "always":
        try:
            opened = {name: open_resnet(source) for name, source in order.models.items()}
        except (InputError, MissingExtraError) as problem:
            if order.own_models or order.stand_in == "never":
                raise
            why = str(problem).rstrip(".")
        else:
            return Networks(
                {name: one for name, (one, _) in opened.items()}, {name: sha for name, (_, sha) in opened.items()}
            )
    drawn = {f"{name} {MARK}": random_resnet(_blocks(name), rng=order.rng) for name in order.models}
    said = f"{order.recipe.stand_in} stand in for {', '.join(order.models)} ({why})"
    return Networks(drawn, dict.fromkeys(drawn, ""), said)


def _blocks(name: str) -> int:
    """Return the blocks of a stage of resnet20, resnet32 ...: six layers of convolution to a block of every stage."""
    return (int(re.sub(r"\D", "", name)) - 2) // 6


def _found(results: Results, name: str, said: npt.NDArray[Any], pictures: Pictures) -> Found:
    right = said.argmax(axis=1) == pd.factorize(pictures.labels, sort=True)[0]
    last = max(results.select(DIMENSION, model=name), key=lambda record: record.place.layer.depth).result
    share = float(right.mean())
    return Found(share, sqrt(share * (1 - share) / len(right)), last)  # type: ignore[arg-type]  # house: no curve


def _ours(order: Order, networks: Networks, pictures: Pictures, found: Mapping[str, Found]) -> list[Ours]:
    """Set ResNet-20 beside what is known of it: on all test images, and on the thousand that were stored as JPEG."""
    name = next((key for key, sha in networks.sha256.items() if sha == RESNET20), None)
    other = networks.stand_in or ("" if name is not None else "other weights than those of the published ResNet-20")
    one = found[name or next(iter(found))]
    images = pictures.examples.inputs
    read = pictures.stand_in or f"{len(images)} images of {Path(pictures.examples.source).name}"
    whole = order.data is None and not pictures.stand_in and len(images) == CIFAR
    jpeg = (len(images), int(np.asarray(images).sum(dtype=np.int64))) == STORED_AS_JPEG
    return [
        Ours(key, one.accuracy, one.error, "; ".join(filter(None, (other, "" if same else read))))
        for key, same in (("accuracy", whole), ("accuracy_jpeg", jpeg))
    ]


def _section(found: Mapping[str, Found], images: int) -> Section:
    lines = {
        name: Line([one.accuracy], [one.dimension.value], [one.dimension.stderr or 0.0]) for name, one in found.items()
    }
    figure = draw_lines(
        lines,
        x="accuracy",
        y="intrinsic dimension",
        heading="Last hidden layer",
    )
    rows = [
        {
            "network": name,
            "accuracy": one.accuracy,
            "its error": one.error,
            "dimension of the last hidden layer": one.dimension.value,
            "error of the dimension": one.dimension.stderr,
        }
        for name, one in found.items()
    ]
    caption = f"Dimension of the last hidden layer (TwoNN, one standard error) against accuracy, {images} images."
    return Section(
        "Dimension and accuracy",
        drawings=(Drawing("dimension-accuracy", figure, caption),),
        tables={"dimension of the last hidden layer beside accuracy": pd.DataFrame(rows)},
    )


def _verdict(found: Mapping[str, Found]) -> str:
    """Say how the dimension of the last hidden layer differs between the least and the most accurate network."""
    worst, best = (choose(found, key=lambda name: found[name].accuracy) for choose in (min, max))
    one, other = found[worst].dimension, found[best].dimension
    gap, error = other.value - one.value, hypot(one.stderr or 0.0, other.stderr or 0.0)
    first, second = (f"{found[name].accuracy:.3f}" for name in (worst, best))
    clear = "cannot be told from none" if abs(gap) <= SURE * error else "is clear"
    return (
        f"Last hidden layer: dimension {one.value:.2f} ± {one.stderr or 0:.2f} of {worst} (accuracy {first}), "
        f"{other.value:.2f} ± {other.stderr or 0:.2f} of {best} ({second}). The difference of {gap:.2f} ± "
        f"{error:.2f} {clear}; {len(found)} networks settle no rule."
    )
