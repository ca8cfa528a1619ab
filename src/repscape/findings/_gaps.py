"""What is said of a profile in which some units failed: a highest or a best is that of those which have a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..results import Failure, failed_in, without_value
from ._conclusion import Conclusion


def with_gaps(said: Iterable[Conclusion], failed: Sequence[Failure]) -> Iterator[Conclusion]:
    """Yield sentences about profiles with the names of what failed there, which might lie beyond what is named."""
    for one in said:
        gaps = failed_in(failed, profile=one.profile, variants=[one.variant], models=[one.model]) if one.profile else []
        yield replace(one, text=f"{one.text} Not among these, without a value: {without_value(gaps)}.") if gaps else one
