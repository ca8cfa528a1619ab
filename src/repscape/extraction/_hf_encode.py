"""How texts, proteins and images become the inputs of a transformers model.

Special tokens are put around each text here, and padding to its right, so that which positions are real is known by
construction and not asked of each tokenizer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from .. import _check
from ..errors import InputError, InputTypeError
from ._copies import digest
from ._hf_prompt import Prompt, Span, cut_text, text_tokens
from ._pool import Batch
from ._torch_model import Encoded, TooLong

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"
NO_BOUND = 1 << 62
PROBE_TOKENS, SHORT_PROBE_TOKENS = 9, 5  # of no width that a model has
LARGEST_ALPHABET = 256  # ESM has 33 tokens, ProtBert 30, ProtT5 128; texts need more


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """Tokenizes texts or proteins."""

    tokenizer: Any
    limit: int | None
    """Most tokens the model takes, special ones included."""
    kinds: tuple[str, ...] = ("text",)
    prefix: tuple[int, ...] = ()
    """Special tokens in front of every text."""
    suffix: tuple[int, ...] = ()
    """Special tokens behind it."""
    spaced: bool = False
    """Whether the tokenizer wants residues with spaces between them."""
    known: int | None = None
    """Tokens that the model has an embedding for; None where that is not known."""
    pad: int = 0
    """What stands behind the end of a shorter text; it is masked."""
    prompt: Prompt | None = None
    """What stands around each text besides."""
    marked: frozenset[int] = frozenset()
    """Tokens that are special wherever they stand: a chat template writes them itself."""

    @classmethod
    def of(cls, tokenizer: Any, *, limit: int | None, known: int | None = None, pad: int | None = None) -> TextEncoder:
        """Find out what the tokenizer puts around a text, and whether its alphabet is that of proteins.

        `known` tokens have an embedding; `pad` is the model's own padding, where the tokenizer has none.
        """
        found = cls._around(tokenizer, limit)
        given = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else pad
        filler = given if given is not None and 0 <= given < (known or NO_BOUND) else 0
        return replace(found, known=known, pad=filler)

    @classmethod
    def _around(cls, tokenizer: Any, limit: int | None) -> TextEncoder:
        protein = all(_is_letter(tokenizer, letter) for letter in RESIDUES) and not _is_letter(tokenizer, "k")
        probe = "A" if protein else "a"
        bare: list[int] = tokenizer(probe, add_special_tokens=False)["input_ids"]
        full: list[int] = tokenizer(probe)["input_ids"]
        at = next((i for i in range(len(full)) if full[i : i + len(bare)] == bare), None)
        if at is None or not bare:
            raise InputError(
                f"tokenizer of extract must keep a text's tokens together between special ones. Got {full} for {probe!r}, "
                f"and {bare} without special tokens."
            )
        around = tuple(full[:at]), tuple(full[at + len(bare) :])
        if not protein:
            return cls(tokenizer, limit, ("text",), *around)
        for spaced in (False, True):
            text = " ".join("MKV") if spaced else "MKV"
            if len(tokenizer(text, add_special_tokens=False)["input_ids"]) == 3:
                return cls(tokenizer, limit, ("protein",), *around, spaced)
        raise InputError("tokenizer of extract must give each residue a token of its own. Got another count for 'MKV'.")

    def prompted(self, prompt: Prompt) -> TextEncoder:
        """Return the encoder that puts a prompt around every text; a chat template writes special tokens by itself."""
        if not prompt.chat:
            return replace(self, prompt=prompt)
        added = (i for i, token in self.tokenizer.added_tokens_decoder.items() if token.special)
        return replace(
            self, prompt=prompt, prefix=(), suffix=(), marked=frozenset((*self.tokenizer.all_special_ids, *added))
        )

    def __call__(self, inputs: Sequence[str], *, first_row: int, max_length: int | None, too_long: TooLong) -> Encoded:
        """Tokenize the texts of a slab and cut, or refuse, those that are too long."""
        most = self._most(max_length)
        if self.kinds == ("protein",):
            self._known_residues(inputs, first_row)
        texts = [" ".join(text) for text in inputs] if self.spaced else list(inputs)
        ids, spans = self._tokenized(texts)
        empty = [first_row + i for i, tokens in enumerate(ids) if not tokens or (spans and spans[i][1] == 0)]
        if empty:
            raise InputError(
                f"inputs of extract: the tokenizer finds nothing in {len(empty)} of them (first: row {empty[0]})."
            )
        room = None if most is None else most - len(self.prefix) - len(self.suffix)
        cut = [i for i, tokens in enumerate(ids) if room is not None and len(tokens) > room]
        if cut and too_long == "refuse":
            raise InputError(
                f"inputs of extract: {len(cut)} of rows {first_row} to {first_row + len(ids) - 1} are longer than {room} "
                f"tokens (first: row {first_row + cut[0]} with {len(ids[cut[0]])}). too_long='truncate' cuts and counts them."
            )
        for i in cut if self.prompt is not None else ():
            if not spans:
                raise self._slow(f"row {first_row + i}, which is too long, can be cut inside its prompt")
            ids[i], spans[i] = cut_text(ids[i], spans[i], room=int(room or 0), row=first_row + i)
        ids = [[*self.prefix, *tokens[:room], *self.suffix] for tokens in ids]
        self._known_tokens(ids, first_row)
        spans = [(start + len(self.prefix), stop + len(self.prefix)) for start, stop in spans]
        return self._encoded(ids, len(cut), spans)

    def _tokenized(self, texts: list[str]) -> tuple[list[list[int]], list[Span]]:
        """Return the tokens of each text, or of its prompt, and which of a prompt's are the text's, where that can be told."""
        options = {"add_special_tokens": False, "truncation": False, "return_attention_mask": False, "verbose": False}
        if self.prompt is None:
            return self.tokenizer(texts, **options)["input_ids"], []
        whole, places = self.prompt.written(self.tokenizer, texts)
        offsets = bool(getattr(self.tokenizer, "is_fast", False))
        found = self.tokenizer(whole, return_offsets_mapping=offsets, **options)
        spans = zip(found["offset_mapping"], places, strict=True) if offsets else ()
        return found["input_ids"], [text_tokens(tokens, place) for tokens, place in spans]

    def _slow(self, what: str) -> InputError:
        return InputError(
            f"template of extract: the tokenizer ({type(self.tokenizer).__name__}) does not say which characters a token "
            f"stands for, so that {what}. Shorten the texts, or save the tokenizer as a fast one (tokenizer.json)."
        )

    def probe(self) -> Encoded | None:
        """Return texts of 9, 5 and 9 tokens drawn from the vocabulary, special ones apart; shorter where the model ends."""
        special = {*self.tokenizer.all_special_ids, *self.prefix, *self.suffix}
        letters = [self.tokenizer.convert_tokens_to_ids(letter) for letter in RESIDUES] if self.spaced else []
        vocabulary = letters or sorted(self.tokenizer.get_vocab().values())
        usual = [i for i in vocabulary if i not in special and i < (self.known or NO_BOUND)]
        if not usual:
            return None
        room = PROBE_TOKENS if self.limit is None else self.limit - len(self.prefix) - len(self.suffix)
        lengths = [min(room, length) for length in (PROBE_TOKENS, SHORT_PROBE_TOKENS, PROBE_TOKENS)]
        draw = np.random.default_rng(0)
        texts = [draw.choice(usual, length).tolist() for length in lengths]
        return self._encoded([[*self.prefix, *tokens, *self.suffix] for tokens in texts])

    def words(self, batch: Batch) -> list[str]:
        """Return what each real token of a batch says, text after text."""
        if batch.real is None or not isinstance(batch.inputs, Mapping):
            return []
        ids = batch.inputs["input_ids"][batch.real].tolist()
        said = {one: self.tokenizer.decode([one]) for one in set(ids)}
        return [said[one] for one in ids]

    def _encoded(self, ids: list[list[int]], cut: int = 0, spans: Sequence[Span] = ()) -> Encoded:
        digests = tuple(digest(np.array(tokens, dtype=np.int64).tobytes()) for tokens in ids)
        if spans:  # the same words, parted otherwise into prompt and text, are other inputs
            digests = tuple(digest(one, str(span)) for one, span in zip(digests, spans, strict=True))
        return Encoded(np.array([len(tokens) for tokens in ids]), partial(self._batch, ids, spans), cut, digests)

    def _known_tokens(self, ids: list[list[int]], first_row: int) -> None:
        """Refuse tokens for which the model has no embedding."""
        if self.known is None:
            return
        for row, tokens in enumerate(ids):
            if (largest := max(tokens)) >= self.known:
                raise InputError(
                    f"inputs of extract: row {first_row + row} has token {largest} "
                    f"({self.tokenizer.convert_ids_to_tokens(largest)!r}), and the model has embeddings for {self.known} "
                    "tokens only: the tokenizer is that of another model."
                )

    def _most(self, max_length: int | None) -> int | None:
        """Return the most tokens of an input, special ones included."""
        if max_length is None:
            return self.limit
        least = len(self.prefix) + len(self.suffix) + 1
        return _check.integer(
            max_length, "max_length", "extract", low=least, high=self.limit, why="special tokens included"
        )

    def _batch(self, ids: list[list[int]], spans: Sequence[Span], rows: npt.NDArray[np.int64]) -> Batch:
        chosen = [ids[int(row)] for row in rows]
        longest = max(map(len, chosen))
        tokens = torch.tensor([entry + [self.pad] * (longest - len(entry)) for entry in chosen])
        lengths = torch.tensor([len(entry) for entry in chosen])[:, None]
        places = torch.arange(longest)[None]
        real = (places >= len(self.prefix)) & (places < lengths - len(self.suffix))
        attended = places < lengths
        lead = len(self.prefix)
        if self.marked:
            special = torch.isin(tokens, torch.tensor(sorted(self.marked)))
            real, lead = real & ~special, int(bool(special[:, 0].all()))
        of_text = None
        if spans:
            edges = torch.tensor([spans[int(row)] for row in rows])
            of_text = (places >= edges[:, :1]) & (places < edges[:, 1:])
        inputs = {"input_ids": tokens, "attention_mask": attended.to(torch.int64)}
        return Batch(inputs, len(rows), real, lead, attended, of_text=of_text)

    def _known_residues(self, inputs: Sequence[str], first_row: int) -> None:
        letters = sorted(set().union(*inputs))
        unknown = [letter for letter in letters if not _is_letter(self.tokenizer, letter)]
        if unknown:
            row = next(i for i, sequence in enumerate(inputs) if set(sequence) & set(unknown))
            hint = " Residues are upper case." if any(letter.islower() for letter in unknown) else ""
            raise InputError(
                f"inputs of extract: residue {unknown[0]!r} in row {first_row + row} is not in the model's alphabet "
                f"(unknown here: {', '.join(map(repr, unknown))}). The twenty are {RESIDUES}; X stands for any.{hint}"
            )


def _is_letter(tokenizer: Any, letter: str) -> bool:
    """Say whether a tokenizer of at most a few hundred tokens has one for this very letter."""
    if len(tokenizer) > LARGEST_ALPHABET:
        return False
    found = tokenizer(letter, add_special_tokens=False)["input_ids"]
    return len(found) == 1 and found[0] != tokenizer.unk_token_id


@dataclass(frozen=True, slots=True)
class ImageEncoder:
    """Runs a model's own image processor: resize, normalise, or quantise to colour clusters (ImageGPT)."""

    processor: Any
    tokens: int
    """What one image costs."""
    lead: int = 0
    """Special tokens in front of the patches, where they are known beforehand."""
    side: int = 224
    """Height and width of the pictures that the model is tried with."""
    kinds: tuple[str, ...] = field(default=("image",))

    def __call__(self, inputs: Any, *, first_row: int, max_length: int | None, too_long: TooLong) -> Encoded:
        """Lay out batches; images are processed when their batch is formed."""
        if max_length is not None:
            raise InputError("max_length of extract is for texts and proteins. Got images.")
        return Encoded(np.full(len(inputs), self.tokens), partial(self._batch, inputs, first_row))

    def probe(self) -> Encoded | None:
        """Return two pictures of noise."""
        noise = np.random.default_rng(0).integers(0, 256, (2, self.side, self.side, 3), dtype=np.uint8)
        return Encoded(np.full(2, self.tokens), partial(self._batch, noise, 0))

    def _batch(self, inputs: Any, first_row: int, rows: npt.NDArray[np.int64]) -> Batch:
        images = [as_rgb(inputs[int(row)], first_row + int(row)) for row in rows]
        try:
            found = self.processor(images=images, return_tensors="pt", input_data_format="channels_last")
        except Exception as error:  # whatever a foreign preprocessor_config.json makes the library say
            raise InputError(
                f"model of extract: its image processor ({type(self.processor).__name__}) cannot prepare an image of shape "
                f"{images[0].shape}: {str(error)[:200]}. Is its preprocessor_config.json that of the model?"
            ) from error
        return Batch(dict(found), len(rows), lead=self.lead)


def as_rgb(image: Any, row: int) -> npt.NDArray[np.uint8]:
    """Return one image as (h, w, 3) bytes, from a file, an (h, w[, c]) array of bytes, 16-bit levels, or floats in [0, 1]."""
    if isinstance(image, str):
        try:
            with Image.open(image) as opened:
                return np.asarray(opened.convert("RGB"))
        except (OSError, SyntaxError, ValueError) as error:  # what PIL raises for files that are no whole image
            raise InputError(f"inputs of extract: row {row} ({image}) is not a readable image: {error}") from error
    array = np.asarray(image)
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or array.dtype.kind not in "uif":
        raise InputTypeError(
            "inputs of extract: an image must be (h, w) or (h, w, 1, 3 or 4 channels), of bytes or of floats in [0, 1]. "
            f"Got shape {array.shape} and dtype {array.dtype} in row {row}."
        )
    if array.dtype == np.uint16:
        array = array / np.iinfo(np.uint16).max
    high = 1.0 if array.dtype.kind == "f" else 255
    if not (array.min() >= 0 and array.max() <= high):  # NaN fails as well
        raise InputError(
            f"inputs of extract: {'floats' if high == 1.0 else 'ints'} of an image must be in [0, {high:g}]. "
            f"Got {array.min()} to {array.max()} in row {row}."
        )
    levels = np.rint(array * 255).astype(np.uint8) if high == 1.0 else array.astype(np.uint8)
    return np.ascontiguousarray(np.repeat(levels, 3, axis=2) if levels.shape[2] == 1 else levels[..., :3])
