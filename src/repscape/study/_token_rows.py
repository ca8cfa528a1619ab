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
    """Return one row for each real token: the columns of its example, `example`, `position`, and `token` where it is text.

    The inputs themselves are left out: repeated for each of their tokens they would outgrow the states.

    Where an input has no padding and no special tokens (an image), every one of them gives `each` rows.
    """
    counts: list[int] = []
    tokens: list[str] = []
    for here, said in _counted(model, examples, options, each=each):
        counts += here
        tokens += said
    example = np.repeat(np.arange(len(counts)), counts)
    position = np.concatenate([np.arange(count) for count in counts])
    added: dict[str, Any] = {"example": example, "position": position}
    added |= {"token": tokens} if len(tokens) == len(example) else {}
    table = _without_inputs(examples)
    taken = [name for name in added if name in table.columns]
    if taken:
        raise InputError(
            f"pool='token' of extract adds the columns {', '.join(added)}; the data have {', '.join(taken)}. Rename them."
        )
    return table.iloc[example].reset_index(drop=True).assign(**added)


def _without_inputs(examples: Examples) -> pd.DataFrame:
    """Return the examples' table without a column that holds the inputs."""
    inputs = examples.inputs
    if isinstance(inputs, np.ndarray):
        return examples.table
    same = [name for name, column in examples.table.items() if name != "id" and column.tolist() == list(inputs)]
    return examples.table.drop(columns=same)


def _counted(
    model: Model, examples: Examples, options: Mapping[str, Any], *, each: int
) -> Iterator[tuple[list[int], list[str]]]:
    """Yield the real tokens of every example, some at a time: how many, and what they say; from the encoder alone."""
    words = getattr(model.encode, "words", None)
    for start in range(0, len(examples), COUNTED_TOGETHER):
        encoded = model.encode(
            examples.inputs[start : start + COUNTED_TOGETHER],
            first_row=start,
            max_length=options["max_length"],
            too_long=options["too_long"],
        )
        rows = np.arange(len(encoded.lengths))
        batch = encoded.batch(rows)
        batch = batch.with_special() if options["include_special"] else batch
        yield batch.counts("token", each * len(rows)), [] if words is None else words(batch)
