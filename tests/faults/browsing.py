"""Whoever looks: a process that asks an explorer for all that it keeps in a study."""

from __future__ import annotations

import json
import os
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np

from repscape.store import list_groups, read_arrays
from tests.faults.forked import Ground

METHODS = ("pca", "neighbors")
SELECTION, ROWS = "kept", [1, 2, 3]
CONFIRMED = "confirmed"
EVERY, PATIENCE = 0.02, 60.0  # seconds


def look(ground: Ground, pid: int) -> int:
    """Begin to look at what an explorer shows, in a process of its own, which ends with 0 where all was answered."""
    ground.clear(CONFIRMED)
    looker = os.fork()
    if looker:
        return looker
    try:
        _ask(ground, pid)
        os._exit(0)
    except (OSError, ValueError) as error:  # the explorer has gone
        ground.log(os.getpid()).write_text(f"{error}: {error.read() if hasattr(error, 'read') else ''}")
        os._exit(1)
    finally:
        os._exit(2)


def _ask(ground: Ground, pid: int) -> None:
    base, _, token = _address(ground, pid).partition("/?token=")

    def ask(name: str, body: Any = None, **words: Any) -> tuple[int, bytes]:
        query = "&".join(f"{key}={value}" for key, value in {"token": token, **words}.items())
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(
            urllib.request.Request(f"{base}/api/{name}?{query}", data=data), timeout=30
        ) as said:
            return said.status, said.read()

    meta = json.loads(ask("meta")[1])
    assert meta
    for method in METHODS:
        ask("layout", {"method": method})
        while ask("positions", method=method, place=0)[0] != 200:
            time.sleep(EVERY)
    status, _ = ask("selections", {"name": SELECTION, "rows": ROWS})
    if status == 200:
        (ground.home / CONFIRMED).touch()
    while any(job["state"] in ("waiting", "working") for job in json.loads(ask("state")[1])["jobs"]):
        time.sleep(EVERY)


def _address(ground: Ground, pid: int) -> str:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        lines = ground.said(pid).splitlines(keepends=True)
        if lines and lines[0].startswith("http://") and lines[0].endswith("\n"):
            return lines[0].strip()
        time.sleep(EVERY)
    raise OSError("no address")


def lost(ground: Ground, folder: Path) -> str:
    """Say what is wrong with what the explorer keeps in a study: something cannot be read, or a selection is gone."""
    kept = folder / "explorer.zarr"
    selections = []
    for group in list_groups(kept):
        arrays, about = read_arrays(kept, group)
        if group.startswith("selection|"):
            selections.append((about["name"], arrays["rows"].tolist()))
        elif not np.isfinite(arrays["xy"]).all():
            return f"{group} is not finite"
    told = (ground.home / CONFIRMED).exists()
    return f"a selection is gone: {selections}" if told and (SELECTION, ROWS) not in selections else ""
