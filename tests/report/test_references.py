import re
import unicodedata

import pytest

import repscape as rs
from repscape.report._references import reference_html, references


@pytest.mark.parametrize("short", sorted({row.reference for row in rs.measures.MEASURES.values()}))
def test_every_reference_of_the_table_is_given_in_full(short):
    held = references()[short]
    assert {"author", "title", "journal", "year"} <= held.keys() <= {"author", "title", "journal", "year", "doi"}
    assert str(held["year"]) in short
    plain = unicodedata.normalize("NFKD", held["author"]).encode("ascii", "ignore").decode()
    assert plain.startswith(short.split()[0])
    assert "doi" not in held or re.fullmatch(r"10\.\d{4,9}/\S+", held["doi"])


def test_a_reference_that_is_not_ours_stays_as_it_was_given():
    assert reference_html("<b>Someone 1999") == "<li>&lt;b&gt;Someone 1999</li>"
