"""A study.toml, read whole and checked before anything that it names is opened."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import InputError, StoreError
from ...examples import Form, Reading, named_path
from ...extraction import names_function
from ...store import check_format
from .._folder import FORMAT, READ, StudyFolder
from .._schema import check_study
from .._there import NO_PATH, PLAN_FILE
from ._models import TRUST, ModelSource
from ._paths import beside
from ._spec import TOLD, StudySpec

FORM = ("axes", "pool", "mask")  # what is said of the axes of arrays


def read_study(path: str | os.PathLike[str]) -> StudySpec:
    """Read a study.toml, or take a folder of layers as it is.

    Parameters
    ----------
    path : path
        A study.toml with a table [source] (arrays, or model and data; columns) and perhaps [plan]; a study folder that
        holds one; or a file or folder of layers, such as :func:`import_arrays` makes. Paths in a
        study.toml are relative to its folder.

    Returns
    -------
    StudySpec
        What to read and what to compute.

    Raises
    ------
    InputError
        If there is no such file, it is no TOML, or its [source] cannot be read again.
    UnknownNameError
        If [source] has an entry that is not known.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "study.toml"
    >>> _ = file.write_text('[source]\\narrays = "layers.npz"\\n[plan]\\nmeasures = ["id_twonn"]\\n')
    >>> spec = read_study(file)
    >>> Path(spec.source).name, dict(spec.plan)
    ('layers.npz', {'measures': ['id_twonn']})
    """
    if not os.fspath(path):
        raise InputError("a study must be a study.toml, a folder, a store or layers that exist. Got ''.")
    where = Path(path)
    if (where / PLAN_FILE).is_file():
        where = where / PLAN_FILE
    if where.suffix != ".toml":
        return StudySpec.of([f"={os.fspath(path)}"])
    if not where.is_file():
        raise InputError(NO_PATH.format(where))
    try:
        held = tomllib.loads(where.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:  # also of digits without end, and nesting without end
        raise InputError(f"{where} cannot be read as TOML: {error}.") from error
    except OSError as error:
        raise StoreError(f"{where} cannot be read: {error}") from error
    return _of_toml(held, where)


def _of_toml(held: Mapping[str, Any], where: Path) -> StudySpec:
    study = held.get("study", {})
    written = isinstance(study, Mapping) and "format" in study  # by us: a later version may have added to it
    if written:
        check_format(study["format"], FORMAT, str(where), known=READ)
    source, plan = held.get("source", {}), held.get("plan", {})
    named = isinstance(source, dict) and ("arrays" in source) != ("model" in source and "data" in source)
    lacks = (
        f'{where} must have a table [source] with arrays = "PATH" or arrays = {{NAME = "PATH"}}, or with model and data, '
        f"so that it can be read (again). Got {source!r}."
    )
    check_study(held, str(where), unknown=not written, but="" if named else lacks)
    home = StudyFolder(where.parent) if written and where.name == PLAN_FILE else None
    if home is not None:
        home.check_inside()
    columns = source.get("columns", [])
    files = [named_path(entry) for entry in ([columns] if isinstance(columns, str) else columns)]
    folder = where.parent.absolute()
    return StudySpec(
        {name: beside(folder, entry) for name, entry in _by_name(source.get("arrays", {})).items()},
        tuple(f"{name}={beside(folder, entry)}" for name, entry in files),
        plan,
        _models(source, where) if "model" in source else None,
        Reading(**{name: source.get(name) for name in TOLD}),
        _form(source, f"[source] of {where}"),
        tuple(held.get("also", ())),
        None if home is None else home.path,
        {} if home is None else home.columns(),
    )


def _form(source: Mapping[str, Any], where: str) -> Form:
    """Read what is said of the axes of arrays; a model's states are pooled by its [source.options]."""
    said = [name for name in FORM if name in source]
    if said and "arrays" not in source:
        raise InputError(f"{', '.join(said)} in {where} are for arrays; pool of a model stands in [source.options].")
    return Form.of(**{name: source[name] for name in said}, function="a study")


def _by_name(entry: Any) -> Any:
    return {"": entry} if isinstance(entry, str) else entry


def _models(source: Mapping[str, Any], where: Path) -> ModelSource:
    """Read models and data; what exists beside the study.toml is meant, else a name on the hub."""
    home = where.parent.absolute()

    def placed(name: str) -> str:
        return os.path.join(home, name) if (home / name).exists() else name

    models = {name: placed(model) for name, model in _by_name(source["model"]).items()}
    options = dict(source.get("options", {}))
    asks = [name for name in TRUST if options.pop(name, False)]
    asks += ["allow_code"] if any(map(names_function, models.values())) else []
    return ModelSource(
        models, placed(source["data"]), tuple(source.get("revisions", ())), options, tuple(asks), str(where)
    )
