"""Measures as one writes them: id_twonn(estimator=mle, fraction=0.9)."""

from __future__ import annotations

import ast
import re
from typing import Any

from ..errors import InputError


def measures_from_text(text: str) -> list[dict[str, Any]]:
    """Read measures as one writes them on a command line, into the form of :meth:`repscape.Plan.to_dict`.

    Values are numbers, True, False, None, lists such as [0.5, 0.9], and words, with quotes or without.

    Raises
    ------
    InputError
        If the text is not a list of ``name`` or ``name(option=value, ...)``.

    Examples
    --------
    >>> measures_from_text("id_twonn(estimator=mle, fraction=0.9), overlap_neighbors")
    [{'name': 'id_twonn', 'estimator': 'mle', 'fraction': 0.9}, {'name': 'overlap_neighbors'}]
    """
    found = []
    for part in _split(text):
        match = re.fullmatch(r"([\w.]+)(?:\((.*)\))?", part, flags=re.DOTALL)
        options = [] if match is None else [entry.partition("=") for entry in _split(match[2] or "")]
        if match is None or any(not (name.strip().isidentifier() and sign and said) for name, sign, said in options):
            raise InputError(
                f"measures must be written as id_twonn or id_twonn(estimator=mle, fraction=0.9). Got {part!r} in {text!r}."
            )
        found.append({"name": match[1], **{name.strip(): _value(said.strip()) for name, _, said in options}})
    return found


def _split(text: str) -> list[str]:
    """Split at the commas that stand in no bracket."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def _value(text: str) -> Any:
    words = {"true": True, "false": False, "none": None}
    if text.lower() in words:
        return words[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):  # the last two of brackets without end
        return text  # a word
