"""What a caller says of the form of arrays: which axes they have, and how the states of tokens become one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ... import _check
from ..._types import Brief
from ...errors import InputError, InputTypeError, UnknownNameError

AXES = ("layers", "heads", "n", "tokens", "d")
POOLS = ("mean", "first", "last", "max", "token")
MASKS = ("attention_mask", "mask", "token_mask")
"""Names under which a mask of real tokens lies beside the states."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Form(Brief):
    """Axes of arrays, and pooling over tokens; empty where the arrays are left to speak for themselves.

    Examples
    --------
    >>> Form.of(axes="layers,n,d").axes, Form.of(pool="mean").pool
    (('layers', 'n', 'd'), 'mean')
    """

    axes: tuple[str, ...] = ()
    """Names of the axes in their order, of AXES; without "n" every array, or every file of a folder, is one example."""
    pool: str = ""
    """How the states of an example's tokens become one row, of POOLS."""
    mask: Any = None
    """(n, tokens), true where a token is real, or the name of such an array beside the states; None: all are."""
    lengths: frozenset[int] = frozenset()
    """Numbers of rows that columns given beside the arrays have: a hint at which axis counts the examples."""

    @classmethod
    def of(cls, *, axes: Any = None, pool: Any = None, mask: Any = None, function: str = "run") -> Form:
        """Take what a caller said, as text or a sequence of names; refuse what says nothing."""
        words: Sequence[Any] = axes.replace(" ", "").split(",") if isinstance(axes, str) else (axes or ())
        if not isinstance(words, Sequence) or not all(isinstance(word, str) for word in words):
            raise InputTypeError(
                f"axes of {function} must be names such as 'layers,n,d'. Got {_check.shown(axes)[:120]}."
            )
        for word in words:
            if word not in AXES:
                raise UnknownNameError(
                    f"axes of {function} must be of {', '.join(AXES)}, separated by commas. Got {word!r}."
                    f"{_check.near(word, AXES)}"
                )
        if len(set(words)) < len(words) or (words and "d" not in words):
            raise InputError(
                f"axes of {function} must name each axis once, the features 'd' among them. Got {','.join(words)!r}."
            )
        if pool is not None:
            _check.choice(pool, "pool", function, POOLS)
        if "tokens" in words and pool is None:
            raise InputError(f"axes of {function} name tokens: say how they become one row, pool={' or '.join(POOLS)}.")
        if words and "tokens" not in words and pool is not None:
            raise InputError(f"pool of {function} is over tokens, and axes name none. Got {','.join(words)!r}.")
        if mask is not None and pool is None:
            raise InputError(f"mask of {function} is of tokens: it needs pool={' or '.join(POOLS)}.")
        return cls(tuple(words), pool or "", mask)

    def entries(self) -> dict[str, str]:
        """Return what a study.toml says of it; a mask that lies in memory has no words."""
        said = {"axes": ",".join(self.axes), "pool": self.pool, "mask": self.mask if isinstance(self.mask, str) else ""}
        return {name: word for name, word in said.items() if word}

    @property
    def told(self) -> bool:
        """Whether the caller said anything."""
        return bool(self.axes or self.pool)

    def beside(self, lengths: frozenset[int]) -> Form:
        """Return the form with the lengths of columns that were given."""
        return replace(self, lengths=self.lengths | lengths)


@dataclass(slots=True)
class Held:
    """What a file or an object holds, before it is told which of its arrays are layers."""

    arrays: dict[str, Any] = field(default_factory=dict)
    """Name -> array of any number of axes, or a list of arrays with one entry for each example."""
    columns: dict[str, Any] = field(default_factory=dict)
    """Name -> (n,) labels and values that are known to be such; "id" where the examples have ids."""
    notes: list[str] = field(default_factory=list)
    """What the user must be told."""
    axes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Name -> axes, where the form itself says them."""
    ordered: bool = True
    """Whether the order of the names means anything."""
    certain: bool = False
    """Whether all arrays are layers, so that none is taken for a column."""
    flatten: bool = True
    """Whether arrays of further axes may be images, which are flattened."""
