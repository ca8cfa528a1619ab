"""Hidden states in every form that others keep them in: the same numbers as the npz, and the same measures of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch
import zarr
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_tensors

import repscape as rs
from repscape.study.reading import read_source

N, D, TOKENS = 40, 6, 5
RNG = np.random.default_rng(0)
NAMES = ("layer.1", "layer.9", "layer.10")
LAYERS = {name: RNG.normal(size=(N, D)).astype(np.float32).round(2) for name in NAMES}
for X in LAYERS.values():  # what bfloat16 holds without rounding, so that all forms can be compared to the bit
    X[...] = torch.from_numpy(X).bfloat16().float().numpy()
KIND = np.array(["cat", "dog"] * (N // 2))
SCORE = np.arange(N) / 4
IDS = np.array([f"r{place}" for place in range(N)])
BACKWARDS = dict(reversed(list(LAYERS.items())))
PLAN = rs.Plan(measures=["id_twonn", ("overlap_labels", {"k": 5})], labels="kind")
STACKED = np.stack(list(LAYERS.values()))
STATES = {name: np.repeat(X[:, None], TOKENS, axis=1) for name, X in LAYERS.items()}
"""(n, tokens, d): all tokens of an example are in the same state, so that every pooling gives the layer."""


def tensors(arrays: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}


def npz(folder: Path) -> Path:
    np.savez(folder / "a.npz", **LAYERS, kind=KIND, score=SCORE)
    return folder / "a.npz"


def safetensors(folder: Path) -> Path:
    save_file({**LAYERS, "score": SCORE}, folder / "a.safetensors")
    return folder / "a.safetensors"


def bfloat16(folder: Path) -> Path:
    save_tensors({name: tensor.bfloat16() for name, tensor in tensors(LAYERS).items()}, folder / "a.safetensors")
    return folder / "a.safetensors"


def safetensors_by_layer(folder: Path) -> Path:
    for name, array in BACKWARDS.items():
        save_file({"hidden_states": array}, folder / f"{name}.safetensors")
    return folder


def torch_dict(folder: Path) -> Path:
    torch.save({**tensors(BACKWARDS), "kind": KIND.tolist()}, folder / "a.pt")
    return folder / "a.pt"


def torch_by_layer(folder: Path) -> Path:
    for name, tensor in tensors(LAYERS).items():
        torch.save(tensor.half().float().bfloat16(), folder / f"{name}.pt")
    return folder


def hdf5(folder: Path) -> Path:
    with h5py.File(folder / "a.h5", "w") as file:
        for place, (name, array) in enumerate(BACKWARDS.items()):
            file.create_dataset(name, data=array, compression="gzip" if place else None)
        file["kind"] = KIND.astype("S")
        file.create_dataset("score", data=SCORE.astype(">f8"))
    return folder / "a.h5"


def annotated() -> anndata.AnnData:
    obs = pd.DataFrame(
        {"kind": pd.Categorical(KIND, categories=pd.Index(["cat", "dog"], dtype=object)), "score": SCORE}, index=IDS
    )
    return anndata.AnnData(
        X=scipy.sparse.csr_matrix(LAYERS[NAMES[0]]),
        obs=obs,
        layers={NAMES[1]: LAYERS[NAMES[1]]},
        obsm={NAMES[2]: LAYERS[NAMES[2]]},
    )


def h5ad(folder: Path) -> Path:
    data = annotated()
    for table in (data.obs, data.var):  # text of pandas 3 is a type of its own, which h5ad has none for
        table.index = table.index.astype(object)
    data.write_h5ad(folder / "a.h5ad")
    return folder / "a.h5ad"


def frame() -> pd.DataFrame:
    table = {name: [row.tolist() for row in array] for name, array in BACKWARDS.items()}
    return pd.DataFrame({**table, "kind": KIND, "score": SCORE, "id": IDS})


def parquet(folder: Path) -> Path:
    frame().to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


def wide(folder: Path) -> Path:
    places = [(name, i) for i in reversed(range(D)) for name in LAYERS]
    pd.DataFrame({f"{name}_{i}": LAYERS[name][:, i] for name, i in places} | {"kind": KIND}).to_parquet(
        folder / "a.parquet"
    )
    return folder / "a.parquet"


def zarr_of(version: int) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        group = zarr.open_group(folder / "a.zarr", mode="w", zarr_format=version)
        inner = group.create_group("model")
        for name, array in BACKWARDS.items():
            inner.create_array(name, data=array, chunks=(7, 4))
        group.create_array("score", data=SCORE)
        return folder / "a.zarr"

    return write


def requests(folder: Path) -> Path:
    """As vLLM writes them: a file for each request, (tokens, layers, d), and its tokens beside it."""
    for place in range(N):
        states = np.repeat(STACKED[:, place][None], 2 + place % 4, axis=0)
        held = {"hidden_states": torch.from_numpy(states).bfloat16(), "token_ids": torch.arange(len(states))}
        save_tensors(held, folder / f"{place}-8f3a.safetensors")
    return folder


def hooked() -> dict[str, torch.Tensor]:
    """What TransformerLens calls its states, with what is none beside them."""
    states = {f"blocks.{name.rpartition('.')[2]}.hook_resid_post": array for name, array in STATES.items()}
    pattern = torch.zeros(N, 2, TOKENS, TOKENS)
    return {
        **tensors(states),
        "blocks.1.attn.hook_pattern": pattern,
        "blocks.1.ln1.hook_scale": torch.ones(N, TOKENS, 1),
    }


def cache(folder: Path) -> object:
    return SimpleNamespace(cache_dict=hooked(), model=None)


def saved_cache(folder: Path) -> Path:
    torch.save(hooked(), folder / "cache.pt")
    return folder / "cache.pt"


def traced(folder: Path) -> object:
    """What nnsight hands over: saved proxies of what a block returned, the state first."""
    return {
        name: SimpleNamespace(value=tensor) if place else (tensor, None)
        for place, (name, tensor) in enumerate(tensors(STATES).items())
    }


FORMS: dict[str, tuple[Callable[[Path], Any], dict[str, Any]]] = {
    "npz": (npz, {}),
    "safetensors": (safetensors, {}),
    "bfloat16": (bfloat16, {}),
    "safetensors by layer": (safetensors_by_layer, {}),
    "pt": (torch_dict, {}),
    "pt by layer": (torch_by_layer, {}),
    "h5": (hdf5, {}),
    "h5ad": (h5ad, {}),
    "AnnData": (lambda _: annotated(), {}),
    "parquet of vectors": (parquet, {}),
    "parquet of dimensions": (wide, {}),
    "DataFrame": (lambda _: frame(), {}),
    "zarr 2": (zarr_of(2), {}),
    "zarr 3": (zarr_of(3), {}),
    "dict": (lambda _: LAYERS, {}),
    "tensors": (lambda _: {name: t.requires_grad_() for name, t in tensors(LAYERS).items()}, {}),
    "sparse": (lambda _: {name: scipy.sparse.csr_array(array) for name, array in LAYERS.items()}, {}),
    "list": (lambda _: list(LAYERS.values()), {}),
    "layers, n, d": (lambda _: STACKED, {}),
    "told axes": (lambda _: STACKED.transpose(1, 2, 0), {"axes": "n,d,layers"}),
    "n, tokens, d": (lambda _: STATES, {"pool": "mean"}),
    "all of it in one": (lambda _: np.stack(list(STATES.values()), 1), {"axes": "n,layers,tokens,d", "pool": "last"}),
    "list of states": (lambda _: list(tensors(STATES).values()), {"pool": "max"}),
    "vLLM": (requests, {}),
    "TransformerLens": (cache, {}),
    "TransformerLens, saved": (saved_cache, {"pool": "first"}),
    "nnsight": (traced, {"pool": "mean"}),
}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> rs.Results:
    return rs.run(npz(tmp_path_factory.mktemp("npz")), PLAN)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_the_numbers_of_the_npz(form: str, tmp_path: Path, expected: rs.Results) -> None:
    make, options = FORMS[form]
    results = rs.run(make(tmp_path), PLAN, columns={"kind": KIND}, **options)
    layers = list(dict.fromkeys(record.place.layer for record in results))
    assert [layer.key.rpartition(".")[2] for layer in layers][-1:] != ["9"]  # layer.10 comes after layer.9
    assert [record.result.value for record in results] == [record.result.value for record in expected]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_taken_in_is_stored_to_the_bit(form: str, tmp_path: Path) -> None:
    from repscape.study import import_arrays

    make, options = FORMS[form]
    (tmp_path / "from").mkdir()
    found = import_arrays(make(tmp_path / "from"), tmp_path / "to", columns={"kind": KIND}, **options)
    store = rs.open_store(tmp_path / "to")
    for layer, wanted in zip(store.layers, LAYERS.values(), strict=True):
        np.testing.assert_array_equal(np.asarray(store[layer]), wanted)
    assert found.n == N
    assert store.examples["kind"].tolist() == KIND.tolist()


def test_columns_and_ids_come_along(tmp_path: Path) -> None:
    for form, ids, score in (("h5ad", True, True), ("parquet of vectors", True, True), ("h5", False, True)):
        (tmp_path / form).mkdir()
        columns = read_source(FORMS[form][0](tmp_path / form)).columns
        assert columns["kind"].tolist() == KIND.tolist()
        assert ("id" in columns) is ids
        assert not ids or columns["id"].tolist() == IDS.tolist()
        np.testing.assert_array_equal(columns["score"], SCORE)
        assert score


def test_labels_join_states_by_the_ids_of_their_files(tmp_path: Path) -> None:
    requests(tmp_path)
    order = RNG.permutation(N)
    table = pd.DataFrame({"id": [f"{place}-8f3a" for place in order], "kind": KIND[order]})
    source = read_source(tmp_path, table)
    assert source.columns["kind"].tolist() == KIND.tolist()
    assert source.columns["id"][:3].tolist() == ["0-8f3a", "1-8f3a", "2-8f3a"]


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".parquet", ".h5ad", ".h5"])
def test_what_is_written_for_others_reads_back_the_same(suffix: str, tmp_path: Path) -> None:
    from repscape.study import export_arrays, import_arrays

    import_arrays(parquet(tmp_path), tmp_path / "in")
    (file,) = export_arrays(tmp_path / "in", tmp_path / f"out{suffix}")
    back = read_source(file)
    assert [one.place.layer.key for one in back.representations] == list(NAMES)
    for one, wanted in zip(back.representations, LAYERS.values(), strict=True):
        np.testing.assert_array_equal(np.asarray(one.points), wanted)
        assert np.asarray(one.points).dtype == rs.open_store(tmp_path / "in")[one.place.layer.key].dtype
    assert {name: np.asarray(back.columns[name]).tolist() for name in ("id", "kind", "score")} == {
        "id": IDS.tolist(),
        "kind": KIND.tolist(),
        "score": SCORE.tolist(),
    }
    with pytest.raises(rs.errors.StoreError, match="is there already"):
        export_arrays(tmp_path / "in", file)


def test_some_layers_of_a_study_of_two_models_are_written(tmp_path: Path) -> None:
    from repscape.study import export_arrays

    file = npz(tmp_path)
    rs.run(
        {"small": file, "large": file},
        rs.Plan(measures=["id_twonn"]),
        folder=tmp_path / "study",
        origin={"arrays": {"small": str(file), "large": str(file)}},
    )
    (out,) = export_arrays(tmp_path / "study", tmp_path / "o.npz", layers="*/layer.9")
    with np.load(out) as held:
        assert {name for name in held.files if held[name].ndim == 2} == {"small/layer.9", "large/layer.9"}
    with pytest.raises(rs.errors.UnknownNameError, match="layers of export_arrays must be of small/layer.1"):
        export_arrays(tmp_path / "study", tmp_path / "p.npz", layers="layer.99")
    with pytest.raises(rs.errors.InputError, match="are for a file of states"):
        export_arrays(tmp_path / "study", tmp_path / "folder", layers="*")
