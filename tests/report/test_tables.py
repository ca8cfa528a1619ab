from repscape.report._tables import CSV_BYTES, Table, downloads, table_html, tables
from repscape.results import MeasureInfo, Results
from tests.figures.studies import by_hand, curves, layers, study
from tests.report.pages import read


def test_columns_that_do_not_vary_are_said_once():
    table = tables(study({"net": layers(3)}))["id_twonn", "depth"]
    assert list(table.frame)[:4] == ["layer", "index", "depth", "value"]
    assert {"model", "site", "n"} <= table.constant.keys()


def test_x_has_its_own_name():
    table = tables(curves({"net": 2}, x=(1, 2), info=MeasureInfo("c", plot="curve")))["c", "depth"]
    assert "rank" in table.frame
    assert table.frame["rank"].tolist() == [1, 2, 1, 2]


def test_a_table_with_one_row_still_has_its_value():
    (table,) = tables(by_hand([0.25], info=MeasureInfo("m"))).values()
    node = read(table_html(table, download=True))
    assert [cell.text for cell in node.all("td")] == ["blocks.0", "0.25"]


def test_missing_values_are_empty_and_numbers_are_kept_in_full():
    (table,) = tables(by_hand([1 / 3, float("nan")], info=MeasureInfo("m"))).values()
    values = [row.all("td")[-1] for row in read(table_html(table, download=True)).all("tbody")[0].all("tr")]
    assert (values[0].text, values[0].attributes["data-value"]) == ("0.33333", repr(1 / 3))
    assert (values[1].text, values[1].attributes.get("data-value")) == ("", None)


def test_csv_that_would_make_the_page_too_large_is_left_out_and_said():
    (table,) = tables(by_hand([0.25], info=MeasureInfo("m"))).values()
    large = Table("large", table.shows, table.frame, table.constant, b"x" * CSV_BYTES)
    chosen = downloads({("m", "depth"): table, ("large", "depth"): large})
    assert chosen == {("m", "depth")}
    assert "too large for this page" in table_html(large, download=False)
    assert "data:text/csv" not in table_html(large, download=False)


def test_no_records_no_tables():
    assert tables(Results(())) == {}
