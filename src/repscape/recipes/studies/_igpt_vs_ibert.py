"""The steps of the recipe igpt-vs-ibert: two models at equal layers, from saved neighbours or from the models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...errors import InputError
from ...examples import kind_of_folder, read_columns
from ...figures import Drawing, Line, draw_lines
from ...plan import Plan
from ...report import Section
from ...results import Results
from ...study import export_arrays, extract
from ...study import run as run_study
from ...study.reading import read_source
from .._order import NO_POINTS, Order, Ours, Outcome, Shown
from ..materials import MARK, first_of_classes, forecast_pictures, read_pictures

SITES = {"residual": "pre_ln", "attn": "post_attn", "mlp": "post_mlp"}
"""Where a block is read -> what the saved folders call it."""
SAVED = ("neighbors", "study")
LABEL = "class"
FILES, POINTS = "activations/neighbours", "activations/from-models"
LAYERS, WIDTH = 6, 48
FEW = 50  # digits of a class, where they stand in
EVERY = "id_twonn(estimator='mle')"
CENSORED = "id_twonn(estimator='mle', fraction=0.9)"
TRIMMED = "id_twonn(estimator='trimmed')"
ESTIMATES = {EVERY: "all", CENSORED: "90 %, censored", TRIMMED: "90 %, as if all"}


def forecast(order: Order) -> Sequence[str]:
    """Say what would be read."""
    saved = _saved(order)
    if saved:
        return [f"The neighbours saved in {path} would be read." for path in saved.values()]
    if order.own_models:
        models = [f"{model} would run on the images." for model in order.models.values()]
    else:
        models = [
            f"There is no folder of saved neighbours {' or '.join(order.models.values())}: name two with --model igpt=DIR "
            "--model ibert=DIR, or two models.",
            f"Else {order.recipe.stand_in} would stand in for both.",
        ]
    return [*models, forecast_pictures(order), "Their neighbours would be saved as files, and read from these."]


def run(order: Order) -> Outcome:
    """Read what was saved, or save it first, and compare the two models."""
    if len(order.models) != 2:
        raise InputError(
            f"models of the recipe {order.recipe.name} must be two. Got {len(order.models)}: give --model twice."
        )
    saved = _saved(order)
    direct: Results | None = None
    shown: Shown | str
    stand_in, labels = "", None
    if saved:
        sources = saved
        labels = _labels(order.data) if order.data is not None else None
        shown = _shown(saved, labels)
    else:
        direct, labels, stand_in, shown = _from_models(order)
        sources = _saved_by(order.folder / FILES)
    results = _study(order, sources, labels, order.folder, stand_in=stand_in)
    notes = [f"{stand_in}: no number below says anything about image GPT or image BERT."] if stand_in else []
    if labels is None:
        notes.append("Classes of the images were not given (--data FILE.npy): label overlap is left out.")
    ours = tuple(_ours(results, direct, stand_in))
    return Outcome(results, ours, (_section(results),), (*notes, *_found(results)), shown)


def _saved(order: Order) -> dict[str, Path]:
    """Return the folders of saved neighbours; {} where a model is none."""
    paths = {name: Path(model) for name, model in order.models.items()}
    usable = order.own_models or order.stand_in != "always"
    there = usable and all(path.is_dir() and kind_of_folder(path) in SAVED for path in paths.values())
    return paths if there else {}


def _shown(saved: Mapping[str, Path], labels: Any) -> Shown | str:
    """Return what can be shown of what was saved: files of neighbours hold no points, and are not read again to see it."""
    others = {name: path for name, path in saved.items() if kind_of_folder(path) != "neighbors"}
    if not others or all(one.points is None for one in read_source(others).representations):
        return NO_POINTS
    return Shown(saved, None if labels is None else {LABEL: labels})


def _saved_by(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in sorted(folder.iterdir(), reverse=True)}  # igpt before ibert


def _labels(file: str) -> Any:
    """Read the class of every image from a .npy, or from a table of one column."""
    found = read_columns(file)
    if len(found) != 1:
        raise InputError(f"{file} must hold one column of classes: name it, {file}:COLUMN. Got {', '.join(found)}.")
    return next(iter(found.values()))


def _study(order: Order, sources: Mapping[str, Any], labels: Any, folder: Path, *, stand_in: str) -> Results:
    k = order.options["k"]
    twonn = [("id_twonn", options) for options in _estimators()]
    shared = [("overlap_labels", {"k": k})] if labels is not None else []
    return run_study(
        dict(sources),
        Plan(
            measures=[*twonn, ("overlap_neighbors", {"k": k}), *shared],
            labels=LABEL if labels is not None else None,
            profiles="equal",
        ),
        columns=None if labels is None else {LABEL: labels},
        folder=folder,
        origin=order.origin(stand_in=stand_in),
        threads=order.threads,
        progress=order.progress,
    )


def _estimators() -> list[dict[str, Any]]:
    """Return the rule that leaves out a tenth, the likelihood that knows of it, and all ratios."""
    return [{"estimator": "mle"}, {"estimator": "mle", "fraction": 0.9}, {"estimator": "trimmed"}]


def _from_models(order: Order) -> tuple[Results, Any, str, Shown]:
    """Run two models on images and save their neighbours; return what points say, classes, what stood in, examples."""
    if not order.own_models and order.stand_in == "never":
        raise InputError(
            f"models of the recipe {order.recipe.name} must be folders of saved neighbours, or models. There is no "
            f"{' or '.join(order.models.values())}: give --model igpt=DIR --model ibert=DIR."
        )
    count = order.options["per_class"]
    pictures = read_pictures(
        order,
        lambda labels: first_of_classes(labels, [], count),
        of_digits=lambda labels: first_of_classes(labels, [], min(count, FEW)),
    )
    models, parts = dict(order.models), [pictures.stand_in]
    if not order.own_models:
        models = _tiny(order)
        why = "as was asked" if order.stand_in == "always" else f"no folder {' or '.join(order.models.values())}"
        parts = [f"{order.recipe.stand_in} stand in for {' and '.join(order.models)} ({why})", *parts]
    layers = {}
    for place, (name, model) in enumerate(models.items()):
        path = order.folder / "activations" / f"{place}.zarr"
        store = extract(model, pictures.examples, to=path, site=list(SITES), progress=order.progress)
        layers[name] = {replace(info := store.info(key), site=SITES[info.site]): store[key] for key in store}
    stand_in = "; ".join(filter(None, parts))
    points = order.folder / POINTS
    direct = _study(order, layers, pictures.labels, points, stand_in=stand_in)
    if not (order.folder / FILES).exists():
        export_arrays(points, order.folder / FILES)
    return direct, pictures.labels, stand_in, Shown(layers, {LABEL: pictures.labels}, pictures.examples.inputs)


def _tiny(order: Order) -> dict[str, str]:
    """Write two models with random weights."""
    from ..materials import save_tiny_imagegpt

    return {
        f"{name}-{MARK}": str(
            save_tiny_imagegpt(order.folder / "models" / name, layers=LAYERS, width=WIDTH, rng=order.rng + place)
        )
        for place, name in enumerate(order.models)
    }


def _ours(results: Results, direct: Results | None, stand_in: str) -> list[Ours]:
    """Set beside the closed form what the files say, and what the models say beside what the files say."""
    trimmed, censored = (_values(results, variant) for variant in (TRIMMED, CENSORED))
    ratio = trimmed / censored
    found = [Ours("ten_percent", float(ratio.mean()), None, stand_in)]
    if direct is None:
        return found
    one, other = (_by_place(each) for each in (results, direct))
    apart = (one - other).abs()
    if apart.isna().any():  # a place that only one of them has
        return found
    return [*found, Ours("files", float(apart.max()), None, stand_in)]


def _values(results: Results, variant: str) -> pd.Series[float]:
    frame = results.select(variant=variant).to_frame()
    return frame.set_index(["model", "site", "index"])["value"]


def _by_place(results: Results) -> pd.Series[float]:
    """Return every value by measure, model, site and layer; layers of files have other names."""
    frame = results.to_frame()
    models = {name: place for place, name in enumerate(dict.fromkeys(frame["model"]))}
    return frame.assign(model=frame["model"].map(models)).set_index(["variant", "model", "site", "index"])["value"]


def _section(results: Results) -> Section:
    frame = results.to_frame()
    shared = frame[frame["measure"] == "overlap_neighbors"]
    equal = {str(site): _by_layer(rows) for site, rows in shared.groupby("site", sort=False)}
    drawings = []
    if equal:
        figure = draw_lines(
            equal, x="relative depth", y="neighbourhood overlap", heading="The two models at equal layers"
        )
        caption = (
            "Share of neighbours that an image has in both models, at equal layers of a site; bands are 95 % intervals."
        )
        drawings.append(Drawing("equal-layers", figure, caption))
    for site in dict.fromkeys(frame["site"]):
        lines = {
            f"{model}, {said}": _by_layer(results.select(variant=variant, site=site, model=model).to_frame())
            for model in dict.fromkeys(frame["model"])
            for variant, said in ESTIMATES.items()
        }
        drawings.append(
            Drawing(
                f"ten-percent-{site}",
                draw_lines(
                    lines,
                    x="relative depth",
                    y="intrinsic dimension",
                    heading=f"With and without a tenth of the ratios, {site}",
                ),
                f"Dimension at {site} from all ratios; from the smallest nine tenths by a likelihood that knows what was "
                "left out; and from the same as if they were all, which is a third too high by construction.",
            )
        )
    return Section("Layer by layer", drawings=tuple(drawings))


def _by_layer(rows: pd.DataFrame) -> Line:
    rows = rows.sort_values("depth")
    return Line(rows["depth"].to_numpy(), rows["value"].to_numpy(), rows["stderr"].to_numpy(dtype=np.float64))


def _found(results: Results) -> list[str]:
    """Say where the two models agree most and least."""
    frame = results.to_frame()
    shared = frame[frame["measure"] == "overlap_neighbors"]
    if shared.empty:
        return ["The two models have no layer at an equal depth: their neighbours are not compared."]
    said = []
    for site, rows in shared.groupby("site", sort=False):
        ranked = rows.sort_values("value")
        least, most = ranked.iloc[0], ranked.iloc[-1]
        said.append(
            f"{site}: neighbours shared at equal layers from {least['value']:.3f} (depth {least['depth']:.2f}) to "
            f"{most['value']:.3f} (depth {most['depth']:.2f}); chance is {most['chance']:.3f}."
        )
    return said
