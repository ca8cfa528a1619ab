"""The page: sections put together, filled into the template, and written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from .._types import Progress
from ..errors import InputError, InputTypeError
from ..figures import Painted, write_whole
from ..findings import headline
from ..results import Results
from ..study import progress_bar
from ._examples import Examples
from ._first import facts_html
from ._html import Markup, element, escaped, joined, source_hash
from ._pack import library, packed_json, packed_library, part
from ._section import Section
from ._sections import Content, sections_of
from .map import ExampleMap

SCRIPTS = ("page.js", "map/canvas.js", "map/map.js")


def write_report(
    results: Results,
    path: str | Path,
    *,
    title: str | None = None,
    command: str | None = None,
    notes: Sequence[str] = (),
    sections: Sequence[Section] = (),
    study: str | Path | ExampleMap | Mapping[str, Path] | None = None,
    maps: Sequence[str] = (),
    painted: Mapping[str, Painted] | None = None,
    progress: bool | Progress = False,
) -> Path:
    """Write one self-contained HTML page: figures, tables, conventions, warnings, provenance, and how to repeat the study.

    The page needs no network, opens from a disk in any browser, shows itself light or dark, can be used by keyboard, and stays
    below 10 MB. Without JavaScript its words, figures and tables are still there.

    Parameters
    ----------
    results : Results
        What :func:`repscape.run` or :func:`repscape.load_results` returned.
    path : path
        The file to write; its folder is made if it is not there.
    title : str, optional
        Heading of the page.
    command : str, optional
        What repeats the study; by default that of the study folder, if one is given, and the plan as a call.
    notes : sequence of str
        Paragraphs to stand before the summary.
    sections : sequence of :class:`repscape.report.Section`
        Figures and tables of your own, to stand after the warnings.
    study : path or ExampleMap, optional
        The study folder, or what :func:`repscape.report.map_examples` returned: then the page holds a map of the examples in
        every layer, and the neighbours of each. A folder keeps what was laid out, so that the next page is quick.
    maps : sequence of {"tsne", "umap", "mds"}
        Maps of a study folder's examples beside that of the principal components; the page opens on the first.
    painted : dict of str to Painted, optional
        What :func:`repscape.figures.save_painted` returned for the same results, so that nothing is painted twice.
    progress : bool or callable
        True draws a bar on standard error; a callable gets (done, total, what).

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    InputTypeError
        If `results` is something else, or `notes` is a single string.
    UnknownNameError
        If there is no such map.
    StoreError
        If the file cannot be written, as on a full disk; a page that was there before still stands.

    Examples
    --------
    >>> import numpy as np, repscape as rs, tempfile
    >>> X = np.random.default_rng(0).normal(size=(100, 5))
    >>> results = rs.run({"a": X, "b": X[:, :3]}, rs.Plan(measures=["id_twonn"]))
    >>> rs.write_report(results, tempfile.mkdtemp() + "/report.html").name
    'report.html'
    """
    if not isinstance(results, Results):
        raise InputTypeError(f"results of write_report must be what rs.run returned. Got {type(results).__name__}.")
    if isinstance(notes, str):
        raise InputTypeError(
            f"notes of write_report must be a list of paragraphs such as [{notes[:20]!r}]. Got a string."
        )
    if title is not None and not title.strip():
        raise InputError(f"title of write_report must be text. Got {title!r}.")
    path = Path(path)
    with progress_bar(progress) as tell:
        examples = Examples.of(study, maps, progress=tell)
        content = Content(
            results=results,
            head=headline(results),
            command=command or examples.command,
            notes=tuple(notes),
            own=tuple(sections),
            examples=examples,
            beside=path.parent,
            tell=tell,
            painted=painted or {},
        )
        text = page(content, title or "Hidden representations, layer by layer")
    write_whole(path, text.encode(), "report")
    return path


def page(content: Content, title: str) -> str:
    """Return the whole page."""
    first, sections, carried = sections_of(content)
    style, script = part("style.css"), "".join(map(part, SCRIPTS))
    scripts = [script, library()] if carried else [script]
    # Plotly writes styles of its own; scripts, which could do harm, are these very ones alone.
    policy = (
        "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; "
        f"script-src {' '.join(map(source_hash, scripts))}; base-uri 'none'; form-action 'none'"
    )
    named = [("overview", "Overview"), *((anchor, name) for anchor, name, _ in sections)]
    contents = element("ul", *(element("li", element("a", name, href=f"#{anchor}")) for anchor, name in named))
    body = joined(
        *(element("section", element("h2", name), inner, id=anchor) for anchor, name, inner in sections),
    )
    written = " ".join(["Written by repscape", *_version(content.results)])
    return Template(part("template.html")).substitute(
        policy=escaped(policy),
        title=escaped(title),
        facts=facts_html(content.results, content.head),
        first=first,
        contents=contents,
        body=body,
        footer=escaped(f"{written}. This page makes no network request."),
        style=style,
        carried=_carried(carried),
        script=script,
    )


def _carried(data: Mapping[str, object]) -> Markup:
    """Return what the script unpacks: plotly, figures and examples; nothing where there is nothing to draw."""
    if not data:
        return Markup("")
    held = {"library": packed_library(), "carried": packed_json(data)}
    return joined(*(element("script", Markup(text), type="application/gzip", id=name) for name, text in held.items()))


def _version(results: Results) -> list[str]:
    versions = results.provenance.get("versions")
    return [str(versions["repscape"])] if isinstance(versions, Mapping) and "repscape" in versions else []
