"""Tables as csv: cells that a spreadsheet would take for formulas are written as text, and read back as they were.

A spreadsheet runs what begins with = + - or @, also behind a tab or a line end. Such a text is written with a ' before it which
spreadsheets show as text; numbers stay numbers. A text that already begins like that gets one more, so that reading back, which
takes one away, always gives the same text.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pandas as pd

RUNS = re.compile(r"'*[=+\-@\t\r]")
GUARDED = re.compile(r"'+[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|nan)", re.IGNORECASE)


def csv_of(frame: pd.DataFrame) -> bytes:
    """Return a table as csv, in UTF-8.

    Examples
    --------
    >>> csv_of(pd.DataFrame({"of": ["=1+1", "-0.5", "a"], "value": [-0.5, 1.0, 2.0]})).decode().split()
    ['of,value', "'=1+1,-0.5", '-0.5,1.0', 'a,2.0']
    """
    held = frame.copy(deep=False)
    held.columns = pd.Index([_guarded(name) for name in frame.columns])
    for place in range(held.shape[1]):
        column = held.iloc[:, place]
        if column.dtype.kind not in "biufcmM":
            held.isetitem(place, column.astype(object).map(_guarded).to_numpy())
    text = held.to_csv(index=False)
    if "\r" in text:  # only where it ends lines does the writer put it in quotes, without which it would end one
        text = held.to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8", "replace")


def read_csv(path: str | Path) -> pd.DataFrame:
    """Read a table that repscape wrote, such as `results.csv`; texts are as they were before they were written.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    DataFrame
        Its rows; empty cells are NaN.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "t.csv"
    >>> _ = file.write_bytes(csv_of(pd.DataFrame({"label": ["=1+1", "'-a", "b"]})))
    >>> read_csv(file)["label"].tolist()
    ['=1+1', "'-a", 'b']
    """
    frame = pd.read_csv(io.BytesIO(Path(path).read_bytes()), keep_default_na=False, na_values=[""])
    frame.columns = pd.Index([_bare(name) for name in frame.columns])
    for place in range(frame.shape[1]):
        if frame.iloc[:, place].dtype.kind not in "biufc":
            frame.isetitem(place, frame.iloc[:, place].map(_bare).to_numpy())
    return frame


def _guarded(cell: Any) -> Any:
    """Return what a spreadsheet shows, and does not run."""
    return f"'{cell}" if isinstance(cell, str) and RUNS.match(cell) and not NUMBER.fullmatch(cell) else cell


def _bare(cell: Any) -> Any:
    return cell[1:] if isinstance(cell, str) and GUARDED.match(cell) else cell
