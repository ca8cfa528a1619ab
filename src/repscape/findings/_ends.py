"""The two ends of a set of values: what may be the largest, what may be the smallest, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..results import Record
from ._apart import Sample, judged, may_exceed, rests_on_few
from ._standing import standing
from ._words import finite, value_of


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of a set of values, and what errors do not tell from each."""

    high: Record
    """The largest, or the most alike."""
    low: Record
    """The smallest, or the least alike."""
    beside_high: tuple[Record, ...]
    """Others that may be the largest."""
    beside_low: tuple[Record, ...]
    """Others that may be the smallest."""
    judged: bool
    """Whether all have errors: without, nothing is concluded."""
    of: int
    """Values in all."""
    p_value: float
    """That equal values would be so far apart by chance."""
    left_out: tuple[Record, ...] = ()
    """Those that rest on few examples, and are compared with none."""
    may_be: tuple[bool, bool] = (False, False)
    """Whether one that is left out may be the high end, and the low end, for all that is known of it."""

    @classmethod
    def among(cls, records: Sequence[Record], *, sign: int = 1, lines: int = 1) -> Ends | None:
        """Find them among the records that have a number; None where none has. With sign -1 the smallest is the high end.

        `lines`: how many such sets there are in the family, whose sentences are to be right together.
        """
        held = [record for record in finite(records) if not rests_on_few(record)]
        if not held:
            return None
        high, low = (pick(held, key=lambda record: sign * value_of(record)) for pick in (max, min))
        samples = [Sample.of(record) for record in held]
        found = standing(samples, lines=lines)
        sets = (found.may_be_high, found.may_be_low)[::sign]
        beside_high, beside_low = (
            tuple(record for record, kept in zip(held, some, strict=True) if kept and record is not end)
            for some, end in zip(sets, (high, low), strict=True)
        )
        left = tuple(record for record in finite(records) if rests_on_few(record))
        of = lines * (len(held) + len(left))
        may_be = tuple(
            any(may_exceed(one, end, sign=way, of=of) for one in left) for end, way in ((high, sign), (low, -sign))
        )
        return cls(
            high,
            low,
            beside_high,
            beside_low,
            judged=all(map(judged, held)),
            of=len(held),
            p_value=found.p_value,
            left_out=left,
            may_be=(may_be[0], may_be[1]),
        )

    @property
    def unplaced(self) -> tuple[Record, ...]:
        """Those that may be the largest and may be the smallest: they are not known well enough to be said to be either."""
        low = {id(record) for record in (self.low, *self.beside_low)}
        return tuple(record for record in (self.high, *self.beside_high) if id(record) in low)

    def placed(self, *, high: bool) -> tuple[Record, ...]:
        """Return those that may be one end and are told from the other, the farthest out first; all that may be, if none is.

        Together with `unplaced` they are the set that holds the end in 95 % of samples: a sentence names both.
        """
        own = (self.high, *self.beside_high) if high else (self.low, *self.beside_low)
        out = {id(record) for record in self.unplaced}
        found = [record for record in own if id(record) not in out]
        sign = (1 if value_of(self.high) >= value_of(self.low) else -1) * (1 if high else -1)
        return tuple(sorted(found, key=lambda record: -sign * value_of(record))) or own

    @property
    def high_stands_out(self) -> bool:
        """Whether some value is shown to lie below the highest."""
        return self.judged and not self.may_be[0] and len(self.beside_high) < self.of - 1

    @property
    def low_stands_out(self) -> bool:
        """Whether some value is shown to lie above the lowest."""
        return self.judged and not self.may_be[1] and len(self.beside_low) < self.of - 1

    @property
    def unnamed(self) -> str:
        """What a sentence says of those that it leaves out."""
        return f"; {len(self.left_out):,} left out, resting on few examples" if self.left_out else ""
