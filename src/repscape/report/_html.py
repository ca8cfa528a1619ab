"""The markup of the page, in which nothing from outside can be anything but text, and addresses that need no network."""

from __future__ import annotations

import base64
import hashlib

from .._types import Markup, element, escaped, joined

__all__ = ["Markup", "data_link", "element", "escaped", "joined", "source_hash"]


def data_link(content: bytes, kind: str) -> str:
    """Return the content as an address that needs no network."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def source_hash(text: str) -> str:
    """Return what a content security policy calls an inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
