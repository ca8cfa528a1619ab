"""The explorer as a widget of a notebook, and as a picture where no widget runs."""

from __future__ import annotations

from typing import Any

from ..errors import MissingExtraError
from ._bundle import bundle
from ._still import still
from .data import Explorer
from .web import STATIC, Asked, answer

try:
    import anywidget
except ImportError as error:
    raise MissingExtraError(
        "the explorer in a notebook needs anywidget, which is not installed: pip install 'repscape[notebook]'. "
        "explore(folder, notebook=False), or repscape explore at the command line, opens it in the browser instead."
    ) from error


class ExplorerWidget(anywidget.AnyWidget):
    """What :func:`repscape.explore.explore` returns in a notebook."""

    _css = (STATIC / "explorer.css").read_text(encoding="utf-8")

    def __init__(self, explorer: Explorer) -> None:
        super().__init__(_esm=bundle())
        self._explorer = explorer
        self._picture: bytes | None = None
        for gallery in explorer.galleries:
            gallery.warm()
        self.on_msg(self._asked)

    def _asked(self, _: Any, content: Any, buffers: Any) -> None:
        """Answer a question of the page."""
        words, body = dict(content.get("words", {})), dict(content.get("body", {}))
        found = answer(self._explorer, str(content["name"]), Asked(words, body, str(content.get("method", "GET"))))
        headers = {name: value for name, value in found.headers.items() if name.startswith(("x-", "content-type"))}
        told = {"number": content["number"], "status": found.status_code, "headers": headers}
        self.send(told, [bytes(found.body)])

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Return the widget, and beside it the picture that a page without widgets shows."""
        found = super()._repr_mimebundle_(**options)
        shown, more = found if isinstance(found, tuple) else (found or {}, {})
        if self._picture is None:
            self._picture = still(self._explorer.galleries[0])
        return {**shown, **({"image/png": self._picture} if self._picture else {}), "text/plain": repr(self)}, more

    def __repr__(self) -> str:
        held = self._explorer.galleries[0].held
        return f"ExplorerWidget({self._explorer.names()[0]}: {len(held.layers)} layers of {held.n} examples)"


def widget(explorer: Explorer) -> ExplorerWidget:
    """Return the widget of studies that are open."""
    return ExplorerWidget(explorer)
