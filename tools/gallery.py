"""Build the gallery of the documentation site: recipes and studies of small data, each a live report with its picture.

    .venv/bin/python tools/gallery.py docs             # docs/gallery.md and docs/gallery_files/
    .venv/bin/python tools/gallery.py docs curse wine  # these alone

Recipes run with what stands in for published models, so that no network connection is needed; data of their own come from
REPSCAPE_DATA where they are there, and what has none is left out and named.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sklearn import datasets

import repscape as rs

WIDE = 640  # pixels of a picture
HEAD = """# Gallery

Each picture leads to the live report of a study; below it the command that made it, and what one learns. Built by
`tools/gallery.py`.

"""


@dataclass(frozen=True)
class Entry:
    """One study of the gallery."""

    title: str
    learns: str
    words: str
    """Of the command; DATA is the folder that `make` wrote."""
    make: Callable[[Path], None] = lambda folder: None


def save(folder: Path, layers: Mapping[str, Any], **columns: Any) -> None:
    """Write layers and columns where --arrays finds them."""
    np.savez(folder / "layers.npz", **dict(layers), **columns)


def wine(folder: Path) -> None:
    """Thirteen properties of wines, as they are and with one scale for all."""
    held = datasets.load_wine()
    X = held.data.astype(np.float32)
    save(folder, {"raw": X, "one_scale": (X - X.mean(0)) / X.std(0)}, cultivar=np.array(held.target_names)[held.target])


def diabetes(folder: Path) -> None:
    """Ten measurements of patients, and how the disease went."""
    held = datasets.load_diabetes()
    rng = np.random.default_rng(0)
    X = held.data.astype(np.float32)
    save(
        folder,
        {"measurements": X, "half_of_them": X[:, :5], "noise": rng.normal(size=X.shape)},
        progression=held.target,
    )


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


def random_layers(folder: Path) -> None:
    """Digits through random layers that never learned."""
    digits = datasets.load_digits()
    state, layers, rng = digits.data / 16, {}, np.random.default_rng(0)
    for depth in range(6):
        layers[f"layer{depth}"] = state.astype(np.float32)
        state = np.maximum(state @ rng.normal(size=(state.shape[1], 64)) / 8, 0)
    save(folder, layers, digit=digits.target)


OWN = {
    "digits-untrained": Entry(
        "Digits through layers that never learned", "Random layers keep neighbours for a while: what untrained means.",
        "run --arrays DATA/layers.npz --label digit", random_layers,
    ),
    "wine": Entry(
        "Wines, raw and on one scale", "One property of large numbers decides who is near, until all have one scale.",
        "run --arrays DATA/layers.npz --label cultivar", wine,
    ),
    "diabetes": Entry(
        "A value instead of classes", "What neighbours say about a number; noise as the baseline.",
        "run --arrays DATA/layers.npz --value progression --measures 'overlap_values, information_imbalance'", diabetes,
    ),
    "swiss-roll": Entry(
        "A dimension is one at a scale", "Gride over scales: noise raises the smallest ones first.",
        "run --arrays DATA/layers.npz --measures 'id_gride(max_rank=128), id_twonn, id_pca'", roll,
    ),
    "families": Entry(
        "Families are groups", "Errors that count near-copies one by one are too small.",
        "run --arrays DATA/layers.npz --label family --measures 'id_twonn, overlap_labels(k=5)'", families,
    ),
}  # fmt: skip


def run(words: list[str]) -> None:
    """Run a command of repscape."""
    subprocess.run([sys.executable, "-m", "repscape", *words], check=True, stdout=subprocess.DEVNULL)


def recipes() -> dict[str, Entry]:
    """Return an entry for every recipe."""
    found = {}
    for name, one in rs.list_recipes().items():
        stand_in = " --stand-in always" if one.models else ""
        found[name] = Entry(one.title, one.about, f"recipe {name}{stand_in}")
    return found


def built(name: str, entry: Entry, out: Path) -> str:
    """Run a study, keep its report and a picture; return its card."""
    import shlex

    with tempfile.TemporaryDirectory() as home:
        folder, study = Path(home) / "data", Path(home) / name
        folder.mkdir()
        entry.make(folder)
        run([*(word.replace("DATA", str(folder)) for word in shlex.split(entry.words)), "-o", str(study), "-q"])
        place = out / "gallery_files" / "gallery" / name
        place.mkdir(parents=True, exist_ok=True)
        page = next(iter(sorted(study.rglob("report.html"), key=lambda file: len(file.parts))))
        shutil.copy(page, place / "report.html")
        figures = sorted((page.parent / "figures").glob("*.png"), key=lambda file: file.stat().st_size)
        if figures:
            picture = Image.open(figures[-1]).convert("RGB")
            picture.thumbnail((WIDE, WIDE))
            picture.save(place / "picture.webp", quality=80)
    command = html.escape(f"repscape {entry.words.replace('DATA/', '')} -o {name}")
    image = f'<img src="gallery/{name}/picture.webp" alt="" loading="lazy" width="{WIDE // 2}">' if figures else ""
    return (
        f'<section class="card">\n<h3><a href="gallery/{name}/report.html">{html.escape(entry.title)}</a></h3>\n'
        f'<a href="gallery/{name}/report.html">{image}</a>\n<p>{html.escape(entry.learns)}</p>\n'
        f"<pre>{command}</pre>\n</section>\n"
    )


def main() -> None:
    """Build what is asked for, and the page."""
    out, wanted = Path(sys.argv[1]), sys.argv[2:]
    every = {**OWN, **recipes()}
    cards, left = [], []
    for name in wanted or every:
        began = time.perf_counter()
        try:
            cards.append(built(name, every[name], out))
        except subprocess.CalledProcessError:
            left.append(name)
        print(f"{name}: {time.perf_counter() - began:.0f} s{', left out' if name in left else ''}", flush=True)
    note = f"\nNot built here, for want of data: {', '.join(left)}.\n" if left else ""
    (out / "gallery.md").write_text(f"{HEAD}{chr(10).join(cards)}{note}", encoding="utf-8")


if __name__ == "__main__":
    main()
