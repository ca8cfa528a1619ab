"""A model ready to be read: any torch module, with what turns examples into its inputs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import torch

from .. import _check
from ..errors import InputError, InputTypeError
from ..machine import torch_device
from ._anatomy import FAMILY_SITES, SITES, Anatomy, Tap, find_anatomies
from ._copies import digest
from ._families import Family
from ._fingerprint_torch import fingerprint
from ._loss_torch import Scorer
from ._own_code import hint_of_pictures, own_code
from ._pool import Batch
from ._sites import select_taps

Preprocess = Callable[[Any], Any]
TooLong = Literal["truncate", "refuse"]
ENDING = "sentence_embedding"  # what stands behind the transformer in a model of sentence-transformers
DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "bf16": torch.bfloat16,
    "float16": torch.float16,
    "fp16": torch.float16,
}
PIXELS_PER_TOKEN = 3 * 16 * 16  # what an array input counts for in a batch's budget: one token per patch of this size


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """The inputs of one slab, ready to be put into batches."""

    lengths: npt.NDArray[np.int64]
    """(rows,) tokens that each input costs."""
    batch: Callable[[npt.NDArray[np.int64]], Batch]
    """Returns the batch of the given rows (counted from the slab's first), on the CPU."""
    truncated: int = 0
    """Inputs that were cut."""
    digests: tuple[bytes, ...] | None = None
    """A digest of what the model is called with for each input, where it is known before batches are formed."""
    source: Callable[[int], bytes] | None = None
    """Gives the digest of an input as it came in, for when what the model is called with has no row for each input."""


class Encoder(Protocol):
    """Turns the inputs of a slab into batches."""

    def probe(self) -> Encoded | None:
        """Return a few short inputs of its own making, of which two are of equal length; None where it cannot make any."""
        ...

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of examples it takes."""
        ...

    def __call__(self, inputs: Any, *, first_row: int, max_length: int | None, too_long: TooLong) -> Encoded:
        """Encode consecutive inputs; `first_row` is the number of the first, for messages."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A network and how examples go into it."""

    module: torch.nn.Module
    """The network; layers are named by the paths of its modules."""
    run: Callable[..., Any]
    """What is called: the module, or the part of it that makes hidden states (no head, no decoder)."""
    encode: Encoder
    """What turns examples into batches."""
    name: str
    """Hub id, folder, or class name."""
    revision: str | None = None
    """Commit on the hub."""
    family: Family | None = None
    """Where it keeps its parts, where the table does not know."""
    anatomy: Anatomy | None = None
    """Where it keeps them, as a probe through it showed; None before it has run, or where no blocks were found."""
    scores: Scorer | None = None
    """What runs it with its head, where it is a causal language model whose head is there."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What else was done to it, for the record: a random mask switched off, an adapter merged in."""

    @property
    def device(self) -> torch.device:
        """Where its parameters live."""
        places = (parameter.device for parameter in self.module.parameters() if not parameter.is_meta)
        return next(places, torch.device("cpu"))

    @property
    def dtype(self) -> torch.dtype:
        """The type of its first floating-point parameter."""
        kinds = (parameter.dtype for parameter in self.module.parameters() if parameter.is_floating_point())
        return next(kinds, torch.float32)

    def known_anatomy(self) -> Anatomy | None:
        """Return what is known of its blocks: from a probe, else from the names of its modules."""
        if self.anatomy is not None:
            return self.anatomy
        names = [name for name, _ in self.module.named_modules() if name]
        found = find_anatomies(names) if self.family is None else find_anatomies(names, (self.family,))
        return found[0] if len(found) == 1 else None

    def provenance(self) -> dict[str, Any]:
        """Return what identifies the model: name, revision, class, dtype, versions, and a fingerprint of its weights."""
        anatomy = self.known_anatomy()
        return {
            "model": self.name,
            "revision": self.revision,
            "class": type(self.module).__name__,
            "family": anatomy.name if anatomy else None,
            "last_residual_is_normalised": anatomy.normalised if anatomy else None,
            "dtype": str(self.dtype).removeprefix("torch."),
            "device": self.device.type,
            "parameters": sum(parameter.numel() for parameter in self.module.parameters()),
            "fingerprint": fingerprint(self.module),
            "torch": torch.__version__,
            **self.about,
        }


def open_module(
    module: torch.nn.Module,
    *,
    preprocess: Preprocess | None = None,
    name: str | None = None,
    device: str = "auto",
    dtype: str = "auto",
    family: Family | None = None,
) -> Model:
    """Make any torch module readable.

    Parameters
    ----------
    module : torch.nn.Module
        Left as it is; asking for another device or dtype works on a copy.
    preprocess : callable, optional
        Takes a list of inputs (or rows of the inputs' array) and returns what the module is called with: a tensor, a tuple,
        or a dict. In a dict, "attention_mask" says which positions are real, and "special_tokens_mask" (not handed on) which
        of them are special. By default arrays become float32 tensors.
    name : str, optional
        What to call it; its class by default.
    device, dtype : str
        "auto" leaves the module where it is and as it is.
    family : Family, optional
        Where its blocks keep their parts.

    Returns
    -------
    Model
    """
    if not isinstance(module, torch.nn.Module):
        raise InputTypeError(f"model of extract must be a torch.nn.Module. Got {type(module).__name__}.")
    wanted: dict[str, Any] = {} if device == "auto" else {"device": torch_device(device, "extract")}
    wanted |= {} if dtype == "auto" else {"dtype": torch_dtype(dtype)}
    if wanted:
        module = copy.deepcopy(module).to(**wanted)
    encoder = ModuleEncoder(preprocess or _as_tensor)
    return Model(module, module, encoder, name or type(module).__name__, family=family)


@dataclass(frozen=True, slots=True)
class ModuleEncoder:
    """Calls the user's `preprocess` on the inputs of each batch."""

    preprocess: Preprocess
    kinds: tuple[str, ...] = ("text", "protein", "image", "vectors", "array")

    def __call__(self, inputs: Any, *, first_row: int, max_length: int | None, too_long: TooLong) -> Encoded:
        """Lay out batches by the length of texts and the size of arrays."""
        if max_length is not None:
            raise InputError("max_length of extract needs a tokenizer; with your own preprocess, cut the inputs there.")
        if isinstance(inputs, np.ndarray):
            size = max(1, int(np.prod(inputs.shape[1:])) // PIXELS_PER_TOKEN)
            return Encoded(
                np.full(len(inputs), size),
                lambda rows: self._batch(inputs[rows]),
                source=lambda row: digest(np.ascontiguousarray(inputs[row]).tobytes()),
            )
        return Encoded(
            np.array([len(text) for text in inputs]),
            lambda rows: self._batch([inputs[int(row)] for row in rows]),
            source=lambda row: digest(str(inputs[row])),
        )

    def probe(self) -> Encoded | None:
        """Return None: what the user's `preprocess` takes is not known before there are examples."""
        return None

    def _batch(self, inputs: Any) -> Batch:
        with own_code("preprocess of open_model"):
            found = self.preprocess(inputs)
        rows = len(inputs)
        if isinstance(found, Mapping):
            arguments = dict(found)
            special = arguments.pop("special_tokens_mask", None)
            attended = arguments["attention_mask"].bool() if "attention_mask" in arguments else None
            real, lead = attended, 0
            if attended is not None and special is not None:
                real, lead = attended & ~special.bool(), int(bool(special[:, 0].all()))
            return Batch(arguments, rows, real, lead, attended)
        return Batch(tuple(found) if isinstance(found, tuple | list) else (found,), rows)


def _as_tensor(inputs: Any) -> torch.Tensor:
    """Hand numeric arrays to the module as float32."""
    if not isinstance(inputs, np.ndarray):
        raise InputError(
            "preprocess of open_model is needed for inputs that are not arrays: a callable that takes a list of inputs and "
            f"returns a batch of tensors. Got inputs of type {type(inputs[0]).__name__}."
        )
    return torch.from_numpy(np.ascontiguousarray(inputs, dtype=np.float32))


def list_layers(model: Model) -> list[Tap]:
    """Return every place of a model that has a name: all sites of all blocks, or all modules of an unknown family.

    Parameters
    ----------
    model : Model
        From `open_model`.

    Returns
    -------
    list of Tap
        Each with its LayerInfo and the path of the module that is read.
    """
    anatomy = model.known_anatomy()
    if anatomy is None:
        return select_taps(model.module, layers="**", family=model.family)
    taps = [tap for site in anatomy.sites() for tap in anatomy.taps(site)]
    return taps + (select_taps(model.module, layers=ENDING) if hasattr(model.module, ENDING) else [])


def refused_sites(model: Model) -> dict[str, str]:
    """Return the sites of a model's blocks that cannot be read, and why."""
    anatomy = model.known_anatomy()
    if anatomy is None:
        return {}
    usual = ("residual", *FAMILY_SITES, "final_norm")
    asked = [site for site in SITES if site in usual or site in anatomy.refused]
    return {site: anatomy.why_not(site) for site in asked if site not in anatomy.sites()}


def torch_dtype(dtype: str) -> torch.dtype:
    """Return the type of a name; "auto" is float32."""
    return DTYPES[_check.choice("float32" if dtype == "auto" else dtype, "dtype", "extract", DTYPES)]


@contextmanager
def evaluating(module: torch.nn.Module) -> Iterator[None]:
    """Switch a module to evaluation (no dropout), and each of its parts back afterwards."""
    training: Sequence[torch.nn.Module] = [part for part in module.modules() if part.training]
    module.eval()
    try:
        yield
    finally:
        for part in training:
            part.training = True


def call_model(model: Model, inputs: Any, *, scored: bool = False) -> Any:
    """Call the model with the inputs of a batch; with its head, where it is to be scored."""
    run = model.scores.run if scored and model.scores is not None else model.run
    plain = isinstance(model.encode, ModuleEncoder) and model.encode.preprocess is _as_tensor
    with own_code(f"model of extract: {model.name!r}", hint_of_pictures(inputs) if plain else ""):
        return run(**inputs) if isinstance(inputs, Mapping) else run(*inputs)


def moved(inputs: Any, device: torch.device, dtype: torch.dtype) -> Any:
    """Move tensors to the model, floating-point ones in its type."""
    if isinstance(inputs, Mapping):
        return {name: moved(value, device, dtype) for name, value in inputs.items()}
    if isinstance(inputs, tuple):
        return tuple(moved(value, device, dtype) for value in inputs)
    if isinstance(inputs, torch.Tensor):
        return inputs.to(device, dtype if inputs.is_floating_point() else inputs.dtype)
    return inputs
