"""`repscape extract`: hidden states of a model into a store."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ._expand import expanded
from ._model_options import (
    Data,
    DrawOptions,
    DryRun,
    ExampleOptions,
    OpenOptions,
    Revision,
    StateOptions,
    TableOptions,
    chosen,
    say_forecast,
)
from ._options import Json, Label, Layers, Quiet, alone, look, plan_entries, store_place
from ._print import note, say, say_json

Model = Annotated[str, typer.Option("--model", metavar="MODEL", help='A hub id, a local folder, or "module:function".')]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", metavar="STORE", parser=store_place, help="The store: new, or to go on with; s3://... too."
    ),
]
List = Annotated[
    bool, typer.Option("--list", help="Show the layers, sites and parts that the model has, and do nothing.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="WHERE",
        help="processes:N, or the address of a dask scheduler (tcp://host:8786): several workers with a model each; the store "
        "is the same.",
    ),
]
NoSync = Annotated[
    bool, typer.Option("--no-sync", help="Do not wait for the disk at each commit: quicker, not safe from power cuts.")
]
LISTED = ("device_map", "dtype", "tower")  # of how states are read, what --list obeys


@expanded
def extract(
    ctx: typer.Context,
    model: Model,
    examples: ExampleOptions,
    draw: DrawOptions,
    tables: TableOptions,
    states: StateOptions,
    opening: OpenOptions,
    data: Data = None,
    out: Out = None,
    layers: Layers = None,
    label: Label = None,
    revision: Revision = None,
    list_layers: List = False,
    dry_run: DryRun = False,
    scheduler: Scheduler = None,
    no_sync: NoSync = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Read a model's hidden states into a store.

    Every wanted layer and site comes from one forward pass. Running it again goes on where it was stopped.

    \b
    Examples:
      repscape extract --model gpt2 --data reviews.csv --text text -o run.zarr
      repscape extract --model facebook/esm2_t6_8M_UR50D --data proteins.fasta --site residual --site norm1 -o run.zarr
      repscape extract --model ./my-bert --list
    """
    if revision is not None and len(revision) > 1:
        raise typer.BadParameter("a store holds one --revision; repscape run takes several", ctx=ctx)
    look(data=data, models=[f"={model}"])
    if list_layers:
        more = {"data": data, "out": out, "layers": layers, "dry_run": dry_run, "no_sync": no_sync, "quiet": quiet}
        read = {name: value for name, value in chosen(states).items() if name not in LISTED}
        alone("--list", ctx, **more, **chosen(examples, draw, tables, label=label), **read)
        obeyed = {name: getattr(states, name) for name in LISTED}
        _say_layers(model, chosen(opening, **obeyed, revision=revision and revision[0]), json)
        return
    place = Path() if out is None and dry_run else out
    if data is None or place is None:
        raise typer.BadParameter("give --data and -o STORE (or --list)", ctx=ctx)
    from ..study import ModelSource
    from ..study import extract as run_extract

    options = chosen(examples, draw, tables, states, opening, label=label, **plan_entries(measures=None, layers=layers))
    source = ModelSource.of([model], data, revisions=revision or (), **options)
    if dry_run:
        forecasts = source.forecast(place)
        if json:
            say_json({name: asdict(found) for name, found in forecasts.items()})
        else:
            say_forecast(forecasts)
        return
    how: dict[str, Any] = {"scheduler": scheduler, "progress": not quiet, "sync": not no_sync}
    store = run_extract(model, source.examples(), to=place, **how, **source.extraction)
    if json:
        truncated = store.state.get("truncated") or 0
        say_json({"store": str(out), "rows": store.rows, "layers": list(store.layers), "truncated": truncated})
        return
    say(f"{store.rows} rows of {len(store.layers)} layers: {', '.join(store.layers)}")
    if cut := store.state.get("truncated"):
        note(
            f"Note: {cut} of {len(store.examples)} examples were longer than the model or --max-length takes, and were cut."
        )
    loss = str(store.state.get("loss", ""))
    if loss.startswith("none: "):
        note(f"No column of losses: {loss.removeprefix('none: ')}.")
    say(f"\nStore: {out}")


def _say_layers(model: str, opening: dict[str, Any], json: bool) -> None:
    from ..extraction import list_layers, open_model, refused_sites
    from ._print import say_table

    opened = open_model(model, **opening)
    checked = opened.anatomy is not None and opened.anatomy.checked
    table = [
        [
            tap.layer.key,
            str(tap.layer.index),
            f"{tap.layer.depth:.2f}",
            tap.layer.site,
            tap.module,
            ("adds up" if tap.layer.site else "by name") if checked else "not tried",
        ]
        for tap in list_layers(opened)
    ]
    if json:
        names = ("layer", "index", "depth", "site", "module", "check")
        layers = [dict(zip(names, row, strict=True)) for row in table]
        say_json({"layers": layers, "refused": {site: why or "" for site, why in refused_sites(opened).items()}})
        return
    say_table(["layer", "index", "depth", "site", "module", "check"], table)
    for site, why in refused_sites(opened).items():
        note(f"No {site}: {why or 'its blocks have none'}.")
    _say_parts(opened)


def _say_parts(opened: Any) -> None:
    """Print which parts of its layers a model has: their first, how many there are, and how to ask for them."""
    from ..extraction import list_parts
    from ._print import say_table

    found = list_parts(opened)
    table = []
    for part, taps in found.items():
        if isinstance(taps, str):
            continue
        blocks = len({tap.layer.name for tap in taps})
        asked = f"--part {part}" + (", or with --site q, k or v" if part == "heads" else "")
        table.append([part, taps[0].layer.key, taps[-1].layer.key, str(len(taps)), str(blocks), asked])
    if table:
        say("")
        say_table(["part", "first", "last", "parts", "layers", "ask with"], table)
    for part, taps in found.items():
        if isinstance(taps, str):
            note(f"No {part}: {taps.removeprefix('part of extract: ')}")
