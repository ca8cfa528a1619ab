"""The images a recipe runs on: those asked for, small and of one size, or digits in their place where none can be had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..._types import Examples
from ...errors import InputError, MissingExtraError
from ...examples import image_folder, kind_of_folder, read_examples
from .._order import Order

SIDE = 32
LABELS = ("label_name", "label", "labels")
DIGITS = "Scikit-learn's digits, enlarged,"
Rows = npt.NDArray[np.int64]
Pick = Callable[[npt.NDArray[Any]], Rows]


@dataclass(frozen=True, slots=True)
class Pictures:
    """Images of 32 x 32 pixels and three colours, with a column "label"."""

    examples: Examples
    """(n, 32, 32, 3) bytes."""
    stand_in: str = ""
    """What stood in for which images, and why; empty where none did."""

    @property
    def labels(self) -> npt.NDArray[Any]:
        """(n,) class of each."""
        return self.examples.table["label"].to_numpy()


def read_pictures(order: Order, pick: Pick, *, of_digits: Pick, split: str = "test") -> Pictures:
    """Read the images that `pick` chooses by their labels, or let digits stand in for the published ones.

    Parameters
    ----------
    order : Order
        Its `data`, else the recipe's; those that the user names have nothing stand in for them.
    pick : callable
        Takes the labels of all images, and returns the rows that are wanted, in order; no other image is decoded.
    of_digits : callable
        The same for the digits, where they stand in.
    split : str
        Which split of a data set of the hub.

    Raises
    ------
    InputError, MissingExtraError
        If the images cannot be had, and nothing may stand in for them; or they bring no labels.
    """
    why = "as was asked"
    if order.data is not None or order.stand_in != "always":
        try:
            return Pictures(_read(_place(order), pick, split))
        except (InputError, MissingExtraError) as problem:
            if order.data is not None or order.stand_in == "never":
                raise
            why = str(problem).partition(". ")[0].rstrip(".")
    return Pictures(_digits(of_digits), f"{DIGITS} stand in for {_published(order)} ({why})")


def forecast_pictures(order: Order) -> str:
    """Say where the images would come from."""
    if order.data is not None:
        return f"The images would be read from {order.data}."
    if order.stand_in == "always":
        return f"{DIGITS} would stand in for {_published(order)}."
    if not order.recipe.data:
        return f"The images must be given with --data; else {DIGITS} stand in for {_published(order)}."
    return f"{order.recipe.data} would be fetched from the hub; give images of your own with --data."


def _published(order: Order) -> str:
    return order.recipe.data or "the published images"


def _place(order: Order) -> str:
    place = order.data or order.recipe.data
    if not place:
        raise InputError(
            f"data of the recipe {order.recipe.name} must be given with --data: {order.recipe.needs['data']}"
        )
    return place


def first_of_classes(labels: npt.NDArray[Any], classes: Sequence[str], count: int) -> Rows:
    """Return the first `count` rows of every class, class after class; of all classes where none is named.

    Examples
    --------
    >>> first_of_classes(np.array(["b", "a", "b", "b", "a"]), ["b", "a"], 2).tolist()
    [0, 2, 1, 4]
    """
    written = labels.astype(str)
    wanted = list(classes) or sorted(set(written))
    rows = [np.flatnonzero(written == name)[:count] for name in wanted]
    few = [f"{name!r} has {len(found)}" for name, found in zip(wanted, rows, strict=True) if len(found) < count]
    if few:
        raise InputError(f"every class must have {count} images: {', '.join(few[:5])}{' ...' if len(few) > 5 else ''}.")
    return np.concatenate(rows)


def evenly(labels: npt.NDArray[Any], count: int) -> Rows:
    """Return so many rows, evenly spread over all.

    Examples
    --------
    >>> evenly(np.zeros(10), 5).tolist()
    [0, 2, 4, 6, 8]
    """
    if count > len(labels):
        raise InputError(f"images must be in [1, {len(labels)}], the images there are. Got {count}.")
    return np.arange(count) * len(labels) // count


def read_list(file: str) -> list[str]:
    """Return the lines of a file of names, without empty ones; nothing where no file is named."""
    if not file:
        return []
    try:
        found = [line.strip() for line in Path(file).read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"classes must be a text file with one class on each line. {file}: {problem}.") from problem
    names = [line for line in found if line]
    if not names or len(set(names)) < len(names):
        raise InputError(f"classes must name at least one class, and none twice. Got {len(names)} lines in {file}.")
    return names


def _read(place: str, pick: Pick, split: str) -> Examples:
    """Decode what is picked; a folder of millions of images is only listed."""
    path = Path(place)
    if path.is_dir() and kind_of_folder(path) == "images":
        found = image_folder(path)
        rows = pick(_labels(found.table, place))
        images = [found.load(rows[i : i + 1])[0] for i in range(len(rows))]
        found.tell()
        return _small(images, found.table.iloc[rows], place)
    read = read_examples(place, kind="image", split=None if path.exists() else split)
    rows = pick(_labels(read.table, place))
    chosen = read.take(rows)
    return _small(chosen.inputs, chosen.table, place)


def _labels(table: pd.DataFrame, place: str) -> npt.NDArray[Any]:
    column = next((name for name in LABELS if name in table), None)
    if column is None:
        raise InputError(
            f"{place} must bring a label for every image. Got the columns {', '.join(map(str, table.columns))}."
        )
    return table[column].to_numpy()


def _small(images: Any, table: pd.DataFrame, place: str) -> Examples:
    inputs = np.stack([_resized(np.asarray(image)) for image in images])
    held = pd.DataFrame({"id": table["id"].to_numpy(), "label": _labels(table, place)})
    return Examples("image", inputs, held, place)


def _resized(image: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return an image as 32 x 32 pixels of three colours, by the bilinear filter of image GPT's own processor."""
    colours = np.repeat(image[..., :1], 3, axis=2) if image.shape[2] < 3 else image[..., :3]
    if colours.dtype != np.uint8:
        raise InputError(f"images must be of bytes, 0 to 255. Got {colours.dtype}.")
    if colours.shape[:2] == (SIDE, SIDE):
        return colours
    from PIL import Image  # here, so that images of the right size need no more than numpy

    return np.asarray(Image.fromarray(np.ascontiguousarray(colours)).resize((SIDE, SIDE), Image.Resampling.BILINEAR))


def _digits(pick: Pick) -> Examples:
    from sklearn.datasets import load_digits

    digits = load_digits()
    rows = pick(digits.target)
    grey = np.kron((digits.images[rows] * (255 / 16)).astype(np.uint8), np.ones((1, SIDE // 8, SIDE // 8), np.uint8))
    table = pd.DataFrame({"id": [f"digit-{row}" for row in rows], "label": digits.target[rows]})
    return Examples("image", np.repeat(grey[..., None], 3, axis=3), table, "scikit-learn's digits")
