"""The explorer as files that any file host serves: the same answers, written down, read by the same page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import _check
from ..errors import InputError, RepscapeError, StoreError
from .data import METHODS, SHALLOW, TILES, Explorer, Gallery
from .web import POLICY, STATIC

MOST = 50_000
DEEP = 16  # neighbours that the files hold
ROWS, BLOCK = 512, 2048  # examples of one file: of texts, of neighbours
DATA = "data"
Progress = Callable[[float, str], None]


def export_explorer(
    studies: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    methods: Sequence[str] = (),
    progress: Progress | None = None,
) -> Path:
    """Write the explorer as a static site.

    Parameters
    ----------
    studies : path, or sequence of paths
        Study folders of the same examples, at most 50,000.
    out : path
        The folder; it may hold an earlier site, which is replaced, and nothing else.
    methods : sequence of {"neighbors", "tsne", "umap"}
        Maps beside principal components.
    progress : callable, optional
        Called as progress(share, what).

    Returns
    -------
    Path
        The page. It opens from a file host; browsers do not run scripts of pages that were opened as files.

    Raises
    ------
    InputError
        There are too many examples, the studies are of different ones, or the folder holds something else.
    UnknownNameError
        There is no such map.
    """
    for method in methods:
        _check.choice(method, "methods", "export_explorer", METHODS)
    out = Path(out)
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / DATA / "meta.json").is_file())):
        raise InputError(f"out of export_explorer must be a new folder, or one with an earlier site. Got {out}.")
    explorer = Explorer([studies] if isinstance(studies, str | Path) else list(studies))
    try:
        if len(explorer.galleries) > 1:
            raise InputError(
                f"studies of export_explorer must be of the same examples. Got {'; '.join(explorer.names())}."
            )
        gallery = explorer.galleries[0]
        if gallery.held.n > MOST:
            raise InputError(
                f"export_explorer writes at most {MOST:,} examples. Got {gallery.held.n:,}; repscape explore has no limit."
            )
        _Site(gallery, out, progress or (lambda share, what: None)).write((gallery.layouts.usual(), *methods))
    finally:
        explorer.close()
    return out / "index.html"


class _Site:
    """One site while it is written."""

    def __init__(self, gallery: Gallery, out: Path, progress: Progress) -> None:
        self._gallery, self._held, self._out, self._progress = gallery, gallery.held, out, progress

    def write(self, methods: Sequence[str]) -> None:
        try:
            shutil.rmtree(self._out / DATA, ignore_errors=True)
            (self._out / DATA).mkdir(parents=True)
            shutil.copytree(
                STATIC, self._out / "static", dirs_exist_ok=True, ignore=shutil.ignore_patterns("index.html")
            )
            self._page()
            there = [method for method in dict.fromkeys(methods) if self._positions(method)]
            self._columns()
            missing = self._values()
            depth = self._neighbors()
            self._rows()
            self._words()
            self._pictures()
            self._json("records", self._gallery.records())
            self._selections()
            meta = self._gallery.meta()
            meta["methods"] = {method: METHODS[method] for method in there}
            meta["deepest"] = min(depth, meta["deepest"])
            meta["notes"] = []
            files = {
                "rows": ROWS,
                "block": BLOCK,
                "depth": depth,
                "missing": missing,
                "places": list(self._held.layers),
            }
            self._json("meta", {**meta, "sets": [], "files": files})
        except OSError as error:
            raise StoreError(f"{self._out} could not be written: {error}.") from error

    def _page(self) -> None:
        policy = POLICY.replace("; frame-ancestors 'none'", "")  # which a page cannot say of itself
        text = (STATIC / "index.html").read_text(encoding="utf-8")
        text = text.replace("<title>", f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<title>')
        text = text.replace('id="explorer"', f'id="explorer" data-files="{DATA}"')
        (self._out / "index.html").write_text(text, encoding="utf-8")

    def _json(self, name: str, value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        (self._out / DATA / f"{name}.json").write_text(text, encoding="utf-8")

    def _numbers(self, name: str, values: Any, kind: str) -> None:
        (self._out / DATA / f"{name}.bin").write_bytes(np.ascontiguousarray(values, dtype=kind).tobytes())

    def _positions(self, method: str) -> bool:
        self._progress(0.05, METHODS[method])
        job = self._gallery.layouts.ask(method)
        self._gallery.jobs.wait()
        if job.state == "failed" and method != "pca":
            raise InputError(f"the map {method!r} could not be made: {job.why}")
        found = False
        for number in self._held.layers:
            xy = self._gallery.layouts.get(method, number)
            if xy is not None:
                self._numbers(f"xy-{method}-{number}", xy, "<f4")
                found = True
        self._json(f"xy-{method}", {number: self._gallery.layouts.shares(number) for number in self._held.layers})
        return found

    def _columns(self) -> None:
        for place, name in enumerate(self._held.table.columns):
            shown = self._held.column(str(name))
            if shown.codes is not None:
                self._numbers(f"column-{place}", shown.codes, "<i4")
            elif shown.numbers is not None:
                self._numbers(f"column-{place}", shown.numbers, "<f4")

    def _values(self) -> dict[str, str]:
        """Write every value of every layer; return why some are missing."""
        missing: dict[str, str] = {}
        offers = self._gallery.values.offers()
        for place, offer in enumerate(offers):
            self._progress(0.3 + 0.4 * place / len(offers), offer.title)
            if offer.name == "turnover_other":
                continue  # the page counts it from the neighbours
            for number in offer.places or self._held.layers:
                other = self._next(number) if offer.pair else None
                if offer.pair and other is None:
                    continue
                try:
                    self._numbers(f"value-{place}-{number}", self._gallery.values.get(offer.name, number, other), "<f4")
                except RepscapeError as error:
                    missing[f"{place}-{number}"] = str(error)
        return missing

    def _next(self, number: int) -> int | None:
        """Return the next layer of the same model, checkpoint and site."""
        own = self._held.layers[number]
        line = [
            layer.number
            for layer in self._held.layers.values()
            if (layer.study, layer.model, layer.place.step, layer.place.layer.site)
            == (own.study, own.model, own.place.step, own.place.layer.site)
        ]
        at = line.index(number) + 1
        return line[at] if at < len(line) else None

    def _neighbors(self) -> int:
        """Write neighbours by blocks of examples, all layers together, as a click reads them; return how deep."""
        n, numbers = self._held.n, list(self._held.layers)
        depth = min(DEEP, SHALLOW, n - 1)
        indices = np.full((n, len(numbers), depth), -1, dtype=np.int32)
        distances = np.full((n, len(numbers), depth), np.nan, dtype=np.float32)
        for place, number in enumerate(numbers):
            self._progress(0.7 + 0.2 * place / len(numbers), "Neighbours")
            graph = self._held.near.graph(number)
            if graph is None or graph.indices is None:
                continue
            held = min(depth, graph.k)
            indices[:, place, :held] = graph.indices[:, :held]
            if graph.distances is not None:
                distances[:, place, :held] = graph.distances[:, :held]
        for block, start in enumerate(range(0, n, BLOCK)):
            self._numbers(f"near-{block}", indices[start : start + BLOCK], "<i4")
            self._numbers(f"far-{block}", distances[start : start + BLOCK], "<f4")
        return depth

    def _rows(self) -> None:
        for block, start in enumerate(range(0, self._held.n, ROWS)):
            self._json(f"rows-{block}", self._held.rows(range(start, min(self._held.n, start + ROWS))))

    def _words(self) -> None:
        found = self._gallery.words()
        self._json("words", {"column": found.column, "vocabulary": list(found.vocabulary)})
        self._numbers("starts", found.starts, "<u4")
        self._numbers("words", found.words, "<u2")
        self._numbers("lengths", found.lengths, "<u4")

    def _pictures(self) -> None:
        if self._held.pictures is None:
            return
        across = []
        for number in range((self._held.n - 1) // TILES + 1):
            content, _, columns = self._held.sheet(number)
            (self._out / DATA / f"sheet-{number}").write_bytes(content)
            across.append(columns)
        self._json("sheets", across)

    def _selections(self) -> None:
        kept = self._gallery.selections.every()
        self._json("selections", kept)
        for place, held in enumerate(kept):
            self._numbers(f"selection-{place}", self._gallery.selections.rows(held["name"]), "<u4")
