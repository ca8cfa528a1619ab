"""Paths on object stores, through universal_pathlib and fsspec."""

from __future__ import annotations

from typing import Any

from upath import UPath

from ..errors import MissingExtraError


def far_place(path: Any) -> Any:
    """Return a path that is asked anew each time: what lies there may change under other hands."""
    try:
        found = path if isinstance(path, UPath) else UPath(path, use_listings_cache=False)
        _ = found.fs
    except ImportError as error:  # fsspec names the package of the scheme
        raise MissingExtraError(f"{path}: {error}. Install it with: pip install 'repscape[cluster]'") from error
    return found
