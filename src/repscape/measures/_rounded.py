"""A number and its error in words, with no digit that the error makes meaningless, and none too few."""

from __future__ import annotations

import math

MOST = 7  # decimals: past them an error stands by itself, and the value is written out no further
SMALL = 355  # first three digits of an error up to which two of them are said, as the Particle Data Group does


def rounded(value: float, stderr: float | None = None, *, digits: int = 4) -> str:
    """Return "value ± error": the error to two digits up to .35, to one from .36 to .94, the value to as many decimals.

    This is the rule of the Particle Data Group: rounding moves an error by 14 % at most, and no digit stands there that says
    nothing. `digits` is for values without an error.

    Examples
    --------
    >>> rounded(17.9634, 0.2291), rounded(21.043, 0.68), rounded(17.9634), rounded(4567.1, 123.4), rounded(20.0, 0.1)
    ('17.96 ± 0.23', '21.0 ± 0.7', '17.96', '4570 ± 120', '20.00 ± 0.10')
    """
    if stderr is None or not math.isfinite(stderr):
        return f"{value:.{digits}g}"
    if stderr == 0 or not math.isfinite(value):
        return f"{value:.{digits}g} ± {stderr:.2g}"
    first, _, power = f"{stderr:.2e}".partition("e")  # of the error as it is written: .0996 is .10
    leading, decimals = int(first.replace(".", "")), -int(power)
    if leading >= 950:
        decimals -= 1  # .97 is 1.0
    if leading < SMALL or leading >= 950:
        decimals += 1
    if decimals > MOST:
        return f"{value:.{MOST}f} ± {stderr:.1e}"
    shown = max(0, decimals)
    return f"{round(value, decimals):.{shown}f} ± {round(stderr, decimals):.{shown}f}"
