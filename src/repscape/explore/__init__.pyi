from ._explore import explore
from ._export import export_explorer

__all__ = ["explore", "export_explorer"]
