"""Options that several commands take, said once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ..study import Running

Label = Annotated[
    list[str] | None, typer.Option("--label", metavar="COLUMN", help="Column of class labels; may be given again.")
]
LabelsFrom = Annotated[
    list[str] | None,
    typer.Option(
        "--labels-from",
        metavar="[NAME=]FILE[:COLUMN]",
        help="Labels or values in a file of their own: .npy, .npz, .csv, .tsv, .jsonl, .parquet; may be given again.",
    ),
]
Value = Annotated[
    list[str] | None, typer.Option("--value", metavar="COLUMN", help="Column of continuous values; may be given again.")
]
Groups = Annotated[str | None, typer.Option("--groups", metavar="COLUMN", help="Column of groups.")]
By = Annotated[
    str | None, typer.Option("--by", metavar="COLUMN", help="Study the examples of each value of this column apart.")
]
Whole = Annotated[bool, typer.Option("--whole", help="With --by: study all examples together too, as the group 'all'.")]
Preprocess = Annotated[
    list[str] | None,
    typer.Option(
        "--preprocess",
        metavar="STEP",
        help="Before all measures, in order: centre, unit_norm, standardise, drop_rogue, whiten, with commas.",
    ),
]
Layers = Annotated[
    list[str] | None,
    typer.Option(
        "--layers", metavar="LAYER", help="Names, globs such as 'h.*' or numbers (-1 is the last), with commas."
    ),
]
Measures = Annotated[
    list[str] | None,
    typer.Option("--measures", metavar="MEASURES", help="As 'id_twonn(estimator=mle), overlap_neighbors(k=10)'."),
]
Profiles = Annotated[
    list[str] | None,
    typer.Option(
        "--profiles",
        metavar="PROFILE",
        help="Comparisons to make: next, first, last, pairs, models, equal, steps, with commas.",
    ),
]
Axes = Annotated[
    str | None,
    typer.Option(
        "--axes",
        metavar="AXES",
        help="Axes of arrays that have more than two, of layers, heads, n, tokens, d: 'n,layers,d'.",
    ),
]
PoolArrays = Annotated[
    str | None, typer.Option("--pool", help="Of arrays (n, tokens, d): mean, first, last, max or token.")
]
Mask = Annotated[
    str | None,
    typer.Option("--mask", metavar="NAME", help="The array beside the states that says which tokens are real."),
]
Threads = Annotated[int | None, typer.Option("--threads", help="Threads in all; by default every core.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")]
Open = Annotated[bool, typer.Option("--open", help="Open the page in the browser once it is written.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def place(given: str | Path) -> Path:
    """Return a file or folder as it was typed; nothing is not the folder where one happens to be."""
    if not str(given).strip():
        raise typer.BadParameter(f"it must name a file or a folder. Got {str(given)!r}.")
    if "://" in str(given):
        raise typer.BadParameter(f"it must lie on a disk; only stores of states may lie elsewhere. Got {str(given)!r}.")
    return Path(given)


def store_place(given: str | Path) -> Any:
    """Return where a store lies: on a disk, or on an object store ("s3://bucket/run.zarr")."""
    from ..machine import place_of

    return place_of(str(given)) if "://" in str(given) else place(given)


Study = Annotated[
    Path, typer.Argument(metavar="STUDY", help="A study folder, as repscape run writes it.", parser=place)
]


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a study computes."""

    label: Label = None
    value: Value = None
    groups: Groups = None
    by: By = None
    whole: Whole = False
    preprocess: Preprocess = None
    layers: Layers = None
    measures: Measures = None
    profiles: Profiles = None
    neighbors: Annotated[
        str | None,
        typer.Option("--neighbors", metavar="HOW", help="exact (default), or approximate for a million wide points."),
    ] = None

    def entries(self) -> dict[str, Any]:
        """Return the entries of a plan that were given."""
        return plan_entries(
            measures=self.measures,
            layers=self.layers,
            profiles=self.profiles,
            preprocess=self.preprocess,
            labels=self.label,
            values=self.value,
            groups=self.groups,
            by=self.by,
            whole=self.whole,
            neighbors=self.neighbors,
        )


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a study is run."""

    threads: Threads = None
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="WHERE",
            help="Where units run: threads (default), processes:N, or the address of a dask scheduler (tcp://host:8786).",
        ),
    ] = None
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first unit that fails; by default all others go on.")
    ] = False
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Stop at once where another process writes to the folder.")
    ] = False
    no_sync: Annotated[
        bool,
        typer.Option("--no-sync", help="Do not wait for the disk at each commit: quicker, not safe from power cuts."),
    ] = False
    quiet: Quiet = False

    def running(self, device: str | None = None) -> Running:
        """Return the same for a study; `device` is where graphs are built."""
        from ..study import Running
        from ._print import note

        return Running(
            threads=self.threads,
            scheduler=None if self.scheduler == "threads" else self.scheduler,
            device=device or "auto",
            fail_fast=self.fail_fast,
            wait=not self.no_wait,
            tell=note,
            sync=not self.no_sync,
            progress=not self.quiet,
        )


def plan_entries(
    *,
    measures: Sequence[str] | None,
    layers: Sequence[str] | None = None,
    profiles: Sequence[str] | None = None,
    preprocess: Sequence[str] | None = None,
    **columns: Any,
) -> dict[str, Any]:
    """Return the entries of a plan that were given on the command line."""
    from ..measures import measures_from_text

    # An empty text is an answer, and a wrong one; an option that was not given is None, an empty list, or a flag that is off.
    given: dict[str, Any] = {name: value for name, value in columns.items() if value not in (None, False, [])}
    if measures:
        given["measures"] = [entry for text in measures for entry in measures_from_text(text)]
    if layers:
        words = _words(layers, "--layers")
        numbers = [int(word) if re.fullmatch(r"-?[0-9]{1,9}", word) else word for word in words]
        given["layers"] = "all" if words == ["all"] else numbers
    if profiles:
        given["profiles"] = _words(profiles, "--profiles")
    if preprocess:
        given["preprocess"] = _words(preprocess, "--preprocess")
    if given:
        from ..plan import check_words

        check_words(given)
    return given


def look(
    *,
    arrays: Sequence[str] = (),
    tables: Sequence[str] = (),
    data: str | None = None,
    models: Sequence[str] = (),
    study: str | None = None,
) -> None:
    """Refuse files that are not there before anything slow is loaded."""
    from ..examples import look_for_columns, look_for_data, look_for_layers, named_path

    for entry in arrays:
        look_for_layers(entry)
    for entry in tables:
        look_for_columns(entry)
    if data is not None:
        look_for_data(data)
    if study is not None:
        from ..study import look_for_source

        look_for_source(study)
    if models:
        from ..extraction import look_for_model

        for entry in models:
            look_for_model(named_path(entry)[1])


def alone(option: str, ctx: typer.Context, **others: Any) -> None:
    """Refuse options beside one that does something else than the command usually does, and does not read them."""
    given = [name for name, value in others.items() if value is not None and value is not False and value != []]
    if given:  # 0 and "" were given
        said = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise typer.BadParameter(f"leave out {said}: {option} does nothing with it", ctx=ctx)


def used(tables: Any, **reading: str | None) -> None:
    """Refuse words on how tables are read where there is no table."""
    from ..errors import InputError

    if not tables and (said := [f"--{name.replace('_', '-')}" for name, value in reading.items() if value is not None]):
        raise InputError(f"{', '.join(said)} says how tables are read, and there is none: give one with --labels-from.")


def _words(texts: Sequence[str], option: str) -> list[str]:
    from ..errors import InputError

    found = [word.strip() for text in texts for word in text.split(",") if word.strip()]
    if not found:
        raise InputError(f"{option} must name at least one. Got {', '.join(map(repr, texts))}.")
    return found
