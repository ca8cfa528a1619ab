"""The explorer opened: in a notebook as a widget, elsewhere in the browser of this machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError
from .data import Explorer

Studies = str | Path | Sequence[str | Path]


def explore(
    studies: Studies,
    *,
    browser: bool = True,
    port: int = 0,
    notebook: bool | None = None,
    tell: Callable[[str], None] | None = None,
) -> Any:
    """Look at the examples of studies in every layer: where they lie, which are near, what changes.

    In a notebook the explorer is a widget, which this returns. Elsewhere it is a page that a server on this machine answers
    until Ctrl-C, under an address with a token that only this run knows.

    Parameters
    ----------
    studies : path, or sequence of paths
        Study folders. Those of the same examples (equal ids, or as many where there are none) stand side by side.
    browser : bool
        Whether the browser is opened.
    port : int
        The port; 0 takes one that is free.
    notebook : bool, optional
        Whether to return a widget. None: where a notebook's kernel runs.
    tell : callable, optional
        Is told the address once, before anything is answered; where no browser can be opened, one opens it oneself.

    Returns
    -------
    ExplorerWidget or None
        In a notebook the widget; where no widget can run, its picture.

    Raises
    ------
    InputError
        There is no study, or the port is taken.
    MissingExtraError
        In a notebook, where anywidget is not installed.

    Examples
    --------
    >>> import numpy as np, repscape as rs, tempfile
    >>> from repscape.explore import explore
    >>> X = np.random.default_rng(0).normal(size=(300, 6))
    >>> folder = tempfile.mkdtemp() + "/study"
    >>> found = rs.run({"a": X, "b": X[:, :3]}, rs.Plan(measures=["overlap_neighbors(k=5)"]), folder=folder)
    >>> explore(folder)  # doctest: +SKIP
    """
    explorer = Explorer([studies] if isinstance(studies, str | Path) else list(studies))
    if in_kernel() if notebook is None else notebook:
        from ._widget_anywidget import widget

        return widget(explorer)
    from ..machine import open_browser
    from .web import Server

    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port < 65536:
        raise InputError(f"port of explore must be an int, 0 (any that is free) to 65535. Got {port!r}.")
    server = Server.of(explorer, port)
    if tell is not None:
        tell(server.address)
    if browser:
        open_browser(server.address)
    server.run()
    return None


def in_kernel() -> bool:
    """Whether a notebook's kernel runs this, found without importing anything."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and type(shell).__name__ == "ZMQInteractiveShell"
