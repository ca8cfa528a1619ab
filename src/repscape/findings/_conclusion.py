"""What is concluded, as data: one sentence with what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .._types import Brief

ALIKE = "Which layers are alike"
CHANGES = "Where representations change"
BUILD_ON = "Layers to build on"
COPIES = "Copies among the examples"
PROFILES = "Where each profile is highest and lowest"
HEADINGS: Mapping[str, str] = MappingProxyType(
    {
        "highest": PROFILES,
        "lowest": PROFILES,
        "flat": PROFILES,
        "single": PROFILES,
        "most alike": ALIKE,
        "least alike": ALIKE,
        "equally alike": ALIKE,
        "best match": ALIKE,
        "unsure match": ALIKE,
        "changes most": CHANGES,
        "changes least": CHANGES,
        "changes evenly": CHANGES,
        "suggested": BUILD_ON,
        "not suggested": BUILD_ON,
        "disagree": "Where estimators disagree",
        "moves": "Where more examples would change the value",
        "left out": "What rests on few examples",
        "few examples": "What rests on few examples",
        "near-copies": COPIES,
        "copies": COPIES,
        "no errors": "Without errors",
    }
)
"""Kind of a conclusion -> the heading that it stands under."""


@dataclass(frozen=True, slots=True, repr=False)
class Conclusion(Brief):
    """One sentence about the results, and what it is about.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> results = rs.run({"a": X, "b": X[:, :1]}, rs.Plan(measures=["id_pca"]))
    >>> [sentence.kind for sentence in results.conclusions()]
    ['highest', 'lowest']
    """

    kind: str
    """What is said. Of a profile: "highest", "lowest", "flat" (no layer stands out), "single" (one value). Of pairs of layers:
    "most alike", "least alike", "equally alike", "best match", "unsure match", "changes most", "changes least", "changes
    evenly". Beyond: "suggested", "not suggested", "disagree" (two estimators), "moves" (with the number of examples),
    "few examples" (that decide a value: nothing is concluded of it), "left out" (an end that is not named, since a value that
    rests on few examples may be it), "near-copies" (that decide a value), "copies", "no errors"
    (nothing is concluded)."""
    measure: str
    """The measure; of two estimators the first; "" where it is about the examples."""
    layers: tuple[str, ...]
    """Keys of the layers that it names, the foremost first; those that errors do not tell from it follow."""
    text: str
    """The sentence."""
    variant: str = ""
    """The measure as it was called."""
    model: str = ""
    """The model, where it has a name."""
    profile: str = "depth"
    """Which comparison it is about."""
    p_value: float | None = None
    """How probable it would be by chance among all that its family compares; None where nothing is compared."""
    headline: bool = False
    """Whether it holds together with all other sentences of the results (Holm over the families)."""

    def __str__(self) -> str:
        return self.text


def by_heading(said: Iterable[Conclusion]) -> dict[str, list[Conclusion]]:
    """Return heading -> its conclusions, in the order of the headings."""
    found: dict[str, list[Conclusion]] = {heading: [] for heading in HEADINGS.values()}
    for one in said:
        found[HEADINGS[one.kind]].append(one)
    return {heading: held for heading, held in found.items() if held}
