"""The browser of whoever sits at this machine."""

from __future__ import annotations

import os
import sys
import webbrowser


def open_browser(address: str) -> bool:
    """Open an address in the browser of this machine; say whether there is one.

    Where there is no screen, one that runs in the terminal would take it over: only what $BROWSER names is opened there.
    """
    seen = sys.platform in ("win32", "darwin") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))
    try:
        return seen and webbrowser.open(address)
    except webbrowser.Error:
        return False
