"""Build the gallery of the documentation site: recipes and studies of small data, each a live report with its picture.

    .venv/bin/python tools/gallery.py docs             # docs/gallery.md and docs/gallery_files/; what is there stays
    .venv/bin/python tools/gallery.py docs curse wine  # these again

Recipes run with what stands in for published models, so that no network connection is needed; data of their own come from
REPSCAPE_DATA where they are there, and what has none is left out and named.
"""

from __future__ import annotations

import html
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from gallery_data import MAKERS
from PIL import Image

import repscape as rs

WIDE = 640  # pixels of a picture
HEAD = """# Gallery

Each picture leads to the live report of a study: one page with its map of examples, figures and tables. Below it what one
learns and the commands that made it. All of it is built with this site, on two cores without a network connection.

"""


@dataclass(frozen=True)
class Entry:
    """One study of the gallery."""

    title: str
    learns: str
    words: str
    """Of the command."""
    page: str = ""
    """A page of the site that says more."""


OWN = {
    "demo": Entry(
        "A small transformer learns digits",
        "Six checkpoints, every layer, three sites: how labels gather and dimensions rise and fall as it learns.",
        "demo", "tutorial",
    ),
    "digits-learning": Entry(
        "One network at three moments",
        "Before training neighbours are those of the pixels, blurred; training gathers the digits in the deeper layers.",
        "run --arrays step0.npz --arrays step20.npz --arrays step400.npz --label digit", "while_training",
    ),
    "digits-untrained": Entry(
        "Digits through layers that never learned", "Random layers keep neighbours for a while: what untrained means.",
        "run --arrays layers.npz --label digit", "own_model",
    ),
    "two-seeds": Entry(
        "Two seeds, and a network that never learned",
        "Every layer with every layer: a similarity says something only beside chance and beside an untrained network.",
        "run --arrays one.npz --arrays two.npz --arrays untrained.npz --profiles models "
        "--measures 'sim_cka(estimator=debiased, permutations=100), overlap_neighbors(k=10)'", "similarity",
    ),
    "random-labels": Entry(
        "True labels, half of them shuffled",
        "Taught half of the digits under wrong names, hidden layers still tell them as well; the outputs do not.",
        "run --arrays true_labels.npz --arrays half_shuffled.npz --label digit "
        "--measures 'quality_rankme, quality_collapse, probe_linear'", "measures/quality_collapse",
    ),
    "pictures": Entry(
        "Pictures through a network in a file",
        "A folder of pictures and a function that returns a torch module are all it takes.",
        "run --model mine:network --data images --label label --layers '*' --pool flatten", "own_model",
    ),
    "wine": Entry(
        "Wines, raw and on one scale", "One property of large numbers decides who is near, until all have one scale.",
        "run --arrays layers.npz --label cultivar", "studies",
    ),
    "diabetes": Entry(
        "A value instead of classes", "What neighbours say about a number; noise as the baseline.",
        "run --arrays layers.npz --value progression --measures 'overlap_values, information_imbalance'",
        "measures/overlap_values",
    ),
    "tumours": Entry(
        "What can be read out, and what only seems so",
        "Two directions tell nearly as much as thirty properties; the last ten, or shuffled columns, nothing.",
        "run --arrays layers.npz --label tumour --measures 'probe_linear(control=true), probe_knn, overlap_labels(k=10)'",
        "probes",
    ),
    "swiss-roll": Entry(
        "A dimension is one at a scale", "Gride over scales: noise raises the smallest ones first.",
        "run --arrays layers.npz --measures 'id_gride(max_rank=128), id_twonn, id_pca'", "dimension",
    ),
    "families": Entry(
        "Families are groups", "Errors that count near-copies one by one are too small.",
        "run --arrays layers.npz --label family --measures 'id_twonn, overlap_labels(k=5)'", "statistics",
    ),
    "rogue": Entry(
        "One loud dimension", "It alone decides who is near, and kinds vanish there; a linear probe reads them as before.",
        "run --arrays layers.npz --label kind "
        "--measures 'health_rogue, health_anisotropy, health_hubness, overlap_labels(k=10), probe_linear'",
        "measures/health_rogue",
    ),
    "peaks": Entry(
        "Peaks that part with depth", "Where kinds become peaks of the density, and when they become as many as the kinds.",
        "run --arrays layers.npz --label kind --measures 'peaks_agreement, density_pak, overlap_labels(k=10)'",
        "landscape",
    ),
}  # fmt: skip


def recipes() -> dict[str, Entry]:
    """Return an entry for every recipe."""
    return {
        name: Entry(
            one.title, one.about, f"recipe {name}{' --stand-in always' if one.models else ''}", f"recipes/{name}"
        )
        for name, one in rs.list_recipes().items()
    }


def build(name: str, entry: Entry, place: Path) -> None:
    """Run a study; keep its report, a picture, and how long it took."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as home:
        folder, study = Path(home), Path(home) / name
        if name in MAKERS:
            here = Path.cwd()
            os.chdir(folder)
            MAKERS[name](Path())
            os.chdir(here)
        words = [sys.executable, "-m", "repscape", *shlex.split(entry.words), "-o", name, "-q"]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=folder)
        page = min(study.rglob("report.html"), key=lambda file: len(file.parts))
        place.mkdir(parents=True, exist_ok=True)
        figures = sorted((page.parent / "figures").glob("*.png"), key=lambda file: file.stat().st_size)
        if figures:
            picture = Image.open(figures[-1]).convert("RGB")
            picture.thumbnail((WIDE, WIDE))
            picture.save(place / "picture.webp", quality=80)
        (place / "made.json").write_text(json.dumps({"seconds": round(time.perf_counter() - began)}), encoding="utf-8")
        shutil.copy(page, place / "report.html")  # last: a folder with a report is finished


def card(name: str, entry: Entry, place: Path) -> str:
    """Return what the page shows of a study."""
    lines = [f"python tools/gallery_data.py {name}"] if name in MAKERS else []
    lines.append(f"repscape {entry.words} -o {name}")
    commands = html.escape("\n".join(lines))
    report = f"gallery/{name}/report.html"
    title, learns = html.escape(entry.title), html.escape(entry.learns)
    image = ""
    if (place / "picture.webp").exists():
        image = f'<a href="{report}"><img src="gallery/{name}/picture.webp" alt="{title}" loading="lazy"></a>\n'
    more = f' <a href="{entry.page}.html">More about it</a>.' if entry.page else ""
    seconds = json.loads((place / "made.json").read_text(encoding="utf-8"))["seconds"]
    return (
        f'<section class="card">\n<h3><a href="{report}">{title}</a></h3>\n{image}<p>{learns}{more}</p>\n'
        f'<pre>{commands}</pre>\n<p class="made">{seconds} s</p>\n</section>'
    )


def main() -> None:
    """Build what is asked for or not there yet, and the page."""
    out, wanted = Path(sys.argv[1]), sys.argv[2:]
    parts, left = [HEAD], []
    for heading, entries in {"Studies of your own kind": OWN, "Published studies": recipes()}.items():
        cards = []
        for name, entry in entries.items():
            place = out / "gallery_files" / "gallery" / name
            if name in wanted or not (place / "report.html").exists():
                try:
                    build(name, entry, place)
                except subprocess.CalledProcessError:
                    left.append(name)
                    print(f"{name}: left out", flush=True)
                    continue
                seconds = json.loads((place / "made.json").read_text(encoding="utf-8"))["seconds"]
                print(f"{name}: {seconds} s, {(place / 'report.html').stat().st_size / 1e6:.1f} MB", flush=True)
            cards.append(card(name, entry, place))
        parts.append(f'## {heading}\n\n<div class="cards">\n{chr(10).join(cards)}\n</div>\n')
    note = f"\nNot built here, for want of data: {', '.join(left)}.\n" if left else ""
    (out / "gallery.md").write_text("\n".join(parts) + note, encoding="utf-8")


if __name__ == "__main__":
    main()
