"""Models of timm by name, with the pictures' size and scaling that their weights were trained with."""

from __future__ import annotations

from typing import Any

from .._check import near
from ..errors import InputError
from ._hf_encode import ImageEncoder
from ._hf_model import probed, quiet
from ._library_torch import Pictures, in_folder, opening, placed
from ._torch_model import Model

PATCH = 16  # what a picture's cost is counted in, where a model does not say


def open_timm(name: str, *, device: str, dtype: str, tower: str) -> Model:
    """Open a model of timm.

    Parameters
    ----------
    name : str
        As timm knows it, "vit_small_patch16_224.augreg_in21k", or "hf-hub:org/name", or a local folder with config.json and
        model.safetensors.
    device, dtype, tower
        As of `open_model`; there is one tower.

    Raises
    ------
    InputError
        timm has no such model, or no weights for it.
    MissingExtraError
        timm or its torchvision cannot be imported.
    """
    if tower not in ("auto", "vision"):
        raise InputError(f"tower of open_model: a model of timm has one, which sees pictures. Got {tower!r}.")
    folder = in_folder(name, "timm")
    with opening("timm", name):
        import timm

        plain = name.partition(".")[0]
        if folder is None and ":" not in name and not timm.is_model(plain):
            known = timm.list_models()
            raise InputError(
                f"model of open_model: timm has no {name!r}. It has {len(known)} models (timm.list_models())."
                f"{near(plain, known)}"
            )
        source = name if folder is None else f"local-dir:{folder}"
        module = placed(timm.create_model(source, pretrained=True), device=device, dtype=dtype)
        wanted: dict[str, Any] = timm.data.resolve_model_data_config(module)
        transform = timm.data.create_transform(**wanted, is_training=False)
    side = int(wanted["input_size"][-1])
    encoder = ImageEncoder(Pictures(transform, "x"), max(1, (side // PATCH) ** 2), side=side)
    with quiet():
        return probed(Model(module, module, encoder, f"timm:{name}", about={"timm": timm.__version__}))
