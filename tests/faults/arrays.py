"""Arrays, images, neighbour files and study files from outside, each with a reader of its own."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from repscape import knn_graph
from repscape.examples import read_columns, read_examples, read_layers
from repscape.study import read_study
from repscape.study.reading import read_source
from tests.faults.kinds import Kind
from tests.faults.samples import PIXELS, RNG, N, X, put, written


def picture(form: str, pixels: np.ndarray = PIXELS, **options: Any) -> bytes:
    return written(lambda stream: Image.fromarray(pixels).save(stream, format=form, **options))


def pictured(folder: Path) -> Any:
    return read_examples(folder).inputs


def _pillow(folder: Path) -> Any:
    (file,) = folder.iterdir()
    with Image.open(file) as image:
        image.seek(0)
        image.load()
        turned = image
        if image.getexif().get(274, 1) != 1:
            raise ValueError("turned: the product turns it upright")
        if turned.mode.startswith(("I", "F")):
            return np.repeat(np.asarray(turned)[None, ..., None], 3, axis=-1)
        return np.asarray(turned.convert("RGB"))[None]


def layers_of(folder: Path) -> Any:
    found = read_layers(next(folder.iterdir()))
    return [(layer.key, values) for layer, values in found.layers.items()], found.columns


def _npy(folder: Path) -> Any:
    (file,) = folder.iterdir()
    array = np.load(file, allow_pickle=False)
    flat = array if array.ndim < 3 else array.reshape(len(array), -1)
    return [("a", flat)], {}


def column_of(folder: Path) -> Any:
    return read_columns(next(folder.iterdir()))


def _column(folder: Path) -> Any:
    return {"c": np.load(next(folder.iterdir()), allow_pickle=False)}


def neighbours(folder: Path) -> None:
    graph = knn_graph(X, 4)
    np.save(folder / "layer3_post_mlp_indices.npy", np.column_stack([np.arange(N), graph.indices]))
    np.save(folder / "layer3_post_mlp_dist.npy", np.column_stack([np.zeros(N), graph.distances]))


def published(folder: Path) -> Any:
    held = [(one.place.layer.key, one.graph) for one in read_source(folder).representations]
    return [(key, graph.indices, graph.distances) for key, graph in held]


def _published(folder: Path) -> Any:
    indices, distances = (np.load(folder / f"layer3_post_mlp_{what}.npy") for what in ("indices", "dist"))
    return [("layer3:post_mlp", indices[:, 1:], distances[:, 1:])]


def plan_file(folder: Path) -> None:
    np.savez(folder / "layers.npz", a=X, b=X[:, :2], kind=np.arange(N) % 3)
    (folder / "study.toml").write_text(
        '[source]\narrays = {one = "layers.npz", two = "layers.npz:a"}\ncolumns = ["extra.csv:sort"]\n\n[plan]\n'
        'measures = ["id_twonn", {name = "overlap_labels", k = 3, options = {exclude = "none"}}]\nlayers = ["*", 0]\n'
        'labels = "kind"\nwhole = false\npreprocess = ["centre"]\nprofiles = ["next"]\n\n[[also]]\nmeasures = ["id_mle"]\n'
    )
    (folder / "extra.csv").write_text("sort\n" + "x\ny\n" * (N // 2))


def spec_of(folder: Path) -> Any:
    spec = read_study(folder / "study.toml")
    return spec.arrays, spec.columns, spec.plan, spec.also, spec.origin()


def _toml(folder: Path) -> Any:
    return tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))


def chosen_rows(folder: Path) -> None:
    np.save(folder / "rows.npy", np.array([3, 0, 2]))


def read_rows(folder: Path) -> Any:
    return {"rows": read_examples(["a", "b", "c", "d"], rows=str(folder / "rows.npy")).table["id"].to_numpy()}


def _rows(folder: Path) -> Any:
    return {"rows": np.load(folder / "rows.npy", allow_pickle=False)}


def model_plan_file(folder: Path) -> None:
    (folder / "texts.csv").write_text("text,kind\n" + "".join(f"text {i},{i % 2}\n" for i in range(12)))
    (folder / "study.toml").write_text(
        '[source]\nmodel = {one = "org/a", two = "org/b"}\ndata = "texts.csv"\n\n[source.options]\ntext = "text"\n'
        'label = "kind"\nlimit = 6\nmax_length = 8\nbatch_size = "auto"\nsite = ["residual", "attn"]\nrng = 3\n'
        'layers = [0, "h.*"]\npool = "mean"\ninclude_special = false\n\n[plan]\nlabels = ["kind"]\n'
        'measures = ["id_twonn", {name = "overlap_labels", k = 3}]\n'
    )


def model_spec(folder: Path) -> Any:
    spec = read_study(folder / "study.toml")
    plan, columns = spec.load()
    held = () if spec.models is None else (spec.models.options, spec.models.models, spec.examples().table)
    return plan and plan.to_dict(), list(columns), held


def arrays(folder: Path) -> list[object]:
    return ["run", "--arrays", next(folder.iterdir()), "--measures", "id_mle(k=3)", "--dry-run", "-o", folder / "out"]


KINDS = (
    Kind(
        "npz",
        put("a.npz", lambda: written(lambda stream: np.savez(stream, a=X, b=X[:, :3], label=np.arange(N)))),
        "*",
        layers_of,
        command=arrays,
    ),
    Kind(
        "npz, compressed",
        put("a.npz", lambda: written(lambda stream: np.savez_compressed(stream, a=X, label=np.arange(N)))),
        "*",
        layers_of,
        command=arrays,
    ),
    Kind(
        "npy of a layer",
        put("a.npy", lambda: written(lambda stream: np.save(stream, X))),
        "*",
        layers_of,
        says=_npy,
        command=arrays,
    ),
    Kind(
        "npy of images",
        put("a.npy", lambda: written(lambda stream: np.save(stream, RNG.integers(0, 9, (N, 4, 5)).astype(np.uint8)))),
        "*",
        layers_of,
        says=_npy,
        command=arrays,
    ),
    Kind(
        "npy of labels",
        put("c.npy", lambda: written(lambda stream: np.save(stream, np.arange(N)))),
        "*",
        column_of,
        says=_column,
    ),
    Kind("png", put("a.png", lambda: picture("PNG")), "*", pictured, says=_pillow),
    Kind(
        "png of 16 bits",
        put("a.png", lambda: picture("PNG", PIXELS[..., 0].astype(np.uint16) * 200)),
        "*",
        pictured,
        says=_pillow,
    ),
    Kind("jpg", put("a.jpg", lambda: picture("JPEG")), "*", pictured, says=_pillow),
    Kind("gif", put("a.gif", lambda: picture("GIF")), "*", pictured, says=_pillow),
    Kind("tif", put("a.tif", lambda: picture("TIFF")), "*", pictured, says=_pillow),
    Kind("webp", put("a.webp", lambda: picture("WEBP", lossless=True)), "*", pictured, says=_pillow),
    Kind(
        "neighbour files, published",
        neighbours,
        "*.npy",
        published,
        says=_published,
        command=lambda folder: [
            "run",
            folder,
            "--measures",
            "overlap_neighbors(k=2)",
            "--dry-run",
            "-o",
            folder / "out",
        ],
    ),
    Kind(
        "study.toml",
        plan_file,
        "study.toml",
        spec_of,
        "toml",
        _toml,
        same=False,
        command=lambda folder: ["run", folder / "study.toml", "--dry-run", "-o", folder / "out"],
    ),
    Kind("study.toml of models", model_plan_file, "study.toml", model_spec, "toml", _toml, same=False),
    Kind("npy of row numbers", chosen_rows, "rows.npy", read_rows, says=_rows),
)
