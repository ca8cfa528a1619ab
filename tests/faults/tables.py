"""Tables, sequences and word vectors from outside, each with a reader of its own that shares no code with the product's."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from repscape.examples import read_examples
from tests.faults.kinds import Kind
from tests.faults.samples import TABLE, VECTORS, WORDS, X, put, written


def table(name: str, **options: Any) -> Callable[[Path], Any]:
    return lambda folder: _spelled(read_examples(folder / name, text="text", **options).table)


def _spelled(found: pd.DataFrame) -> pd.DataFrame:
    """Cells as they stand in a file: numbers spelled out, nothing where one is missing."""
    return found.astype(object).where(found.notna(), "").astype(str)


csv.field_size_limit(1 << 24)


def _rows(text: str, separator: str) -> pd.DataFrame:
    rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator) if row]
    return pd.DataFrame(rows[1:], columns=rows[0]).astype(str)


def _decoded(content: bytes, encoding: str = "utf-8") -> str:
    marks = {b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    return content.decode(next((name for mark, name in marks.items() if content.startswith(mark)), encoding))


def separated(name: str, separator: str, *, encoding: str = "utf-8") -> Callable[[Path], Any]:
    def says(folder: Path) -> pd.DataFrame:
        content = (folder / name).read_bytes()
        rows = _rows(_decoded(gzip.decompress(content) if name.endswith(".gz") else content, encoding), separator)
        return _first_id(rows)

    return says


def _tabs(folder: Path) -> pd.DataFrame:
    """Cells between tabs; quotes are text like any other."""
    text = _decoded((folder / "t.tsv").read_bytes()).removeprefix("\ufeff")
    rows = [line.split("\t") for line in re.split(r"\r\n|\n|\r", text) if line]
    return _first_id(pd.DataFrame(rows[1:], columns=rows[0]).astype(str))


def _first_id(rows: pd.DataFrame) -> pd.DataFrame:
    """Ids come first; those that repeat stay beside the numbers of the rows."""
    if "id" in rows and rows["id"].is_unique and (rows["id"] != "").all():
        return rows[["id", *(name for name in rows if name != "id")]]
    rest = rows.rename(columns={"id": "source_id"})
    return rest.assign(id=[str(i) for i in range(len(rows))])[["id", *rest.columns]]


def _json(folder: Path) -> pd.DataFrame:
    return _records(json.loads(_decoded((folder / "t.json").read_bytes()).removeprefix("\ufeff")))


def _json_lines(folder: Path) -> pd.DataFrame:
    text = _decoded((folder / "t.jsonl").read_bytes()).removeprefix("\ufeff")
    return _records([json.loads(line) for line in text.split("\n") if line.strip()])


def _records(held: Any) -> pd.DataFrame:
    return pd.DataFrame(held, dtype=object)


def _fasta(folder: Path) -> Any:
    found: list[tuple[str, str]] = []
    for line in _decoded((folder / "p.fasta").read_bytes()).splitlines():
        if line.startswith(">"):
            found.append((line[1:].split()[0], ""))
        elif line.strip():
            found[-1] = (found[-1][0], found[-1][1] + "".join(line.split()).upper())
    if len({name for name, _ in found}) < len(found):  # ids that repeat are no ids
        found = [(place, said) for place, (_, said) in enumerate(found)]  # type: ignore[misc]
    return found


def proteins(folder: Path) -> Any:
    found = read_examples(folder / "p.fasta")
    return list(zip(found.table["id"], found.inputs, strict=True))


def _text_vectors(name: str) -> Callable[[Path], Any]:
    def says(folder: Path) -> Any:
        rows = [line.split(" ") for line in (folder / name).read_text(encoding="utf-8").splitlines()]
        width = len(rows[0]) - 1
        if len(rows[0]) == 2 and all(cell.isdigit() for cell in rows[0]):
            width = int(rows[0][1])
            rows = rows[1:]
        return [" ".join(row[:-width]) for row in rows], np.array([row[-width:] for row in rows], dtype=np.float32)

    return says


def _binary_vectors(folder: Path) -> Any:
    content = (folder / "v.bin").read_bytes()
    head, _, rest = content.partition(b"\n")
    count, width = map(int, head.split())
    words, rows = [], []
    for _ in range(count):
        word, _, rest = rest.partition(b" ")
        rows.append(np.frombuffer(rest[: 4 * width], "<f4"))
        words.append(word.lstrip(b"\n").decode())
        rest = rest[4 * width :]
    return words, np.stack(rows)


def vectors(name: str) -> Callable[[Path], Any]:
    def read(folder: Path) -> Any:
        found = read_examples(folder / name, **({} if name.endswith((".bin", ".npz")) else {"kind": "vectors"}))
        return found.table["word"].tolist(), found.inputs

    return read


def word2vec() -> bytes:
    return b"9 12\n" + b"".join(
        word.encode() + b" " + row.tobytes() + b"\n" for word, row in zip(WORDS, VECTORS, strict=True)
    )


def vector_lines() -> bytes:
    rows = zip(WORDS, VECTORS, strict=True)
    return b"".join(f"{word} {' '.join(map(str, row))}\n".encode() for word, row in rows)


def labelled(name: str) -> Callable[[Path], list[object]]:
    """A command that reads the file as labels of layers, which lie beside the folder."""

    def command(folder: Path) -> list[object]:
        file = folder.parent / f"{folder.name}-layers.npz"
        if not file.exists():
            np.savez(file, a=X, b=X[:, :2])
        return ["run", "--arrays", file, "--labels-from", f"{folder / name}:label", "--dry-run", "-o", folder / "out"]

    return command


def _parquet(folder: Path) -> pd.DataFrame:
    return _first_id(pq.read_table(folder / "t.parquet").to_pandas().astype(str))


def data_set(folder: Path) -> None:
    import datasets

    datasets.disable_progress_bars()
    datasets.Dataset.from_pandas(TABLE).save_to_disk(folder)


def _data_set(folder: Path) -> Any:
    """What its files hold: rows as pyarrow reads them, and the rest as JSON."""
    held = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    return held, [
        pa.ipc.open_stream(file.read_bytes()).read_all().to_pylist() for file in sorted(folder.glob("*.arrow"))
    ]


TABS = TABLE.replace("\n", " ", regex=True).to_csv(index=False, sep="\t", quoting=csv.QUOTE_NONE, quotechar=None)
UTF16 = separated("u.csv", ";", encoding="utf-16")
KINDS = (
    Kind(
        "csv",
        put("t.csv", lambda: TABLE.to_csv(index=False).encode()),
        "*",
        table("t.csv"),
        "text",
        separated("t.csv", ","),
        command=labelled("t.csv"),
    ),
    Kind("tsv", put("t.tsv", TABS.encode), "*", table("t.tsv"), "text", _tabs, command=labelled("t.tsv")),
    Kind(
        "csv in UTF-16",
        put("u.csv", lambda: TABLE.to_csv(index=False, sep=";").encode("utf-16")),
        "*",
        table("u.csv"),
        "bytes",
        UTF16,
        command=labelled("u.csv"),
    ),
    Kind(
        "csv, gzipped",
        put("t.csv.gz", lambda: gzip.compress(TABLE.to_csv(index=False).encode(), mtime=0)),
        "*",
        table("t.csv.gz"),
        "bytes",
        separated("t.csv.gz", ","),
        command=labelled("t.csv.gz"),
    ),
    Kind(
        "jsonl",
        put("t.jsonl", lambda: TABLE.to_json(orient="records", lines=True).encode()),
        "*",
        table("t.jsonl"),
        "jsonl",
        _json_lines,
        same=False,
        command=labelled("t.jsonl"),
    ),
    Kind(
        "json",
        put("t.json", lambda: TABLE.to_json(orient="records").encode()),
        "*",
        table("t.json"),
        "json",
        _json,
        same=False,
        command=labelled("t.json"),
    ),
    Kind(
        "parquet",
        put("t.parquet", lambda: written(TABLE.to_parquet)),
        "*",
        table("t.parquet"),
        "bytes",
        _parquet,
        command=labelled("t.parquet"),
    ),
    Kind("data set saved by datasets", data_set, "*", table("."), "json", _data_set, same=False),
    Kind(
        "FASTA",
        put("p.fasta", lambda: b"".join(b">p%d x\nACDEF\nGHIKL\n" % i for i in range(9))),
        "*",
        proteins,
        "text",
        _fasta,
    ),
    Kind("word vectors, text", put("v.txt", vector_lines), "*", vectors("v.txt"), "text", _text_vectors("v.txt")),
    Kind(
        "word vectors, word2vec text",
        put("v.vec", lambda: b"9 12\n" + vector_lines()),
        "*",
        vectors("v.vec"),
        "text",
        _text_vectors("v.vec"),
    ),
    Kind("word vectors, word2vec binary", put("v.bin", word2vec), "*", vectors("v.bin"), "bytes", _binary_vectors),
    Kind(
        "word vectors, npz",
        put("v.npz", lambda: written(lambda stream: np.savez(stream, words=np.array(WORDS), vectors=VECTORS))),
        "*",
        vectors("v.npz"),
    ),
)
