"""Files with a few bytes changed, cut out, put in or cut off: read, or refused in words; never a traceback, never a hang."""

from __future__ import annotations

import gzip
import io
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from repscape.errors import RepscapeError
from repscape.examples import read_columns, read_examples, read_layers

EACH = 40
RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "id": [f"a{i}" for i in range(20)],
        "text": [f'some "text", {i}\n x' for i in range(20)],
        "label": [f"0{i % 3}" for i in range(20)],
    }
)
X = RNG.normal(size=(20, 4))
PIXELS = RNG.integers(0, 255, (8, 9, 3)).astype(np.uint8)


def written(write: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def picture(form: str, pixels: np.ndarray = PIXELS) -> bytes:
    image = pytest.importorskip("PIL.Image", reason="pillow is not installed")
    return written(lambda stream: image.fromarray(pixels).save(stream, format=form))


FILES: dict[str, Callable[[], bytes]] = {
    "t.csv": lambda: TABLE.to_csv(index=False).encode(),
    "t.tsv": lambda: TABLE.to_csv(index=False, sep="\t").encode(),
    "u.csv": lambda: TABLE.to_csv(index=False, sep=";").encode("utf-16"),
    "t.csv.gz": lambda: gzip.compress(TABLE.to_csv(index=False).encode(), mtime=0),
    "t.jsonl": lambda: TABLE.to_json(orient="records", lines=True).encode(),
    "t.json": lambda: TABLE.to_json(orient="records").encode(),
    "t.parquet": lambda: written(TABLE.to_parquet),
    "p.fasta": lambda: b"".join(b">p%d x\nACDEF\n" % i for i in range(9)),
    "a.npz": lambda: written(lambda stream: np.savez(stream, x=X, y=X, label=np.arange(20))),
    "b.npz": lambda: written(lambda stream: np.savez_compressed(stream, x=X, label=np.arange(20))),
    "a.npy": lambda: written(lambda stream: np.save(stream, X)),
    "c.npy": lambda: written(lambda stream: np.save(stream, np.arange(20))),
    "v.vec": lambda: b"2 12\n" + b"".join(b"w%d %s\n" % (i, b" ".join([b"0.5"] * 12)) for i in range(2)),
    "a.png": lambda: picture("PNG"),
    "b.png": lambda: picture("PNG", PIXELS[..., 0].astype(np.uint16) * 200),
    "a.jpg": lambda: picture("JPEG"),
    "a.gif": lambda: picture("GIF"),
    "a.tif": lambda: picture("TIFF"),
    "a.webp": lambda: picture("WEBP"),
}
IMAGES = (".png", ".jpg", ".gif", ".tif", ".webp")


def mutant(data: bytes, draw: np.random.Generator) -> bytes:
    raw = bytearray(data)
    for _ in range(int(draw.integers(1, 4))):
        place = int(draw.integers(0, max(1, len(raw))))
        how = int(draw.integers(0, 6))
        if how == 0 and raw:
            raw[place] ^= 1 << int(draw.integers(0, 8))
        elif how == 1:
            del raw[place : place + int(draw.integers(1, 30))]
        elif how == 2:
            raw[place:place] = draw.integers(0, 256, int(draw.integers(1, 20))).astype(np.uint8).tobytes()
        elif how == 3:
            raw = raw[:place]
        elif how == 4 and raw:
            raw[place] = int(draw.choice([0, 255, 10, 13, 34, 44, 9]))
        else:
            raw[place:place] = raw[: int(draw.integers(1, 50))]
    return bytes(raw)


def read(file: Path) -> object:
    if file.suffix in IMAGES:
        return read_examples(file.parent)
    if file.suffix in (".npz", ".npy"):
        return read_columns(file) if file.stem == "c" else read_layers(file)
    return read_examples(file, **({} if file.suffix in (".fasta", ".vec") else {"text": "text"}))


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_read_or_refused_in_words(name: str, tmp_path: Path) -> None:
    whole, file, draw = FILES[name](), tmp_path / name, np.random.default_rng(list(name.encode()))
    refused: list[str] = []
    for _ in range(EACH):
        file.write_bytes(mutant(whole, draw))
        begun = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what an image does not show is said, and Pillow says what it mends
            try:
                read(file)
            except RepscapeError as error:
                refused.append(str(error))
        assert time.perf_counter() - begun < 5
    file.write_bytes(whole)
    read(file)
    assert len(refused) > EACH / 20
    assert [words for words in refused if str(tmp_path) not in words] == []
