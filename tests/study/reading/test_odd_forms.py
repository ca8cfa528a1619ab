"""Hidden states in files that are odd, damaged or ambiguous: read rightly, or refused in a sentence that names them."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
import torch
import zarr
from safetensors.numpy import save_file

import repscape as rs
from repscape.errors import InputError, InputTypeError, MissingExtraError, RepscapeError, UnknownNameError
from repscape.examples import Form, read_layers
from repscape.study.reading import Shaped, read_source

RNG = np.random.default_rng(0)
X = RNG.normal(size=(9, 4))
STATES = RNG.normal(size=(9, 5, 4))


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path("exploded").touch, ())


def cut(file: Path) -> Path:
    file.write_bytes(file.read_bytes()[: -len(file.read_bytes()) // 3])
    return file


def saved(folder: Path, name: str, held: Any) -> Path:
    torch.save(held, folder / name)
    return folder / name


def tensors(folder: Path, name: str = "a.safetensors", **arrays: np.ndarray) -> Path:
    save_file({key: np.ascontiguousarray(array) for key, array in arrays.items()}, folder / name)
    return folder / name


def h5(folder: Path, **sets: Any) -> Path:
    with h5py.File(folder / "a.h5", "w") as file:
        for name, values in sets.items():
            file[name.replace("__", "/")] = values
    return folder / "a.h5"


def frame(folder: Path, table: pd.DataFrame) -> Path:
    table.to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


def pickled_zarr(folder: Path) -> Path:
    group = zarr.open_group(folder / "a.zarr", mode="w", zarr_format=2)
    group.create_array("x", data=X)
    about = json.loads((folder / "a.zarr" / "x" / ".zarray").read_text())
    (folder / "a.zarr" / "x" / ".zarray").write_text(
        json.dumps({**about, "dtype": "|O", "filters": [{"id": "pickle", "protocol": 5}]})
    )
    return folder / "a.zarr"


def bare(folder: Path) -> Path:
    data = anndata.AnnData(obs=pd.DataFrame({"y": [1.0, 2.0, 3.0]}, index=list("abc")))
    data.obs.index, data.var.index = data.obs.index.astype(object), data.var.index.astype(object)
    data.write_h5ad(folder / "a.h5ad")
    return folder / "a.h5ad"


def model_folder(folder: Path) -> Path:
    (folder / "config.json").write_text("{}")
    tensors(folder, "model.safetensors", w=X)
    return folder


def requests(folder: Path, *held: dict[str, np.ndarray]) -> Path:
    for place, arrays in enumerate(held):
        tensors(folder, f"{place}.safetensors", **arrays)
    return folder


REFUSED: dict[str, tuple[Callable[[Path], Any], type[Exception], str]] = {
    "no tensor": (lambda f: tensors(f), InputError, "must hold an array of real numbers"),
    "truncated safetensors": (lambda f: cut(tensors(f, x=X)), InputError, "truncated or damaged"),
    "no safetensors": (lambda f: (f / "a.safetensors").write_text("{}") and f / "a.safetensors", InputError, "cannot be read"),
    "code in a .pt": (lambda f: saved(f, "a.pt", {"x": Bomb()}), InputError, "loading that would run code"),
    "pickle called .pt": (
        lambda f: (f / "a.pt").write_bytes(pickle.dumps(Bomb())) and f / "a.pt", InputError, "a.pt cannot be read",
    ),
    "empty .pt": (lambda f: saved(f, "a.pt", {}), InputTypeError, "must hold tensors"),
    "number in a .pt": (lambda f: saved(f, "a.pt", 3), InputTypeError, "must hold tensors, or dicts or lists of them. Got int"),
    "truncated .pt": (lambda f: cut(saved(f, "a.pt", {"x": torch.zeros(900, 40)})), InputError, "cannot be read"),
    "complex .pt": (lambda f: saved(f, "a.pt", torch.zeros(9, 4, dtype=torch.complex64)), InputTypeError, "real numbers"),
    "empty h5": (lambda f: h5(f), InputError, "must hold an array of real numbers"),
    "truncated h5": (lambda f: cut(h5(f, x=RNG.normal(size=(900, 40)))), InputError, "cannot be read"),
    "text called h5": (lambda f: (f / "a.h5").write_text("no") and f / "a.h5", InputError, "cannot be read as HDF5"),
    "AnnData without numbers": (bare, InputError, "must hold an array of real numbers"),
    "text called h5ad": (lambda f: (f / "a.h5ad").write_text("no") and f / "a.h5ad", InputError, "cannot be read as AnnData"),
    "parquet without rows": (lambda f: frame(f, pd.DataFrame({"e": []})), InputError, "holds no example"),
    "parquet without numbers": (lambda f: frame(f, pd.DataFrame({"e": ["a", "b"]})), InputError, "a column of vectors"),
    "vectors of two lengths": (
        lambda f: frame(f, pd.DataFrame({"e": [[1.0, 2.0], [1.0]]})), InputError, "Row 0 has 2 numbers, row 1 has 1",
    ),
    "a vector that is missing": (
        lambda f: frame(f, pd.DataFrame({"e": [[1.0, 2.0], None]})), InputError, "in every row. Row 1 has none",
    ),
    "pickled zarr": (pickled_zarr, InputError, "pickled Python objects, which are never loaded"),
    "a model's folder": (model_folder, InputError, "holds a model"),
    "requests of two kinds": (
        lambda f: requests(
            f, {"hidden_states": STATES[0][:, None], "token_ids": np.arange(5)}, {"x": X, "token_ids": np.arange(9)}
        ),
        InputError, "1.safetensors has other arrays than the ones before it",
    ),
    "states that are not of the tokens": (
        lambda f: requests(f, {"hidden_states": STATES, "token_ids": np.arange(7)}), InputError, "an axis of its 7 tokens",
    ),
    "ragged states without a word": (
        lambda f: requests(f, {"x": X[:4]}, {"x": X[:6]}), InputError, "must have the same number of rows",
    ),
    "layers in between": (lambda f: tensors(f, x=np.zeros((40, 3, 64))), InputError, "nothing says which of them are"),
    "two arrays of states": (lambda f: tensors(f, a=np.zeros((40, 3, 64)), b=np.zeros((40, 3, 64))), InputError, "axes="),
    "another form": (lambda f: (f / "a.mat").write_text("") or f / "a.mat", InputError, "layers must be a .npy, a .npz"),
    "a key that is not there": (lambda f: f"{tensors(f, x=X)}:y", UnknownNameError, "has no array 'y'. It has x"),
    "a single row": (lambda f: tensors(f, x=X[:1]), InputError, "at least 3 points"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_odd_files_are_refused_by_name(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make, kind, said = REFUSED[what]
    (tmp_path / "in").mkdir()
    path = make(tmp_path / "in")
    with pytest.raises(RepscapeError, match=said) as caught:
        read_source(path)
    assert isinstance(caught.value, kind)
    assert not Path("exploded").exists()


MEMORY: dict[str, tuple[Any, dict[str, Any], type[Exception], str]] = {
    "more rows than columns of layers": (RNG.normal(size=(40, 3, 8)), {}, InputError, "nothing says which of them are"),
    "one axis": (X[0], {}, InputError, "at least 2 axes"),
    "objects": (np.array([["a", 1.0], ["b", None]], dtype=object), {}, InputTypeError, "real numbers"),
    "tokens in a dict": ({"a": STATES}, {}, InputError, "Where an axis is tokens, say pool='mean'"),
    "axes of another number": (STATES, {"axes": "n,d"}, InputError, r"the axes \(n, d\) that were said"),
    "axes without d": (STATES, {"axes": "n,layers"}, InputError, "the features 'd' among them"),
    "an axis of no kind": (STATES, {"axes": "n,width,d"}, UnknownNameError, "Got 'width'"),
    "tokens without a pool": (STATES, {"axes": "n,tokens,d"}, InputError, "say how they become one row"),
    "a pool without tokens": (STATES, {"axes": "n,layers,d", "pool": "mean"}, InputError, "axes name none"),
    "another pool": (STATES, {"pool": "median"}, UnknownNameError, "'mean', 'first', 'last', 'max', 'token'"),
    "a mask alone": (X, {"mask": np.ones((9, 5))}, InputError, "mask of run is of tokens"),
    "a mask of other examples": (
        STATES,
        {"pool": "mean", "mask": np.ones((8, 5))},
        InputError,
        r"Got \(8, 5\): is it of other",
    ),
    "a mask of numbers": (STATES, {"pool": "mean", "mask": np.full((9, 5), 0.5)}, InputError, "true and false"),
    "nothing real": (STATES, {"pool": "mean", "mask": np.eye(9, 5)}, InputError, "example 5 has no real token"),
    "a mask by name": ({"a": STATES}, {"pool": "mean", "mask": "m"}, InputError, "mask 'm' must be an array"),
    "layers of two kinds": ([X, STATES], {}, InputError, "as many axes each"),
    "layers of different rows": ([X, X[:5]], {}, InputError, "different lengths. If they are the tokens"),
    "widths of examples": ([X, X[:, :2]], {"pool": "mean"}, InputError, "must be of one width"),
    "two columns of one name": (pd.DataFrame(X[:, :2], columns=["a", "a"]), {}, InputError, "different names"),
    "a cache of one text": ({"blocks.0.hook_resid_post": STATES[:1]}, {}, InputError, "at least 3 points"),
    "a store with axes": (None, {"axes": "n,d"}, InputError, r"has rows \(n, d\) already"),
}


@pytest.mark.parametrize("what", MEMORY)
def test_what_is_ambiguous_in_memory_is_refused(what: str, tmp_path: Path) -> None:
    source, options, kind, said = MEMORY[what]
    if source is None:
        source = rs.extract(
            torch.nn.Sequential(torch.nn.Linear(4, 2)), X, to=tmp_path / "store", layers="*", sync=False
        )
    with pytest.raises(RepscapeError, match=said) as caught:
        rs.run(source, rs.Plan(measures=["id_pca"]), **options)
    assert isinstance(caught.value, kind)


@pytest.mark.parametrize(
    ("suffix", "package", "extra"),
    [
        (".h5", "h5py", "formats"),
        (".h5ad", "anndata", "formats"),
        (".pt", "torch", "models"),
        (".parquet", "pyarrow", "models"),
    ],
)
def test_a_form_whose_package_is_not_installed(
    suffix: str, package: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"a{suffix}").write_bytes(b"")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        MissingExtraError, match=rf"reading a{suffix} needs {package}.*pip install 'repscape\[{extra}\]'"
    ):
        read_source(tmp_path / f"a{suffix}")


def only(source: Any, **options: Any) -> np.ndarray:
    (one,) = read_source(Shaped(source, Form.of(**options))).representations
    return np.asarray(one.points)


def test_odd_arrays_are_read_as_what_they_are(tmp_path: Path) -> None:
    np.testing.assert_array_equal(only(h5(tmp_path, a__b__c=X.astype(">f4"))), X.astype(np.float32))
    np.testing.assert_array_equal(only(torch.from_numpy(X).T.contiguous().T[::2]), X[::2])
    np.testing.assert_array_equal(only(X[::-1, ::-1]), X[::-1, ::-1])
    np.testing.assert_array_equal(only(np.asfortranarray(X).astype(">f8")), X)
    np.testing.assert_array_equal(only(tensors(tmp_path, x=X.astype(np.float16))), X.astype(np.float16))
    np.testing.assert_array_equal(only(saved(tmp_path, "a.pt", {"deep": {"er": [torch.from_numpy(X)]}})), X)
    np.testing.assert_array_equal(only(torch.from_numpy(X).to_sparse()), X)
    old = tmp_path / "old.pt"
    torch.save({"x": torch.from_numpy(X)}, old, _use_new_zipfile_serialization=False)
    np.testing.assert_array_equal(only(old), X)
    np.testing.assert_array_equal(only(list(X), axes="d"), X)
    ragged = [STATES[i][: 1 + i % 5] for i in range(9)]
    means = np.stack([one.mean(axis=0) for one in ragged])
    for source, key in ((ragged, "layer0"), ({"h.3": ragged}, "h.3")):
        (one,) = read_source(Shaped(source, Form.of(pool="mean"))).representations
        assert (one.place.model, one.place.layer.key) == ("", key)
        np.testing.assert_allclose(one.points, means, rtol=1e-12)
    two = read_source({"a": [X, X], "b": (torch.from_numpy(X),)}).representations
    assert [(one.place.model, one.place.layer.key) for one in two] == [
        ("a", "layer0"),
        ("a", "layer1"),
        ("b", "layer0"),
    ]
    np.testing.assert_array_equal(only(f"{h5(tmp_path, a=X, b=X[:5])}:a"), X)


def test_pools_by_hand() -> None:
    mask = RNG.random((9, 5)) < 0.6
    mask[:, 2] = True
    rows = {
        "mean": np.stack([STATES[i][mask[i]].mean(axis=0) for i in range(9)]),
        "max": np.stack([STATES[i][mask[i]].max(axis=0) for i in range(9)]),
        "first": np.stack([STATES[i][mask[i]][0] for i in range(9)]),
        "last": np.stack([STATES[i][mask[i]][-1] for i in range(9)]),
        "token": np.concatenate([STATES[i][mask[i]] for i in range(9)]),
    }
    padded = np.where(mask[:, :, None], STATES, np.nan)  # what stands at padding is nobody's business
    for pool, wanted in rows.items():
        np.testing.assert_allclose(only(padded, pool=pool, mask=mask), wanted, rtol=1e-12)
    found = read_source(Shaped({"a": padded, "attention_mask": mask.astype(int)}, Form.of(pool="token")))
    assert found.columns["example"].tolist() == np.nonzero(mask)[0].tolist()
    assert found.columns["position"].tolist() == np.nonzero(mask)[1].tolist()
    assert any("took attention_mask" in note for note in found.notes)


def test_heads_are_layers(tmp_path: Path) -> None:
    z = RNG.normal(size=(9, 5, 2, 4)).astype(np.float32)
    found = read_source(SimpleNamespace(cache_dict={"blocks.0.attn.hook_z": torch.from_numpy(z)}))
    assert [one.place.layer.key for one in found.representations] == [f"blocks.0.attn.hook_z/head.{i}" for i in (0, 1)]
    for head, one in enumerate(found.representations):
        np.testing.assert_allclose(one.points, z[:, :, head].mean(axis=1), rtol=1e-4)


def test_layers_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    names = ["layer.10", "embed_tokens", "norm", "layer.9", "layer.2"]
    read = read_layers(tensors(tmp_path, **{name: X + place for place, name in enumerate(names)}))
    assert [layer.name for layer in read.layers] == ["embed_tokens", "layer.2", "layer.9", "layer.10", "norm"]
    assert [layer.depth for layer in read.layers] == [0.0, 0.25, 0.5, 0.75, 1.0]
    several = read_layers(
        tensors(tmp_path, "b.safetensors", **{f"h.{i}.{site}": X for i in (10, 2) for site in ("attn", "mlp")})
    )
    assert [(layer.name, layer.index) for layer in several.layers] == [
        ("h.2.attn", 2), ("h.2.mlp", 2), ("h.10.attn", 10), ("h.10.mlp", 10),
    ]  # fmt: skip


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    file = h5(tmp_path, x=X, pairs=np.zeros(9, dtype=[("a", "i4")]), words=np.array([["a"] * 2] * 9, dtype="S"))
    with h5py.File(file, "a") as opened:
        opened["elsewhere"] = h5py.ExternalLink("/etc/passwd", "/")
    assert sorted(note.split(" of ")[0] for note in read_layers(file).notes) == [
        "left out elsewhere: a link", "left out pairs", "left out words",
    ]  # fmt: skip
    cache = {"blocks.0.hook_resid_post": STATES, "blocks.0.attn.hook_pattern": np.zeros((9, 2, 5, 5))}
    notes = read_source(SimpleNamespace(cache_dict=cache)).notes
    assert "left out blocks.0.attn.hook_pattern (9, 2, 5, 5): not the state of each token" in notes
    assert "blocks.0.hook_resid_post: the mean over tokens; pool= (--pool) takes another" in notes
    stacked = read_source(RNG.normal(size=(3, 40, 8))).notes
    assert stacked == ("took hidden_states (3, 40, 8) for 3 layers of 40 examples; axes= (--axes) says otherwise",)


def test_the_labels_say_which_axis_counts_the_examples(tmp_path: Path) -> None:
    states = RNG.normal(size=(50, 40, 8))  # more layers than examples, were it not for the labels
    np.savez(tmp_path / "a.npz", states=states, label=np.arange(40) % 2)
    read = read_layers(tmp_path / "a.npz")
    assert len(read.layers) == 50
    assert list(read.columns) == ["label"]
    assert len(read_source(states, {"label": np.arange(40) % 2}).representations) == 50


def test_a_study_by_file_says_its_axes_and_goes_on(tmp_path: Path) -> None:
    from repscape.study import open_study, read_study, run_study

    np.savez(tmp_path / "a.npz", states=RNG.normal(size=(30, 3, 5, 8)), real=np.ones((30, 5), bool))
    said = 'arrays = "a.npz:states"\naxes = "n,layers,tokens,d"\npool = "last"\nmask = "real"\n'
    (tmp_path / "study.toml").write_text(f'[source]\n{said}[plan]\nmeasures = ["id_pca"]\n')
    results = run_study(read_study(tmp_path / "study.toml"), tmp_path / "study")
    assert [record.place.layer.key for record in results] == ["layer0", "layer1", "layer2"]
    assert len(open_study(tmp_path / "study").run(rs.Plan(measures=["id_twonn"]))) == 6
    (tmp_path / "model.toml").write_text('[source]\nmodel = "m"\ndata = "d"\npool = "mean"\n')
    with pytest.raises(InputError, match=r"pool of a model stands in \[source.options\]"):
        read_study(tmp_path / "model.toml")
