"""How sound becomes the input of a transformers model: through the model's own feature extractor."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ._copies import digest
from ._pool import Batch
from ._torch_model import Encoded, TooLong

SAMPLES_PER_TOKEN = 320  # what a wave counts for in a batch's budget: 20 ms at 16 kHz
PROBE_SECONDS = 0.6


@dataclass(frozen=True, slots=True)
class AudioEncoder:
    """Waves of one length, (n, samples) numbers at the rate that the model was trained with."""

    extractor: Any
    kinds: tuple[str, ...] = field(default=("vectors", "array"))

    def __call__(self, inputs: Any, *, first_row: int, max_length: int | None, too_long: TooLong) -> Encoded:
        """Lay out batches; features are made when their batch is formed."""
        if max_length is not None:
            raise InputError("max_length of extract is for texts and proteins. Got audio: cut the waves.")
        if not isinstance(inputs, np.ndarray) or inputs.ndim != 2:
            shape = np.shape(inputs[0]) if len(inputs) else ()
            raise InputError(
                "inputs of extract: audio must be waves of one length, an array (n, samples). "
                f"Got {type(inputs).__name__}, its first entry of shape {shape}."
            )
        return Encoded(
            np.full(len(inputs), max(1, inputs.shape[1] // SAMPLES_PER_TOKEN)),
            partial(self._batch, inputs),
            source=lambda row: digest(np.ascontiguousarray(inputs[row]).tobytes()),
        )

    def probe(self) -> Encoded | None:
        """Return two waves of noise."""
        samples = int(PROBE_SECONDS * self.extractor.sampling_rate)
        noise = np.random.default_rng(0).standard_normal((2, samples)).astype(np.float32) / 10
        return Encoded(np.full(2, max(1, samples // SAMPLES_PER_TOKEN)), partial(self._batch, noise))

    def _batch(self, inputs: npt.NDArray[Any], rows: npt.NDArray[np.int64]) -> Batch:
        waves: Sequence[Any] = [np.asarray(inputs[int(row)], dtype=np.float32) for row in rows]
        takes = inspect.signature(self.extractor.__call__).parameters
        given = {"sampling_rate": self.extractor.sampling_rate} if "sampling_rate" in takes else {}
        found = self.extractor(waves, return_tensors="pt", **given)
        return Batch(dict(found), len(rows))
