"""What scikit-dimension 0.5.0 gives by FisherS and DANCo, which take long to load or run; from the repository's root:

python -m tests.golden.skdim.make_golden
"""

from __future__ import annotations

import json
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import skdim

from tests.golden.skdim.sets import SETS, points


def main() -> None:
    """Write expected.json."""
    found: dict[str, object] = {"made_with": {"scikit-dimension": version("scikit-dimension")}}
    warnings.simplefilter("ignore")
    for name in SETS:
        X = points(name)
        fishers = skdim.id.FisherS().fit(X)
        own = {
            "fishers": None if np.isnan(fishers.dimension_) else float(fishers.dimension_),
            "fishers_alphas": [None if np.isnan(value) else float(value) for value in fishers.n_alpha_],
        }
        if name != "separable":
            own["mind"] = float(skdim.id.DANCo(k=10, ver="MIND_MLk", random_state=0).fit(X).dimension_)
            own["danco"] = float(skdim.id.DANCo(k=10, random_state=0).fit(X).dimension_)
        found[name] = own
    (Path(__file__).parent / "expected.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
