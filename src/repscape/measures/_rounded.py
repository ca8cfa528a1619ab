"""A number and its error in words, with no digit that the error makes meaningless, and none too few."""

from __future__ import annotations

import math

MOST = 7  # decimals: past them an error stands by itself, and the value is written out no further


def rounded(value: float, stderr: float | None = None, *, digits: int = 4) -> str:
    """Return "value ± error": the error to two significant digits, the value to as many decimals; `digits` where there is none.

    Examples
    --------
    >>> rounded(17.9634, 0.2291), rounded(17.9634), rounded(4567.1, 123.4), rounded(20.0, 0.1)
    ('17.96 ± 0.23', '17.96', '4570 ± 120', '20.00 ± 0.10')
    """
    if stderr is None or not math.isfinite(stderr):
        return f"{value:.{digits}g}"
    if stderr == 0 or not math.isfinite(value):
        return f"{value:.{digits}g} ± {stderr:.2g}"
    decimals = 1 - int(f"{stderr:.1e}".partition("e")[2])  # of the error as it is written: .0996 is .10
    if decimals > MOST:
        return f"{value:.{MOST}f} ± {stderr:.1e}"
    shown = max(0, decimals)
    return f"{round(value, decimals):.{shown}f} ± {round(stderr, decimals):.{shown}f}"
