"""Code that is not ours: what it raises is told in one sentence, with the place in it, and never ends the program."""

from __future__ import annotations

import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import InputError, RepscapeError

CHANNELS = (1, 3, 4)  # of a picture
LIBRARIES = (Path(__file__).parents[1], Path(sysconfig.get_path("stdlib")))


@contextmanager
def own_code(what: str, hint: str = "") -> Iterator[None]:
    """Turn what a function, a module or a network of somebody's own raises into an InputError; its cause is kept.

    Where memory ended is left as it is: smaller batches are tried then. So is Ctrl-C.

    Raises
    ------
    InputError
        It raised something, or called exit.
    """
    try:
        yield
    except (RepscapeError, MemoryError, KeyboardInterrupt):
        raise
    except BaseException as error:
        if isinstance(error, RuntimeError) and "memory" in str(error):
            raise
        said = " ".join(str(error).split())[:300]
        raise InputError(
            f"{what} failed{_place(error)}: {type(error).__name__}{f': {said}' if said else ''}. That is no code of "
            f"repscape's: mend it there, or call it by itself to see more.{hint}"
        ) from error


def _place(error: BaseException) -> str:
    """Return the last place outside of this package, that of whoever wrote the code."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _library(frame.filename)]
    return f" at {frames[-1].filename}, line {frames[-1].lineno}" if frames else ""


def _library(file: str) -> bool:
    path = Path(file)
    return any(map(path.is_relative_to, LIBRARIES)) or "site-packages" in path.parts or not path.is_file()


def hint_of_pictures(inputs: Any) -> str:
    """Say what may be wrong where pictures went into a network as they were, channels last."""
    if not (isinstance(inputs, tuple) and getattr(inputs[0], "ndim", 0) == 4 and inputs[0].shape[-1] in CHANNELS):
        return ""
    return (
        " Pictures come as (n, height, width, channels) from 0 to 255; a preprocess puts them into the network's form, such as "
        "lambda pictures: torch.tensor(pictures).permute(0, 3, 1, 2) / 255."
    )
