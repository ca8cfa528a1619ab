"""What a page carries besides its text: compressed, as letters that no reader of HTML can take for markup."""

from __future__ import annotations

import base64
import gzip
import json
from functools import cache
from importlib.resources import files
from typing import Any


def packed(text: str) -> str:
    """Return text as base64 of gzip: it holds letters, digits, +, / and = alone, and is the same for the same text."""
    return base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), 9, mtime=0)).decode("ascii")


def packed_json(value: Any) -> str:
    """Return plain values, packed; NaN and infinities are refused, since JSON has none."""
    return packed(json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False))


def part(name: str) -> str:
    """Return a file of this package."""
    return (files(__package__) / name).read_text(encoding="utf-8")


@cache
def library() -> str:
    """Return plotly's script, which its Python package brings; reading it needs no import of plotly."""
    return (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


@cache
def packed_library() -> str:
    """Return plotly's script, packed."""
    return packed(library())
