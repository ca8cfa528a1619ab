"""Small networks that read the 8 x 8 digits of scikit-learn, trained in ways of which one knows what should differ."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

FloatArray = npt.NDArray[np.float64]
TRAINED_ON = 1000
WIDTH, DEPTH, CLASSES = 32, 4, 10
NOISE = 0.3
PLAIN = "plain"
KINDS: Mapping[str, str] = {
    PLAIN: "digits and their labels",
    "half random labels": "half of the labels are drawn at random",
    "random labels": "all labels are drawn at random",
    "shortcut": "the label stands beside the picture in training, and a random one afterwards",
    "noise added": "three copies of each picture with noise",
}
"""How networks are trained."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A trained network, and what it makes of the pictures that are shown to all networks."""

    kind: str
    seed: int
    states: tuple[FloatArray, ...]
    """(n, 32) of each hidden layer."""
    outputs: FloatArray
    """(n, 10) probabilities."""
    accuracy: float
    """Of the pictures shown, none of which it was trained on."""


def train_digits(kind: str, seed: int, *, iterations: int, shown: int) -> Trained:
    """Train a network of four hidden layers on 1,000 digits, and show it others."""
    digits = load_digits()
    images, labels = digits.data / 16.0, digits.target
    rng = np.random.default_rng([seed, list(KINDS).index(kind)])
    inputs, targets = images[:TRAINED_ON], labels[:TRAINED_ON].copy()
    seen, asked = images[TRAINED_ON : TRAINED_ON + shown], labels[TRAINED_ON : TRAINED_ON + shown]
    mark, other = np.zeros((TRAINED_ON, CLASSES)), np.zeros((len(seen), CLASSES))
    if kind == "shortcut":
        mark[np.arange(TRAINED_ON), targets] = 1.0
        other[np.arange(len(seen)), rng.integers(CLASSES, size=len(seen))] = 1.0
    if "random" in kind:
        chosen = rng.random(TRAINED_ON) < (0.5 if "half" in kind else 1.0)
        targets[chosen] = rng.integers(CLASSES, size=int(chosen.sum()))
    if kind == "noise added":
        inputs = np.concatenate([inputs + NOISE * rng.normal(size=inputs.shape) for _ in range(3)])
        targets, mark = np.tile(targets, 3), np.tile(mark, (3, 1))
    # tanh: a unit that never fires would have no correlation with anything
    model = MLPClassifier(
        (WIDTH,) * DEPTH, activation="tanh", max_iter=iterations, random_state=seed, learning_rate_init=0.003
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # how long is trained is chosen, and the same for all
        model.fit(np.hstack([inputs, mark]), targets)
    state, states = np.hstack([seen, other]), []
    outputs = model.predict_proba(state)
    for weights, bias in zip(model.coefs_[:-1], model.intercepts_[:-1], strict=True):
        state = np.tanh(state @ weights + bias)
        states.append(state)
    return Trained(kind, seed, tuple(states), outputs, float((outputs.argmax(axis=1) == asked).mean()))
