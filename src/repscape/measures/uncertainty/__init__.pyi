from ._bounds import within_bounds
from ._calibrated import TIES, drawn_null, with_null, withheld
from ._depths import DEEP, SURROUNDINGS, depth_for, depth_for_gride
from ._doubled import some_examples, surplus_of_pairs
from ._examples_needed import sample_size
from ._influence import (
    FEW,
    LEAD,
    LEAST_GROUPS,
    MOMENTS,
    by_group,
    by_unit,
    effective_examples,
    error_groups,
    few_examples,
    few_parts,
    heavy_tailed,
    influence_stderr,
    marked,
    spread_by_influence,
)
from ._jackknife import deleted_parts, jackknife, parts_of_groups
from ._joint import Asked, JointNull
from ._joint_kernels import score_relabelled
from ._largest import Beyond, Largest
from ._null import Exchanges, Null, exchanges, shuffle_null, shuffles, usual_permutations, whole_groups
from ._pair_noise import pair_surplus
from ._presence import LEAST_K, influence_error
from ._refused_sizes_kernels import refused_sizes
from ._resample import (
    DRAWS,
    IntArray,
    Spread,
    replicates_of,
    replicates_of_influence,
    spread_of,
    subsample_error,
    subsets,
)
from ._sample_size import sample_size_curve
from ._sandwich import sandwich, share_kept
from ._subsets_graph import LEAST_POINTS, LEAST_SHARE, Deviations, Surroundings, deviations

__all__ = [
    "Asked",
    "Beyond",
    "DEEP",
    "DRAWS",
    "Deviations",
    "Exchanges",
    "FEW",
    "LEAD",
    "MOMENTS",
    "IntArray",
    "JointNull",
    "Largest",
    "LEAST_GROUPS",
    "LEAST_K",
    "LEAST_POINTS",
    "LEAST_SHARE",
    "Null",
    "SURROUNDINGS",
    "Spread",
    "Surroundings",
    "TIES",
    "by_group",
    "by_unit",
    "deleted_parts",
    "depth_for",
    "depth_for_gride",
    "deviations",
    "drawn_null",
    "effective_examples",
    "error_groups",
    "exchanges",
    "few_examples",
    "few_parts",
    "heavy_tailed",
    "influence_error",
    "influence_stderr",
    "jackknife",
    "marked",
    "pair_surplus",
    "parts_of_groups",
    "refused_sizes",
    "replicates_of",
    "replicates_of_influence",
    "sample_size",
    "sample_size_curve",
    "sandwich",
    "share_kept",
    "score_relabelled",
    "shuffle_null",
    "shuffles",
    "spread_by_influence",
    "some_examples",
    "spread_of",
    "subsample_error",
    "subsets",
    "surplus_of_pairs",
    "whole_groups",
    "usual_permutations",
    "with_null",
    "withheld",
    "within_bounds",
]
