"""Values of an example that need no label: how long it is, how bright, what it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from .._types import ExampleKind
from ..errors import InputError

FloatArray = npt.NDArray[np.float64]
RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
HYDROPATHY = {
    "A": 1.8, "R": -4.5, "N": -3.5, "D": -3.5, "C": 2.5, "Q": -3.5, "E": -3.5, "G": -0.4, "H": -3.2, "I": 4.5, "L": 3.8,
    "K": -3.9, "M": 1.9, "F": 2.8, "P": -1.6, "S": -0.8, "T": -0.7, "W": -0.9, "Y": -1.3, "V": 4.2,
}  # fmt: skip
"""Kyte and Doolittle (1982), table 2."""
LUMA = np.array([0.299, 0.587, 0.114])
"""ITU-R BT.601: what red, green and blue add to brightness."""
BUILTIN: Mapping[str, tuple[str, ...]] = {
    "text": ("length", "words"),
    "protein": ("length", "hydrophobicity", *(f"composition:{letter}" for letter in RESIDUES)),
    "image": ("luminance", "contrast"),
}
"""By kind of example."""


def builtin_values(examples: Sequence[str] | npt.NDArray[Any], *, kind: ExampleKind) -> dict[str, FloatArray]:
    """Return the values that examples of a kind have by themselves; none for vectors and arrays.

    Parameters
    ----------
    examples : sequence of str, or (n, h, w[, c]) array
        Texts, sequences of residues, or images (of one size, or a sequence of arrays).
    kind : {"text", "protein", "image", "vectors", "array"}
        What they are.

    Returns
    -------
    dict of str to (n,) array
        For a text "length" (characters) and "words". For a protein "length" (residues), "composition:A" ... "composition:Y"
        (share of each of the 20 residues among all residues) and "hydrophobicity" (GRAVY: the mean of Kyte and Doolittle's
        scale over the residues it knows, NaN where it knows none). For an image "luminance" (mean brightness, .299 R + .587 G +
        .114 B) and "contrast" (standard deviation of brightness over the image); integers are divided by the largest that
        their type holds.

    Examples
    --------
    >>> values = builtin_values(["MKV", "AA"], kind="protein")
    >>> values["length"].tolist(), values["composition:A"].tolist(), values["hydrophobicity"].round(2).tolist()
    ([3.0, 2.0], [0.0, 1.0], [0.73, 1.8])
    """
    _check.choice(kind, "kind", "builtin_values", ("text", "protein", "image", "vectors", "array"))
    if kind == "text":
        return {"length": _numbers(map(len, examples)), "words": _numbers(len(text.split()) for text in examples)}
    if kind == "protein":
        return _of_proteins(examples)
    if kind == "image":
        bright = [(image.mean(), image.std()) for image in map(_brightness, examples)]
        return {"luminance": _numbers(mean for mean, _ in bright), "contrast": _numbers(sd for _, sd in bright)}
    return {}


def _numbers(values: Any) -> FloatArray:
    return np.fromiter(values, dtype=np.float64)


def _of_proteins(sequences: Sequence[str] | npt.NDArray[Any]) -> dict[str, FloatArray]:
    counts = np.array([[sequence.count(letter) for letter in RESIDUES] for sequence in sequences], dtype=np.float64)
    length, known = _numbers(map(len, sequences)), counts.sum(axis=1)
    scale = np.array([HYDROPATHY[letter] for letter in RESIDUES])
    mean = np.divide(counts @ scale, known, out=np.full(known.size, np.nan), where=known > 0)
    shares = counts / length[:, None]
    composition = {f"composition:{letter}": shares[:, place] for place, letter in enumerate(RESIDUES)}
    return {"length": length, "hydrophobicity": mean, **composition}


def _brightness(image: npt.NDArray[Any]) -> FloatArray:
    """Return the (h, w) brightness of an image: grey, grey with alpha left out, or red, green and blue first."""
    pixels = np.asarray(image)
    top = float(np.iinfo(pixels.dtype).max) if pixels.dtype.kind in "iu" else 1.0
    if pixels.ndim == 2:
        pixels = pixels[..., np.newaxis]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4):
        raise InputError(
            f"luminance and contrast are of images (h, w) or (h, w, c) with c of 1, 3 or 4. Got shape {pixels.shape}."
        )
    shown = pixels[..., :3].astype(np.float64) / top
    return shown @ LUMA if shown.shape[2] == 3 else shown[..., 0]
