"""`repscape compare`: two models layer by layer, which layers of one are like which of the other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._options import Groups, Json, LabelsFrom, Layers, Measures, Quiet, Threads, look, place, plan_entries
from ._print import note, say, say_json

Side = Annotated[
    str, typer.Argument(metavar="[NAME=]PATH[:KEY]", help="A store, a study folder, or arrays: .npy, .npz, a folder.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="DIR", parser=place, help="Keep a study: matrices as figures, and a report."),
]


def compare(
    ctx: typer.Context,
    one: Side,
    other: Side,
    measures: Measures = None,
    layers: Layers = None,
    protocol: Annotated[
        str | None,
        typer.Option(
            "--protocol", help="Measures as a published study has them: platonic or repa; in place of --measures."
        ),
    ] = None,
    permutations: Annotated[
        int | None,
        typer.Option(
            "--permutations",
            help="Relabellings for the null of every measure, 0 for none; by default 200 where one pass does for all pairs.",
        ),
    ] = None,
    groups: Groups = None,
    within: Annotated[
        str | None, typer.Option("--within", metavar="COLUMN", help="Strata: examples are relabelled inside them only.")
    ] = None,
    labels_from: LabelsFrom = None,
    out: Out = None,
    threads: Threads = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Compare two models, every layer with every layer.

    Prints for each layer of the first its best match in the second, and whether that is beyond what the best of as many
    pairs reads by chance. The examples must be the same, in the same order. A measure that is not the same both ways is read
    from the first to the second; give the two the other way round for the other.

    \b
    Examples:
      repscape compare bert.zarr gpt2.zarr
      repscape compare small=study-a large=study-b --measures "sim_cka, sim_rsa" -o compared
      repscape compare a.npz b.npz --groups family
    """
    given = plan_entries(measures=measures, layers=layers, profiles=["models"])
    look(arrays=[one, other], tables=labels_from or ())

    from ..findings import best_matches
    from ..results import titles
    from ..study import Running, StudySpec, comparison, read_source, run, run_study
    from ._summary import say_conclusions, say_matches

    spec = StudySpec.of([one, other], labels_from or ())
    source = read_source(spec.source, spec.read_columns(), function="compare")
    settled = comparison(
        given.pop("measures", None),
        protocol=protocol,
        permutations=permutations,
        groups=groups,
        within=within,
        source=source,
    )
    for said in settled.notes:
        note(f"Note: {said}")
    spec = spec.with_given(plan=given | settled.plan)
    if out is not None:
        how = Running(threads=threads, wait=True, tell=note, progress=not quiet)
        results = run_study(spec, out, how)
    else:
        plan, columns = spec.load()
        results = run(spec.source, plan, columns=columns, threads=threads, progress=not quiet)
    matches = best_matches(results)
    report = None
    if out is not None:
        from ..report import refresh

        report = refresh(results, out, command=ctx.obj).report
    if json:
        say_json({"best": matches.to_dict("records"), "pairs": results.to_frame().to_dict("records")})
        return
    for warning in results.warnings:
        note(f"Note: {warning}")
    say_matches(matches, titles(results))
    say_conclusions(results)
    if report is not None:
        say(f"\nReport: {report}")
