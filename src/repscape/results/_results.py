"""The results of a study: an immutable list of records with where they came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from .. import _check
from .._types import Markup, cut
from ..errors import StoreError
from ..machine import check_inside, write_whole
from . import _dataset, _disk, _frame
from ._card import card_of, summary
from ._csv import csv_of
from ._failure import Failure
from ._record import PROFILES, Record

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

    from ..findings import Conclusion  # house: door

TABLE = "results.csv"


@dataclass(frozen=True, slots=True, repr=False)
class Results:
    """Records of a study, in the order they were asked for, with provenance and warnings.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(2000, 5))
    >>> results = rs.run({"a": X, "b": X[:, :3]}, rs.Plan(measures=["id_twonn"]))
    >>> [(r.place.layer.name, round(r.result.value)) for r in results]
    [('a', 5), ('b', 3)]
    """

    records: tuple[Record, ...]
    """What came out."""
    provenance: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Plan, source, versions, graphs and their certificates: what it takes to repeat the study. JSON values only."""
    warnings: tuple[str, ...] = ()
    """What a reader of the numbers should know: merged rows, measures that had no answer, units that failed."""
    failed: tuple[Failure, ...] = ()
    """Units of the study that failed, each with its error; the next run tries them again."""

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def __repr__(self) -> str:
        warned = f"; {len(self.warnings)} warnings" if self.warnings else ""
        return f"Results({cut(summary(self.records))}{warned})"

    def _repr_html_(self) -> Markup:
        """Return what a notebook shows: every profile as a small picture, and what may be concluded."""
        said = [one.text for one in self.conclusions()]
        wrong = [*self.warnings, *map(str, self.failed)]
        return card_of(self.records, sentences=said, warnings=wrong)

    def select(
        self,
        measure: str | None = None,
        *,
        variant: str | None = None,
        profile: str | None = None,
        column: str | None = None,
        model: str | None = None,
        site: str | None = None,
        step: float | None = None,
    ) -> Results:
        """Return the records that match everything given.

        Raises
        ------
        UnknownNameError
            If the measure or variant is not among the results (near names are offered), or the profile does not exist.
        """
        if measure is not None:
            _check.choice(measure, "measure", "Results.select", dict.fromkeys(r.info.name for r in self.records))
        if variant is not None:
            _check.choice(variant, "variant", "Results.select", dict.fromkeys(r.variant for r in self.records))
        if profile is not None:
            _check.choice(profile, "profile", "Results.select", PROFILES)
        kept = tuple(
            r
            for r in self.records
            if (measure is None or r.info.name == measure)
            and (variant is None or r.variant == variant)
            and (profile is None or r.profile == profile)
            and (column is None or r.column == column)
            and (model is None or r.place.model == model)
            and (site is None or r.place.layer.site == site)
            and (step is None or r.place.step == step)
        )
        return replace(self, records=kept)

    def to_frame(self) -> pd.DataFrame:
        """Return a tidy table: one row for each value, curves with one row for each x.

        Returns
        -------
        pandas.DataFrame
            Columns measure, variant, profile, column, group, model, step, site, layer, index, depth, the same with
            `other_`, x_name, x, value, stderr, low, high, p_value, chance, n, dropped, options (JSON), higher_means,
            reference.
        """
        return _frame.to_frame(self.records)

    def to_dataset(self) -> xr.Dataset:
        """Return a labelled dataset.

        Returns
        -------
        xarray.Dataset
            One variable for each variant (and label column, and profile where two representations are compared), on
            dimensions model, step, group (each only where there are several), layer, layer_other for matrices, and the
            curve's own axis; `<variable>_stderr` beside it. Attributes hold label, bounds, higher_means, reference and the
            options used.
        """
        return _dataset.to_dataset(self.records, self.provenance)

    def differences(
        self,
        measure: str | None = None,
        *,
        against: str = "previous",
        between: Literal["layers", "models", "steps"] = "layers",
        **chosen: Any,
    ) -> pd.DataFrame:
        """Return :func:`paired_differences` of these results; `over="networks"` for errors over seeds as well as examples."""
        from ..findings import paired_differences  # house: door

        return paired_differences(self, measure, against=against, between=between, **chosen)

    def bands(self, measure: str | None = None, **chosen: Any) -> pd.DataFrame:
        """Return :func:`simultaneous_bands` of these results."""
        from ..findings import simultaneous_bands  # house: door

        return simultaneous_bands(self, measure, **chosen)

    def conclusions(self) -> tuple[Conclusion, ...]:
        """Return what may be concluded, in sentences: the same as on the page, in the terminal and in a notebook.

        Returns
        -------
        tuple of Conclusion
            Each with `kind`, `measure`, `layers` and `text`. Two values are said to differ where the 95 % interval of their
            difference, over the same examples, leaves out zero; where there are no errors nothing is concluded.

        Examples
        --------
        >>> import numpy as np, repscape as rs
        >>> X = np.random.default_rng(0).normal(size=(1000, 8))
        >>> results = rs.run({"a": X, "b": X[:, :3]}, rs.Plan(measures=["id_twonn"]))
        >>> [(one.kind, one.layers) for one in results.conclusions()][:2]
        [('highest', ('a',)), ('lowest', ('b',))]
        """
        from ..findings import conclusions  # house: door

        return conclusions(self)

    def plot(self, measure: str | None = None, **chosen: Any) -> Figure:
        """Draw what the results call for, all of them or those of one measure.

        Parameters
        ----------
        measure : str, optional
            Name of a measure.
        **chosen
            What :meth:`select` takes besides: variant, profile, column, model, site, step.

        Returns
        -------
        matplotlib.figure.Figure
            It shows in a notebook; several stand one below the other. :func:`repscape.figures.draw` gives each by itself.

        Raises
        ------
        UnknownNameError
            If the measure, variant or profile is not among the results.
        InputError
            If nothing is left to draw, or more than 12 figures are.

        Examples
        --------
        >>> import numpy as np, repscape as rs
        >>> X = np.random.default_rng(0).normal(size=(100, 5))
        >>> results = rs.run({"a": X, "b": X[:, :3]}, rs.Plan(measures=["id_twonn"]))
        >>> results.plot("id_twonn").axes[0].get_ylabel()
        'intrinsic dimension'
        """
        from ..figures import sheet  # house: door

        return sheet(self.select(measure, **chosen))

    def save(self, folder: str | Path, *, sync: bool = True) -> Path:
        """Write `results.zarr` (everything) and `results.csv` (the table) into a folder.

        Parameters
        ----------
        folder : path
            Made if it is not there.
        sync : bool
            Whether to wait until the disk has them, so that not even a power cut takes them back.

        Raises
        ------
        StoreError
            If they cannot be written, as on a full disk.
        """
        folder = Path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            check_inside(folder, [folder / _disk.FOLDER])
            # The table first: `results.zarr` says of what state both are, and a kill between them is then seen.
            write_whole(folder / TABLE, csv_of(self.to_frame()), sync=sync)
            _disk.write(
                folder / _disk.FOLDER,
                self.records,
                provenance=dict(self.provenance),
                warnings=self.warnings,
                failed=self.failed,
                sync=sync,
            )
        except StoreError:
            raise
        except OSError as error:
            raise StoreError(f"results could not be written to {folder}: {error}") from error
        return folder


def load_results(folder: str | Path) -> Results:
    """Read what :meth:`Results.save` wrote.

    Parameters
    ----------
    folder : path
        A study folder, or the `results.zarr` in it.

    Returns
    -------
    Results
        Equal to what was saved.

    Raises
    ------
    StoreError
        If there are no results, or they are damaged.

    Examples
    --------
    >>> import tempfile, numpy as np, repscape as rs
    >>> results = rs.run({"a": np.random.default_rng(0).normal(size=(50, 3))}, rs.Plan(measures=["id_twonn"]))
    >>> folder = results.save(tempfile.mkdtemp())
    >>> rs.load_results(folder) == results
    True
    """
    folder = Path(folder)
    path = folder if folder.name == _disk.FOLDER else folder / _disk.FOLDER
    if not path.is_dir():
        raise StoreError(f"no results in {folder}: there is no {_disk.FOLDER}. repscape run writes one.")
    check_inside(path) if path == folder else check_inside(folder, [path])
    return Results(*_disk.read(path))
