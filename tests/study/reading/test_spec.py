"""What a study reads, said on a command line or in a study.toml."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from repscape.errors import InputError, UnknownNameError
from repscape.examples import read_columns
from repscape.measures import measures_from_text
from repscape.plan import Plan
from repscape.study import StudySpec, read_study


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id_twonn", [{"name": "id_twonn"}]),
        (" id_twonn , id_gride( ) ", [{"name": "id_twonn"}, {"name": "id_gride"}]),
        ("a(x=1, y=0.5, z=-2)", [{"name": "a", "x": 1, "y": 0.5, "z": -2}]),
        ("a(x=mle, y='two words', z=\"q\")", [{"name": "a", "x": "mle", "y": "two words", "z": "q"}]),
        ("a(x=true, y=False, z=none)", [{"name": "a", "x": True, "y": False, "z": None}]),
        ("a(x=[0.5, 1], y=(2, 5)), b", [{"name": "a", "x": [0.5, 1], "y": (2, 5)}, {"name": "b"}]),
        ("a(x=h.0:norm1)", [{"name": "a", "x": "h.0:norm1"}]),
    ],
)
def test_measures_as_they_are_written(text: str, expected: list[dict[str, object]]) -> None:
    assert measures_from_text(text) == expected


@pytest.mark.parametrize("text", ["a(", "a)", "a(x)", "a(x=)", "a(=1)", "a b", "a(x=1)y", "a(1)"])
def test_measures_that_cannot_be_read_are_quoted(text: str) -> None:
    with pytest.raises(InputError, match="measures must be written as .* Got "):
        measures_from_text(text)


def test_a_plan_survives_its_own_words() -> None:
    plan = Plan.from_dict({"measures": measures_from_text("id_twonn_fractions(fractions=[0.5, 0.9]), overlap_labels")})
    assert [item.variant for item in Plan.from_dict(plan.to_dict()).items] == [item.variant for item in plan.items]


def test_names_of_models() -> None:
    assert StudySpec.of(["x/a.npz:key"]).source == "x/a.npz:key"
    assert StudySpec.of(["x/a.npz", "b=y/a.npz"]).source == {"a": "x/a.npz", "b": "y/a.npz"}
    assert StudySpec.of(["only=a.npy"]).source == {"only": "a.npy"}
    with pytest.raises(InputError, match="different names. Got 'a' twice"):
        StudySpec.of(["x/a.npz", "y/a.npz"])


def test_an_equals_sign_in_a_path_is_a_path(tmp_path: Path) -> None:
    file = tmp_path / "lr=0.1.npy"
    np.save(file, np.eye(3))
    assert StudySpec.of([str(file)]).source == str(file)


def test_origin_reads_the_same_files_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    spec = StudySpec.of(["a=x.npz:k", "b=y.npy"], ["genre=t.csv:g"])
    assert spec.origin() == {
        "arrays": {"a": f"{tmp_path}/x.npz:k", "b": f"{tmp_path}/y.npy"},
        "columns": [f"genre={tmp_path}/t.csv:g"],
    }


def test_columns_come_from_every_form(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.arange(3))
    np.save(tmp_path / "wide.npy", np.arange(6).reshape(3, 2))
    np.savez(tmp_path / "some.npz", a=np.arange(3), b=np.array(["x", "y", "z"]), big=np.eye(3))
    (tmp_path / "t.csv").write_text("genre,year\na,1\nb,2\na,\n")
    assert read_columns(tmp_path / "one.npy")["one"].tolist() == [0, 1, 2]
    assert read_columns(f"{tmp_path}/wide.npy:1", name="w")["w"].tolist() == [1, 3, 5]
    assert list(read_columns(tmp_path / "some.npz")) == ["a", "b"]
    assert read_columns(f"{tmp_path}/some.npz:b", name="letter")["letter"].tolist() == ["x", "y", "z"]
    assert read_columns(f"{tmp_path}/t.csv:genre")["genre"].tolist() == ["a", "b", "a"]
    for path, error, message in (
        ("wide.npy", InputError, "must be one of .*wide.npy:0 to .*wide.npy:1. Got shape \\(3, 2\\)"),
        ("wide.npy:7", InputError, "column 7"),
        ("some.npz:c", UnknownNameError, "has no column 'c'. It has a, b"),
        ("gone.csv", InputError, "must be a file that exists"),
        ("one.txt:x", InputError, "must be a file that exists"),
    ):
        with pytest.raises(error, match=message):
            read_columns(f"{tmp_path}/{path}")
    (tmp_path / "x.doc").write_text("")
    with pytest.raises(InputError, match="must end in one of .npy, .npz, .csv"):
        read_columns(tmp_path / "x.doc")


def test_gaps_in_columns_that_nobody_reads_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("genre,year\na,1\nb,2\na,\n")
    plan, columns = StudySpec.of(["x.npy"], [f"{tmp_path}/t.csv"], plan={"labels": ["genre"]}).load()
    assert plan is not None
    assert plan.label_columns == ("genre",)
    assert list(columns) == ["genre"]


def test_a_lone_column_is_the_label_and_several_must_be_chosen(tmp_path: Path) -> None:
    np.save(tmp_path / "genre.npy", np.arange(3))
    plan, columns = StudySpec.of(["x.npy"], [f"{tmp_path}/genre.npy"]).load()
    assert plan is not None
    assert plan.label_columns == ("genre",)
    with pytest.raises(InputError, match="two files hold a column 'genre'"):
        StudySpec.of(["x.npy"], [f"{tmp_path}/genre.npy"] * 2).load()
    assert list(columns) == ["genre"]
    assert StudySpec.of(["x.npy"]).load() == (None, {})


def test_paths_in_a_study_file_are_relative_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "here" / "study.toml"
    file.parent.mkdir()
    file.write_text('[source]\narrays = {a = "x.npz", b = "/y.npy"}\ncolumns = "g=t.csv:c"\n[plan]\nlayers = [0, -1]\n')
    monkeypatch.chdir(tmp_path)
    spec = read_study("here/study.toml")
    assert spec.source == {"a": f"{file.parent}/x.npz", "b": "/y.npy"}
    assert spec.columns == (f"g={file.parent}/t.csv:c",)
    assert spec.plan == {"layers": [0, -1]}
