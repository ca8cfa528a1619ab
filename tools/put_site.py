"""Put the built site beside those of other versions: SITE/0.1.0, SITE/versions.json, and an index that leads to the newest.

.venv/bin/python tools/put_site.py docs/_build SITE
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from packaging.version import InvalidVersion, Version

import repscape


def is_version(name: str) -> bool:
    """Say whether a folder's name is one."""
    try:
        Version(name)
    except InvalidVersion:
        return False
    return True


def main() -> None:
    """Copy it, and write what leads to it."""
    built, site = map(Path, sys.argv[1:])
    shutil.copytree(built, site / repscape.__version__, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".doctrees"))
    names = [folder.name for folder in site.iterdir() if folder.is_dir() and is_version(folder.name)]
    names.sort(key=Version, reverse=True)
    (site / "versions.json").write_text(json.dumps(names), encoding="utf-8")
    (site / "index.html").write_text(
        f'<!doctype html><meta charset="utf-8"><title>repscape</title><meta http-equiv="refresh" content="0; url={names[0]}/">'
        f'<a href="{names[0]}/">repscape {names[0]}</a>\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
