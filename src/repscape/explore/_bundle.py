"""The page's modules as one script, for a notebook: each in a scope of its own, in the order in which they need one another."""

from __future__ import annotations

import re
from pathlib import Path

from .web import STATIC

IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.]+)";\n', flags=re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|class) (\w+))", flags=re.MULTILINE)
FIRST = "widget.js"


def bundle(folder: Path = STATIC, first: str = FIRST) -> str:
    """Return one ES module that offers what the first module does as its default."""
    parts = [_part(name, text) for name, text in _ordered(folder, first)]
    return "\n".join(["const modules = {};", *parts, f'export default modules["{first}"].default_;', ""])


def _ordered(folder: Path, first: str) -> list[tuple[str, str]]:
    """Return name and text of every module that is needed, what is needed before what needs it."""
    found: dict[str, str] = {}

    def visit(name: str) -> None:
        if name in found:
            return
        text = (folder / name).read_text(encoding="utf-8")
        for _, other in IMPORT.findall(text):
            visit(other)
        found[name] = text

    visit(first)
    return list(found.items())


def _part(name: str, text: str) -> str:
    """Return a module as a function that is called at once and gives what it exports."""
    offered = EXPORT.findall(text)

    def taken(match: re.Match[str]) -> str:
        words = " ".join(match.group(1).replace(" as ", ": ").split()).rstrip(",")
        return f'const {{ {words} }} = modules["{match.group(2)}"];\n'

    body = EXPORT.sub("", IMPORT.sub(taken, text))
    return f'modules["{name}"] = (() => {{\n{body}\nreturn {{ {", ".join(offered)} }};\n}})();'
