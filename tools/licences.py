"""Write docs/licences.md: what each install brings, under which licence and how large, from installed metadata.

.venv/bin/python tools/licences.py docs/licences.md
"""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OUR_OWN = ("all", "dev", "docs")
HEAD = """# What an install brings

Made by `tools/licences.py` from the metadata of what is installed beside the tests. repscape itself is under the BSD 3-Clause
licence. Packages that several installs need stand in the first that brings them.
"""
LONG = 90


def needed(lines: list[str], known: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return what requirements bring, whole, and `known` has not: name -> distribution."""
    found: dict[str, Distribution] = {}
    wanted = [Requirement(line) for line in lines]
    waiting = [(one.name, extra) for one in wanted for extra in (*one.extras, "")]
    seen = set()
    while waiting:
        own, asked = waiting.pop()
        if (own, asked) in seen:
            continue
        seen.add((own, asked))
        try:
            held = distribution(own)
        except PackageNotFoundError:
            continue
        key = held.metadata["Name"].lower().replace("_", "-")
        if key not in known and key != PROJECT["name"]:
            found[key] = held
        for line in held.requires or ():
            one = Requirement(line)
            if one.marker is None or one.marker.evaluate({"extra": asked}):
                waiting += [(one.name, extra) for extra in (*one.extras, "")]
    return found


def is_here(name: str) -> bool:
    """Say whether a package is installed."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def licence(held: Distribution) -> str:
    """Return its licence in a few words."""
    meta = held.metadata
    said = meta.get("License-Expression") or meta.get("License") or ""
    if not said or "\n" in said.strip() or len(said) > LONG:
        named = [line.rpartition(" :: ")[2] for line in meta.get_all("Classifier") or () if line.startswith("License")]
        said = ", ".join(named) or said.strip().splitlines()[0][:LONG]
    return said or "see its files"


def size(held: Distribution) -> float:
    """Return MB on disk."""
    files = (Path(held.locate_file(file)) for file in held.files or ())
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def main() -> None:
    """Write the page."""
    known: dict[str, Distribution] = {}
    parts = [HEAD]
    extras = {name: lines for name, lines in PROJECT["optional-dependencies"].items() if name not in OUR_OWN}
    for extra, lines in {"": PROJECT["dependencies"], **extras}.items():
        held = needed(lines, known)
        absent = [one.name for one in map(Requirement, lines) if not is_here(one.name)]
        if not held and not absent:
            continue
        known |= held
        sizes = {name: size(one) for name, one in held.items()}
        install = f"repscape[{extra}]" if extra else "repscape"
        parts.append(f"\n## {install}: {len(held)} packages{' more' if extra else ''}, {sum(sizes.values()):,.0f} MB\n")
        parts.append("| package | version | licence | MB |\n|---|---|---|---:|")
        parts += [
            f"| {held[name].metadata['Name']} | {held[name].version} | {licence(held[name])} | {sizes[name]:,.1f} |"
            for name in sorted(held)
        ]
        parts += [f"| {name} | | not installed beside the tests | |" for name in absent]
    Path(sys.argv[1]).write_text("\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
