"""A probe to keep: fitted on all examples, saved as safetensors and json, asked about new ones."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ... import _check
from ..._types import Brief
from ...errors import InputError, RepscapeError, StoreError
from ...machine import write_whole
from ...store import check_format
from ._design import design
from ._folds import Cut, Outer, make_folds
from ._linear import PENALTIES, Regression, check_penalties, choose
from ._logistic import Fits
from ._targets import read_target

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]
NAME = "fit_probe"
FORMAT, READ = 2, (1, 2)
WEIGHTS, ABOUT, DIGEST = "weights.safetensors", "probe.json", "sha256"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Probe(Brief):
    """A linear readout; made by `fit_probe` or `load_probe`.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> probe = rs.fit_probe(X, X[:, 0] > 0)
    >>> probe.predict(X[:3]).tolist() == (X[:3, 0] > 0).tolist()
    True
    """

    weights: FloatArray
    """(outputs, d) for features as they come; one output for two classes."""
    intercept: FloatArray
    """(outputs,)"""
    kind: Literal["classes", "values", "multilabel"]
    """What it tells."""
    classes: Array
    """The labels, sorted; empty for values."""
    penalty: float
    """Chosen by cross-validation, or given."""
    n: int
    """Examples that it learned from."""
    layer: str = ""
    """Key of the layer that it reads; empty where nobody said."""
    model: str = ""
    """The model whose states it reads."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """Whatever else its maker wrote down, such as pooling; plain values."""

    def predict(self, X: Any, *, layer: str | None = None, model: str | None = None) -> Array:
        """Return the (m,) labels or values, or (m, q) answers, for (m, d) rows.

        Raises
        ------
        InputError
            If the rows are of another width, or said to be of another layer or model.
        """
        if self.kind == "values":
            return self._scores(X, layer, model)[:, 0]
        said = self.predict_proba(X, layer=layer, model=model)
        return (said > 0.5).astype(np.int64) if self.kind == "multilabel" else self.classes[said.argmax(axis=1)]

    def predict_proba(self, X: Any, *, layer: str | None = None, model: str | None = None) -> FloatArray:
        """Return the (m, classes) probabilities, or (m, q) probabilities of yes.

        Raises
        ------
        InputError
            As :meth:`predict`; for values, which have none.
        """
        if self.kind == "values":
            raise InputError("predict_proba of Probe needs classes; this one tells values: take predict.")
        scores = self._scores(X, layer, model)
        if self.kind == "multilabel" or self.classes.size == 2:
            yes: FloatArray = np.exp(-np.logaddexp(0, -scores))
            return yes if self.kind == "multilabel" else np.concatenate([1 - yes, yes], axis=1)
        scores -= scores.max(axis=1, keepdims=True)
        said: FloatArray = np.exp(scores)
        said /= said.sum(axis=1, keepdims=True)
        return said

    def _scores(self, X: Any, layer: str | None, model: str | None) -> FloatArray:
        for name, own, asked in (("layer", self.layer, layer or _layer_of(X)), ("model", self.model, model)):
            if own and asked and own != asked:
                raise InputError(f"this Probe reads {name} {own!r}. Got rows of {name} {asked!r}.")
        points = _check.points(X, "X", "Probe", least=1)
        if points.shape[1] != self.weights.shape[1]:
            of = f" of layer {self.layer!r}" if self.layer else ""
            of += f" of {self.model!r}" if self.model else ""
            raise InputError(
                f"X of Probe must have the {self.weights.shape[1]} features{of} that it learned from. Got {points.shape[1]}: "
                "another layer or another model?"
            )
        scores: FloatArray = points.astype(np.float64) @ self.weights.T + self.intercept
        return scores

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a folder with weights.safetensors and probe.json, which holds a digest of both.

        Raises
        ------
        StoreError
            The folder cannot be written; a probe that was there before is damaged then, and says so.
        """
        folder = Path(path)
        weights = save({"weights": np.ascontiguousarray(self.weights), "intercept": self.intercept})
        entries = {
            "format": FORMAT,
            **{name: getattr(self, name) for name in ("kind", "penalty", "n", "layer", "model")},
            "classes": self.classes.tolist(),
            "about": dict(self.about),
        }
        sealed = {**entries, DIGEST: _digest(entries, weights)}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / WEIGHTS, weights)
            write_whole(folder / ABOUT, f"{json.dumps(sealed, indent=2, ensure_ascii=False)}\n".encode())
        except OSError as error:
            raise StoreError(f"the probe could not be written to {folder}: {error}") from error


def fit_probe(
    X: Any,
    labels: Any,
    *,
    task: Literal["auto", "classes", "values"] = "auto",
    penalties: float | Sequence[float] = PENALTIES,
    folds: int = 5,
    groups: Any = None,
    layer: str = "",
    model: str = "",
    about: Mapping[str, Any] | None = None,
    tol: float = 1e-5,
    rng: int | np.random.Generator = 0,
) -> Probe:
    """Fit a linear probe to all examples, with a penalty chosen by cross-validation, to ask it about new ones.

    How good it is on unseen examples is what :func:`probe_linear` says: a fitted probe has seen all of these.

    Parameters
    ----------
    X, labels, task, penalties, folds, groups, tol, rng
        As for :func:`probe_linear`.
    layer : str
        Key of the layer, kept with the probe; rows of another are refused. A stored layer says so by itself.
    model : str
        Name of the model, kept with the probe.
    about : mapping, optional
        What else to keep: plain values that json can hold.

    Returns
    -------
    Probe
        With `predict`, `predict_proba` and `save`.

    Raises
    ------
    InputError
        As :func:`probe_linear`.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.concatenate([np.zeros(50), np.full(50, 4.0)])[:, None] + np.random.default_rng(0).normal(size=(100, 3))
    >>> probe = rs.fit_probe(X, np.repeat(["cat", "dog"], 50))
    >>> probe.predict([[0.1, 0.2, 0.0], [4.1, 3.9, 4.0]]).tolist()
    ['cat', 'dog']
    """
    target = read_target(labels, task=task, n=len(X), function=NAME)
    path = check_penalties(penalties, NAME)
    cut = Cut(folds, groups=groups, rng=rng)
    parts = make_folds(target, cut, NAME)
    one = np.eye(parts.parts, dtype=bool)
    whole = np.ones(parts.parts, dtype=bool)
    everyone = (Outer(whole, ~whole, tuple((~one[j], one[j]) for j in range(parts.parts))),)
    rows = design(X, parts.part, parts=parts.parts, function=NAME)
    regression = Regression.of(rows, target, function=NAME, tol=tol)
    chosen, _, start = choose(regression, type(parts)(parts.part, everyone), path)
    solution = regression.solve(Fits(whole[None], path[chosen]), start=start)
    outward = solution.frames.outward(solution.theta.astype(np.float64))[0]
    weights = outward[:, :-1] / rows.spread
    intercept = outward[:, -1] - weights @ rows.mean
    return Probe(
        weights * regression.unit,
        intercept * regression.unit + regression.offset,
        target.kind,
        target.classes,
        penalty=float(path[chosen[0]]),
        n=target.n,
        layer=layer or _layer_of(X),
        model=model,
        about=dict(about or {}),
    )


def load_probe(path: str | os.PathLike[str]) -> Probe:
    """Read a probe that `Probe.save` wrote; nothing in it is executed.

    Parameters
    ----------
    path
        The folder.

    Returns
    -------
    Probe
        As it was saved.

    Raises
    ------
    InputError
        There is no probe at `path`.
    StoreError
        Its files are damaged or of a later format.

    Examples
    --------
    >>> import tempfile, numpy as np, repscape as rs
    >>> folder = tempfile.mkdtemp()
    >>> rs.fit_probe(np.arange(20.0)[:, None], np.arange(20) > 9).save(folder)
    >>> rs.load_probe(folder).predict([[3.0], [15.0]]).tolist()
    [False, True]
    """
    folder = Path(path)
    if not (folder / ABOUT).is_file():
        raise InputError(f"path of load_probe must be a folder with {ABOUT} and {WEIGHTS}. Got {path}.")
    try:
        entries = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        weights = (folder / WEIGHTS).read_bytes()
        check_format(entries["format"], FORMAT, str(folder), known=READ)
        said = entries.pop(DIGEST, None)
        if said != (None if entries["format"] == 1 else _digest(entries, weights)):
            raise StoreError(f"{folder} is damaged: its weights or words are not those that were saved. Fit it again.")
        return _probe(entries, load(weights))
    except RepscapeError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, SafetensorError) as error:
        raise StoreError(f"{folder} is damaged: {error}") from error


def _probe(entries: Mapping[str, Any], arrays: Mapping[str, Array]) -> Probe:
    """Put a probe together; the first format had no digest, so its parts must at least fit one another."""
    weights, intercept, classes = arrays["weights"], arrays["intercept"], np.array(entries["classes"])
    outputs = len(classes) if entries["kind"] == "classes" and len(classes) > 2 else len(intercept)
    if weights.ndim != 2 or intercept.shape != (outputs,) or len(weights) != outputs:
        raise ValueError(f"weights {weights.shape} and intercept {intercept.shape} of {len(classes)} classes")
    if not (np.isfinite(weights).all() and np.isfinite(intercept).all() and math.isfinite(entries["penalty"])):
        raise ValueError("weights that are not finite")
    return Probe(
        weights,
        intercept,
        entries["kind"],
        classes,
        **{name: entries[name] for name in ("penalty", "n", "layer", "model", "about")},
    )


def _digest(entries: Mapping[str, Any], weights: bytes) -> str:
    """Return what ties the words of a probe to its weights."""
    return hashlib.sha256(json.dumps(entries, sort_keys=True).encode() + b"\n" + weights).hexdigest()


def _layer_of(X: Any) -> str:
    """Key of a stored layer, nothing for arrays."""
    return str(getattr(getattr(X, "info", None), "key", ""))
