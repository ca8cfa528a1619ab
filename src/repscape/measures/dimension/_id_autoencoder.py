"""The bottleneck curve of a small autoencoder: how much of held-out points so many curved coordinates fail to rebuild."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check, _random
from ...errors import DegenerateDataError, InputError, needs_extra
from ...machine import within_memory
from .._result import Curve
from ..points import centred
from ._distinct import rows_apart
from ._elbow import elbow

FloatArray = npt.NDArray[np.float64]
NAME = "id_autoencoder"
USUAL = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
LEAST_ROWS = 10


@within_memory
def id_autoencoder(
    X: Any,
    *,
    widths: Sequence[int] | None = None,
    hidden: int = 64,
    steps: int = 2000,
    batch: int = 32,
    held_out: float = 0.2,
    repeats: int = 1,
    rng: int | np.random.Generator = 0,
) -> Curve:
    r"""Share of the variance of held-out points that an autoencoder with a narrow middle leaves over, against that width [1]_.

    The network has one hidden layer of tanh units on each side of a linear bottleneck. It is small and briefly trained: what it
    leaves over is an upper bound on what so many coordinates must leave over, and its elbow an upper bound on the dimension. A
    closed surface needs one coordinate more than its dimension (a sphere of dimension 2 reads 3), and one that is rolled up
    tightly reads its ambient dimension. Needs torch.

    Parameters
    ----------
    X : (n, d) array
        The points, at least 10 distinct ones. Identical rows are counted as one point: none is both learned and held out.
    widths : sequence of int in [1, d], optional
        Widths of the bottleneck; by default 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, as far as d.
    hidden : int
        Units of each hidden layer.
    steps : int
        Steps of training at each width, by Adam, its rate falling from .01 to 0. A second for 2,000 steps of narrow points.
    batch : int
        Points in a step.
    held_out : float in (0, 1)
        Share of the points that is held out.
    repeats : int
        Trainings at each width, each with its own held-out points and first weights, whose mean is taken.
    rng : int or numpy Generator
        Source of the held-out points, the first weights and the order of the points.

    Returns
    -------
    Curve
        Over x = "dimension" (the width): values >= 0, above 1 where the network does worse than the mean of the points. stderr
        is the standard deviation over the repeats over sqrt(repeats), None for one: of training, not of sampling. details:
        "linear" (m,), what as many principal directions of the training points leave over, to compare; "elbow", as in
        :func:`id_isomap`; "repeats" (repeats, m).

    Raises
    ------
    MissingExtraError
        If torch is not installed.
    InputError
        If an option is out of range.
    DegenerateDataError
        If there are fewer than 10 distinct points.

    References
    ----------
    .. [1] Hinton, Salakhutdinov (2006). Reducing the dimensionality of data with neural networks. Science 313, 504-507.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> t = np.random.default_rng(0).uniform(0, 3, size=300)
    >>> bow = np.stack([np.cos(t), np.sin(t), t], axis=1)
    >>> curve = rs.id_autoencoder(bow, widths=[1, 2], hidden=16, steps=500)
    >>> bool(curve.values[0] < 0.5 * curve.details["linear"][0])
    True
    """
    points = _check.points(X, "X", NAME)
    chosen = _widths(widths, points.shape[1])
    for name, value in (("hidden", hidden), ("steps", steps), ("batch", batch), ("repeats", repeats)):
        _check.integer(value, name, NAME, low=1)
    _check.number(held_out, "held_out", NAME, low=0, high=1, open_ends="lh")
    random = _random.generator(rng, NAME)
    apart = rows_apart(points)
    rows = apart.rows
    if rows.size < LEAST_ROWS:
        raise DegenerateDataError(
            f"{NAME} needs at least {LEAST_ROWS} distinct points. Got {rows.size} in {len(points)} rows."
        )
    data = centred(points[rows], "X", NAME, precision="float64").block(0, rows.size)
    data /= math.sqrt(float(np.einsum("ij,ij->", data, data)) / data.size)
    training = {"hidden": hidden, "steps": steps, "batch": batch}
    each = [_trained(data, chosen, held_out, training, random) for _ in range(repeats)]
    left, linear = (np.array([one[side] for one in each]) for side in (0, 1))
    x = np.array(chosen, dtype=np.float64)
    values = left.mean(axis=0)
    return Curve(
        x=x,
        values=values,
        x_name="dimension",
        n=rows.size,
        dropped=len(points) - rows.size,
        stderr=left.std(axis=0, ddof=1) / math.sqrt(repeats) if repeats > 1 else None,
        options={
            "widths": chosen,
            **training,
            "held_out": held_out,
            "repeats": repeats,
            "error": "sd over repeats / sqrt(repeats)" if repeats > 1 else None,
            **apart.conventions,
        },
        details={"linear": linear.mean(axis=0), "elbow": elbow(x, values), "repeats": left},
    )


def _widths(widths: Sequence[int] | None, d: int) -> list[int]:
    if widths is None:
        return [width for width in USUAL if width <= d]
    found = sorted({_check.integer(width, "widths", NAME, low=1, high=d, why="features") for width in widths})
    if not found:
        raise InputError(f"widths of {NAME} must hold at least one whole number. Got none.")
    return found


def _trained(
    data: FloatArray, widths: list[int], held_out: float, training: dict[str, int], random: np.random.Generator
) -> tuple[list[float], list[float]]:
    """Return what the networks, and as many principal directions, leave over of points drawn anew."""
    try:
        from ._autoencoder_torch import held_out_error
    except ImportError as error:
        raise needs_extra(NAME, "torch", "models") from error
    order = random.permutation(len(data))
    cut = min(max(1, round(held_out * len(data))), len(data) - 2)
    test, train = data[order[:cut]], data[order[cut:]]
    mean = train.mean(axis=0)
    total = float(((test - mean) ** 2).mean())
    networks = [held_out_error(train, test, width=width, rng=random, **training) / total for width in widths]
    directions = np.linalg.svd(train - mean, full_matrices=False)[2]
    kept = ((test - mean) @ directions.T) ** 2
    linear = [1 - float(kept[:, :width].sum()) / (total * test.size) for width in widths]
    return networks, linear
