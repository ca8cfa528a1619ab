"""What a file says never runs code: only what the user types now does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import InputError
from ..extraction import function_file


def said_function(models: Sequence[str]) -> str:
    """Say which functions would run, and where their code lies."""
    return "the function " + ", ".join(
        f"{model} ({function_file(model) or 'its module is not found'})" for model in models
    )


def check_granted(asked: Mapping[str, str], file: str) -> None:
    """Refuse what a file asks for and the user has not granted.

    Parameters
    ----------
    asked
        Name of the option that grants it -> what would run.
    file
        Which file asks.

    Raises
    ------
    InputError
        The message says what would run, from where, and how to allow it.
    """
    if not asked:
        return
    flags = " ".join(f"--{name.replace('_', '-')}" for name in asked)
    calls = ", ".join(f"{name}=True" for name in asked)
    raise InputError(
        f"{file} asks to run {' and '.join(asked.values())}. What a file says never runs code: if you trust it, say so "
        f"yourself: {flags} ({calls})."
    )
