"""Label overlap by walking each row of neighbours."""

from __future__ import annotations

from collections import Counter

import numpy as np

from tests.reference.neighbors import neighbors

GROUPS = np.arange(150) // 2
OPTIONS = [
    {},
    {"k": 3, "weights": "classes"},
    {"class_fraction": 0.1},
    {"class_fraction": 0.1, "weights": "classes"},
    {"k": 7, "exclude": GROUPS},
]


def slow(X, Y, columns, *, k=10, weights="points", class_fraction=None, exclude=None):
    labels = list(columns["labels"])
    sizes = Counter(labels)
    order = neighbors(X, len(labels) - 1)[0]
    shares = {c: [] for c in sizes}
    for i, row in enumerate(order):
        wanted = k if class_fraction is None else max(1, int(sizes[labels[i]] * class_fraction))
        allowed = [j for j in row if exclude is None or exclude[j] != exclude[i]][:wanted]
        shares[labels[i]].append(sum(labels[j] == labels[i] for j in allowed) / wanted)
    if weights == "classes":
        return np.mean([np.mean(values) for values in shares.values()])
    return np.mean([share for values in shares.values() for share in values])
