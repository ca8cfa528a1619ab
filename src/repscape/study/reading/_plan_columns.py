"""The columns that a plan reads: there, without gaps, and numbers where it reads them as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ... import _check
from ...errors import InputError, UnknownNameError
from ...examples import as_numbers
from ...plan import Plan


def plan_columns(plan: Plan, columns: Mapping[str, Any], *, n: int, also: Iterable[str] = ()) -> dict[str, Any]:
    """Return what the plan reads of the columns of n examples; those of `also` are made later.

    A column of text that the plan names as values is read as numbers; as a label it keeps its spelling.

    Raises
    ------
    UnknownNameError
        If a column is not there; near names are offered.
    InputError, InputTypeError
        If it has gaps, or a value that is no number.
    """
    found: dict[str, Any] = {}
    later, words = set(also), {*plan.label_columns, plan.groups, plan.by}
    for name in plan.columns:
        if name not in columns:
            if name in later:
                continue
            known = list(map(str, columns))
            raise UnknownNameError(
                f"the plan reads column {name!r}; the examples have {', '.join(map(repr, known)) or 'no columns'}."
                f"{_check.near(name, known)}"
            )
        what = f"column {name!r}"
        values = _check.plain_array(columns[name], what, "run")
        if name in plan.values:
            numbers = as_numbers(values, what)
            if numbers is not values and name in words:
                raise InputError(
                    f"the plan reads {what} both as values and as labels, and its text would lose its spelling as numbers. "
                    f"Give it twice, once under another name: NAME=FILE:{name}."
                )
            values = numbers
        found[name] = _check.column(values, what, "run", n=n)
    return found
