"""From what others hand over to numpy arrays: tensors of any framework, sparse matrices, saved proxies, lists.

A framework is known by the object handed in; none is imported to find out.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError, InputTypeError
from .._room import check_room

Array = npt.NDArray[Any]


def as_array(values: Any, name: str, function: str) -> Any:
    """Return an array that numpy reads: what has a shape, a dtype and slices of its own stays as it is.

    A tensor leaves its graph and its device; bfloat16, and floats of 8 bits, become float32, which holds every value of them.
    Sparse matrices and tensors are filled in.

    Raises
    ------
    InputError, InputTypeError
        If the entries are complex, objects, or rows of different lengths.
    MemoryBudgetError
        If a sparse matrix would not fit into memory.
    """
    values = saved(values)
    if is_tensor(values):
        return _of_tensor(values, name, function)
    if is_sparse(values):
        check_room(math.prod(values.shape) * values.dtype.itemsize, f"{name} of {function}, filled in,")
        return np.asarray(values.toarray())
    if hasattr(values, "to_numpy") and hasattr(values, "columns"):
        return _of_frame(values, name, function)
    if hasattr(values, "shape") and hasattr(values, "dtype") and not isinstance(values, np.ndarray):
        return np.asarray(values) if type(values).__module__.partition(".")[0] in ("jax", "jaxlib", "cupy") else values
    if isinstance(values, np.memmap):  # as it is, so that one sees where it lies
        return native(values)
    return native(_check.plain_array(values, name, function))


def native(array: Array) -> Array:
    """Return an array in this machine's byte order: compiled loops know no other."""
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def is_tensor(values: Any) -> bool:
    """Whether it is a tensor of torch."""
    return hasattr(values, "detach") and hasattr(values, "cpu")


def is_sparse(values: Any) -> bool:
    """Whether it is a sparse matrix or array of scipy."""
    return hasattr(values, "toarray") and hasattr(values, "nnz")


def is_arraylike(values: Any) -> bool:
    """Whether it is an array, a tensor or a sparse matrix, not a list of numbers."""
    values = saved(values)
    return hasattr(values, "shape") and hasattr(values, "dtype") and len(tuple(values.shape)) > 0


def saved(values: Any) -> Any:
    """Return what a saved proxy holds: tracing libraries hand over an object whose `value` is the tensor."""
    inner = getattr(values, "value", None)
    if inner is not None and not hasattr(type(values), "dtype") and is_tensor(inner):
        return inner
    return values


def _of_tensor(tensor: Any, name: str, function: str) -> Array:
    held = tensor.detach()
    kind = str(held.dtype)
    if getattr(held, "is_quantized", False) or "complex" in kind:
        raise InputTypeError(f"{name} of {function} must hold real numbers. Got a tensor of {kind}.")
    if "meta" in str(held.device):
        raise InputError(f"{name} of {function} is a tensor without numbers, on the device 'meta'.")
    if str(held.layout) != "torch.strided":
        check_room(math.prod(held.shape) * held.element_size(), f"{name} of {function}, filled in,")
        held = held.to_dense()
    held = held.cpu()
    # numpy has no bfloat16 and no floats of 8 bits; float32 holds every value of them.
    widened = "bfloat16" in kind or "float8" in kind
    array: Array = (held.float() if widened else held.resolve_neg()).numpy()
    return array


def _of_frame(frame: Any, name: str, function: str) -> Array:
    """Return a DataFrame of numbers as an array."""
    array = np.asarray(frame.to_numpy())
    if array.dtype.kind == "O":
        wrong = [str(column) for column, kind in frame.dtypes.items() if getattr(kind, "kind", "O") not in "fiub"]
        raise InputTypeError(
            f"{name} of {function} must be a table of numbers. Got other columns: {', '.join(wrong[:5])}."
        )
    return array
