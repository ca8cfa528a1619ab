import base64
import csv
import errno
import gzip
import hashlib
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import InputTypeError, StoreError
from repscape.figures import save_figures, sketches
from repscape.findings import headline
from repscape.measures import Curve, Estimate
from repscape.report import ExampleMap, map_examples, report_studies, save_map
from repscape.results import MeasureInfo, Place, Record, Results
from tests.figures.studies import PLAN, SCRIPT, by_hand, curves, layers, study
from tests.report.pages import read


@pytest.fixture(scope="module")
def results():
    return study({"small": layers(4), "large": layers(4)})


@pytest.fixture(scope="module")
def page(results, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "new" / "report.html"
    assert rs.write_report(results, path, title="Two nets", command="repscape run a b", notes=["A note."]) == path
    assert [entry.name for entry in path.parent.iterdir()] == ["report.html"]
    return read(path.read_text(encoding="utf-8"))


def hostile() -> Results:
    """Return results in which every string is a script."""
    info = MeasureInfo(SCRIPT, label=SCRIPT, plot=SCRIPT, higher_means=SCRIPT, reference=SCRIPT)
    places = [Place(SCRIPT, LayerInfo(f"{SCRIPT}{i}", i, i / 2, SCRIPT), 1.0) for i in range(3)]
    options = {SCRIPT: SCRIPT, "error": SCRIPT}
    records = [
        Record(info, SCRIPT, "depth", place, Estimate(1.0, 9, stderr=0.1, options=options), column=SCRIPT, group=SCRIPT)
        for place in places
    ]
    records += [
        Record(info, SCRIPT, "pairs", places[0], Estimate(0.5, 9, options=options), other=places[1], column=SCRIPT)
    ]
    curve = Curve(np.array([1.0, 9.0]), np.array([1.0, 2.0]), SCRIPT, 9, options=options)
    records += [
        Record(replace(info, name=f"{SCRIPT}2", plot="curve"), SCRIPT, "depth", place, curve) for place in places
    ]
    graph = {"n": 9, "distinct": 8, "certificate": {SCRIPT: 0.5}}
    provenance = {
        SCRIPT: SCRIPT,
        "plan": {SCRIPT: [SCRIPT]},
        "graphs": {SCRIPT: graph},
        "versions": {"repscape": SCRIPT},
    }
    return Results(tuple(records), provenance=provenance, warnings=(SCRIPT,))


def test_every_section_has_a_heading_that_the_contents_link_to(page):
    assert page.all("h1")[0].text == "Two nets"
    headings = [node.text for node in page.all("h2")]
    assert headings[:2] == ["Notes", "Findings"]
    assert headings[-4:] == ["Methods", "References", "How to repeat it", "Provenance"]
    anchors = [link.attributes["href"] for link in page.all("nav")[0].all("a")]
    assert anchors == [f"#{section.attributes['id']}" for section in page.all("section")]


def test_every_figure_is_inline_with_a_caption_and_a_text_for_those_who_cannot_see_it(page, results):
    figures = page.all("figure")
    assert len(figures) == len(sketches(results)) + 1  # and the main curve, on the first screen
    for figure in figures:
        (image,) = figure.all("img")
        kind, _, content = image.attributes["src"].partition(";base64,")
        assert kind == "data:image/svg+xml"
        assert base64.b64decode(content).startswith(b"<svg ")
        assert "values from" in image.attributes["alt"]
        assert figure.all("figcaption")[0].text.strip()


def test_tables_hold_the_values_and_csv_of_every_row(page, results):
    frame = results.to_frame()
    section = next(s for s in page.all("section")[1:] if s.all("h2")[0].text == "Intrinsic dimension, TwoNN")
    assert "id_twonn" in section.all("details")[0].text  # the call, at a click
    rows = section.all("tbody")[0].all("tr")
    head = [cell.text for cell in section.all("thead")[0].all("th")]
    shown = [float(row.all("td")[head.index("value")].attributes["data-value"]) for row in rows]
    assert shown == frame[frame["measure"] == "id_twonn"]["value"].tolist()
    (link,) = (a for a in section.all("a") if a.attributes.get("download"))
    assert link.attributes["download"] == "id_twonn.csv"
    content = base64.b64decode(link.attributes["href"].partition(";base64,")[2]).decode()
    lines = list(csv.DictReader(io.StringIO(content)))
    assert [float(line["value"]) for line in lines] == shown


def test_conventions_list_every_option_in_use(page, results):
    section = next(s for s in page.all("section") if s.attributes["id"] == "conventions")
    for record in results:
        for name, value in record.result.options.items():
            assert f"{name}={value!r}" in section.text


def test_the_plan_can_be_repeated_from_the_page(page):
    code = next(s for s in page.all("section") if s.attributes["id"] == "repeat").all("code")
    assert code[0].text == "repscape run a b"
    names = {"rs": rs, "source": None}
    exec(code[1].text.replace("results = rs.run(source, plan)", ""), names)
    assert names["plan"] == replace(PLAN, labels=["digit"]) or names["plan"].to_dict() == PLAN.to_dict()


def test_nothing_is_fetched_and_only_the_pages_own_scripts_may_run(page):
    (policy,) = (
        m.attributes["content"] for m in page.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'sha256-")
    library, carried, own = page.all("script")
    allowed = policy.partition("script-src ")[2].partition(";")[0].split()
    texts = (own.text, gzip.decompress(base64.b64decode(library.text)).decode())
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
    assert allowed == [f"'sha256-{digest}'" for digest in digests]
    assert {library.attributes["type"], carried.attributes["type"]} == {"application/gzip"}
    for tag, attribute in (("a", "href"), ("img", "src"), ("link", "href"), ("script", "src")):
        for node in page.all(tag):
            assert node.attributes.get(attribute, "#").startswith(("#", "data:"))


def test_no_string_from_outside_becomes_markup(tmp_path):
    path = rs.write_report(hostile(), tmp_path / "report.html", title=SCRIPT, command=SCRIPT, notes=[SCRIPT])
    text = path.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    page = read(text)
    assert all(re.fullmatch("[A-Za-z0-9+/=]*", script.text) for script in page.all("script")[:-1])
    assert len(page.all("script")) == 3
    assert page.all("title")[0].text == SCRIPT
    # As text it is there: title, note, warning, summary, headings, tables, conventions, references, command, provenance.
    for section in page.all("section"):
        assert SCRIPT in section.text or section.attributes["id"] == "examples", section.attributes["id"]
    for image in page.all("img"):
        assert SCRIPT in image.attributes["alt"]
        assert b"<script" not in base64.b64decode(image.attributes["src"].partition(";base64,")[2])


def test_attributes_cannot_be_broken_out_of(tmp_path):
    quote = "\"' onload=alert(1) x='"
    results = replace(study({quote: layers(2)}), warnings=(quote,))
    page = read(rs.write_report(results, tmp_path / "r.html", title=quote).read_text(encoding="utf-8"))
    names = {
        name for tag in ("img", "a", "td", "th", "div", "figure") for node in page.all(tag) for name in node.attributes
    }
    assert not any(name.startswith("on") for name in names)
    assert all(quote in image.attributes["alt"] for image in page.all("img"))


def test_template_signs_and_odd_unicode_in_names_stay_text(tmp_path):
    odd = "$title ${body} \x00 \u202e"
    results = study({odd: layers(2)})
    page = read(rs.write_report(results, tmp_path / "r.html", title=f"{odd}\ud800").read_text(encoding="utf-8"))
    assert "$title ${body} \ufffd \u202e" in page.all("main")[0].text
    assert page.all("h1")[0].text == "$title ${body} \ufffd \u202e\ufffd"


def test_results_without_records_make_a_page_that_says_so(tmp_path):
    page = read(rs.write_report(Results(()), tmp_path / "r.html").read_text(encoding="utf-8"))
    assert "nothing was measured" in page.all("header")[0].text
    assert not page.all("figure")


def test_a_hundred_layers_stay_below_ten_megabytes(tmp_path):
    info = MeasureInfo("alike", plot="matrix", bounds=(0.0, 1.0))
    places = [Place("net", layer) for layer in layers(100)]
    records = [
        Record(info, "alike", "pairs", one, Estimate(abs(one.layer.depth - two.layer.depth), 9), other=two)
        for one in places
        for two in places
    ]
    scale = curves({"net": 100}, x=range(1, 200), info=MeasureInfo("scale", plot="curve"))
    rng = np.random.default_rng(0)
    shown = ExampleMap(
        n=100_000,
        rows=np.arange(1000),
        places=tuple(places),
        coordinates={"pca": rng.normal(size=(100, 1000, 2))},
        shares=rng.random((100, 2)),
        neighbors=rng.integers(0, 1000, (100, 1000, 10)),
        table=pd.DataFrame({"text": ["".join(map(chr, rng.integers(33, 126, 240))) for _ in range(1000)]}),
        pictures=rng.integers(0, 255, (1000, 16, 16, 3), dtype=np.uint8),
    )
    path = rs.write_report(Results((*records, *scale.records)), tmp_path / "r.html", study=shown)
    assert path.stat().st_size < 10_000_000
    page = read(path.read_text(encoding="utf-8"))
    assert "the first 300 of 10,000 rows are shown" in page.all("main")[0].text
    assert len(page.all("tr")) < 1000


def test_the_page_is_the_same_for_the_same_results(results, tmp_path):
    first, second = (rs.write_report(results, tmp_path / name).read_bytes() for name in ("a.html", "b.html"))
    assert first == second


def test_no_measure_is_named_in_report_or_figures():
    for package in ("figures", "report"):
        folder = Path(rs.__file__).parent / package
        for entry in (path for path in folder.rglob("*") if path.suffix in (".py", ".html", ".js", ".css")):
            body = re.sub(r'""".*?"""', "", entry.read_text(encoding="utf-8"), flags=re.DOTALL)
            assert not [name for name in rs.measures.MEASURES if name in body], entry.name


def test_a_page_without_a_study_says_what_to_give_for_examples(page):
    (section,) = (s for s in page.all("section") if s.attributes["id"] == "examples")
    assert "study='DIR'" in section.text
    assert "map_examples(source" in section.text


def test_files_of_figures_beside_the_page_are_linked(tmp_path):
    results = by_hand([0.5, 0.75], info=MeasureInfo("share"))
    written = save_figures(results, tmp_path / "figures", formats=["png", "pdf"])
    page = read(rs.write_report(results, tmp_path / "r.html").read_text(encoding="utf-8"))
    links = [link.attributes["href"] for figure in page.all("figure") for link in figure.all("a")]
    assert sorted(links) == sorted(f"figures/{path.name}" for path in written)


def test_other_things_than_results_are_refused(tmp_path):
    with pytest.raises(InputTypeError, match=r"results of write_report must be what rs\.run returned\. Got dict"):
        rs.write_report({}, tmp_path / "r.html")
    with pytest.raises(InputTypeError, match="notes of write_report must be a list"):
        rs.write_report(Results(()), tmp_path / "r.html", notes="one note")
    with pytest.raises(InputTypeError, match=r"study of write_report must be a study folder or .* Got int"):
        rs.write_report(Results(()), tmp_path / "r.html", study=3)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_a_store_error(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StoreError, match="report could not be written"):
        rs.write_report(Results(()), tmp_path / "taken" / "r.html")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match="report could not be written"):
        rs.write_report(Results(()), tmp_path / "folder")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["folder", "taken"]


def test_a_full_disk_leaves_the_old_page(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = rs.write_report(Results(()), tmp_path / "r.html", title="old")
    monkeypatch.setattr("repscape.machine._files.os.fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        rs.write_report(Results(()), path, title="new")
    assert "<title>old</title>" in path.read_text(encoding="utf-8")
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.html"]


def test_graphs_are_a_table_of_the_provenance(tmp_path):
    graphs = {f"h.{i}": {"k": 10, "n": 100 - i, "certificate": {"float32": 1.0}} for i in range(30)}
    page = read(rs.write_report(Results((), {"graphs": graphs}), tmp_path / "r.html").read_text(encoding="utf-8"))
    (section,) = (s for s in page.all("section") if s.attributes["id"] == "provenance")
    rows = [[cell.text for cell in row.children] for row in section.all("tbody")[0].all("tr")]
    assert rows[2] == ["h.2", "10", "98", "float32 1.0"]
    assert len(rows) == 24
    assert "and 6 more" in section.text


def test_the_page_opens_with_the_headline_and_the_layer_to_go_on_with(page, results):
    head = headline(results)
    (first,) = (section for section in page.all("section") if section.attributes["id"] == "overview")
    shown = [item.text.replace("\u00a0", " ") for item in first.all("div")[0].all("li")]
    assert shown == [one.text for one in head.sentences]
    for taken in head.recommended:
        assert taken.why[1:] in first.text


def test_the_methods_paragraph_names_what_was_done_and_the_bibtex_who_defined_it(page, results):
    said = next(node.text for node in page.all("p") if node.attributes.get("id") == "methods-paragraph")
    for record in results:
        assert record.info.reference in said
    assert "exact" in said
    assert f"numpy {results.provenance['versions']['numpy']}" in said
    entries = next(node.text for node in page.all("pre") if node.attributes.get("id") == "bibtex")
    assert entries.count("{") == entries.count("}")
    assert "author = {Facco, E. and d'Errico, M. and Rodriguez, A. and Laio, A.}" in entries
    assert "=None" not in said
    keys = re.findall(r"^@\w+\{(\w+),$", entries, flags=re.MULTILINE)
    assert keys[:2] == ["repscape", "facco2017"]
    assert len(keys) == len(set(keys)) == 1 + len({record.info.reference for record in results})


def test_two_studies_stand_on_one_page(tmp_path):
    points = {
        layer.key: X for layer, X in zip(layers(3), np.random.default_rng(0).normal(size=(3, 60, 5)), strict=True)
    }
    for name, scale in (("one", 1.0), ("two", np.linspace(1, 9, 5))):
        source = {key: X * scale for key, X in points.items()}
        rs.run(source, rs.Plan(measures=["id_twonn"]), folder=tmp_path / name)
        save_map(map_examples(source, columns={"row": np.arange(60)}), tmp_path / name)
    path = report_studies([tmp_path / "one", tmp_path / "two"], tmp_path / "both.html")
    page = read(path.read_text(encoding="utf-8"))
    assert page.all("h1")[0].text == "one and two"
    assert "Models one, two" in page.all("header")[0].text
    carried = page.all("script")[1].text
    shown = json.loads(gzip.decompress(base64.b64decode(carried)))["map"]
    assert [place["model"] for place in shown["places"]] == ["one"] * 3 + ["two"] * 3
    assert shown["notes"] == []
    other = {key: X[:50] for key, X in points.items()}
    rs.run(other, rs.Plan(measures=["id_twonn"]), folder=tmp_path / "three")
    save_map(map_examples(other), tmp_path / "three")
    path = report_studies([tmp_path / "one", tmp_path / "three"], tmp_path / "apart.html")
    assert "three has other examples" in path.read_text(encoding="utf-8")


def test_the_map_opens_on_the_names_of_the_classes_where_there_are_any(tmp_path):
    points = {"a": np.random.default_rng(0).normal(size=(60, 5)), "b": np.random.default_rng(1).normal(size=(60, 5))}
    codes = np.arange(60) % 2
    columns = {"label": codes, "label_name": np.where(codes, "good", "bad")}
    results = rs.run(points, rs.Plan(measures=["overlap_labels(k=5)"], labels="label"), columns=columns)
    for held, colour in ((columns, "label_name"), ({"label": codes}, "label")):
        path = rs.write_report(results, tmp_path / "r.html", study=map_examples(points, columns=held))
        carried = read(path.read_text(encoding="utf-8")).all("script")[1].text
        assert json.loads(gzip.decompress(base64.b64decode(carried)))["map"]["colour"] == colour
