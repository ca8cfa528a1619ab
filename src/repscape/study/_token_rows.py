"""The table of a store that has a row for each token: which example, which position, and what the token says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .._types import Examples
from ..errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from ..extraction import Model

COUNTED_TOGETHER = 64


def token_table(model: Model, examples: Examples, options: Mapping[str, Any], *, each: int) -> pd.DataFrame:
    """Return one row for each token that is read: its example's columns, `example`, `position`, and `token` where it is text.

    The inputs themselves are left out: repeated for each of their tokens they would outgrow the states.

    Where an input has no padding and no special tokens (an image), every one of them gives `each` rows.
    """
    counts: list[int] = []
    places: list[int] = []
    tokens: list[str] = []
    for here, where, said in _counted(model, examples, options, each=each):
        counts += here
        places += where
        tokens += said
    example, position = np.repeat(np.arange(len(counts)), counts), np.array(places, dtype=np.int64)
    added: dict[str, Any] = {"example": example, "position": position}
    added |= {"token": tokens} if len(tokens) == len(example) else {}
    table = _without_inputs(examples)
    new = [*added, *(() if model.scores is None else ("loss",))]
    taken = [name for name in new if name in table.columns]
    if taken:
        raise InputError(
            f"pool='token' of extract adds the columns {', '.join(new)}; the data have {', '.join(taken)}. Rename them."
        )
    return table.iloc[example].reset_index(drop=True).assign(**added)


def _without_inputs(examples: Examples) -> pd.DataFrame:
    """Return the examples' table without a column that holds the inputs."""
    inputs = examples.inputs
    if isinstance(inputs, np.ndarray):
        return examples.table
    same = [
        name
        for name, column in examples.table.items()
        if name != "id" and all(one == other for one, other in zip(column, inputs, strict=True))
    ]
    return examples.table.drop(columns=same)


def _counted(
    model: Model, examples: Examples, options: Mapping[str, Any], *, each: int
) -> Iterator[tuple[list[int], list[int], list[str]]]:
    """Yield the tokens of every example that are read, some at a time: how many, where, and what they say; from the encoder."""
    from ..extraction import Window, prompted, readied  # load torch, which the opened model shows to be there

    model = prompted(model, template=options.get("template"), chat=options.get("chat"))
    window = Window.of(options.get("positions"))
    words = getattr(model.encode, "words", None)
    for start in range(0, len(examples), COUNTED_TOGETHER):
        encoded = model.encode(
            examples.inputs[start : start + COUNTED_TOGETHER],
            first_row=start,
            max_length=options["max_length"],
            too_long=options["too_long"],
        )
        rows = np.arange(len(encoded.lengths))
        batch = readied(encoded.batch(rows), include_special=options["include_special"], window=window)
        total = each * len(rows)
        yield batch.counts("token", total), batch.positions(total), [] if words is None else words(batch)


def loss_said(model: Model) -> str:
    """Say what the loss of each token is, or why there is none."""
    if model.scores is not None:
        return "-log of a token's probability given those before it, in nats; NaN where none stands before it"
    return (
        "none: what was opened is no causal language model with its head, so that it gives a token no probability from those "
        "before it alone"
    )


def written_prompt(model: Model, options: Mapping[str, Any]) -> str | None:
    """Return what every text is read as, with {text} in its place; None where nothing stands around it."""
    if options.get("template") is None and not options.get("chat"):
        return None
    from ..extraction import prompted

    encode: Any = prompted(model, template=options.get("template"), chat=options.get("chat")).encode
    return "{text}".join(encode.prompt.around(encode.tokenizer))
