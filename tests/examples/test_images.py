"""Images: folders by class, arrays, and what is broken."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from repscape.errors import InputError, InputTypeError, MemoryBudgetError, RepscapeWarning, UnknownNameError
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


# ---- what a folder holds beside images


def test_hidden_files_and_others_are_left_out_and_counted_in_one_warning(folder):
    for name in (".DS_Store", "cat/._img2.png", "Thumbs.db", "dog/desktop.ini"):
        (folder / name).write_bytes(b"none")
    for hidden in (".ipynb_checkpoints", "__MACOSX", "cat/.thumbnails"):
        (folder / hidden).mkdir()
        Image.fromarray(picture(7)).save(folder / hidden / "img2.png")
    for name in ("notes.md", "cat/list.md", "README", "dog/data.csv"):
        (folder / name).write_text("not an image")
    (folder / "old-study" / "figures").mkdir(parents=True)
    (folder / "old-study" / "study.toml").write_text("")
    Image.fromarray(picture(7)).save(folder / "old-study" / "figures" / "id_twonn.png")
    with pytest.warns(RepscapeWarning) as caught:
        examples = read_examples(folder)
    assert examples.table["id"].tolist() == ["cat/img2.png", "cat/img10.PNG", "dog/a.bmp", "dog/deep/b.png"]
    assert set(examples.table["label"]) == {"cat", "dog"}
    assert len(caught) == 1
    said = str(caught[0].message)
    for part in (
        "7 hidden files or folders, left out (.DS_Store, .ipynb_checkpoints, Thumbs.db, ...)",
        "2 .md files, left out (cat/list.md, notes.md)",
        "1 other files, left out (README)",
        "1 .csv files, left out (dog/data.csv)",
        "1 folders of studies or stores, left out (old-study)",
    ):
        assert part in said


def test_links_are_followed_and_named(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Image.fromarray(picture(8)).save(elsewhere / "h.png")
    (folder / "horse").symlink_to(elsewhere, target_is_directory=True)
    (folder / "cat" / "linked.png").symlink_to(folder / "dog" / "a.bmp")
    (folder / "dog" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    with pytest.warns(
        RepscapeWarning, match=r"2 links, followed \(cat/linked.png, horse\).*lead nowhere, left out \(dog/gone"
    ) as caught:
        examples = read_examples(folder)
    assert len(caught) == 1
    assert dict(examples.table["label"].value_counts()) == {"cat": 3, "dog": 2, "horse": 1}
    np.testing.assert_array_equal(examples.inputs[examples.table["id"].tolist().index("horse/h.png")], picture(8))


@pytest.mark.parametrize("target", ["..", "../cat", ".", "../../train"])
def test_links_that_lead_back_are_refused(target, folder):
    (folder / "dog" / "again").symlink_to(target, target_is_directory=True)
    with pytest.raises(InputError, match="again leads to .* which is read as .* already. Take the link out"):
        read_examples(folder)


def test_links_in_a_ring_lead_nowhere(folder):
    (folder / "dog" / "x").symlink_to("y")
    (folder / "dog" / "y").symlink_to("x")
    with pytest.warns(RepscapeWarning, match="2 links that lead nowhere, left out"):
        assert len(read_examples(folder)) == 4


def test_a_split_that_is_no_folder_is_not_passed_over(folder):
    with pytest.raises(
        UnknownNameError, match="split of .* must be a folder in it: train. Got 'trian'. Did you mean 'train'"
    ):
        read_examples(folder.parent, split="trian")
    for source in (["a"], np.eye(3)):
        with pytest.raises(InputError, match="split of the examples is for data sets and folders. Got ''"):
            read_examples(source, split="")


def test_a_folder_without_images_says_what_it_holds(tmp_path):
    (tmp_path / ".hidden.png").write_bytes(b"")
    with pytest.raises(InputError, match="is none of the folders that are known"):
        read_examples(tmp_path)
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    Image.fromarray(picture(0)).save(tmp_path / "a" / "b" / "c" / "deep.png")
    with pytest.warns(RepscapeWarning, match="hidden"):
        assert read_examples(tmp_path).table["label"].tolist() == ["a"]


# ---- levels, colours, frames, the right way up


def png16(array):
    """Return a PNG of 16-bit colours, grey with alpha, or colours with alpha, which Pillow cannot write."""
    height, width, channels = array.shape
    lines = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    kind = {2: 4, 3: 2, 4: 6}[channels]
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines)),
        (b"IEND", b""),
    ]
    chunks = (struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def one(folder, array=None, name="a.png", content=None, **options):
    """Return the one image of a folder, read."""
    if content is None:
        Image.fromarray(array).save(folder / name, **options)
    else:
        (folder / name).write_bytes(content)
    return read_examples(folder).inputs[0]


LEVELS = np.random.default_rng(1).integers(0, 65536, (6, 5, 4)).astype(np.uint16)


def thrice(grey):
    return np.repeat(grey[..., None], 3, axis=2)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.parametrize("scale", [1, 257, 60000])
def test_sixteen_bit_grey_keeps_its_levels(name, scale, tmp_path):
    grey = LEVELS[..., 0] // scale
    found = one(tmp_path, grey, name)
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, thrice(grey))


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_sixteen_bit_colours_keep_their_levels(channels, tmp_path):
    array = LEVELS[..., :channels].copy()
    array[..., 3:] = 65535
    if channels == 2:
        array[..., 1] = 65535
    found = one(tmp_path, content=png16(array))
    np.testing.assert_array_equal(found, thrice(array[..., 0]) if channels == 2 else array[..., :3])
    assert found.dtype == np.uint16


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("packed", [False, True])
def test_tiffs_of_any_byte_order_and_packing_keep_their_levels(order, packed, tmp_path):
    tifffile = pytest.importorskip("tifffile", reason="tifffile is not installed")
    options = {"byteorder": order, "compression": "zlib" if packed else None}
    floats = np.random.default_rng(2).normal(size=(6, 5)).astype(np.float32)
    whole = LEVELS[..., 0].astype(np.int32) * 30_000
    for array, more in ((LEVELS[..., :3], {"photometric": "rgb"}), (LEVELS[..., 0], {}), (floats, {}), (whole, {})):
        tifffile.imwrite(tmp_path / "a.tif", array, **options, **more)
        found = read_examples(tmp_path).inputs[0]
        assert found.dtype == array.dtype
        np.testing.assert_array_equal(found, array if array.ndim == 3 else thrice(array))
    tifffile.imwrite(tmp_path / "a.tif", LEVELS[..., :3].transpose(2, 0, 1), photometric="rgb", planarconfig="separate")
    with pytest.raises(InputError, match=r"a\.tif holds colours of 16 bits, laid out in a way that cannot be read"):
        read_examples(tmp_path)


def test_float_images_keep_their_levels(tmp_path):
    values = np.random.default_rng(3).random((6, 5)).astype(np.float32)
    found = one(tmp_path, values, "a.tif")
    np.testing.assert_array_equal(found, thrice(values))


def test_images_of_two_depths_keep_each_its_own(tmp_path):
    Image.fromarray(LEVELS[..., 0]).save(tmp_path / "a.png")
    Image.fromarray(picture(1)).save(tmp_path / "b.png")
    examples = read_examples(tmp_path)
    assert [image.dtype for image in examples.inputs] == [np.uint16, np.uint8]
    np.testing.assert_array_equal(examples.inputs[1], picture(1))


def test_sixteen_bit_levels_and_bytes_are_one_scale_for_a_model(tmp_path):
    as_rgb = pytest.importorskip("repscape.extraction._hf_encode", reason="torch is not installed").as_rgb
    np.testing.assert_array_equal(
        as_rgb(one(tmp_path, picture(1)[..., 0].astype(np.uint16) * 257), 0), thrice(picture(1)[..., 0])
    )
    wide = {"images": np.stack([picture(1)] * 2).astype(np.uint16), "floats": np.zeros(2)}
    assert read_examples(wide).inputs.dtype == np.uint8  # bytes in a wider type are bytes
    assert read_examples({"images": np.stack([LEVELS[..., :3]] * 2)}).inputs.dtype == np.uint16
    assert read_examples({"images": np.stack([picture(1)] * 2).astype(">i8")}).inputs.dtype == np.uint8


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.jpg", "grey.png"])
def test_images_stand_upright(orientation, name, tmp_path):
    upright = np.kron(np.array([[0, 255, 100], [200, 50, 150]], np.uint8), np.ones((16, 16), np.uint8))
    turned = {1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1], 5: upright.T}
    turned |= {6: np.rot90(upright), 7: upright[::-1, ::-1].T, 8: np.rot90(upright, -1)}
    stored = np.ascontiguousarray(turned[orientation])
    stored = stored.astype(np.uint16) * 257 if name == "grey.png" else thrice(stored)
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = one(tmp_path, stored, name, exif=exif, **({"quality": 100, "subsampling": 0} if name == "a.jpg" else {}))
    expected = thrice(upright.astype(np.uint16) * 257 if name == "grey.png" else upright)
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= 3


def test_colours_of_sixteen_bits_stand_upright(tmp_path):
    tifffile = pytest.importorskip("tifffile", reason="tifffile is not installed")
    tifffile.imwrite(tmp_path / "a.tif", LEVELS[..., :3], photometric="rgb", extratags=[(274, "H", 1, 6, True)])
    np.testing.assert_array_equal(read_examples(tmp_path).inputs[0], np.rot90(LEVELS[..., :3], -1))


@pytest.mark.parametrize("mode", ["P", "1", "L", "CMYK", "YCbCr", "LA", "RGBA", "PA"])
def test_every_mode_is_three_colours(mode, tmp_path):
    image = Image.fromarray(picture(2)).convert(mode)
    image.save(tmp_path / ("a.tif" if mode in ("CMYK", "YCbCr", "PA") else "a.png"))
    found = read_examples(tmp_path).inputs[0]
    assert (found.shape, found.dtype) == ((6, 5, 3), np.uint8)
    np.testing.assert_array_equal(found, np.asarray(Image.open(next(tmp_path.iterdir())).convert("RGB")))


@pytest.mark.parametrize("case", ["RGBA", "LA", "palette", "index", "16 bits"])
def test_transparency_is_left_out_with_a_word(case, tmp_path):
    clear = np.full((6, 5), 255, np.uint8)
    clear[0, 0] = 0
    if case == "16 bits":
        (tmp_path / "a.png").write_bytes(png16(LEVELS))
    elif case in ("RGBA", "LA"):
        Image.fromarray(np.dstack([picture(0) if case == "RGBA" else picture(0)[..., 0], clear])).save(
            tmp_path / "a.png"
        )
    else:
        index = Image.fromarray(picture(0)).quantize(8)
        index.save(tmp_path / "a.png", transparency=0 if case == "index" else bytes([0] + [255] * 7))
    Image.fromarray(picture(1)).save(tmp_path / "b.png")
    with pytest.warns(RepscapeWarning, match=r"1 images with transparency, which was left out \(.*a.png\)") as caught:
        assert len(read_examples(tmp_path)) == 2
    assert len(caught) == 1


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a.webp", "a.tif"])
def test_of_several_frames_the_first_is_taken_with_a_word(name, tmp_path):
    frames = [Image.fromarray(np.full((8, 8, 3), level, np.uint8)) for level in (40, 200, 90)]
    frames[0].save(
        tmp_path / name, save_all=True, append_images=frames[1:], **({"lossless": True} if "webp" in name else {})
    )
    with pytest.warns(RepscapeWarning, match="1 images of several frames, of which the first was taken"):
        found = read_examples(tmp_path).inputs[0]
    assert np.abs(found.astype(int) - 40).max() <= 1


@pytest.mark.parametrize("size", [(100_000, 100_000), (2**31 - 1, 2**31 - 1), (12_000, 12_000)])
def test_an_image_that_claims_more_than_it_holds(size, tmp_path):
    head = png16(LEVELS[..., :3])
    ihdr = b"IHDR" + struct.pack(">II", *size) + head[24:29]
    (tmp_path / "a.png").write_bytes(head[:12] + ihdr + struct.pack(">I", zlib.crc32(ihdr)) + head[33:])
    with pytest.raises((InputError, MemoryBudgetError), match=r"a\.png"):
        read_examples(tmp_path)


def test_what_would_not_fit_into_memory_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    Image.fromarray(np.zeros((2000, 2000, 3), np.uint8)).save(tmp_path / "a.png")
    monkeypatch.setattr("repscape.examples._room.memory_available", lambda: 10_000_000)
    with pytest.raises(MemoryBudgetError, match=r"a.png would take 48 MB of memory"):
        read_examples(tmp_path)
    monkeypatch.setattr("repscape.examples._room.memory_available", lambda: 60_000_000)
    for name in "bcd":
        Image.fromarray(np.zeros((2000, 2000, 3), np.uint8)).save(tmp_path / f"{name}.png")
    with pytest.raises(MemoryBudgetError, match=r"4 images of .* would take 96 MB of memory"):
        read_examples(tmp_path)


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
