"""The page's scripts as text: they fit together, and nothing in them makes markup or code out of data, or looks elsewhere."""

from __future__ import annotations

import re

import pytest

from repscape.explore.web import STATIC

SCRIPTS = {file.name: file.read_text(encoding="utf-8") for file in sorted(STATIC.glob("*.js"))}
IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.]+)";', flags=re.MULTILINE)
EXPORT = re.compile(r"^export (?:const|class|function) (\w+)", flags=re.MULTILINE)
FORBIDDEN = (
    r"\.(?:inner|outer)HTML\s*=",
    r"insertAdjacentHTML|document\.write|DOMParser|createContextualFragment",
    r"\beval\(|new Function|setTimeout\(\s*[\"'`]",
    r"https?://(?!www\.w3\.org/2000/svg)",
    r"\bstyle=|setAttribute\(\"style\"",
    r"localStorage|sessionStorage|document\.cookie",
)
LINES = 450
ENTRIES = {"main.js", "widget.js"}


def names(words: str) -> list[str]:
    """Return what an import takes from the other module."""
    return [word.split(" as ")[0].strip() for word in words.split(",") if word.strip()]


@pytest.mark.parametrize("name", SCRIPTS)
def test_imports_name_what_the_other_module_exports(name):
    imports = IMPORT.findall(SCRIPTS[name])
    assert len(imports) == len(
        re.findall(r"^import ", SCRIPTS[name], flags=re.MULTILINE)
    )  # each in a form that is read here
    lost = [
        f"{one} of {other}"
        for words, other in imports
        for one in names(words)
        if one not in EXPORT.findall(SCRIPTS[other])
    ]
    assert lost == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_imported_is_used(name):
    body = IMPORT.sub("", SCRIPTS[name])
    own = [word.split(" as ")[-1].strip() for words, _ in IMPORT.findall(SCRIPTS[name]) for word in words.split(",")]
    assert [word for word in own if word and not re.search(rf"\b{word}\b", body)] == []


def test_every_module_and_every_export_is_needed():
    taken = {(other, one) for text in SCRIPTS.values() for words, other in IMPORT.findall(text) for one in names(words)}
    unused = [
        (name, one)
        for name, text in SCRIPTS.items()
        for one in EXPORT.findall(text)
        if name not in ENTRIES and (name, one) not in taken and len(re.findall(rf"\b{one}\b", text)) == 1
    ]
    assert unused == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_becomes_markup_or_code(name):
    assert [found for rule in FORBIDDEN for found in re.findall(rule, SCRIPTS[name])] == []
    assert len(SCRIPTS[name].splitlines()) <= LINES


@pytest.mark.parametrize(
    ("rule", "breach"),
    list(
        zip(
            FORBIDDEN,
            [
                "node.innerHTML = text",
                "node.insertAdjacentHTML(x)",
                "eval(text)",
                'fetch("https://x.org")',
                '<p style="">',
                "localStorage.a",
            ],
            strict=True,
        )
    ),
)
def test_the_rules_see_a_breach(rule, breach):
    assert re.search(rule, breach)


def test_the_style_takes_nothing_from_elsewhere():
    style = (STATIC / "explorer.css").read_text(encoding="utf-8")
    assert re.findall(r"@import|url\(", style) == []
