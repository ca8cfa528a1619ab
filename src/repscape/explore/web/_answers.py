"""What is answered to each question, in JSON or in plain numbers; who asks, a page or a widget, makes no difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from starlette.responses import JSONResponse, Response

from ...errors import BusyError, InputError, RepscapeError
from ..data import Explorer, Gallery
from ._asked import Asked

MOST_ROWS = 5000
Answer = Callable[[Gallery, Asked], Response]


def binary(array: Any, kind: str) -> Response:
    """Return numbers as they lie in memory, little end first."""
    return Response(np.ascontiguousarray(array, dtype=kind).tobytes(), media_type="application/octet-stream")


def positions(gallery: Gallery, asked: Asked) -> Response:
    """Answer with (n, 2) float32; 202 while they are being computed."""
    method, number = asked.text("method", "pca"), asked.integer("place")
    found = gallery.layouts.get(method, number)
    if found is None:
        jobs = [job for job in gallery.jobs.list() if job.name.startswith(method)]
        failed = jobs[-1].why if jobs and jobs[-1].state == "failed" else ""
        return JSONResponse({"waiting": not failed, "why": failed}, status_code=202)
    shares = ",".join(map(str, gallery.layouts.shares(number))) if method == "pca" else ""
    response = binary(found, "<f4")
    response.headers["x-shares"] = shares
    return response


def layout(gallery: Gallery, asked: Asked) -> Response:
    """Have a map laid out in the background."""
    return JSONResponse(gallery.layouts.ask(asked.text("method")).to_dict())


def build(gallery: Gallery, asked: Asked) -> Response:
    """Have the neighbours of a layer built."""
    return JSONResponse(gallery.build(asked.integer("place")).to_dict())


def measure(gallery: Gallery, asked: Asked) -> Response:
    """Have a selection measured beside all others."""
    return JSONResponse(gallery.measure(asked.text("name")).to_dict())


def column(gallery: Gallery, asked: Asked) -> Response:
    """Answer with (n,) int32 codes or float32 numbers."""
    name = asked.text("name")
    shown = gallery.held.column(name)
    if shown.codes is not None:
        return binary(shown.codes, "<i4")
    if shown.numbers is not None:
        return binary(shown.numbers, "<f4")
    raise InputError(f"column {name!r} is text: ask for its rows.")


def value(gallery: Gallery, asked: Asked) -> Response:
    """Answer with (n,) float32."""
    other = asked.integer("other", None)
    return binary(gallery.values.get(asked.text("name"), asked.integer("place"), other), "<f4")


def neighbors(gallery: Gallery, asked: Asked) -> Response:
    """Answer with the exact k nearest among all examples, as knn_graph orders them."""
    held = gallery.held
    if asked.has("place"):
        layer = held.layer(asked.integer("place"), "neighbors")
    else:
        layer = held.find(asked.text("layer"), model=asked.text("model", ""), step=asked.number("step", None))
    ids, distances = held.near.neighbors(layer, asked.integer("row"), asked.integer("k", 10))
    return JSONResponse({"indices": ids.tolist(), "distances": distances.tolist()})


def strip(gallery: Gallery, asked: Asked) -> Response:
    """Answer with (layers, k) int32."""
    return binary(gallery.strip(asked.integer("row"), asked.integer("k", 10), asked.integers("places")), "<i4")


def rows(gallery: Gallery, asked: Asked) -> Response:
    """Answer with what is known of some examples."""
    wanted = asked.integers("rows")
    if len(wanted) > MOST_ROWS:
        raise InputError(f"rows of explore must be at most {MOST_ROWS} at once. Got {len(wanted)}.")
    return JSONResponse(gallery.held.rows(wanted))


def search(gallery: Gallery, asked: Asked) -> Response:
    """Answer with uint32 rows that hold a text."""
    return binary(gallery.held.search(asked.text("text"), asked.text("column", "")), "<u4")


def words(gallery: Gallery, asked: Asked) -> Response:
    """Answer with the words of the texts: the vocabulary, or with part= its numbers."""
    found, part = gallery.words(), asked.text("part", "")
    if part == "starts":
        return binary(found.starts, "<u4")
    if part == "words":
        return binary(found.words, "<u2")
    return JSONResponse({"column": found.column, "vocabulary": list(found.vocabulary)})


def lengths(gallery: Gallery, asked: Asked) -> Response:
    """Answer with (n,) uint32 words of each text."""
    return binary(gallery.words().lengths, "<u4")


def sheet(gallery: Gallery, asked: Asked) -> Response:
    """Answer with one image that holds the pictures of many examples."""
    content, kind, across = gallery.held.sheet(asked.integer("number"))
    return Response(content, media_type=kind, headers={"x-across": str(across)})


def selections(gallery: Gallery, asked: Asked) -> Response:
    """List selections, answer with the rows of one, keep one, forget one."""
    held = gallery.selections
    if asked.method == "POST":
        return JSONResponse(held.keep(asked.text("name"), asked.integers("rows"), asked.mapping("recipe")))
    if asked.method == "DELETE":
        held.remove(asked.text("name"))
        return JSONResponse({})
    return binary(held.rows(asked.text("name")), "<u4") if asked.has("name") else JSONResponse(held.every())


READING: Mapping[str, Answer] = {
    "positions": positions,
    "column": column,
    "value": value,
    "neighbors": neighbors,
    "strip": strip,
    "rows": rows,
    "search": search,
    "words": words,
    "lengths": lengths,
    "sheet": sheet,
    "selections": selections,
    "records": lambda gallery, asked: JSONResponse(gallery.records()),
}
"""What is asked with GET."""
CHANGING: Mapping[str, Answer] = {
    "layout": layout,
    "build": build,
    "measure": measure,
    "rows": rows,
    "selections": selections,
}
"""What is asked with POST."""


def answer(explorer: Explorer, name: str, asked: Asked) -> Response:
    """Answer one question: 200, 202 where it is not known yet, 400 with words, 404, 409 where another process writes."""
    try:
        gallery = explorer.gallery(asked.integer("set", 0))
        if asked.method == "GET" and name == "state":
            return _state(explorer, gallery)
        if asked.method == "GET" and name == "meta":
            return JSONResponse({**gallery.meta(), "sets": explorer.names()})
        if asked.method == "POST" and name == "stop":
            explorer.jobs.stop(asked.integer("job"))
            return JSONResponse({})
        known = READING if asked.method == "GET" else CHANGING
        if asked.method == "DELETE" and name != "selections":
            known = {}
        if name not in known:
            return JSONResponse({"error": f"There is no {asked.method} {name}."}, status_code=404)
        return known[name](gallery, asked)
    except BusyError as error:
        return JSONResponse({"error": str(error)}, status_code=409)
    except RepscapeError as error:
        return JSONResponse({"error": str(error)}, status_code=400)


def _state(explorer: Explorer, gallery: Gallery) -> Response:
    """Answer with what changes while one looks: the study, selections, work in the background."""
    if gallery.held.grown():
        gallery.warm()
    jobs = [job.to_dict() for job in explorer.jobs.list()]
    return JSONResponse({"version": gallery.held.version, "kept": gallery.selections.stamp(), "jobs": jobs})
