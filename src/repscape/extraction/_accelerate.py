"""Models that are spread over several devices, main memory and disk: what transformers does through accelerate."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any

from ..errors import InputError, InputTypeError, needs_extra

MAPS = ("auto", "balanced", "balanced_low_0", "sequential")


def check_device_map(device_map: Any, device: str) -> None:
    """Refuse a map of devices that transformers does not know, one beside `device`, or one without accelerate.

    Raises
    ------
    InputError, InputTypeError
        It is no known word and no table, or `device` is given too.
    MissingExtraError
        accelerate is not installed.
    """
    if isinstance(device_map, str) and device_map not in MAPS:
        raise InputError(
            f"device_map of open_model must be {', '.join(map(repr, MAPS))}, or a table of modules and devices. Got "
            f"{device_map!r}. For one device alone there is device={device_map!r}."
        )
    if not isinstance(device_map, str | Mapping) or not device_map:
        raise InputTypeError(
            f"device_map of open_model must be a word or a table of modules and devices. Got {type(device_map).__name__}."
        )
    if device != "auto":
        raise InputError(f"device_map and device of open_model say the same thing. Got {device_map!r} and {device!r}.")
    if importlib.util.find_spec("accelerate") is None:
        raise needs_extra("device_map of open_model", "accelerate", "accelerate")
