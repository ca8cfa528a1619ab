"""From a model and examples to a store: one forward pass, written while the next one is computed, resumable to the bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .. import _check
from .._types import Examples, Progress
from ..errors import StudyMismatchError
from ..examples import builtin_values, read_examples
from ..extraction import open_model
from ..machine import place_of
from ..store import Store, open_store
from ._extract_far import far
from ._extraction_job import ExtractionJob
from ._progress import progress_bar
from ._rounding import STORE_DTYPES

if TYPE_CHECKING:
    import torch

    from ..extraction import Model


def extract(  # house: every option in one place
    model: str | torch.nn.Module | Model,
    examples: Any,
    *,
    to: str | Path,
    layers: str | int | Sequence[str | int] = "all",
    site: str | Sequence[str] = "residual",
    part: str | None = None,
    pool: str = "mean",
    include_special: bool = False,
    batch_size: int | Literal["auto"] = "auto",
    template: str | None = None,
    chat: bool | None = None,
    positions: str | int | None = None,
    device: str = "auto",
    device_map: str | Mapping[str, Any] | None = None,
    dtype: str = "auto",
    store_dtype: Literal["float32", "float16", "bfloat16"] = "float32",
    max_length: int | None = None,
    too_long: Literal["truncate", "refuse"] = "truncate",
    resume: bool = True,
    revision: str | None = None,
    preprocess: Callable[[Any], Any] | None = None,
    tower: str = "auto",
    trust_remote_code: bool = False,
    allow_pickle: bool = False,
    slab_rows: int | None = None,
    scheduler: Any = None,
    progress: bool | Progress | None = None,
    sync: bool = True,
) -> Store:
    """Read the hidden states of examples at every wanted layer and site, in one forward pass, into a store.

    Parameters
    ----------
    model : str, torch.nn.Module or opened model
        A hub id ("bert-base-uncased"), a local folder, "module:function", or a module with `preprocess`.
    examples : Examples or whatever :func:`read_examples` takes
        Texts, proteins, images: a path, a list, a DataFrame, a data set.
    to : path
        The store's folder, or a place on an object store ("s3://bucket/run.zarr"); what is already in it is not computed again.
    layers : "all", int, str or sequence of them
        Which blocks: numbers (0 is the embedding, -1 the last), names or globs of modules.
    site : str or sequence of str
        Where in a block: "residual" (its output), "norm1", "norm2", "attn", "mlp", "final_norm", or modules by name or glob.
    part : {"heads", "units", "router", "experts"}, optional
        Parts of layers instead of whole ones, each a representation of its own, named such as "h.3/head.7": what each head of
        attention hands to the output projection (`site` "q", "k" or "v": what it attends with; several heads may share a
        "kv_head.1"), the units of the feed-forward part, the weights with which a router calls its experts, what each of them
        adds.
    pool : {"mean", "last", "first", "cls", "max", "token", "flatten"}
        How an example's positions become one row: the mean over real tokens (padding and special tokens left out), the last
        real token, and so on; "token" keeps a row for every real token, "flatten" all positions side by side. The examples of
        "token" rows have the columns `example`, `position` (among the example's real tokens), `token` (what it says), and of a
        causal language model that was saved with its head `loss`: -log of the token's probability given those before it, in
        nats, NaN where none stands before it. `state["loss"]` says what it is, or why there is none.
    include_special : bool, default False
        Whether special tokens (those around a text; class, register and distillation tokens of a picture) count as real. The
        mean with them is the sentence embedding of some models.
    batch_size : int or "auto"
        Inputs of a batch; "auto" makes batches of an equal number of tokens, as many as fit and pay. Where padding would change
        a state, only inputs of equal length share a batch.
    template : str, optional
        What stands around each text, with `{text}` where it goes: with pool "last", the state where a prompt ends. A text that
        is too long is cut, never what stands around it.
    chat : bool, optional
        Whether each text (in its template) is a user's message in the chat template of the model's tokenizer, up to where the
        model is to answer. Special tokens stand as that template writes them, once.
    positions : str or int, optional
        Which of the real tokens are read, before they are pooled: a stretch as Python counts them ("0:128", "-16:", "5"), or of
        a prompt what stands "before" the text, the "text", or what stands "after" it ("text 0:16" is a stretch of those).
        A token that holds characters of both counts as the text's.
    device, dtype : str
        Where and in what precision the model runs.
    device_map : str or mapping, optional
        "auto" spreads a model of the transformers library over all devices, main memory and disk (needs accelerate).
    store_dtype : {"float32", "float16", "bfloat16"}
        In what precision rows are stored (bfloat16 is read as float32). The largest relative errors of a row and of a distance,
        layer by layer, then stand in the store's state, and are told by `repscape info` and the page.
    max_length : int, optional
        Most tokens of a text, special ones included; by default what the model takes.
    too_long : {"truncate", "refuse"}
        What becomes of longer texts; how many were cut stands in the provenance's state.
    resume : bool
        Whether to go on with a store that is there. False: refuse it.
    revision, preprocess, trust_remote_code, allow_pickle
        How the model is opened: a commit of the hub; what turns inputs into a module's arguments; whether code, or pickled
        weights, that came with the model may be run.
    tower : {"auto", "encoder", "decoder", "both", "text", "vision", "audio"}
        Which part of a transformers model is read: an encoder (auto), its decoder, which reads the same tokens behind its first
        one, or both; the tower for one kind of input of a model that takes several.
    slab_rows : int, optional
        Rows that are computed and committed together (512; 64 for pools that keep positions).
    scheduler : str or distributed.Client, optional
        "processes:N" runs slabs in N processes of this machine, the address of a dask scheduler ("tcp://host:8786") or a client
        on its workers, with a model in each, which `model` must name; the store is the same, byte by byte.
    progress : bool or callable, optional
        True draws a bar on standard error; a callable is called as progress(done, total, what).
    sync : bool
        Whether each commit waits until the disk has it, so that not even a power cut takes it back.

    Returns
    -------
    Store
        Layer -> (n, d) rows, with `.examples` and `.provenance`. Equal inputs have equal rows: each runs once.

    Raises
    ------
    StudyMismatchError
        If the store holds another model, other data or other options; the message names what differs.
    InputError, UnknownNameError
        If an example cannot be used, or the model has no such layer or site.
    StoreError
        If the disk is full; what was committed stands, and the same call goes on from there.

    Examples
    --------
    >>> import tempfile, torch, repscape as rs
    >>> net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
    >>> store = rs.extract(net, torch.eye(4).numpy(), to=tempfile.mkdtemp() + "/run.zarr", layers="*")
    >>> {name: store[name].shape for name in store.layers}
    {'0': (4, 8), '1': (4, 8), '2': (4, 2)}
    """
    _check.choice(store_dtype, "store_dtype", "extract", STORE_DTYPES)
    opened: Any = model  # before the data are read: what is wrong with it shows at once
    opening: dict[str, Any] = {
        "preprocess": preprocess,
        "revision": revision,
        "device": device,
        "device_map": device_map,
        "dtype": dtype,
        "tower": tower,
    }
    opening |= {"trust_remote_code": trust_remote_code, "allow_pickle": allow_pickle}
    elsewhere = far(scheduler, model, place_of(to), opening=opening)
    if not hasattr(model, "provenance"):  # an opened model is used as it is
        opened = open_model(opened, **opening)
    data = _with_builtin(examples if isinstance(examples, Examples) else read_examples(examples))
    options: dict[str, Any] = {
        "layers": layers if isinstance(layers, str | int) else list(layers),
        "site": site if isinstance(site, str) else list(site),
        "pool": pool,
        "include_special": include_special,
        "max_length": max_length,
        "too_long": too_long,
        "batch_size": batch_size,
        "slab_rows": slab_rows,
        **({} if store_dtype == "float32" else {"store_dtype": store_dtype}),  # older stores have no name for float32
    }
    window = None if positions is None else str(positions)
    more = _asked(part=part, template=template, chat=chat or None, positions=window)
    job = ExtractionJob(opened, data, place_of(to), {**options, **more}, sync, elsewhere)
    if job.path.exists() and any(job.path.iterdir()) and not resume:
        raise StudyMismatchError(f"{to} is there already, and resume=False. Choose another folder, or delete it.")
    try:
        with progress_bar(progress) as report:
            job.work(report)
    except KeyboardInterrupt:
        kept = open_store(job.path).state.get("examples", 0) if job.path.exists() else 0
        raise KeyboardInterrupt(
            f"stopped: {kept} of {len(data)} examples are in {to}; the same command goes on from there"
        ) from None
    return open_store(job.path)


def _asked(**options: Any) -> dict[str, Any]:
    """Return options that stand in a store only where they are asked for: earlier stores do not know them."""
    return {name: value for name, value in options.items() if value is not None}


def _with_builtin(examples: Examples) -> Examples:
    """Add what the examples say by themselves, such as their length; columns of the data stay as they are."""
    own = builtin_values(examples.inputs, kind=examples.kind)
    new = {name: values for name, values in own.items() if name not in examples.table.columns}
    return replace(examples, table=examples.table.assign(**new))
