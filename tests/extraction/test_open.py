"""One door for hub ids, folders, modules and functions, and a clear word when nothing is behind it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from repscape.errors import InputError, InputTypeError, MissingExtraError
from repscape.extraction import Model, _open, iterate, open_model
from tests.extraction.tiny_models import make_examples, save_tiny, word_tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny("BERT", tmp_path_factory.mktemp("models") / "bert")


@pytest.fixture
def hub(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache laid out as on the hub, with two revisions of one model."""
    import huggingface_hub.constants

    cache = tmp_path / "hub"
    for revision in ("a" * 40, "b" * 40):
        snapshot = cache / "models--org--tiny" / "snapshots" / revision
        snapshot.mkdir(parents=True)
        for file in folder.iterdir():
            (snapshot / file.name).write_bytes(file.read_bytes())
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    weights["embeddings.word_embeddings.weight"] += 1
    save_file(weights, snapshot / "model.safetensors", metadata={"format": "pt"})
    refs = cache / "models--org--tiny" / "refs"
    refs.mkdir()
    (refs / "main").write_text("a" * 40)
    (refs / "step2").write_text("b" * 40)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
    return cache


def test_a_folder(folder: Path) -> None:
    model = open_model(str(folder))
    assert isinstance(model, Model)
    assert model.name == str(folder)
    assert model.revision is None
    assert model.dtype == torch.float32


def test_hub_ids_and_revisions_come_from_the_cache(hub: Path, folder: Path) -> None:
    main, by_name, by_commit = (
        open_model("org/tiny"),
        open_model("org/tiny", revision="step2"),
        open_model("org/tiny", revision="b" * 40),
    )
    assert main.revision == "a" * 40
    assert by_name.revision == by_commit.revision == "b" * 40
    prints = [model.provenance()["fingerprint"] for model in (open_model(str(folder)), main, by_name, by_commit)]
    assert prints[0] == prints[1] != prints[2] == prints[3]


def test_an_unknown_hub_id_says_to_use_a_folder() -> None:
    with pytest.raises(InputError, match=r"'nobody/nothing' cannot be loaded.*give a local folder"):
        open_model("nobody/nothing")


def test_an_unknown_revision_is_named(hub: Path) -> None:
    with pytest.raises(InputError, match="'org/tiny' at revision 'step9' cannot be loaded"):
        open_model("org/tiny", revision="step9")


def test_no_network_says_to_use_a_folder() -> None:
    program = (
        "import time; time.sleep = lambda seconds: None  # between the tries of the library\n"
        "from repscape.extraction import open_model\n"
        "from repscape.errors import InputError\n"
        "try:\n    open_model('org/name')\n"
        "except InputError as error:\n    print(error)\n"
    )
    closed = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_OFFLINE": "0", "HF_HUB_ETAG_TIMEOUT": "1", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", program], env=closed, capture_output=True, text=True, timeout=60)
    assert "'org/name' cannot be loaded. Check the name and the network, or give a local folder" in done.stdout


@pytest.mark.parametrize("name", ["./no/such/folder", "/no/such/folder", "a/b/c", "", "two words"])
def test_what_is_neither_folder_nor_id(name: str) -> None:
    with pytest.raises(InputError, match="there is no such folder"):
        open_model(name)


def test_a_folder_that_holds_no_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="The folder must be one that save_pretrained wrote"):
        open_model(str(tmp_path))


def test_revision_is_for_hub_ids(folder: Path) -> None:
    with pytest.raises(InputError, match="revision of open_model is for a hub id; a folder has none"):
        open_model(str(folder), revision="main")
    with pytest.raises(InputError, match="revision of open_model is for a hub id"):
        open_model(torch.nn.Linear(2, 2), revision="main")


def test_preprocess_is_for_modules(folder: Path) -> None:
    with pytest.raises(InputError, match="preprocess and family of open_model are for a module"):
        open_model(str(folder), preprocess=lambda inputs: inputs)


def test_a_function_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_models.py").write_text(
        "import torch\n"
        "def alone():\n    return torch.nn.Sequential(torch.nn.Linear(3, 2))\n"
        "def pair():\n    return alone(), lambda rows: 2 * torch.as_tensor(rows, dtype=torch.float32)\n"
        "not_callable = 3\n"
        "def wrong():\n    return 7\n"
    )
    monkeypatch.chdir(tmp_path)
    path = list(sys.path)
    one, two = open_model("my_models:alone"), open_model("my_models:pair")
    assert sys.path == path
    assert one.name == "my_models:alone"
    vectors = make_examples("array", np.arange(12.0).reshape(4, 3))
    (slab,) = iterate(two, vectors, layers="0")
    (state,) = slab.states.values()
    with torch.no_grad():
        expected = two.module(2 * torch.as_tensor(vectors.inputs, dtype=torch.float32)).numpy()
    np.testing.assert_allclose(state, expected, rtol=1e-6)
    for name, error, message in (
        ("my_models:missing", InputTypeError, "has no function 'missing'"),
        ("my_models:not_callable", InputTypeError, "has no function 'not_callable'"),
        ("my_models:wrong", InputTypeError, r"must be a torch.nn.Module. Got int"),
        ("no_such_module:f", InputError, "there is no module 'no_such_module'"),
    ):
        with pytest.raises(error, match=message):
            open_model(name)
    sys.modules.pop("my_models")


def test_a_transformers_model_at_hand_with_its_tokenizer(folder: Path) -> None:
    import transformers

    module = transformers.BertForSequenceClassification.from_pretrained(folder)
    model = open_model(module, preprocess=word_tokenizer(front="[CLS]", back="[SEP]"))
    texts = make_examples("text", ["the model reads", "a word"])
    (ours,), (theirs,) = iterate(model, texts), iterate(open_model(str(folder)), texts)
    assert [layer.name for layer in ours.states][1] == "bert.encoder.layer.0"
    for one, two in zip(ours.states.values(), theirs.states.values(), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    find = _open.importlib.util.find_spec
    monkeypatch.setattr(
        _open.importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else find(name, *rest)
    )
    with pytest.raises(MissingExtraError, match=r"needs torch.*pip install 'repscape\[models\]'"):
        open_model("org/name")


def test_the_package_loads_without_torch() -> None:
    program = "import sys, repscape.extraction as e; e.open_model, e.Layout, e.SITES; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
