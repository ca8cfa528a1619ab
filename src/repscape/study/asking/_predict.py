"""Ask the probe of a layer about new inputs: they go through the model and are pooled as the study's were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..._types import Brief, Examples
from ...errors import InputError, StudyMismatchError
from ...examples import read_examples
from ...extraction import names_function, open_model
from ...measures.probes import Probe
from .._folder import PROBES
from .._trust import check_granted, said_function
from ._probes import BEST, FUNCTION, ProbeWanted, settled_probe

if TYPE_CHECKING:
    import pandas as pd

    from ...extraction import Model

FloatArray = npt.NDArray[np.float64]
LISTS = ("text", "protein")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Prediction(Brief):
    """What the probe of a layer says of m inputs.

    Examples
    --------
    >>> import repscape as rs
    >>> found = rs.predict("study", ["A lovely film."])  # doctest: +SKIP
    >>> found.layer, found.to_frame()  # doctest: +SKIP
    """

    inputs: tuple[str, ...]
    """The texts or sequences; of images their ids."""
    said: npt.NDArray[Any]
    """(m,) the label, or the value, of each."""
    probability: FloatArray | None
    """(m, classes) in the order of `classes`; None for values."""
    classes: npt.NDArray[Any]
    """The labels there are, sorted; empty for values."""
    label: str
    """The column that was learned."""
    layer: str
    """The layer that was asked."""
    why: str
    """Why that layer, in words."""
    truncated: int = 0
    """Inputs that were longer than the study's rows were allowed to be, and were cut."""

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each input: the input, what is said of it, its probability, and that of every class."""
        import pandas as pd

        found = pd.DataFrame({"input": list(self.inputs), self.label: self.said})
        if self.probability is not None:
            found["probability"] = self.probability.max(axis=1)
            for place, name in enumerate(self.classes):
                found[f"p({name})"] = self.probability[:, place]
        return found


def predict(
    study: str | Path,
    inputs: Any,
    *,
    layer: str | int = BEST,
    label: str | None = None,
    of: str | None = None,
    model: Any = None,
    device: str = "auto",
    allow_code: bool = False,
    trust_remote_code: bool = False,
    allow_pickle: bool = False,
) -> Prediction:
    """Tell the label of new inputs from one layer of a study's model.

    A linear probe is fitted to all of the layer's stored rows the first time it is asked for, and kept in the study folder
    (`probes/`). From then on neither the rows nor the data are needed, only the folder and the model.

    Parameters
    ----------
    study : path
        A study folder, as :func:`run` or `repscape run --model` writes it.
    inputs : str, sequence of str, or whatever :func:`read_examples` takes
        Sentences, or protein sequences where the study is of proteins; a single string is one input.
    layer : str or int
        "best", a layer's name, or its number (0 is the embedding, -1 the last). "best" is the layer that the report
        recommends: what :func:`best_layer` finds among the study's probes, else the one of the highest overlap with the label;
        where the study measured neither, :func:`probe_linear` is run on every layer first.
    label : str, optional
        The column to tell; may be left out where the study reads one.
    of : str, optional
        Which model, in a study of several.
    model : str or model, optional
        Where the model is now, if it has moved; its weights must be the same.
    device, trust_remote_code, allow_pickle
        As for :func:`extract`.
    allow_code : bool
        Whether to run a "module:function" that the study's files name as its model. One that you name yourself runs.

    Returns
    -------
    Prediction
        `said`, `probability` and why that layer; `to_frame()` is a table.

    Raises
    ------
    InputError
        If an input is empty or of another kind than the study's, the study has no labels, is not one of a model, or its model
        is a function and `allow_code` is False.
    UnknownNameError
        If there is no such layer, column or model; near names are offered.
    StudyMismatchError
        If the model, or the store beside a kept probe, is not the one that the probe learned from.

    Examples
    --------
    >>> import repscape as rs
    >>> rs.predict("study", ["A lovely film.", "A waste of time."]).said.tolist()  # doctest: +SKIP
    ['positive', 'negative']
    """
    probe = settled_probe(ProbeWanted(Path(study), layer, label, of))
    if probe.about["reading"]["pool"] == "token":
        raise InputError(f"study of {FUNCTION} must hold a row for each example. {study} holds one for each token.")
    kind = probe.about["data"]["kind"]
    examples = inputs if isinstance(inputs, Examples) else _read([inputs] if isinstance(inputs, str) else inputs, kind)
    if examples.kind != kind:
        raise InputError(f"inputs of {FUNCTION} must be {kind} examples, as the study's are. Got {examples.kind}.")
    if model is None and not allow_code and names_function(name := probe.about["model"]["name"]):
        check_granted({"allow_code": said_function([name])}, f"{study}/{PROBES}, where the probe lies,")
    opened = _opened(probe, model, device=device, trust_remote_code=trust_remote_code, allow_pickle=allow_pickle)
    rows, truncated = _rows(opened, examples, probe)
    probability = None if probe.kind == "values" else probe.predict_proba(rows, layer=probe.layer)
    return Prediction(
        tuple(map(str, examples.inputs if kind in LISTS else examples.table["id"])),
        probe.predict(rows, layer=probe.layer),
        probability,
        probe.classes,
        label=probe.about["label"],
        layer=probe.layer,
        why=probe.about[BEST] if layer == BEST else "as asked",
        truncated=truncated,
    )


def _read(inputs: Any, kind: str) -> Examples:
    if isinstance(inputs, Sequence) and not len(inputs):
        raise InputError(f"inputs of {FUNCTION} must hold at least one example. Got none.")
    return read_examples(inputs, kind=kind)  # type: ignore[arg-type]  # house: a kind that a store names


def _opened(probe: Probe, model: Any, **options: Any) -> Model:
    """Open the model that the probe learned from; refuse another."""
    known = probe.about["model"]
    if model is None or isinstance(model, str):
        options["revision"] = known["revision"] if model is None else None
        opened = open_model(known["name"] if model is None else model, dtype=known["dtype"], **options)
    else:
        opened = model if hasattr(model, "provenance") else open_model(model)
    if opened.provenance()["fingerprint"] != known["fingerprint"]:
        raise StudyMismatchError(
            f"model of {FUNCTION} must be the one that the probe learned from, {known['name']}. The weights of "
            f"{opened.name} are others: their states mean something else."
        )
    return opened


def _rows(model: Model, examples: Examples, probe: Probe) -> tuple[npt.NDArray[np.float32], int]:
    """Return the states of the inputs at the probe's layer, and how many inputs were cut."""
    from ...extraction import iterate  # loads torch, which opening the model has shown to be there

    slabs = list(iterate(model, examples, **probe.about["reading"]))
    states = [state for slab in slabs for layer, state in slab.states.items() if layer.key == probe.layer]
    return np.concatenate(states), sum(slab.truncated for slab in slabs)
