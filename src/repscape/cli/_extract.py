"""`repscape extract`: hidden states of a model into a store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ._model_options import (
    AllowPickle,
    Balance,
    BatchSize,
    Data,
    Device,
    DryRun,
    Dtype,
    Encoding,
    IdColumn,
    Image,
    Kind,
    Limit,
    MaxLength,
    Pool,
    Revision,
    Rows,
    Seed,
    Separator,
    Sequence,
    Site,
    Split,
    Text,
    TooLong,
    TrustRemoteCode,
    chosen,
    say_forecast,
)
from ._options import Label, Layers, Quiet, plan_entries
from ._print import note, say

Model = Annotated[str, typer.Option("--model", metavar="MODEL", help='A hub id, a local folder, or "module:function".')]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="STORE", help="The store: new, or to go on with.")]
List = Annotated[bool, typer.Option("--list", help="Show the layers and sites that the model has, and do nothing.")]


def extract(
    ctx: typer.Context,
    model: Model,
    data: Data = None,
    out: Out = None,
    layers: Layers = None,
    site: Site = None,
    pool: Pool = None,
    text: Text = None,
    label: Label = None,
    sequence: Sequence = None,
    image: Image = None,
    kind: Kind = None,
    split: Split = None,
    limit: Limit = None,
    balance: Balance = None,
    rows: Rows = None,
    seed: Seed = None,
    id_column: IdColumn = None,
    separator: Separator = None,
    encoding: Encoding = None,
    max_length: MaxLength = None,
    too_long: TooLong = None,
    batch_size: BatchSize = None,
    device: Device = None,
    dtype: Dtype = None,
    revision: Revision = None,
    trust_remote_code: TrustRemoteCode = False,
    allow_pickle: AllowPickle = False,
    list_layers: List = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
) -> None:
    """Read a model's hidden states into a store.

    Every wanted layer and site comes from one forward pass. Running it again goes on where it was stopped.

    \b
    Examples:
      repscape extract --model gpt2 --data reviews.csv --text text -o run.zarr
      repscape extract --model facebook/esm2_t6_8M_UR50D --data proteins.fasta --site residual --site norm1 -o run.zarr
      repscape extract --model ./my-bert --list
    """
    opening = chosen(device=device, dtype=dtype, trust_remote_code=trust_remote_code, allow_pickle=allow_pickle)
    if list_layers:
        _say_layers(model, opening | chosen(revision=revision and revision[0]))
        return
    place = Path() if out is None and dry_run else out
    if data is None or place is None:
        raise typer.BadParameter("give --data and -o STORE (or --list)", ctx=ctx)

    from ..study import ModelSource
    from ..study import extract as run_extract

    options = opening | chosen(
        text=text, label=label, sequence=sequence, image=image, kind=kind, split=split, limit=limit, balance=balance,
        rows=rows, seed=seed, id_column=id_column, separator=separator, encoding=encoding, site=site, pool=pool,
        max_length=max_length, too_long=too_long, batch_size=batch_size,
        **plan_entries(measures=None, layers=layers),
    )  # fmt: skip
    source = ModelSource.of([model], data, revisions=revision or (), **options)
    if dry_run:
        say_forecast(source.forecast(place))
        return
    store = run_extract(model, source.examples(), to=place, progress=not quiet, **source.extraction)
    say(f"{store.rows} rows of {len(store.layers)} layers: {', '.join(store.layers)}")
    if cut := store.state.get("truncated"):
        note(
            f"Note: {cut} of {len(store.examples)} examples were longer than the model or --max-length takes, and were cut."
        )
    say(f"\nStore: {out}")


def _say_layers(model: str, opening: dict[str, Any]) -> None:
    from ..extraction import list_layers, open_model
    from ._print import say_table

    taps = list_layers(open_model(model, **opening))
    table = [
        [tap.layer.key, str(tap.layer.index), f"{tap.layer.depth:.2f}", tap.layer.site, tap.module] for tap in taps
    ]
    say_table(["layer", "index", "depth", "site", "module"], table)
