"""Tables of measurements as neuroimaging keeps them: a row for each trial or estimate, columns that name condition and run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...errors import InputError

if TYPE_CHECKING:
    import pandas as pd

NAME = "measurements_from_table"
TIMES = ("onset", "duration", "sample", "response_time", "index")
"""Numbers that BIDS puts into such tables and that are no channel."""


class Measurements(NamedTuple):
    """What :func:`rdm_crossnobis` takes."""

    points: npt.NDArray[np.float64]
    """(n, d)"""
    conditions: npt.NDArray[Any]
    """(n,)"""
    folds: npt.NDArray[Any]
    """(n,)"""
    channels: tuple[str, ...]
    """Names of the d columns."""


def measurements_from_table(
    table: pd.DataFrame | str | Path,
    *,
    condition: str = "trial_type",
    fold: str = "run",
    channels: list[str] | None = None,
) -> Measurements:
    """Read measurements, their conditions and runs from a table, as of a BIDS folder (.tsv, or .csv) or a DataFrame.

    Parameters
    ----------
    table : DataFrame or path
        One row for each measurement.
    condition, fold : str
        Columns that name what was measured, and in which run.
    channels : list of str, optional
        Columns of the measurements; None: every other column of numbers but onset, duration and the like.

    Returns
    -------
    Measurements
        .points (n, d), .conditions, .folds, .channels; rows whose condition is missing ("n/a") are left out.

    Raises
    ------
    InputError
        If a column is not there, no channel is left, or a measurement is missing.

    Examples
    --------
    >>> import pandas as pd, repscape as rs
    >>> table = pd.DataFrame({"onset": [0, 2], "trial_type": ["face", "n/a"], "run": [1, 1], "v1": [0.5, 0.1]})
    >>> held = rs.measurements_from_table(table)
    >>> held.points.tolist(), held.conditions.tolist(), held.channels
    ([[0.5]], ['face'], ('v1',))
    """
    import pandas as pd

    if isinstance(table, str | Path):
        separator = "\t" if str(table).endswith((".tsv", ".tsv.gz")) else ","
        table = pd.read_csv(table, sep=separator, na_values=["n/a"])
    wanted = [condition, fold, *(channels or [])]
    absent = [name for name in wanted if name not in table.columns]
    if absent:
        raise InputError(f"table of {NAME} must have the columns {', '.join(wanted)}. It lacks {', '.join(absent)}.")
    kept = table[table[condition].notna() & (table[condition].astype(str) != "n/a")]
    names = channels or [
        str(name)
        for name in kept.columns
        if name not in (condition, fold, *TIMES) and pd.api.types.is_numeric_dtype(kept[name])
    ]
    if not names or kept.empty:
        raise InputError(
            f"table of {NAME} must hold measurements, columns of numbers beside {condition} and {fold}. Got none."
        )
    points = kept[names].to_numpy(dtype=np.float64)
    if not np.isfinite(points).all():
        row, column = np.argwhere(~np.isfinite(points))[0]
        raise InputError(
            f"column {names[column]!r} of {NAME} must be finite numbers. Row {kept.index[row]} is missing or infinite."
        )
    return Measurements(points, kept[condition].to_numpy(), kept[fold].to_numpy(), tuple(names))
