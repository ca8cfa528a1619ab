"""Options that several commands share, as dataclasses: a command takes one as a parameter, and typer sees its fields."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints

KEYWORD = inspect.Parameter.KEYWORD_ONLY


def expanded(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command with every parameter that is a dataclass replaced by the fields of it, in their place.

    The fields are typer options like any other (`Annotated[..., typer.Option(...)]` with a default). When the command
    is called, they come together again.
    """
    signature = inspect.signature(command)
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, type[Any]] = {}
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        kind = hints[parameter.name]
        if is_dataclass(kind) and isinstance(kind, type):
            groups[parameter.name] = kind
            own = get_type_hints(kind, include_extras=True)
            parameters += [
                inspect.Parameter(field.name, KEYWORD, default=_default(field), annotation=own[field.name])
                for field in fields(kind)
            ]
        else:
            parameters.append(parameter.replace(kind=KEYWORD, annotation=hints[parameter.name]))

    @functools.wraps(command)
    def called(**given: Any) -> None:
        together = {
            name: kind(**{field.name: given.pop(field.name) for field in fields(kind)}) for name, kind in groups.items()
        }
        command(**given, **together)

    called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called


def _default(field: Any) -> Any:
    return inspect.Parameter.empty if field.default is MISSING else field.default
