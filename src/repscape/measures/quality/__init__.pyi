from ._quality_alpha import quality_alpha
from ._quality_angular import quality_angular
from ._quality_capacity import quality_capacity
from ._quality_collapse import quality_collapse
from ._quality_curvature import quality_curvature
from ._quality_entropy import quality_entropy
from ._quality_influence import quality_influence
from ._quality_lidar import quality_lidar
from ._quality_linearity import quality_linearity
from ._quality_rankme import quality_rankme
from ._rows import ROWS

__all__ = [
    "ROWS",
    "quality_alpha",
    "quality_angular",
    "quality_capacity",
    "quality_collapse",
    "quality_curvature",
    "quality_entropy",
    "quality_influence",
    "quality_lidar",
    "quality_linearity",
    "quality_rankme",
]
