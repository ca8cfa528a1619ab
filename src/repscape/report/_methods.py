"""A paragraph for the methods section of a paper, and its citations as BibTeX: made from the results, ready to paste."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..findings import has_errors
from ..measures import Estimate
from ..results import Record, Results, example_counts, titles
from ._html import Markup, element, joined
from ._options import options_in_use
from ._references import references

GRAPHS = (
    "Nearest neighbours are exact: squared Euclidean distances in double precision, ties in the order of the examples."
)
FIELDS = ("author", "title", "journal", "year", "doi", "url")
SILENT = ("error", "subsets", "draws", "level", "seed", "rng")
"""Options that say how an error was found; the sentence on errors has them."""
APART = (*SILENT, "interval")
SHORT = 120  # characters of an option that is spelled out
SPECIAL = str.maketrans(
    {"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}", "~": r"\~{}"}
)


def methods(results: Results) -> Markup:
    """Return the paragraph, and the BibTeX that opens at a click."""
    if not len(results):
        return Markup("")
    entries = "\n\n".join(bibtex(results))
    return joined(
        element("p", " ".join(sentences(results)), id="methods-paragraph"),
        element("details", element("summary", "BibTeX"), element("pre", element("code", entries), id="bibtex")),
    )


def sentences(results: Results) -> Iterator[str]:
    """Yield the sentences: what was measured on what, each measure with its conventions, errors, versions."""
    places = {place for record in results for place in (record.place, record.other) if place is not None}
    layers = {(place.model, place.layer.name) for place in places}
    models = {place.model for place in places}
    steps = {place.step for place in places if place.step is not None}
    n = max(example_counts(results))
    of = f" of {len(models)} models" if len(models) > 1 else ""
    at = f" at {len(steps)} checkpoints" if len(steps) > 1 else ""
    yield f"Representations of {n:,} examples in {len(layers)} layers{of}{at} were analysed with repscape {_version(results)}."
    if results.provenance.get("graphs"):
        yield GRAPHS
    named = titles(results.records)
    called: dict[str, list[Record]] = {}
    for record in results:
        called.setdefault(record.variant, []).append(record)
    for variant, records in called.items():
        yield _measured(named[variant], records)
    if has_errors(results):
        ways = dict.fromkeys(
            str(r.result.options["error"])
            for r in results
            if isinstance(r.result, Estimate) and r.result.stderr is not None and r.result.options.get("error")
        )
        by = f" ({'; '.join(ways)})" if ways else ""
        yield (
            f"Standard errors are over the examples{by}; intervals are at 95 %, and layers are compared in pairs over the same "
            "examples."
        )
    versions = results.provenance.get("versions")
    if isinstance(versions, Mapping):
        others = [f"{name} {said}" for name, said in versions.items() if name != "repscape"]
        yield f"Computed with {', '.join(others)}."


def _measured(title: str, records: Sequence[Record]) -> str:
    first = records[0]
    held = options_in_use(records, spell=str)
    options = [
        f"{name}={said}" for name, said in held.items() if name not in APART and said != "None" and len(said) < SHORT
    ]
    reference = f" ({first.info.reference})" if first.info.reference else ""
    of = f" of {first.column}" if first.column is not None else ""
    said = f"{title[:1].upper()}{title[1:]}{of}{reference}: {', '.join(options) or 'no options'}"
    if "interval" in held:
        said += f"; 95 % intervals {held['interval']}"
    few, many = (pick(record.result.dropped for record in records) for pick in (min, max))
    merged = f"{many:,}" if few == many else f"{few:,} to {many:,}"
    return f"{said}; {merged} rows merged or left out." if many else f"{said}."


def bibtex(results: Results) -> Iterator[str]:
    """Yield an entry for repscape, and one for each reference of the measures."""
    version = _version(results)
    own = {"author": "{The repscape developers}", "title": "repscape", "version": version}
    yield "@software{repscape,\n" + ",\n".join(f"  {name} = {{{said}}}" for name, said in own.items()) + "\n}"
    for short in dict.fromkeys(record.info.reference for record in results if record.info.reference):
        held = references().get(short)
        fields: Iterable[tuple[str, Any]] = (
            [(name, held[name]) for name in FIELDS if name in held] if held else [("note", short)]
        )
        lines = [f"  {name} = {{{_tex(name, value)}}}" for name, value in fields]
        kind = "article" if held else "misc"
        yield f"@{kind}{{{_key(short)},\n" + ",\n".join(lines) + "\n}"


def _tex(name: str, value: Any) -> str:
    text = str(value)
    if name == "author":  # "Facco, E., d'Errico, M. and Laio, A.": BibTeX wants "and" between any two
        text = re.sub(r"(?<=\.), ", " and ", text)
    return text if name in ("doi", "url") else text.translate(SPECIAL)


def _key(short: str) -> str:
    """Return "facco2017" for "Facco et al. 2017"."""
    words = re.findall(r"[A-Za-z]+|\d{4}[a-z]?", short)
    years = [word for word in words if word[0].isdigit()]
    return f"{words[0].lower() if words else 'reference'}{years[0] if years else ''}"


def _version(results: Results) -> str:
    versions = results.provenance.get("versions")
    return str(versions.get("repscape", "")) if isinstance(versions, Mapping) else ""
