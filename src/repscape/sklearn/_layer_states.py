"""The states of one layer as a scikit-learn transformer: texts, sequences or images in, rows of numbers out."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from .. import _check
from .._types import Examples
from ..errors import InputError
from ..examples import read_examples
from ..extraction import iterate, open_model, select_taps

NAME = "LayerStates"
POOLS = ("mean", "max", "first", "last", "cls", "flatten")


class LayerStates(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The hidden states of one layer, pooled to one row for each example, for use in a scikit-learn Pipeline.

    Nothing is learned from the data: `fit` opens the model and finds the layer. Rows are those that :func:`extract` would
    store.

    Parameters
    ----------
    model : str or torch.nn.Module
        A hub id, a local folder, "module:function", or a module at hand; see :func:`extract`.
    layer : str or int, default -1
        The layer's name, or its number: 0 is the embedding, -1 the last.
    site : str, default "residual"
        Where in the layer.
    pool : {"mean", "max", "first", "last", "cls", "flatten"}, default "mean"
        How the positions of an example become one row.
    kind : {"text", "protein", "image"}, default "text"
        What the examples are.
    max_length : int, optional
        Most tokens of a text; what the model takes by default. Longer ones are cut.
    batch_size : int or "auto", default "auto"
        Examples of a batch.
    device, dtype : str, default "auto"
        As for :func:`extract`.
    preprocess : callable, optional
        For a module at hand: what turns a list of inputs into what it is called with.
    trust_remote_code : bool, default False
        Whether a model's own code may run.

    Attributes
    ----------
    layer_ : str
        The layer that was found.
    n_features_out_ : int
        The width of its rows; known after the first call of `transform`.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> import repscape as rs
    >>> reader = make_pipeline(rs.sklearn.LayerStates("./my-model", layer=6), LogisticRegression())
    >>> reader.fit(texts, labels).predict(["A lovely film."])  # doctest: +SKIP
    array(['positive'], dtype='<U8')
    """

    def __init__(
        self,
        model: Any,
        layer: str | int = -1,
        *,
        site: str = "residual",
        pool: str = "mean",
        kind: str = "text",
        max_length: int | None = None,
        batch_size: int | str = "auto",
        device: str = "auto",
        dtype: str = "auto",
        preprocess: Any = None,
        trust_remote_code: bool = False,
    ) -> None:
        self.model = model
        self.layer = layer
        self.site = site
        self.pool = pool
        self.kind = kind
        self.max_length = max_length
        self.batch_size = batch_size
        self.device = device
        self.dtype = dtype
        self.preprocess = preprocess
        self.trust_remote_code = trust_remote_code

    def fit(self, X: Any = None, y: Any = None) -> Self:
        """Open the model and find the layer; the data are not looked at.

        Raises
        ------
        InputError, UnknownNameError
            If the model cannot be read, an option is none that there is, or the model has no such layer.
        """
        _check.choice(self.pool, "pool", NAME, POOLS)
        _check.choice(self.kind, "kind", NAME, ("text", "protein", "image"))
        self._open()
        self.layer_ = self._tap().layer.key
        return self

    def transform(self, X: Any) -> npt.NDArray[np.float32]:
        """Return the (n, d) states of n examples, in their order.

        Parameters
        ----------
        X : sequence, Series, array or Examples
            n texts, sequences or images (n, h, w[, c]); also an array of one column of texts, as a ColumnTransformer gives it.

        Raises
        ------
        InputError
            If there is no example, or one is of another kind.
        """
        check_is_fitted(self, "layer_")
        opened = self._open()
        slabs = iterate(
            opened,
            self._examples(X),
            layers=self.layer,
            site=self.site,
            pool=self.pool,
            batch_size=self.batch_size,
            max_length=self.max_length,
        )
        rows = np.concatenate([next(iter(slab.states.values())) for slab in slabs])
        self.n_features_out_ = rows.shape[1]
        return rows

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """Return a name for each column of the states: the layer's and a number."""
        check_is_fitted(self, "n_features_out_")
        return np.array([f"{self.layer_}_{column}" for column in range(self.n_features_out_)], dtype=object)

    def _open(self) -> Any:
        """Return the opened model; opened again after this object was copied or unpickled."""
        if getattr(self, "_opened", None) is None:
            given = {"preprocess": self.preprocess} if self.preprocess is not None else {}
            self._opened = open_model(
                self.model, device=self.device, dtype=self.dtype, trust_remote_code=self.trust_remote_code, **given
            )
        return self._opened

    def _tap(self) -> Any:
        opened = self._open()
        found = select_taps(
            opened.module, layers=self.layer, sites=self.site, family=opened.family, anatomy=opened.known_anatomy()
        )
        if len(found) != 1:
            names = ", ".join(tap.layer.key for tap in found[:6])
            raise InputError(f"layer of {NAME} must name one layer. {self.layer!r} is that of {len(found)}: {names}.")
        return found[0]

    def _examples(self, X: Any) -> Examples:
        if isinstance(X, Examples):
            return X
        if self.kind == "image":
            return read_examples(X, kind="image")
        texts = np.asarray(X, dtype=object)
        if texts.ndim == 2 and texts.shape[1] == 1:
            texts = texts[:, 0]
        if texts.ndim != 1 or texts.size == 0:
            raise InputError(f"X of {NAME} must hold at least one text, in one column. Got the shape {texts.shape}.")
        return read_examples(texts.tolist(), kind="protein" if self.kind == "protein" else "text")

    def __getstate__(self) -> dict[str, Any]:
        """Leave the opened model out: it is opened again where it is needed."""
        return {name: value for name, value in super().__getstate__().items() if name != "_opened"}

    def __sklearn_tags__(self) -> Any:
        """Say to scikit-learn that texts come in and that nothing is learned."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = self.kind != "image"
        tags.input_tags.two_d_array = False
        tags.target_tags.required = False
        return tags
