"""The tokens of one prompt as points, layer by layer, straight from the forward pass: only summaries are kept.

The states of a hundred prompts of a thousand tokens in 33 layers take tens of gigabytes, and what is asked of them fits into
some hundred kilobytes. So a prompt is run, measured in every layer, and forgotten.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .. import _check
from .._types import Examples, LayerInfo, Progress
from ..errors import DegenerateDataError, InputError, RepscapeWarning
from ..examples import read_examples
from ..extraction import open_model
from ..graph import NeighborGraph, knn_graphs
from ..measures.dimension import id_gride
from ..measures.overlap import overlap_neighbors
from ._progress import progress_bar

if TYPE_CHECKING:
    import xarray as xr

FloatArray = npt.NDArray[np.float64]


def token_geometry(
    model: Any,
    examples: Any,
    *,
    layers: str | int | Sequence[str | int] = "all",
    k: int = 10,
    max_rank: int = 64,
    max_length: int | None = None,
    include_special: bool = False,
    device: str = "auto",
    dtype: str = "auto",
    threads: int | None = None,
    progress: bool | Progress | None = None,
) -> xr.Dataset:
    """Measure the tokens of each prompt in every layer: dimension by scale, neighbours kept, and mean cosine.

    Nothing but the summaries is kept, not even for a moment more than one prompt: no store is written.

    Parameters
    ----------
    model : str, torch.nn.Module or opened model
        As of :func:`repscape.extract`.
    examples : Examples or whatever :func:`read_examples` takes
        The prompts.
    layers : "all", int, str or sequence of them
        Which blocks, as of :func:`repscape.extract`.
    k : int
        Neighbours of each token in the overlap.
    max_rank : int
        The largest rank of Gride, a power of two; prompts of fewer tokens stop earlier.
    max_length : int, optional
        Most tokens of a prompt, special ones included.
    include_special : bool
        Whether special tokens count.
    device, dtype, threads, progress
        As of :func:`repscape.extract`.

    Returns
    -------
    xarray.Dataset
        Over `prompt`, `layer` and `rank`: `dimension` (prompt, layer, rank), by Gride, identical tokens counted once;
        `overlap` (prompt, layer), the share of each token's k neighbours that it keeps in the next layer, NaN in the last;
        `cosine` (prompt, layer), the mean over all pairs of tokens, in [-1, 1]; `tokens` (prompt,). NaN where a prompt has too
        few different tokens. `near_copies` (prompt, layer) counts tokens with a neighbour far nearer than the dimension allows,
        such as one word at two places in the first layers: they decide the dimension at small ranks. `attrs` say the bytes of
        the states that were read, those of the summaries, and the seconds.

    Raises
    ------
    InputError
        If max_rank is no power of two, or no prompt has k + 1 tokens.

    Examples
    --------
    >>> import repscape as rs
    >>> found = rs.token_geometry("gpt2", prompts, max_length=1024)  # doctest: +SKIP
    >>> found.dimension.sel(rank=16).mean("prompt").plot()  # doctest: +SKIP
    """
    import xarray as xr

    from ..extraction import iterate  # it loads torch

    _check.integer(k, "k", "token_geometry", low=1)
    _check.integer(max_rank, "max_rank", "token_geometry", low=2)
    ranks = [2**power for power in range(1, max_rank.bit_length())]
    if ranks[-1] != max_rank:
        raise InputError(f"max_rank of token_geometry must be a power of two. Got {max_rank}.")
    opened = model if hasattr(model, "provenance") else open_model(model, device=device, dtype=dtype)
    data = examples if isinstance(examples, Examples) else read_examples(examples)
    given: dict[str, Any] = {"layers": layers, "max_length": max_length, "include_special": include_special}
    given["loss"] = False
    rows: list[Mapping[str, Any]] = []
    names: list[LayerInfo] = []
    size, began = 0, time.perf_counter()
    with progress_bar(progress) as report:
        for slab in iterate(opened, data, pool="token", slab_rows=1, **given):
            names = list(slab.states)
            size += sum(states.nbytes for states in slab.states.values())
            rows.append(_measured(list(slab.states.values()), k, ranks, threads))
            report(slab.stop, len(data), "prompts")
    if max(row["tokens"] for row in rows) <= k:
        raise InputError(
            f"k of token_geometry is {k}; the longest prompt has {max(row['tokens'] for row in rows)} tokens."
        )
    over: dict[str, tuple[str, ...]] = {"dimension": ("prompt", "layer", "rank")}
    over |= dict.fromkeys(("overlap", "cosine", "near_copies"), ("prompt", "layer"))
    found = xr.Dataset(
        {name: (dims, np.stack([row[name] for row in rows])) for name, dims in over.items()},
        {"layer": [layer.key for layer in names], "rank": ranks, "prompt": np.arange(len(rows))},
    ).assign(tokens=("prompt", [row["tokens"] for row in rows]))
    found = found.assign_coords(depth=("layer", [layer.depth for layer in names]))
    kept = sum(each.nbytes for each in found.values())
    return found.assign_attrs(states_bytes=size, kept_bytes=kept, seconds=time.perf_counter() - began, k=k)


def _measured(layers: Sequence[npt.NDArray[Any]], k: int, ranks: Sequence[int], threads: int | None) -> dict[str, Any]:
    """Measure one prompt: its tokens in every layer, (tokens, d) each."""
    n = len(layers[0])
    found: dict[str, Any] = {
        "tokens": n,
        "dimension": np.full((len(layers), len(ranks)), np.nan),
        "near_copies": np.zeros(len(layers), dtype=np.int64),
        "overlap": np.full(len(layers), np.nan),
        "cosine": np.array([_cosine(X) for X in layers]),
    }
    if n <= max(k, 2):
        return found
    graphs = knn_graphs(layers, min(n - 1, max(k, ranks[-1])), threads=threads)
    for place, graph in enumerate(graphs):
        found["dimension"][place], found["near_copies"][place] = _dimension(graph, ranks)
        if place:
            found["overlap"][place - 1] = overlap_neighbors(graphs[place - 1], graph, k=k).value
    return found


def _dimension(graph: NeighborGraph, ranks: Sequence[int]) -> tuple[FloatArray, int]:
    out = np.full(len(ranks), np.nan)
    deepest = max((rank for rank in ranks if rank <= graph.k), default=0)
    if not deepest:
        return out, 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", RepscapeWarning
            )  # near copies are counted instead, for every layer of every prompt
            curve = id_gride(graph, max_rank=deepest, error=None)
    except DegenerateDataError:  # too few different tokens, as where one word is said all over
        return out, 0
    out[: len(curve.values)] = curve.values
    return out, int(curve.details.get("near_copies", 0))


def _cosine(X: npt.NDArray[Any]) -> float:
    """Mean cosine over all pairs of different rows: that of the sum of the unit rows, less each with itself."""
    rows = X.astype(np.float64)
    lengths = np.sqrt((rows * rows).sum(axis=1))
    if len(rows) < 2 or not lengths.all():
        return float("nan")
    total = (rows / lengths[:, None]).sum(axis=0)
    return float(((total * total).sum() - len(rows)) / (len(rows) * (len(rows) - 1)))
