"""Neighbour files as labs publish them: three sites in three folders whose files bear the same names, every other layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.neighbors import NearestNeighbors

SITES = ("pre_ln", "post_mlp", "post_attn")
CLASSES = 4


def labels(n: int) -> np.ndarray:
    return np.arange(n) % CLASSES


def layer(n: int, depth: float, *, site: int, seed: int) -> np.ndarray:
    """Points whose classes part with depth; the dimension rises and falls again."""
    rng = np.random.default_rng(seed)
    base = rng.normal(size=(n, 20))
    scale = np.ones(20)
    scale[6 + int(12 * depth * (1 - depth) * 4) :] = 0.05
    centres = np.random.default_rng(99).normal(size=(CLASSES, 20))
    noise = np.random.default_rng([seed, int(100 * depth), site]).normal(size=base.shape)
    return base * scale + (2 * depth) * centres[labels(n)] + 0.2 * noise * scale


def publish(folder: Path, *, n: int = 300, layers: range = range(1, 50, 2), seed: int = 0) -> Path:
    """Write layer{i}_post_mlp_dist.npy (n, 3) and layer{i}_post_mlp_indices.npy (n, 16), the point itself first."""
    for site, name in enumerate(SITES):
        (folder / name).mkdir(parents=True)
        for index in layers:
            points = layer(n, index / layers[-1], site=site, seed=seed)
            distances, indices = NearestNeighbors(n_neighbors=16).fit(points).kneighbors(points)
            distances[:, 0] = 0  # which the library knows only up to rounding
            np.save(folder / name / f"layer{index}_post_mlp_dist.npy", distances[:, :3])
            np.save(folder / name / f"layer{index}_post_mlp_indices.npy", indices)
    return folder
