"""Every exception of the package; each also inherits the builtin a caller would expect to catch."""

from __future__ import annotations


class RepscapeError(Exception):
    """Base of all errors that repscape raises on purpose."""


class InputError(RepscapeError, ValueError):
    """An argument or a file holds something that is not allowed."""


class InputTypeError(RepscapeError, TypeError):
    """An argument is of a kind that is not allowed."""


class UnknownNameError(RepscapeError, KeyError, ValueError):
    """A name (measure, site, layer, column, option) is not known; near names are offered."""

    def __str__(self) -> str:  # KeyError would print the message in quotes
        return str(self.args[0]) if self.args else ""


class DegenerateDataError(InputError):
    """The data have no answer to the question asked, such as a dimension of identical points."""


class GraphDepthError(InputError):
    """A neighbour graph holds fewer neighbours than the question needs."""


class MemoryBudgetError(RepscapeError, MemoryError):
    """The work would need more memory than there is; raised before anything is allocated."""


class StoreError(RepscapeError, OSError):
    """A folder on disk is damaged, unfinished, or cannot be written."""


class StudyMismatchError(StoreError):
    """A folder holds another study than the one asked for."""


class BusyError(StoreError):
    """Another process writes to a folder; the message says which, where, and since when."""


class UnitError(RepscapeError):
    """Something else than an answer came out of a unit of a study; the message names the unit."""


class SchedulerError(RepscapeError, ConnectionError):
    """A dask scheduler cannot be reached, has no workers, or was lost; what was finished is kept."""


class MissingExtraError(RepscapeError, ImportError):
    """An optional dependency is not installed; the message has the line that installs it."""


class NotLearnedError(RepscapeError):
    """A network that was trained on the way did not learn what it should."""


class StudyInterrupted(KeyboardInterrupt):
    """Ctrl-C stopped a study; `results` holds what was finished."""

    def __init__(self, message: str, results: object) -> None:
        super().__init__(message)
        self.results = results


class RepscapeWarning(UserWarning):
    """Base of all warnings: the result stands, but its reader should know something."""


def needs_extra(what: str, package: str, extra: str) -> MissingExtraError:
    """Build the error for a missing optional package.

    Examples
    --------
    >>> print(needs_extra("extraction", "torch", "models"))
    extraction needs torch, which is not installed. Install it with: pip install 'repscape[models]'
    """
    return MissingExtraError(
        f"{what} needs {package}, which is not installed. Install it with: pip install 'repscape[{extra}]'"
    )
