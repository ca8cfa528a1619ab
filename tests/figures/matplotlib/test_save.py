import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from repscape.errors import InputTypeError, StoreError, UnknownNameError
from repscape.figures import paint, save_figures, sketches, to_bytes
from tests.figures.studies import layers, study


@pytest.fixture(scope="module")
def results():
    return study({"<net> $x$ &": layers(3)}).select("overlap_labels")


def test_one_file_for_each_figure_and_format(results, tmp_path):
    paths = save_figures(results, tmp_path / "new" / "figures")
    assert [path.name for path in paths] == ["overlap_labels.png", "overlap_labels.svg", "overlap_labels.pdf"]
    assert sorted(path.name for path in (tmp_path / "new" / "figures").iterdir()) == sorted(path.name for path in paths)
    with Image.open(paths[0]) as picture:
        assert picture.size[0] >= 1000
    assert ET.parse(paths[1]).getroot().tag.endswith("svg")
    assert paths[2].read_bytes().startswith(b"%PDF-")


def test_the_same_results_give_the_same_bytes(results, tmp_path):
    first, second = save_figures(results, tmp_path / "a"), save_figures(results, tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_control_characters_leave_the_svg_well_formed(tmp_path):
    odd = study({"a\x00\x1b--><b>": layers(2), "]]>": layers(2)})
    for sketch in sketches(odd):
        assert ET.fromstring(to_bytes(paint(sketch), "svg")).tag.endswith("svg")


def test_a_picture_is_not_blank(results):
    (sketch,) = sketches(results)
    pixels = np.asarray(Image.open(io.BytesIO(to_bytes(paint(sketch), "png"))).convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50


def test_unknown_formats_are_named_with_near_ones(results, tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'png'"):
        save_figures(results, tmp_path, formats=["pgn"])
    with pytest.raises(InputTypeError, match="must be a list"):
        save_figures(results, tmp_path, formats="png")
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_a_store_error(results, tmp_path):
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(StoreError, match="figure could not be written"):
        save_figures(results, tmp_path / "taken", formats=["svg"])


def test_a_full_disk_leaves_the_old_figure_and_no_torn_one(results, tmp_path, monkeypatch):
    (path,) = save_figures(results, tmp_path, formats=["svg"])
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("repscape.machine._files.os.fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        save_figures(results, tmp_path, formats=["svg"])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
