"""Make the data of a study of the gallery, in the folder where one is.

    .venv/bin/python tools/gallery_data.py wine

Every set is made up or comes with scikit-learn, so that each study can be repeated as it stands.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from sklearn import datasets

import repscape as rs

SEEN = 1200  # of the 1,797 digits that a network learns; the others are looked at

NETWORK = '''"""A small network for pictures of 8 x 8 grey pixels."""

import torch


def network():
    """Return the network, and what makes its argument of pictures (n, height, width, 3) from 0 to 255."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 16, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(16, 32, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
        torch.nn.Flatten(), torch.nn.Linear(128, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10),
    )
    return net, lambda pictures: torch.tensor(pictures).permute(0, 3, 1, 2) / 255
'''


def save(folder: Path, layers: Mapping[str, Any], *, name: str = "layers", **columns: Any) -> None:
    """Write layers and columns where --arrays finds them."""
    np.savez(folder / f"{name}.npz", **dict(layers), **columns)


def mlp(seed: int, steps: int, *, shuffled: float = 0.0, wide: int = 64) -> dict[str, np.ndarray]:
    """Train a network with two hidden layers on digits, a share of their labels shuffled; return its layers of the others."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    digits = datasets.load_digits()
    pixels, digit = torch.tensor(digits.data / 16, dtype=torch.float32), digits.target.copy()
    wrong = rng.random(len(digit)) < shuffled
    digit[wrong] = rng.permutation(digit[wrong])
    layers = (torch.nn.Linear(64, wide), torch.nn.ReLU(), torch.nn.Linear(wide, wide), torch.nn.ReLU())
    net = torch.nn.Sequential(*layers, torch.nn.Linear(wide, 10))
    optimizer, target = torch.optim.Adam(net.parameters(), lr=3e-3), torch.tensor(digit)
    for _ in range(steps):
        batch = torch.randint(SEEN, (200,))
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(pixels[batch]), target[batch]).backward()
        optimizer.step()
    state, found = pixels[SEEN:], {"pixels": pixels[SEEN:].numpy()}
    with torch.no_grad():
        for place, module in enumerate(net):
            state = module(state)
            if isinstance(module, torch.nn.Linear):
                found[f"layer{place // 2 + 1}"] = state.numpy()
    return found


def unseen() -> np.ndarray:
    """Return the digits that the networks do not learn."""
    return np.asarray(datasets.load_digits().target[SEEN:])


def untrained(folder: Path) -> None:
    """Digits through random layers that never learned."""
    digits = datasets.load_digits()
    state, layers, rng = digits.data / 16, {}, np.random.default_rng(0)
    for depth in range(6):
        layers[f"layer{depth}"] = state.astype(np.float32)
        state = np.maximum(state @ rng.normal(size=(state.shape[1], 64)) / 8, 0)
    save(folder, layers, digit=digits.target)


def learning(folder: Path) -> None:
    """The same network at three moments of its training."""
    for steps in (0, 20, 400):
        save(folder, mlp(0, steps), name=f"step{steps}", digit=unseen())


def seeds(folder: Path) -> None:
    """Two networks from two seeds, and one that never learned."""
    for name, seed, steps in (("one", 0, 300), ("two", 1, 300), ("untrained", 2, 0)):
        save(folder, mlp(seed, steps), name=name, digit=unseen())


def random_labels(folder: Path) -> None:
    """One network learned the digits, another half of them under wrong names."""
    for name, share in (("true_labels", 0.0), ("half_shuffled", 0.5)):
        save(folder, mlp(0, 1500, shuffled=share, wide=128), name=name, digit=unseen())


def pictures(folder: Path) -> None:
    """Pictures in a folder for each class, and a network in a file of Python."""
    digits = datasets.load_digits()
    for row in range(400):
        place = folder / "images" / str(digits.target[row])
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray((digits.images[row] * 15.9).astype(np.uint8)).convert("RGB").save(place / f"{row}.png")
    (folder / "mine.py").write_text(NETWORK, encoding="utf-8")


def wine(folder: Path) -> None:
    """Thirteen properties of wines, as they are and with one scale for all."""
    held = datasets.load_wine()
    X = held.data.astype(np.float32)
    save(folder, {"raw": X, "one_scale": (X - X.mean(0)) / X.std(0)}, cultivar=np.array(held.target_names)[held.target])


def diabetes(folder: Path) -> None:
    """Ten measurements of patients, and how the disease went."""
    held, rng = datasets.load_diabetes(), np.random.default_rng(0)
    X = held.data.astype(np.float32)
    noise = rng.normal(size=X.shape)
    save(folder, {"measurements": X, "half_of_them": X[:, :5], "noise": noise}, progression=held.target)


def tumours(folder: Path) -> None:
    """Thirty properties of cell nuclei: all, their first directions, and none of the signal."""
    held, rng = datasets.load_breast_cancer(), np.random.default_rng(0)
    X = ((held.data - held.data.mean(0)) / held.data.std(0)).astype(np.float32)
    first = X @ np.linalg.svd(X, full_matrices=False)[2].T
    layers = {"all": X, "two_directions": first[:, :2], "last_ten": first[:, -10:], "shuffled": rng.permuted(X, axis=0)}
    save(folder, layers, tumour=np.array(held.target_names)[held.target])


def roll(folder: Path) -> None:
    """A rolled-up sheet with more and more noise."""
    sheet = rs.synthetic.embedded(rs.synthetic.swiss_roll(1500, rng=0), 30, rng=1)
    noise = np.random.default_rng(2).normal(size=sheet.shape) * sheet.std()
    save(folder, {f"noise_{share:.2f}": sheet + share * noise for share in (0.0, 0.02, 0.05, 0.1, 0.3)})


def families(folder: Path) -> None:
    """Points in near-copies: an error that takes them for single ones is too small."""
    rng = np.random.default_rng(0)
    family = np.repeat(np.arange(60), 10)
    centre = rng.normal(size=(60, 12))[family]
    save(folder, {f"spread_{s}": centre + s * rng.normal(size=centre.shape) for s in (0.1, 0.5, 1.0)}, family=family)


def rogue(folder: Path) -> None:
    """One dimension of the deeper layers grows until it alone decides who is near."""
    rng = np.random.default_rng(0)
    kind = np.repeat(np.arange(5), 120)
    state = 1.5 * rng.normal(size=(5, 40))[kind] + rng.normal(size=(600, 40))
    loud = rng.normal(size=600)
    layers = {}
    for depth, scale in enumerate((1, 3, 10, 30, 100)):
        layers[f"layer{depth}"] = np.column_stack([state, scale * loud]).astype(np.float32)
    save(folder, layers, kind=kind)


def peaks(folder: Path) -> None:
    """Three kinds that part with depth: peaks of the density that come up one by one."""
    rng = np.random.default_rng(0)
    kind = np.repeat(np.arange(3), 300)
    base, centre = rng.normal(size=(900, 4)), np.array([[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0]])[kind]
    save(folder, {f"layer{depth}": base + 2.0 * depth * centre for depth in range(5)}, kind=kind)


MAKERS: dict[str, Callable[[Path], None]] = {
    "digits-untrained": untrained,
    "digits-learning": learning,
    "two-seeds": seeds,
    "random-labels": random_labels,
    "pictures": pictures,
    "wine": wine,
    "diabetes": diabetes,
    "tumours": tumours,
    "swiss-roll": roll,
    "families": families,
    "rogue": rogue,
    "peaks": peaks,
}


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in MAKERS:
        sys.exit(f"give the name of a study: {', '.join(MAKERS)}")
    MAKERS[sys.argv[1]](Path())
