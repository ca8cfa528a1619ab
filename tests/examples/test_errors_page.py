"""docs/errors.md and what happens: every line of its sections on reading is tried here."""

from __future__ import annotations

import io
import re
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

import repscape as rs
from repscape import errors
from repscape.examples import load_npz, read_examples, read_layers
from repscape.study import ModelSource, StudySpec, read_study
from tests.cli.helpers import call

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
SECTIONS = (
    "Files of examples and of labels",
    "Columns that come from elsewhere",
    "Images",
    "Arrays and npz files",
    "Forms that others wrote",
    "Studies by file",
)
X = np.random.default_rng(0).normal(size=(9, 3))
IDS = ["d", "a", "c"]


def table(name: str = "t.csv", **options: object) -> Callable[[Path, str | bytes], object]:
    def read(folder: Path, content: str | bytes) -> object:
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_examples(folder / name, text="text", **options)

    return read


def joined(columns: object, **options: object) -> object:
    import pandas as pd

    return read_examples(pd.DataFrame({"id": IDS, "text": ["x", "y", "z"]}), columns=columns, **options)


def picture(folder: Path, **more: bytes) -> object:
    image = pytest.importorskip("PIL.Image", reason="pillow is not installed")
    image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(folder / "a.png")
    for name, content in more.items():
        (folder / name.replace("_", ".", 1)).write_bytes(content)
    return read_examples(folder)


def npz(folder: Path, shape: tuple[int, ...], *, flip: bool = False) -> object:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(folder / "a.npz", "w") as archive:
        archive.writestr("x.npy", stream.getvalue() + X.tobytes())
    raw = bytearray((folder / "a.npz").read_bytes())
    raw[220] ^= flip
    (folder / "a.npz").write_bytes(raw)
    return load_npz(folder / "a.npz")


def layers(folder: Path, **arrays: object) -> object:
    np.savez(folder / "a.npz", **arrays)
    return read_layers(folder / "a.npz")


def toml(folder: Path, text: str) -> object:
    (folder / "study.toml").write_text(text)
    return read_study(folder / "study.toml").opened(folder / "out")


def link(folder: Path) -> object:
    (folder / "back").symlink_to(folder, target_is_directory=True)
    return picture(folder)


TRIED: dict[str, Callable[[Path], object]] = {
    "a line with more or fewer cells": lambda f: table()(f, "text,y\na\n"),
    "a separator too many": lambda f: table()(f, "text,y\na,1,\n"),
    "`;`, `\\|` or tabs": lambda f: table()(f, "text;y\na;1\n"),
    "a quote that is never closed": lambda f: table()(f, 'text,y\n"a,1\n'),
    "a stream with an entry": lambda f: read_examples(iter(["fine", 3])),
    "`balance` or `rows` of a stream": lambda f: read_examples(iter(["a", "b"]), rows=[0]),
    "quotes in a tsv": lambda f: table("t.tsv")(f, 'text\ty\n5" disk\t1\n'),
    "two columns of one name": lambda f: table()(f, "text,text\na,1\n"),
    "an empty line": lambda f: table()(f, "text,y\n\na,1\n"),
    "bytes that are no UTF-8": lambda f: table()(f, b"text\ncaf\xe9\n"),
    "a NUL byte": lambda f: table()(f, b"text\na\x00b\n"),
    "half a surrogate pair": lambda f: table("t.jsonl")(f, '{"text": "\\ud800"}\n'),
    "JSON lines called": lambda f: table("t.json")(f, '{"text": "a"}\n{"text": "b"}\n'),
    "JSON that is nested": lambda f: table("t.jsonl")(f, '{"text": ' + "1" * 50 + "}\n"),
    "one JSON record alone": lambda f: table("t.json")(f, '{"text": "a"}'),
    "more than 10,000 columns": lambda f: table()(f, ",".join(map(str, range(10_001))) + "\n"),
    "a file whose reading runs code": lambda f: table("v.kv")(f, b"\x80\x04N."),
    "an empty or missing text": lambda f: table()(f, "text,y\n,1\n"),
    "a column, split, encoding or kind": lambda f: table(encoding="latin-one")(f, "text,y\na,1\n"),
    "`limit`, `balance`": lambda f: ModelSource.of(["m"], "d", limit=0),
    "ids that are lists": lambda f: table("t.jsonl")(f, '{"id": [1], "text": "a"}\n'),
    "ids on both sides": lambda f: joined({"id": sorted(IDS), "y": [1, 2, 3]}),
    "an id of an example": lambda f: joined({"id": IDS[1:], "y": [1, 2]}),
    "ids in the columns that no example has": lambda f: joined({"id": [*IDS, "q"], "y": [1, 2, 3, 4]}),
    "an id twice": lambda f: joined({"id": ["d", "d", "a"], "y": [1, 2, 3]}),
    "no ids on one side": lambda f: joined({"y": [1, 2]}, limit=2),
    "ids in the columns alone": lambda f: read_examples(["a", "b"], columns={"id": ["q", "p"], "y": [1, 2]}),
    "a masked array, complex numbers": lambda f: joined({"y": np.ma.masked_array([1, 2, 3], [0, 1, 0])}),
    "text where a plan reads values": lambda f: rs.run(
        {"a": X}, rs.Plan(measures=["overlap_values"], values="y"), columns={"y": list("abcdefghi")}
    ),
    "one column as labels and as values": lambda f: rs.run(
        {"a": X},
        rs.Plan(measures=["overlap_values", "overlap_labels"], values="y", labels="y"),
        columns={"y": list("123456789")},
    ),
    "two files with a column": lambda f: StudySpec.of(["x"], [save(f / "y.npy"), save(f / "again" / "y.npy")]).load(),
    "hidden files and folders": lambda f: picture(f, _DS_Store=b""),
    "links": link,
    "an image that cannot be read": lambda f: picture(f, b_png=b"none"),
    "images in folders and beside": lambda f: (picture(made(f / "cat")), picture(f)),
    "a header that promises": lambda f: npz(f, (10, 3)),
    "a flipped bit": lambda f: npz(f, (9, 3), flip=True),
    "labels of shape (n, 1)": lambda f: layers(f, a=X, label=np.arange(9)[:, None]),
    "a complex layer": lambda f: layers(f, a=X, b=X * 1j),
    "Fortran order": lambda f: layers(f, a=np.asfortranarray(X), b=X.astype(">f4")),
    "layers of different numbers": lambda f: layers(f, a=X, b=X[:5]),
    "three axes of floats": lambda f: rs.run(np.zeros((40, 3, 8)), BARE),
    "axes, a pool or a mask": lambda f: rs.run(np.zeros((9, 5, 3)), BARE, pool="mean", mask=np.ones((8, 5))),
    "tokens without a word": lambda f: rs.run({"a": np.zeros((9, 5, 3))}, BARE),
    "an example without": lambda f: rs.run(np.zeros((9, 5, 3)), BARE, pool="mean", mask=np.zeros((9, 5))),
    "a `.pt` that holds more": lambda f: read_layers(torch_file(f, {"x": Path("x")})),
    "a file of any form": lambda f: read_layers(text_file(f, "a.safetensors")),
    "weights of a model": lambda f: (text_file(f, "config.json"), text_file(f, "m.safetensors"), read_layers(f)),
    "files of one example each": lambda f: (
        safetensors(f, "0", hidden_states=X[:, None], token_ids=np.arange(4)),
        safetensors(f, "1", hidden_states=X[:, None], token_ids=np.arange(9)),
        read_layers(f),
    ),
    "a column of vectors": lambda f: rs.run(frame({"e": [[1.0, 2.0], None, [1.0]]}), BARE),
    "bfloat16": lambda f: rs.run({"a": torch.from_numpy(X).bfloat16()}, BARE),
    "attention patterns": lambda f: rs.run(
        {"blocks.0.hook_resid_post": X, "blocks.0.attn.hook_pattern": np.zeros((9, 2, 5, 5))}, BARE
    ),
    "layers named by numbers": lambda f: rs.run({"h.10": X, "embed": X + 1, "h.9": X}, BARE),
    "axes or pool for a store": lambda f: rs.run(
        rs.extract(torch.nn.Sequential(torch.nn.Linear(3, 2)), X, to=f / "s", layers="*", sync=False), BARE, axes="n,d"
    ),
    "an entry of `study.toml`": lambda f: toml(f, "[source]\narrays = 3\n"),
    "options for models": lambda f: refused("run", "--arrays", layered(f), "--limit", 3, "-o", f / "out"),
    "a `study.toml` that names a function": lambda f: toml(f, "[source]\nmodel = 'm:build'\ndata = 'd'\n"),
}
ELSEWHERE = (
    "what would not fit into memory",  # test_separated
    "images of 16 bits",  # test_images
    "several frames",
    "EXIF says",
    "a `.npz` that unpacks",  # test_npz
    "`--dry-run`",  # study/reading/test_forecast
    "`add --model`, `predict`",  # faults/test_stranger
    "a link that leads out",  # faults/test_links
    "a kept probe whose",  # measures/probes/test_fit_probe
    "a text such as `=1+1`",  # results/test_csv
    "a zarr array of pickled",  # study/reading/test_odd_forms
    "a form whose package",  # study/reading/test_odd_forms
)


BARE = rs.Plan(measures=["id_pca"])


def torch_file(folder: Path, held: object) -> Path:
    torch.save(held, folder / "a.pt")
    return folder / "a.pt"


def text_file(folder: Path, name: str) -> Path:
    (folder / name).write_text("{}")
    return folder / name


def safetensors(folder: Path, name: str, **arrays: np.ndarray) -> None:
    save_file(arrays, folder / f"{name}.safetensors")


def frame(columns: dict[str, object]) -> object:
    import pandas as pd

    return pd.DataFrame(columns)


def layered(folder: Path) -> Path:
    np.savez(folder / "a.npz", a=X)
    return folder / "a.npz"


def refused(*words: object) -> object:
    """Run a command, and raise the error that it turns into words."""
    with pytest.MonkeyPatch.context() as patch:
        caught: list[BaseException | None] = []
        patch.setattr("repscape.cli._app.complain", lambda said: caught.append(sys.exception()))
        call(*words)
    for error in filter(None, caught):
        raise error
    return None


def save(file: Path) -> str:
    made(file.parent)
    np.save(file, np.arange(3))
    return str(file)


def made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def lines() -> dict[str, str]:
    """Return input -> what happens, for every line of the sections."""
    page = PAGE.read_text(encoding="utf-8")
    found = {}
    for name in SECTIONS:
        section = page.split(f"## {name}\n")[1].split("\n## ")[0]
        found |= dict(re.findall(r"^\| (.+?) \| (.+) \|$", section, flags=re.MULTILINE)[1:])
    return found


def line_of(start: str) -> str:
    (found,) = [said for what, said in lines().items() if what.startswith(start)]
    return found


@pytest.mark.parametrize("start", TRIED)
def test_the_page_says_what_happens(start: str, tmp_path: Path) -> None:
    said = line_of(start)
    named = re.findall(r"`(\w+Error|RepscapeWarning)`", said)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            TRIED[start](tmp_path)
            outcome = [type(entry.message) for entry in caught if issubclass(entry.category, errors.RepscapeWarning)]
        except errors.RepscapeError as error:
            outcome = [type(error)]
    allowed = not re.match(r"`\w+Error`", said)
    assert allowed or outcome, "the page promises an error"
    assert all(any(issubclass(kind, getattr(errors, name)) for name in named) for kind in outcome), (outcome, said)


def test_every_line_is_tried() -> None:
    tried = [*TRIED, *ELSEWHERE]
    assert [what for what in lines() if not any(what.startswith(start) for start in tried)] == []
    assert len(lines()) == len(tried)
