"""`repscape predict`: what the probe of a layer says of new inputs."""

from __future__ import annotations

from typing import Annotated

import typer

from ._expand import expanded
from ._model_options import AllowCode, Data, ExampleOptions, OpenOptions, chosen
from ._options import Json, Study, look
from ._print import note, say, say_json, say_table

WIDE = 60
Inputs = Annotated[
    list[str] | None, typer.Argument(metavar="[INPUT]...", help="Sentences, or protein sequences, in quotes.")
]
Layer = Annotated[
    str, typer.Option("--layer", metavar="LAYER", help="best, a layer's name, or its number; -1 is the last.")
]
Told = Annotated[
    str | None, typer.Option("--label", metavar="COLUMN", help="What to tell, where the study reads several columns.")
]
Of = Annotated[str | None, typer.Option("--of", metavar="NAME", help="Which model, in a study of several.")]
Moved = Annotated[str | None, typer.Option("--model", metavar="MODEL", help="Where the model is now, if it has moved.")]


@expanded
def predict(
    ctx: typer.Context,
    study: Study,
    examples: ExampleOptions,
    opening: OpenOptions,
    inputs: Inputs = None,
    layer: Layer = "best",
    label: Told = None,
    data: Data = None,
    of: Of = None,
    model: Moved = None,
    allow_code: AllowCode = False,
    json: Json = False,
) -> None:
    """Tell the label of new inputs from one layer of a study's model.

    The first time, a linear probe is fitted to the layer's stored rows and kept in the study folder.

    \b
    Examples:
      repscape predict study "A lovely film." "A waste of time."
      repscape predict study --layer -1 --data new-reviews.csv --text review --json
    """
    if bool(inputs) == (data is not None):
        raise typer.BadParameter("give inputs in quotes, or --data", ctx=ctx)

    from ..study import look_for_predict

    look_for_predict(study)
    look(data=data, models=[] if model is None else [f"={model}"])

    from ..examples import read_examples
    from ..study import predict as ask

    if data is None and (said := [f"--{name}" for name in chosen(examples)]):
        raise typer.BadParameter(f"{', '.join(said)} goes with --data", ctx=ctx)
    given = inputs if data is None else read_examples(data, **chosen(examples))
    found = ask(
        study,
        given,
        layer=layer,
        **chosen(opening, label=label, of=of, model=model, allow_code=allow_code),
    )
    frame = found.to_frame()
    if json:
        say_json({"layer": found.layer, "why": found.why, "label": found.label, "inputs": frame.to_dict("records")})
        return
    if found.truncated:
        note(f"Note: {found.truncated} of {len(frame)} inputs were longer than the study's rows may be, and were cut.")
    numbers = frame.columns[2 if len(found.classes) else 1 :]
    rows = [
        [
            _short(row["input"]),
            *([str(row[found.label])] if len(found.classes) else []),
            *(f"{row[c]:.3f}" for c in numbers),
        ]
        for row in frame.to_dict("records")
    ]
    say_table(list(frame.columns), rows)
    say(f"\nLayer {found.layer}: {found.why}")


def _short(text: str) -> str:
    return text if len(text) <= WIDE else f"{text[: WIDE - 1]}…"
