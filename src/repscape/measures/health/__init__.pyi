from ._health_anisotropy import health_anisotropy
from ._health_concentration import health_concentration
from ._health_hubness import health_hubness
from ._health_rogue import health_rogue
from ._health_spectrum import health_spectrum
from ._rows import ROWS

__all__ = [
    "ROWS",
    "health_anisotropy",
    "health_concentration",
    "health_hubness",
    "health_rogue",
    "health_spectrum",
]
