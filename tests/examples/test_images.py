"""Images: folders by class, arrays, and what is broken."""

from __future__ import annotations

import numpy as np
import pytest

from repscape.errors import InputError, InputTypeError, UnknownNameError
from repscape.examples import read_examples
from tests.data_files import data_file

Image = pytest.importorskip("PIL.Image", reason="pillow is not installed")


def picture(seed, size=(6, 5)):
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path):
    for i, name in enumerate(["cat/img2.png", "cat/img10.PNG", "dog/a.bmp", "dog/deep/b.png"]):
        (tmp_path / "train" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture(i)).save(tmp_path / "train" / name)
    return tmp_path / "train"


def test_a_folder_by_class(folder):
    examples = read_examples(folder, label="label")
    assert examples.kind == "image"
    assert examples.table["id"].tolist() == ["cat/img2.png", "cat/img10.PNG", "dog/a.bmp", "dog/deep/b.png"]
    assert examples.table["label"].tolist() == ["cat", "cat", "dog", "dog"]
    np.testing.assert_array_equal(examples.inputs, np.stack([picture(i) for i in range(4)]))
    assert read_examples(folder.parent, split="train").inputs.shape == (4, 6, 5, 3)
    assert len(read_examples(folder, label="label", balance=1)) == 2


def test_a_flat_folder_has_no_label(tmp_path):
    Image.fromarray(picture(0)).save(tmp_path / "a.png")
    assert list(read_examples(tmp_path).table.columns) == ["id"]
    (tmp_path / "cat").mkdir()
    Image.fromarray(picture(0)).save(tmp_path / "cat" / "b.png")
    with pytest.raises(InputError, match=r"beside them, such as a.png"):
        read_examples(tmp_path)


def test_sizes_and_modes(tmp_path):
    grey = picture(0)[..., 0]
    Image.fromarray(grey).save(tmp_path / "a.png")
    Image.fromarray(picture(1, (3, 4))).save(tmp_path / "b.png")
    examples = read_examples(tmp_path)
    assert examples.inputs.dtype == object
    np.testing.assert_array_equal(examples.inputs[0], np.stack([grey] * 3, axis=2))
    np.testing.assert_array_equal(examples.inputs[1], picture(1, (3, 4)))
    first = examples.fingerprint()
    Image.fromarray(picture(2, (3, 4))).save(tmp_path / "b.png")
    assert read_examples(tmp_path).fingerprint() != first


def test_a_broken_image_is_named_and_one_left_out_is_not_opened(folder):
    whole = (folder / "dog" / "a.bmp").read_bytes()
    for content in (whole[: len(whole) // 2], b"no image", b""):
        (folder / "dog" / "a.bmp").write_bytes(content)
        with pytest.raises(InputError, match=r"dog/a\.bmp is no image that can be read"):
            read_examples(folder)
        assert len(read_examples(folder, rows=[0, 1, 3])) == 3


def test_arrays(tmp_path):
    images = np.stack([picture(i) for i in range(3)])
    np.savez(tmp_path / "a.npz", images=images, labels=np.arange(3), classes=np.array(["a", "b"]))
    examples = read_examples(tmp_path / "a.npz", label="labels", rows=[2, 0])
    np.testing.assert_array_equal(examples.inputs, images[[2, 0]])
    assert examples.table["labels"].tolist() == [2, 0]
    assert list(examples.table.columns) == ["id", "labels"]
    grey = read_examples({"digits": images[..., 0]})
    assert (grey.kind, grey.inputs.shape) == ("image", (3, 6, 5, 1))
    two = {"a": images, "b": images[:, :2]}
    with pytest.raises(InputError, match=r"Say image=NAME. Got a, b"):
        read_examples(two)
    np.testing.assert_array_equal(read_examples(two, image="b").inputs, images[:, :2])
    with pytest.raises(UnknownNameError, match="must be one of 'a', 'b'. Got 'c'"):
        read_examples(two, image="c")
    with pytest.raises(InputError, match=r"transpose\(0, 2, 3, 1\)"):
        read_examples(images.transpose(0, 3, 1, 2))
    with pytest.raises(InputTypeError, match="must hold numbers"):
        read_examples({"images": images.astype(str)})


def test_real_images():
    examples = read_examples(data_file("cifar10_test_5k_jpeg.npz"), label="labels", balance=10)
    assert examples.inputs.shape == (100, 32, 32, 3)
    digits = read_examples(data_file("mnist_test_10k.npz"), limit=7)
    assert digits.inputs.shape == (7, 28, 28, 1)
