"""The examples as the page's script reads them: whole numbers in bytes, columns by what they hold."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...examples import sheet, shown_column
from ._by_example import ByExample
from ._map import LETTERS, ExampleMap

FINE = 32767
NOWHERE = 65535


def map_json(found: ExampleMap, measures: Sequence[ByExample] = ()) -> dict[str, Any]:
    """Return plain values; `measures` are colours that change from layer to layer."""
    wide = len(found.rows) > 65535
    return {
        "n": found.n,
        "rows": found.rows.tolist(),
        "k": int(found.neighbors.shape[2]),
        "notes": list(found.notes),
        "places": [
            {
                "model": place.model,
                "step": place.step,
                "site": place.layer.site,
                "key": place.layer.key,
                "index": place.layer.index,
                "depth": place.layer.depth,
                "share": [None if math.isnan(share) else round(share, 4) for share in shares],
            }
            for place, shares in zip(found.places, found.shares.tolist(), strict=True)
        ],
        "methods": {method: _coordinates(xy) for method, xy in found.coordinates.items()},
        "wide": wide,
        "neighbors": _letters(found.neighbors.astype("<u4" if wide else "<u2")),
        "measures": [_by_layer(one) for one in measures],
        "columns": [_column(str(name), found.table[name]) for name in found.table],
        "pictures": None if found.pictures is None else _pictures(found),
    }


def _coordinates(xy: npt.NDArray[np.float64]) -> str:
    """Centre each map and scale it into a square, both axes alike, in steps of a 65,000th."""
    middle = (xy.max(axis=1, keepdims=True) + xy.min(axis=1, keepdims=True)) / 2
    centred = xy - middle
    reach = np.abs(centred).max(axis=(1, 2), keepdims=True)
    return _letters((centred / np.where(reach == 0, 1, reach) * FINE).round().astype("<i2"))


def _by_layer(one: ByExample) -> dict[str, Any]:
    """Scale a number of each example in each layer into 65,535 steps; the last code says that there is none."""
    held = one.values[np.isfinite(one.values)]
    low, high = (float(held.min()), float(held.max())) if held.size else (0.0, 1.0)
    codes = np.full(one.values.shape, NOWHERE, dtype="<u2")
    known = np.isfinite(one.values)
    codes[known] = ((one.values[known] - low) / ((high - low) or 1.0) * (NOWHERE - 1)).round()
    return {"name": one.name, "low": low, "high": high, "values": _letters(codes)}


def _letters(array: npt.NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")


def _column(name: str, values: pd.Series[Any]) -> dict[str, Any]:
    """Return a column as classes, as numbers, or as text."""
    found = shown_column(values, letters=LETTERS)
    if found.numbers is not None:
        numbers = [float(f"{x:.6g}") if math.isfinite(x) else None for x in found.numbers.tolist()]
        return {"name": name, "kind": "number", "values": numbers}
    if found.codes is not None:
        return {"name": name, "kind": "class", "levels": list(found.levels), "values": found.codes.tolist()}
    return {"name": name, "kind": "text", "values": [_cut(text) for text in found.texts]}


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"


def _pictures(found: ExampleMap) -> dict[str, Any]:
    if found.pictures is None:
        raise AssertionError("only examples with pictures come here")
    content, kind, across = sheet(found.pictures)
    _, height, width, _ = found.pictures.shape
    source = f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
    return {"source": source, "width": width, "height": height, "across": across, "count": len(found.pictures)}
