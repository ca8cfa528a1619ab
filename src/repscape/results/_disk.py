"""Records on disk: one JSON document of everything, with its arrays packed end to end beside it.

A study has thousands of small arrays; one zarr array each would cost thousands of files. Arrays of one dtype are laid one
after another, and the document says where each begins and what shape it has.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .._types import LayerInfo
from ..errors import StoreError
from ..measures import Curve, Estimate
from ..store import check_format, has_group, read_arrays, write_arrays
from ._failure import Failure
from ._record import MeasureInfo, Place, Record

FORMAT = 2
READ = (1, 2)
FOLDER, GROUP = "results.zarr", "records"
ARRAY = "$array"
LATER = "alike"  # of what a measure means: the first results did not say it
Packed = dict[str, list[npt.NDArray[Any]]]


def write(  # house: what results are made of
    path: Path,
    records: tuple[Record, ...],
    *,
    provenance: dict[str, Any],
    warnings: tuple[str, ...],
    failed: tuple[Failure, ...],
    sync: bool,
) -> None:
    """Write everything into one group, in one step."""
    arrays, held = pack_records(records)
    more = {"provenance": provenance, "warnings": list(warnings), "failed": [asdict(failure) for failure in failed]}
    write_arrays(path, GROUP, arrays, attributes={"format": FORMAT, **held, **more}, sync=sync)


def read(path: Path) -> tuple[tuple[Record, ...], dict[str, Any], tuple[str, ...], tuple[Failure, ...]]:
    """Read what :func:`write` wrote."""
    if not has_group(path, GROUP):
        raise StoreError(f"no results in {path}: it was stopped before they were written. repscape run writes them.")
    arrays, attributes = read_arrays(path, GROUP)
    check_format(attributes.get("format"), FORMAT, str(path), known=READ)
    failed = tuple(map(_failure, attributes.get("failed", ())))
    records = unpack_records(arrays, attributes)
    return records, dict(attributes["provenance"]), tuple(attributes["warnings"]), failed


def kept_state(folder: Path) -> str:
    """Return of which state the results are that a study folder keeps; "" where that is not known."""
    path = folder / FOLDER
    if not path.is_dir() or not has_group(path, GROUP):
        return ""
    _, attributes = read_arrays(path, GROUP, only=())
    return str(attributes["provenance"].get("state", ""))


def pack_records(records: Iterable[Record]) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Take records apart into arrays, each of one dtype, and what JSON can hold."""
    packed: Packed = {}
    lengths: dict[str, int] = {}
    records = tuple(records)
    infos = list(dict.fromkeys(record.info for record in records))
    document = json.dumps([_plain(_as_dict(record, infos), packed, lengths) for record in records])
    arrays: dict[str, npt.NDArray[Any]] = {name: np.concatenate(parts) for name, parts in packed.items()}
    arrays["document"] = np.frombuffer(document.encode(), dtype=np.uint8)
    return arrays, {"measures": [_plain(asdict(info), packed, lengths) for info in infos]}


def unpack_records(arrays: Mapping[str, npt.NDArray[Any]], attributes: Mapping[str, Any]) -> tuple[Record, ...]:
    """Put together what :func:`pack_records` took apart."""
    infos = [_info(_restored(entry, arrays)) for entry in attributes["measures"]]
    silent = {place for place, entry in enumerate(attributes["measures"]) if LATER not in entry}
    document = json.loads(arrays["document"].tobytes())
    return tuple(_record(_restored(entry, arrays), infos, silent) for entry in document)


def _as_dict(record: Record, infos: list[MeasureInfo]) -> dict[str, Any]:
    result = record.result
    return {
        "info": infos.index(record.info),
        "variant": record.variant,
        "profile": record.profile,
        "place": asdict(record.place),
        "other": None if record.other is None else asdict(record.other),
        "column": record.column,
        "group": record.group,
        "kind": type(result).__name__,
        "result": {name: getattr(result, name) for name in type(result).__dataclass_fields__},
    }


def _record(entry: dict[str, Any], infos: list[MeasureInfo], silent: Collection[int]) -> Record:
    kind = {"Estimate": Estimate, "Curve": Curve}[entry["kind"]]
    result, info = entry["result"], infos[entry["info"]]
    if isinstance(result.get("interval"), list):
        result["interval"] = tuple(result["interval"])
    return Record(
        info=info.completed(result["options"]) if entry["info"] in silent else info,
        variant=entry["variant"],
        profile=entry["profile"],
        place=_place(entry["place"]),
        result=kind(**result),
        other=None if entry["other"] is None else _place(entry["other"]),
        column=entry["column"],
        group=entry["group"],
    )


def _place(entry: dict[str, Any]) -> Place:
    return Place(model=entry["model"], layer=LayerInfo.of(entry["layer"]), step=entry["step"])


def _failure(entry: Mapping[str, Any]) -> Failure:
    place, other = (None if entry.get(name) is None else _place(entry[name]) for name in ("place", "other"))
    profiles = tuple(entry.get("profiles", ()))
    said = entry["unit"], entry["measure"], entry["error"]
    return Failure(*said, place=place, other=other, group=entry.get("group"), profiles=profiles)


def _info(entry: dict[str, Any]) -> MeasureInfo:
    known = {field.name: entry[field.name] for field in fields(MeasureInfo) if field.name in entry}
    return MeasureInfo(**{**known, "bounds": tuple(entry["bounds"]), "tells": tuple(entry.get("tells", ()))})


def _plain(value: Any, packed: Packed, lengths: dict[str, int]) -> Any:
    """Turn a value into JSON; arrays move into `packed`, floats that JSON does not know become marked strings."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry, packed, lengths) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry, packed, lengths) for entry in value]
    if isinstance(value, np.ndarray):
        name = "text" if value.dtype.kind in "UO" else value.dtype.name
        start = lengths.get(name, 0)
        packed.setdefault(name, []).append(value.astype(np.str_).ravel() if name == "text" else value.ravel())
        lengths[name] = start + value.size
        return {ARRAY: [name, start, list(value.shape)]}
    if isinstance(value, np.generic):
        return _plain(value.item(), packed, lengths)
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    return value


def _restored(value: Any, arrays: Mapping[str, npt.NDArray[Any]]) -> Any:
    if isinstance(value, list):
        return [_restored(entry, arrays) for entry in value]
    if not isinstance(value, dict):
        return value
    if ARRAY in value:
        name, start, shape = value[ARRAY]
        return arrays[name][start : start + math.prod(shape)].reshape(shape)
    if "$float" in value:
        return float(value["$float"])
    return {key: _restored(entry, arrays) for key, entry in value.items()}
