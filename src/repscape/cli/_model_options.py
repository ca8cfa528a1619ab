"""Options of commands that run a model: which examples, how they are read, how the model is opened, what is read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import InputError
from ._print import say, say_json

if TYPE_CHECKING:
    from ..study import Forecast, StudyForecast

Data = Annotated[
    str | None,
    typer.Option(
        "--data", metavar="DATA", help="Examples: a table, texts, FASTA, a folder of images, a data set's name."
    ),
]
Revision = Annotated[
    list[str] | None,
    typer.Option("--revision", help="Commit, tag or branch on the hub; again for further checkpoints of the model."),
]
Text = Annotated[str | None, typer.Option("--text", metavar="COLUMN", help="Column of texts.")]
Sequence = Annotated[str | None, typer.Option("--sequence", metavar="COLUMN", help="Column of protein sequences.")]
Image = Annotated[str | None, typer.Option("--image", metavar="COLUMN", help="Column or array of images.")]
Split = Annotated[str | None, typer.Option("--split", help="Which split of a data set.")]
Device = Annotated[
    str | None,
    typer.Option(
        "--device",
        help="cpu, cuda, mps; models run on the GPU by default where there is one, graphs where it says cuda.",
    ),
]
TrustRemoteCode = Annotated[
    bool, typer.Option("--trust-remote-code", help="Run code that came with the model. It can do anything you can.")
]
AllowPickle = Annotated[
    bool, typer.Option("--allow-pickle", help="Load pickled weights and files. They can run code; safetensors cannot.")
]
IdColumn = Annotated[
    str | None,
    typer.Option(
        "--id-column",
        metavar="COLUMN",
        help="Column of ids, of the data, of --labels-from or of both; 'id' by default.",
    ),
]
AllowCode = Annotated[
    bool, typer.Option("--allow-code", help="Run a module:function that a study's file names. It can do anything.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what it would take, and do nothing.")]


@dataclass(frozen=True, slots=True)
class ExampleOptions:
    """Where the inputs stand in the data."""

    text: Text = None
    sequence: Sequence = None
    image: Image = None
    split: Split = None


@dataclass(frozen=True, slots=True)
class DrawOptions:
    """Which of the examples, and of what kind they are."""

    kind: Annotated[
        str | None, typer.Option("--kind", help="text, protein, image, vectors or array; found out by default.")
    ] = None
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", help="At most so many examples, drawn at random.")
    ] = None
    balance: Annotated[
        int | None, typer.Option("--balance", metavar="N", help="So many examples of every class of --label.")
    ] = None
    rows: Annotated[
        str | None, typer.Option("--rows", metavar="FILE.npy", help="Row numbers of the data, in the order wanted.")
    ] = None
    stream: Annotated[
        bool,
        typer.Option("--stream", help="Read examples one by one, texts not kept in memory; --limit takes the first."),
    ] = False
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of --limit and --balance; 0 by default.")] = None


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How the tables of examples, labels and values are read."""

    id_column: IdColumn = None
    separator: Annotated[
        str | None,
        typer.Option("--separator", metavar="TEXT", help="Between the cells of a table; found out by default."),
    ] = None
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", metavar="NAME", help="Of text files, such as latin-1; UTF-8 by default."),
    ] = None


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """How a model is opened."""

    device: Device = None
    trust_remote_code: TrustRemoteCode = False
    allow_pickle: AllowPickle = False


@dataclass(frozen=True, slots=True)
class StateOptions:
    """What is read of a model, and how its inputs go through it."""

    device_map: Annotated[
        str | None, typer.Option("--device-map", help="auto: over all devices, main memory and disk; needs accelerate.")
    ] = None
    tower: Annotated[
        str | None,
        typer.Option(
            "--tower", help="Part of a model of two: encoder (default), decoder or both; text, vision or audio."
        ),
    ] = None
    site: Annotated[
        list[str] | None,
        typer.Option(
            "--site",
            help="residual, norm1, norm2, attn, cross, mixer, mlp, final_norm, or modules by name or glob; may be given again.",
        ),
    ] = None
    part: Annotated[
        str | None,
        typer.Option("--part", help="heads, units, router or experts: parts of layers, named such as h.3/head.7."),
    ] = None
    pool: Annotated[
        str | None,
        typer.Option(
            "--pool",
            help="mean (default), last, first, cls, max, token or flatten; of arrays as it is in measure.",
        ),
    ] = None
    include_special: Annotated[
        bool,
        typer.Option("--include-special", help="Count special tokens (class and register tokens too) like the others."),
    ] = False
    max_length: Annotated[
        int | None, typer.Option("--max-length", metavar="N", help="Most tokens of a text, special ones included.")
    ] = None
    too_long: Annotated[str | None, typer.Option("--too-long", help="truncate (default) or refuse longer texts.")] = (
        None
    )
    template: Annotated[
        str | None,
        typer.Option("--template", metavar="TEXT", help="What stands around each text, such as 'This text: {text}'."),
    ] = None
    chat: Annotated[bool, typer.Option("--chat", help="Read each text as a message in the model's chat template.")] = (
        False
    )
    positions: Annotated[
        str | None,
        typer.Option(
            "--positions",
            metavar="WHICH",
            help="Real tokens that are read: 0:128, -16:, 5; of a template: before, text, after, text 0:16.",
        ),
    ] = None
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", metavar="N", help="Inputs of a batch; found out by default.")
    ] = None
    dtype: Annotated[
        str | None, typer.Option("--dtype", help="float32 (default), bfloat16 or float16 in the model.")
    ] = None
    store_dtype: Annotated[
        str | None,
        typer.Option("--store-dtype", help="float32 (default), float16 or bfloat16 in the store; its error is told."),
    ] = None


def chosen(*groups: Any, **options: Any) -> dict[str, Any]:
    """Return the options that were given, of groups of them and one by one; one site or label is itself, not a list."""
    for group in groups:
        options |= {name: getattr(group, name) for name in type(group).__dataclass_fields__}
    given = {name: value for name, value in options.items() if value is not None and value is not False and value != []}
    for name in ("site", "label"):
        if isinstance(given.get(name), list) and len(given[name]) == 1:
            given[name] = given[name][0]
    if "seed" in given:
        given["rng"] = given.pop("seed")
        if not given.keys() & {"limit", "balance"}:
            raise InputError("--seed is of --limit and --balance: without one of them nothing is drawn.")
    return given


def say_study_forecast(forecast: StudyForecast, *, json: bool) -> None:
    """Print what a study will take: its extraction if it has one, then its graphs, measures and figures."""
    if json:
        say_json(asdict(forecast))
        return
    say_forecast(forecast.extraction)
    for name, words in forecast.said().items():
        say(f"  {name:<10}{words}")


def say_forecast(forecasts: Mapping[str, Forecast]) -> None:
    """Print what an extraction will take."""
    for name, found in forecasts.items():
        if name:
            say(f"{name}:")
        widths = sorted(set(found.layers.values()))
        wide = f"{widths[0]}" if len(widths) == 1 else f"{widths[0]} to {widths[-1]}"
        say(f"  rows      {found.rows:,}")
        say(f"  layers    {len(found.layers)} of width {wide}: {', '.join(found.layers)}")
        say(f"  on disk   {_bytes(found.bytes_on_disk)} at most; {_bytes(found.disk_free)} are free")
        say(f"  memory    about {_bytes(found.memory)} for the model and two slabs of rows")
        say(f"  time      about {_duration(found.seconds)} at the pace of a few examples")


def _bytes(count: int) -> str:
    size, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{size:.3g} {unit}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
