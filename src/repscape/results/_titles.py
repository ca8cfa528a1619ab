"""Names for people: a measure by its title, and by its call where two would have the same."""

from __future__ import annotations

from collections.abc import Iterable

from ._record import Record


def titles(records: Iterable[Record]) -> dict[str, str]:
    """Return variant -> a name for people that no other variant among these records has.

    Parameters
    ----------
    records : iterable of Record
        What stands together, on one page or in one table.

    Returns
    -------
    dict
        In the order of the records. The title alone ("Intrinsic dimension, TwoNN"); with the options of the call behind it
        where one measure stands there in several ways, with the whole call where two measures have one title.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> plan = rs.Plan(measures=["id_twonn", "id_twonn(estimator=mle)", "id_pca"])
    >>> results = rs.run({"a": np.random.default_rng(0).normal(size=(50, 3))}, plan)
    >>> list(titles(results).values())
    ['Intrinsic dimension, TwoNN', "Intrinsic dimension, TwoNN (estimator='mle')", 'Linear dimension, PCA']
    """
    info = {record.variant: record.info for record in records}
    same: dict[str, list[str]] = {}
    for variant, one in info.items():
        same.setdefault(one.title or one.label or one.name, []).append(variant)
    found = {}
    for title, variants in same.items():
        names = {info[variant].name for variant in variants}
        for variant in variants:
            behind = variant if len(names) > 1 else variant.removeprefix(info[variant].name)[1:-1]
            found[variant] = f"{title} ({behind})" if len(variants) > 1 and behind else title
    return {variant: found[variant] for variant in info}
