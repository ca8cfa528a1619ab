"""The paths of the server: the page, its scripts, and the questions that it asks."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ...errors import InputError
from ..data import Explorer
from ._answers import answer
from ._asked import Asked

STATIC = Path(__file__).parents[1] / "static"
BODY = 32_000_000  # bytes of one request


def application(explorer: Explorer) -> Starlette:
    """Return the app; :class:`Guard` stands before it."""

    async def api(request: Request) -> Response:
        try:
            body = await _body(request) if request.method == "POST" else {}
        except InputError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        asked = Asked(request.query_params, body, request.method)
        return await run_in_threadpool(answer, explorer, request.path_params["name"], asked)

    return Starlette(
        routes=[
            Route("/", _page),
            Route("/static/{name}", _static),
            Route("/api/{name}", api, methods=["GET", "POST", "DELETE"]),
        ]
    )


async def _page(request: Request) -> Response:
    return FileResponse(STATIC / "index.html", media_type="text/html")


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in {file.name for file in STATIC.iterdir()}:
        return PlainTextResponse("There is no such file.", status_code=404)
    kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0]
    return FileResponse(STATIC / name, media_type=kind)


async def _body(request: Request) -> dict[str, Any]:
    held = bytearray()
    async for part in request.stream():
        held += part
        if len(held) > BODY:
            raise InputError(f"a request must be smaller than {BODY:,} bytes.")
    try:
        found = json.loads(held or b"{}")
    except ValueError as error:
        raise InputError(f"a request must be JSON: {error}") from error
    if not isinstance(found, dict):
        raise InputError(f"a request must be an object. Got {type(found).__name__}.")
    return found
