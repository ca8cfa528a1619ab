"""`repscape compare`: two models layer by layer, which layers of one are like which of the other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ._expand import expanded
from ._options import Groups, Json, LabelsFrom, Layers, Measures, Quiet, Threads, look, place, plan_entries
from ._print import note, say, say_json

if TYPE_CHECKING:
    from ..study import StudySpec

Side = Annotated[
    str, typer.Argument(metavar="[NAME=]PATH[:KEY]", help="A store, a study folder, or arrays: .npy, .npz, a folder.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="DIR", parser=place, help="Keep a study: matrices as figures, and a report."),
]


@dataclass(frozen=True, slots=True)
class How:
    """What two models are compared by."""

    measures: Measures = None
    layers: Layers = None
    protocol: Annotated[
        str | None,
        typer.Option(
            "--protocol", help="Measures as a published study has them: platonic or repa; in place of --measures."
        ),
    ] = None
    permutations: Annotated[
        int | None,
        typer.Option(
            "--permutations",
            help="Relabellings for the null of every measure, 0 for none; by default 200 where one pass does for all pairs.",
        ),
    ] = None
    groups: Groups = None
    within: Annotated[
        str | None, typer.Option("--within", metavar="COLUMN", help="Strata: examples are relabelled inside them only.")
    ] = None
    labels_from: LabelsFrom = None

    def spec(self, one: str, other: str) -> StudySpec:
        """Return the study of two models, and tell what was settled on for their examples."""
        given = plan_entries(measures=self.measures, layers=self.layers, profiles=["models"])
        look(arrays=[one, other], tables=self.labels_from or ())
        from ..study import StudySpec, comparison, read_source

        spec = StudySpec.of([one, other], self.labels_from or ())
        settled = comparison(
            given.pop("measures", None),
            protocol=self.protocol,
            permutations=self.permutations,
            groups=self.groups,
            within=self.within,
            source=read_source(spec.source, spec.read_columns(), function="compare"),
        )
        for said in settled.notes:
            note(f"Note: {said}")
        return spec.with_given(plan=given | settled.plan)


@expanded
def compare(
    ctx: typer.Context,
    how: How,
    one: Side,
    other: Side,
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
    spec = how.spec(one, other)
    from ..findings import best_matches
    from ..results import titles
    from ..study import Running, run, run_study
    from ._summary import say_conclusions, say_matches

    if out is not None:
        running = Running(threads=threads, wait=True, tell=note, progress=not quiet)
        results = run_study(spec, out, running)
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
