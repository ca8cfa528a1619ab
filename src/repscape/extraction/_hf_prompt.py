"""A text inside a prompt: a template around it, or the tokenizer's chat template; and which tokens are the text's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InputError

PLACE = "{text}"
SENTINEL = "repscape-text"  # stands for a text where only what is around it is wanted
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What stands around every text."""

    template: str = PLACE
    """With `{text}` where the text goes."""
    chat: bool = False
    """Whether the whole is what a user says in a chat, and the model is to answer."""

    @classmethod
    def of(cls, tokenizer: Any, *, template: str | None, chat: bool, name: str) -> Prompt:
        """Check that a template has one place for the text, and that there is a chat template where one is asked for.

        Raises
        ------
        InputError
            It has none, or more than one; the tokenizer has no chat template, or it fails.
        """
        if template is not None and (not isinstance(template, str) or template.count(PLACE) != 1):
            raise InputError(
                f"template of extract must hold {PLACE} once, where the text goes, such as 'This text: {PLACE}'. "
                f"Got {template!r}."
            )
        if chat and not getattr(tokenizer, "chat_template", None):
            raise InputError(
                f"chat of extract: the tokenizer of {name!r} has no chat template, so it is not known how a chat is written "
                f"for this model. Write what stands around a text yourself: template='User: {PLACE} Assistant:'."
            )
        made = cls(PLACE if template is None else template, chat)
        made.around(tokenizer)
        return made

    def around(self, tokenizer: Any) -> tuple[str, str]:
        """Return what stands before a text and behind it."""
        before, _, after = self._whole(tokenizer, SENTINEL).partition(SENTINEL)
        return before, after

    def written(self, tokenizer: Any, texts: Sequence[str]) -> tuple[list[str], list[Span]]:
        """Return every prompt, and where in it the text stands."""
        before, after = self.around(tokenizer)
        whole = [self._whole(tokenizer, text) for text in texts]
        for row, (said, text) in enumerate(zip(whole, texts, strict=True)):
            if not (said.startswith(before) and said.endswith(after)) or len(said) < len(before) + len(after):
                raise InputError(
                    f"chat of extract: the chat template writes other words around text {row} of a slab ({text[:40]!r}) than "
                    "around others, so which tokens are the text's is not known. Write a template of your own."
                )
        return whole, [(len(before), len(said) - len(after)) for said in whole]

    def _whole(self, tokenizer: Any, text: str) -> str:
        said = self.template.replace(PLACE, text)
        if not self.chat:
            return said
        try:
            found = tokenizer.apply_chat_template(
                [{"role": "user", "content": said}], tokenize=False, add_generation_prompt=True
            )
        except Exception as error:  # whatever a foreign template makes jinja say
            raise InputError(
                f"chat of extract: the tokenizer's chat template failed on one message of a user: {type(error).__name__}: "
                f"{' '.join(str(error).split())[:200]}. Write a template of your own."
            ) from error
        return str(found)


def text_tokens(offsets: Sequence[Span], text: Span) -> Span:
    """Return the first token that holds a character of the text, and the one behind the last.

    Examples
    --------
    >>> text_tokens([(0, 4), (4, 9), (10, 13), (13, 14)], (5, 13))
    (1, 3)
    """
    inside = [
        place for place, (start, stop) in enumerate(offsets) if start < text[1] and stop > text[0] and stop > start
    ]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def cut_text(tokens: list[int], text: Span, *, room: int, row: int) -> tuple[list[int], Span]:
    """Cut the end of the text, never what stands around it."""
    over = len(tokens) - room
    if over <= 0:
        return tokens, text
    if over >= text[1] - text[0]:
        raise InputError(
            f"inputs of extract: what stands around the text leaves no room for it in row {row}: {len(tokens)} tokens, "
            f"{text[1] - text[0]} of them the text's, and there is room for {room}. Shorten the template."
        )
    return [*tokens[: text[1] - over], *tokens[text[1] :]], (text[0], text[1] - over)
