"""What can go into a study: examples for a model, arrays that are already there, published neighbour files."""

from ._arrays import ArrayLayers, layer_infos, natural_key, read_layers
from ._neighbor_files import NeighborFiles, kind_of_folder, read_neighbor_files, write_neighbor_files

__all__ = [
    "ArrayLayers",
    "NeighborFiles",
    "kind_of_folder",
    "layer_infos",
    "natural_key",
    "read_layers",
    "read_neighbor_files",
    "write_neighbor_files",
]
