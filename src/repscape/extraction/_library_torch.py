"""What models that other libraries open have in common: how they are loaded, refused in words, and given pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from ..errors import InputError, MissingExtraError, RepscapeError
from ..machine import torch_device
from ._hf_model import first_line
from ._torch_model import torch_dtype

SAFE = "*.safetensors"


@contextmanager
def opening(library: str, name: str) -> Iterator[None]:
    """Say in our words why a library could not open a model, or could not itself be imported."""
    try:
        yield
    except RepscapeError:
        raise
    except ImportError as error:
        raise MissingExtraError(
            f"model of open_model: {library} cannot be imported here, or lacks a package: {first_line(error)}"
        ) from error
    except Exception as error:  # whatever the library, its hub or a damaged file says
        said = first_line(error)
        if "torchvision::" in said:
            raise MissingExtraError(
                f"model of open_model: {library} needs a torchvision built for this torch ({torch.__version__}), and the one "
                f"that is installed is not: {said}. Install both from the same place, see pytorch.org."
            ) from error
        raise InputError(
            f"model of open_model: {library} cannot open {name!r}: {said}. Check the name and the network, or give a folder."
        ) from error


def placed(module: Any, *, device: str, dtype: str) -> Any:
    """Return a module on its device, in its type; the GPU where there is one, and float32."""
    return module.to(device=torch_device(device, "extract"), dtype=torch_dtype(dtype)).eval()


def in_folder(name: str, library: str) -> Path | None:
    """Return a local folder of a model whose weights are safetensors; None for a name.

    Raises
    ------
    InputError
        The folder has other weights, which could run code.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        return None
    if not any(folder.rglob(SAFE)):
        raise InputError(
            f"model of open_model: {str(folder)!r} holds no safetensors, and what {library} would read instead can run code. "
            "Save its weights as model.safetensors."
        )
    return folder


@dataclass(frozen=True, slots=True)
class Pictures:
    """A library's own transform of one picture, called as image processors of the transformers library are."""

    transform: Callable[[Any], torch.Tensor]
    argument: str
    """What the model calls its pictures."""

    def __call__(self, images: list[npt.NDArray[np.uint8]], **_: Any) -> Mapping[str, torch.Tensor]:
        """Return the pictures as one tensor (rows, 3, height, width)."""
        return {self.argument: torch.stack([self.transform(Image.fromarray(image)) for image in images])}
