"""Tables of measurements as neuroimaging keeps them: a row for each trial or estimate, columns that name condition and run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...errors import InputError

if TYPE_CHECKING:
    import pandas as pd

NAME = "measurements_from_table"
MANY = 3
"""Steps of one that chance does not give."""
# fmt: off
NO_CHANNELS = frozenset({
    "onset", "duration", "sample", "trialtype", "responsetime", "value", "stimfile", "hed", "channel", "index", "trial",
    "trialnumber", "trialnum", "trialid", "trialindex", "event", "eventtype", "eventid", "block", "blocknumber",
    "miniblock", "session", "sessionid", "ses", "run", "runid", "runnumber", "subject", "subjectid", "sub", "participant",
    "participantid", "task", "acq", "acquisition", "acqtime", "recording", "rec", "dir", "echo", "tr", "volume", "frame",
    "stimulus", "stimulusid", "stim", "stimid", "condition", "conditionid", "cond", "item", "itemid", "repetition", "rep",
    "response", "accuracy", "correct", "rt", "reactiontime", "button", "key", "identifier", "database", "age", "sex",
    "hand", "handedness", "time", "timestamp", "iti", "isi", "jitter", "fold", "chunk", "chunks", "split", "row", "rowid",
    "id", "unnamed:0",
})
# fmt: on
"""Names, in small letters without spaces, hyphens and underscores, under which BIDS and those who keep such tables write down
what happened and when: they are no channel."""


class _Columns(NamedTuple):
    """What :func:`rdm_crossnobis` takes."""

    points: npt.NDArray[np.float64]
    """(n, d)"""
    conditions: npt.NDArray[Any]
    """(n,)"""
    folds: npt.NDArray[Any]
    """(n,)"""
    channels: tuple[str, ...]
    """Names of the d columns."""


class Measurements(_Columns):
    """What :func:`rdm_crossnobis` takes, and beside it what was not taken."""

    left_out: tuple[str, ...] = ()
    """Names of the other columns of numbers: bookkeeping by its name, and what never changes."""


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
        Columns of the measurements; None: every other column of numbers but those that keep books by their names (onset,
        duration, value, trial, session and the like), those of yes and no, and those that are the same in all rows.

    Returns
    -------
    Measurements
        .points (n, d), .conditions, .folds, .channels, .left_out (columns of numbers that were not taken); rows whose condition
        is missing ("n/a") are left out.

    Raises
    ------
    InputError
        If a column is not there, no channel is left, a measurement is missing, or, without `channels`, a column of numbers says
        which condition or fold a row is of, or counts the rows: it is no measurement, or one that should be named.

    Examples
    --------
    >>> import pandas as pd, repscape as rs
    >>> table = pd.DataFrame({"onset": [0, 2], "trial_type": ["face", "n/a"], "run": [1, 1], "v1": [0.5, 0.1]})
    >>> held = rs.measurements_from_table(table)
    >>> held.points.tolist(), held.conditions.tolist(), held.channels, held.left_out
    ([[0.5]], ['face'], ('v1',), ('onset',))
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
    names, left_out = (channels, []) if channels else _channels(kept, condition, fold)
    if not names or kept.empty:
        of = f" Left out: {', '.join(left_out)}; name them as channels= if they were measured." if left_out else ""
        raise InputError(
            f"table of {NAME} must hold measurements, columns of numbers beside {condition} and {fold}. Got none.{of}"
        )
    points = kept[names].to_numpy(dtype=np.float64)
    if not np.isfinite(points).all():
        row, column = np.argwhere(~np.isfinite(points))[0]
        raise InputError(
            f"column {names[column]!r} of {NAME} must be finite numbers. Row {kept.index[row]} is missing or infinite."
        )
    found = Measurements(points, kept[condition].to_numpy(), kept[fold].to_numpy(), tuple(names))
    found.left_out = tuple(left_out)
    return found


def _channels(kept: pd.DataFrame, condition: str, fold: str) -> tuple[list[str], list[str]]:
    """Return the columns of numbers that may be measurements, and those that are not; refuse what tells the design."""
    import pandas as pd

    numbers = [
        name for name in kept.columns if name not in (condition, fold) and pd.api.types.is_numeric_dtype(kept[name])
    ]
    books = [name for name in numbers if _keeps_books(str(name), kept[name])]
    channels = [name for name in numbers if name not in books]
    for name in channels:
        column = kept[name]
        if len(kept) > kept[condition].nunique() and _same_within(column, kept[condition]):
            said = f"the same in all rows of every {condition}: it tells the condition, as a code does"
        elif len(kept) > kept[fold].nunique() and _same_within(column, kept[fold]):
            said = f"the same in all rows of every {fold}"
        elif _counts(column, kept[fold]):
            said = "a count of the rows"
        else:
            continue
        raise InputError(
            f"channels of {NAME} must be given where a column of numbers may be none. {name!r} is {said}. channels=[...] names "
            "the columns that were measured, or leave this one out of the table."
        )
    return [str(name) for name in channels], [str(name) for name in books]


def _keeps_books(name: str, column: Any) -> bool:
    """Whether a column is none by its name, of yes and no, or the same in all rows (of one row nothing is known)."""
    known = re.sub(r"[\s_-]", "", name).lower() in NO_CHANNELS
    return known or column.dtype.kind == "b" or (len(column) > 1 and column.nunique(dropna=False) == 1)


def _same_within(column: Any, of: Any) -> bool:
    return bool((column.groupby(of.to_numpy()).nunique(dropna=False) <= 1).all())


def _counts(column: Any, fold: Any) -> bool:
    """Whether a column goes up by one from row to row, in the whole table or in each fold."""
    steps = column.diff()
    inside = (fold == fold.shift()).to_numpy()
    return len(column) > MANY and bool((steps[1:] == 1).all() or (inside.sum() > MANY and (steps[inside] == 1).all()))
