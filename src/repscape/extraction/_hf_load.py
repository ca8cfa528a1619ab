"""Models of the transformers library, by hub id or from a local folder.

Weights come as safetensors unless pickles are allowed, code from a repository runs only when trusted, and a checkpoint
that leaves parts of the network at random is refused.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import transformers
from transformers.utils.hub import cached_file

from ..errors import InputError, MissingExtraError, RepscapeError
from ..machine import torch_device
from ._accelerate import check_device_map
from ._hf_model import first_line, quiet, takes_audio, takes_images, wrap_pretrained
from ._model_files import (
    ADAPTER,
    CONFIG,
    check_model_folder,
    check_no_kernels,
    check_tokenizer_files,
    is_adapter,
    read_config,
)
from ._torch_model import Model, torch_dtype

UNREAD = ("pooler", "contact_head", "lm_head", "mask_token", "position_ids")  # never part of a hidden state


def open_pretrained(
    source: str,
    *,
    revision: str | None = None,
    device: str = "auto",
    device_map: str | Mapping[str, Any] | None = None,
    dtype: str = "auto",
    trust_remote_code: bool = False,
    allow_pickle: bool = False,
    tower: str = "auto",
) -> Model:
    """Load a model and its tokenizer, image processor or feature extractor, and run a few tokens through it.

    Parameters
    ----------
    source : str
        Hub id, or a local folder as `save_pretrained` writes it; an adapter's folder, where peft is installed.
    revision : str, optional
        Branch, tag or commit on the hub.
    device, dtype : str
        "auto" is the GPU where there is one, and float32.
    device_map : str or mapping, optional
        How the model is spread over devices, main memory and disk: "auto", or module -> device.
    trust_remote_code, allow_pickle : bool, default False
        Whether to run code, or read pickled weights, that came with the model.
    tower : str, default "auto"
        Which part of a model of two is meant, see `wrap_pretrained`.

    Returns
    -------
    Model

    Raises
    ------
    InputError
        It is not there, cannot be fetched, has no safetensors, lacks weights, or wants code that is not trusted.
    MissingExtraError
        It is an adapter, and peft is not installed.
    """
    if device_map is not None:
        check_device_map(device_map, device)
    loading = _Loading(source, revision, dtype, trust_remote_code, allow_pickle, tower, device_map)
    with quiet(), _explained(source, revision, trusted=trust_remote_code):
        folder = loading.folder()
        adapter = is_adapter(folder)
        head, processor = loading.adapted(folder) if adapter else loading.model(folder)
        if device_map is None:
            head = head.to(torch_device(device, "extract"))
        module = _body(head)
        model = wrap_pretrained(module, processor, name=source, tower=tower, head=None if module is head else head)
    about = {
        **model.about,
        **({} if device_map is None else {"device_map": str(device_map)}),
        **({"adapter_of": read_config(folder, ADAPTER)["base_model_name_or_path"]} if adapter else {}),
    }
    return replace(model, revision=None if Path(source).is_dir() else folder.name, about=about)


@dataclass(frozen=True, slots=True)
class _Loading:
    """One model on its way into memory."""

    source: str
    revision: str | None
    dtype: str
    trusted: bool
    allow_pickle: bool
    tower: str = "auto"
    device_map: Any = None

    @property
    def _common(self) -> dict[str, Any]:
        at = {} if self.revision is None else {"revision": self.revision}
        return {"trust_remote_code": self.trusted, **at}

    def folder(self) -> Path:
        """Return where the files lie: the folder itself, or the snapshot of a hub id, fetched if need be."""
        if Path(self.source).is_dir():
            return Path(self.source)
        at = {} if self.revision is None else {"revision": self.revision}
        found = cached_file(self.source, CONFIG, _raise_exceptions_for_missing_entries=False, **at)
        found = found or cached_file(self.source, ADAPTER, **at)
        return Path(str(found)).parent

    def model(self, folder: Path) -> tuple[Any, Any]:
        """Load a whole model, with its head where that is of use, and its tokenizer or image processor."""
        local = Path(self.source).is_dir()
        if local:
            check_model_folder(folder, allow_pickle=self.allow_pickle)
        if not self.trusted:
            check_no_kernels(read_config(folder), self.source)
        module = self._weights(self.source, headed=True, **self._common)
        images, audio = takes_images(module, self.tower), takes_audio(module, self.tower)
        if local:
            check_tokenizer_files(folder, images=images, audio=audio and not images)
        auto: Any = transformers.AutoFeatureExtractor if audio else transformers.AutoTokenizer
        auto = transformers.AutoImageProcessor if images else auto
        return module, auto.from_pretrained(self.source, **self._common)

    def adapted(self, folder: Path) -> tuple[Any, Any]:
        """Load the model that an adapter belongs to, with the adapter merged into its weights."""
        base = read_config(folder, ADAPTER).get("base_model_name_or_path")
        if not base:
            raise InputError(
                f"model of extract: {ADAPTER} in {self.source!r} does not name the model that it belongs to."
            )
        if importlib.util.find_spec("peft") is None:
            raise MissingExtraError(
                f"model of extract: {self.source!r} is an adapter for {base!r}, and reading it needs peft, which is not "
                "installed. Install it with: pip install peft"
            )
        if not self.allow_pickle and not (folder / "adapter_model.safetensors").is_file():
            raise InputError(
                f"model of extract: the adapter {self.source!r} has no adapter_model.safetensors; allow_pickle=True reads "
                "pickled weights."
            )
        import peft  # type: ignore[import-not-found]  # its own extra of nobody: whoever has adapters has it

        whole = peft.PeftModel.from_pretrained(self._weights(base, trust_remote_code=self.trusted), str(folder))
        holds = folder if any(folder.glob("tokenizer*")) else base
        tokenizer = transformers.AutoTokenizer.from_pretrained(holds, trust_remote_code=self.trusted)
        return whole.merge_and_unload(), tokenizer

    def _weights(self, source: str, *, headed: bool = False, **common: Any) -> Any:
        config = transformers.AutoConfig.from_pretrained(source, **common)
        loader: Any = transformers.AutoModel
        if config.model_type == "speecht5":  # without its head it has nothing that reads sound
            loader = transformers.AutoModelForSpeechSeq2Seq
        alone = config.is_encoder_decoder and self.tower in ("auto", "encoder")
        if alone and type(config) in transformers.AutoModelForTextEncoding._model_mapping:
            loader = transformers.AutoModelForTextEncoding
        scores = headed and self.tower == "auto" and _predicts_tokens(config)
        doors: tuple[Any, ...] = (transformers.AutoModelForCausalLM, loader) if scores else (loader,)
        for auto in doors:
            module, info = auto.from_pretrained(
                source,
                config=config,
                dtype=torch_dtype(self.dtype),
                use_safetensors=None if self.allow_pickle else True,
                output_loading_info=True,
                **({} if self.device_map is None else {"device_map": self.device_map}),
                **common,
            )
            if auto is loader or (_body(module) is not module and not info["missing_keys"]):
                break
        _complete(source, info)
        return module


def _predicts_tokens(config: Any) -> bool:
    """Say whether a checkpoint was saved with the head of a causal language model, beside a body that can be read alone."""
    saved = getattr(config, "architectures", None) or ()
    return not config.is_encoder_decoder and any(
        one.__name__ in saved for one in _classes(transformers.AutoModelForCausalLM, config)
    )


def _body(module: Any) -> Any:
    """Return what AutoModel opens of a causal language model; any other module as it is."""
    headed = type(module) in _classes(transformers.AutoModelForCausalLM, module.config)
    plain = type(module.base_model) in _classes(transformers.AutoModel, module.config)
    return module.base_model if headed and plain else module


def _classes(auto: Any, config: Any) -> tuple[type, ...]:
    """Return the classes that one of the library's doors opens for a config."""
    found: Any = auto._model_mapping.get(type(config), ())
    return found if isinstance(found, tuple) else (found,)


def _complete(source: str, info: dict[str, Any]) -> None:
    """Refuse a checkpoint that would leave part of the network at random."""
    missing = sorted(name for name in info["missing_keys"] if not any(part in name for part in UNREAD))
    wrong = missing + sorted(str(entry[0]) for entry in info["mismatched_keys"])
    if wrong:
        raise InputError(
            f"model of extract: the weights of {source!r} do not fill the network; {len(wrong)} parts would be random "
            f"(first: {wrong[0]})."
        )


@contextmanager
def _explained(source: str, revision: str | None, *, trusted: bool) -> Iterator[None]:
    """Say in our words why a model could not be loaded; what code that is trusted raises is its own."""
    try:
        yield
    except RepscapeError:
        raise
    except (OSError, ValueError) as error:
        raise _in_words(error, source, revision) from error
    except Exception as error:  # whatever a foreign config or a damaged file makes the library say
        if trusted:
            raise
        raise _in_words(error, source, revision) from error


def _in_words(error: Exception, source: str, revision: str | None) -> InputError:
    reason = str(error)
    at = f" at revision {revision!r}" if revision else ""
    if "trust_remote_code" in reason:
        hint = "It comes with code of its own, which runs only with trust_remote_code=True."
    elif "does not recognize this architecture" in reason:
        hint = f"Its architecture is not known to transformers {transformers.__version__}: a later version may know it."
    elif isinstance(error, ImportError) or "pip install" in reason:
        hint = "It needs a package that is not installed."
    elif "ignore_mismatched_sizes" in reason:
        hint = "Its weights are of other shapes than config.json says: one of the two belongs to another model."
    elif "safetensors" in reason and "pytorch_model" in reason:
        hint = "Its weights are not safetensors; allow_pickle=True reads the pickled ones."
    elif Path(source).is_dir():
        hint = "The folder must be one that save_pretrained wrote: config.json, model.safetensors, and the tokenizer."
    else:
        hint = (
            "Check the name and the network, or give a local folder that holds the model (config.json, model.safetensors "
            "and the tokenizer)."
        )
    return InputError(f"model of extract: {source!r}{at} cannot be loaded. {hint} ({first_line(error)})")
