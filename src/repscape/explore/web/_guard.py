"""Who may ask: this machine's own browser with the token of this run, and nobody else."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REFUSED = "This address needs the token that repscape explore printed: open the whole address, ?token= and all."
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """Stands before every path.

    The host must be this machine by name (a page elsewhere whose name was pointed here, "DNS rebinding", has another), what
    changes something must come from this very page, and the token must be in the address or in the cookie that it left.
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self._app, self._token = app, token
        self._cookie = f"repscape-{port}"  # cookies do not tell ports apart: several explorers may be open
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer 403."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        why = self._why_not(scope, headers, given)

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = {**HEADERS, **({"set-cookie": self._biscuit()} if given and not why else {})}
                own = [(name, value) for name, value in message["headers"] if name.decode() not in more]
                message["headers"] = [*own, *((name.encode(), value.encode()) for name, value in more.items())]
            await send(message)

        if why:
            await PlainTextResponse(why, status_code=403)(scope, receive, answered)
        else:
            await self._app(scope, receive, answered)

    def _why_not(self, scope: Scope, headers: Headers, given: str) -> str:
        if headers.get("host", "") not in self._hosts:
            return "This server answers under 127.0.0.1 and localhost alone."
        origin = headers.get("origin")
        if scope["method"] not in ("GET", "HEAD") and origin not in {f"http://{host}" for host in self._hosts} | {None}:
            return "Only the explorer's own page may change something."
        held = given or _cookies(headers.get("cookie", "")).get(self._cookie, "")
        return "" if secrets.compare_digest(held.encode(), self._token.encode()) else REFUSED

    def _biscuit(self) -> str:
        return f"{self._cookie}={self._token}; HttpOnly; SameSite=Strict; Path=/"


def _cookies(text: str) -> dict[str, str]:
    try:
        return {name: held.value for name, held in SimpleCookie(text).items()}
    except CookieError:
        return {}
