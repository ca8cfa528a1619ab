"""What may stand in a study.toml: every entry's type, checked whole and told at once, before anything is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import tomli_w

from .. import _check
from ..errors import InputError, InputTypeError, RepscapeError, UnknownNameError

Test = Callable[[Any], bool]
Rule = tuple[Test, str]
MOST = 2**63 - 1
NAMED = 12  # problems that a message spells out


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST


def _bool(value: Any) -> bool:
    return isinstance(value, bool)


def _table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _list(test: Test) -> Test:
    return lambda value: isinstance(value, list | tuple) and all(map(test, value))


def _named(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(map(_text, value.values()))


def _either(*tests: Test) -> Test:
    return lambda value: any(test(value) for test in tests)


def _measure(value: Any) -> bool:
    return _text(value) or (_table(value) and _text(value.get("name")))


TEXT: Rule = (_text, "text")
WORDS: Rule = (_either(_text, _list(_text)), "text or a list of text")
NAMES: Rule = (_either(_text, _named), "text, or a table of names with text")
NUMBER: Rule = (_number, "a whole number")
FLAG: Rule = (_bool, "true or false")
COUNT: Rule = (lambda value: _number(value) and value > 0, "a whole number of at least 1")
LAYERS: Rule = (_either(_text, _number, _list(_either(_text, _number))), "text, a whole number, or a list of them")
OPTIONS: Mapping[str, Rule] = {
    **dict.fromkeys(("kind", "text", "sequence", "image", "split", "id_column", "separator", "encoding"), TEXT),
    **dict.fromkeys(
        ("device", "dtype", "store_dtype", "revision", "tower", "part", "pool", "too_long", "template"), TEXT
    ),
    **dict.fromkeys(("limit", "balance", "max_length"), COUNT),
    **dict.fromkeys(("include_special", "chat", "stream", "trust_remote_code", "allow_pickle"), FLAG),
    "batch_size": (_either(COUNT[0], lambda value: value == "auto"), 'a whole number of at least 1, or "auto"'),
    "positions": (_either(_text, _number), "text or a whole number"),
    "device_map": NAMES,
    "label": WORDS,
    "site": WORDS,
    "layers": LAYERS,
    "rows": (_either(_text, _list(_number)), "the name of a file, or a list of whole numbers"),
    "rng": NUMBER,
}
STUDY: Mapping[str, Rule] = {"format": NUMBER, "data": TEXT, "examples": NUMBER}
SOURCE: Mapping[str, Rule] = {
    "arrays": NAMES,
    "model": NAMES,
    "data": TEXT,
    "columns": WORDS,
    "id_column": TEXT,
    "separator": TEXT,
    "encoding": TEXT,
    "axes": WORDS,
    "pool": TEXT,
    "mask": TEXT,
    "revisions": (_list(_text), "a list of text"),
    "options": (_table, "a table"),
}
PLAN: Mapping[str, Rule] = {
    "measures": (_list(_measure), "a list of names, or of tables with a name"),
    "layers": LAYERS,
    "labels": WORDS,
    "values": WORDS,
    "groups": TEXT,
    "by": TEXT,
    "whole": FLAG,
    "preprocess": WORDS,
    "neighbors": TEXT,
    "profiles": WORDS,
}
TABLES: Mapping[str, Mapping[str, Rule]] = {"study": STUDY, "source": SOURCE, "plan": PLAN}
FURTHER = "also"


def check_study(held: Mapping[str, Any], where: str, *, unknown: bool, but: str = "") -> None:
    """Refuse a study.toml with entries of other types.

    Parameters
    ----------
    held
        What the file says.
    where
        What it is called in messages.
    unknown
        Whether names that are not known are refused too; where a later version may have written some, they are not.
    but
        What else is wrong with it, in words.

    Raises
    ------
    InputTypeError, UnknownNameError, InputError
        All problems in one message; of several kinds of them, it is an InputError.
    """
    found: list[RepscapeError] = [InputError(but)] if but else []
    if unknown:
        found += _unknown(held, (*TABLES, FURTHER), where)
    for name, rules in TABLES.items():
        found += _problems(held.get(name, {}), rules, f"[{name}] of {where}", unknown=unknown and name == "source")
    source = held.get("source")
    if isinstance(source, Mapping):
        found += _problems(source.get("options", {}), OPTIONS, f"[source.options] of {where}", unknown=unknown)
    more = held.get(FURTHER, ())
    if isinstance(more, list | tuple):
        for plan in more:
            found += _problems(plan, PLAN, f"[[{FURTHER}]] of {where}", unknown=False)
    else:
        found.append(InputTypeError(f"[[{FURTHER}]] of {where} must be a list of tables. Got {_short(more)}."))
    if found:
        raise _together(found, where)


def in_toml(held: Mapping[str, Any], where: str) -> bytes:
    """Return the content of a study.toml; a name that is no text, such as that of a file in another encoding, is refused."""
    try:
        return tomli_w.dumps(held).encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{where} is UTF-8, which cannot hold {error.object[error.start]!r}. Use other names, or rename the file."
        ) from error


def _problems(held: Any, rules: Mapping[str, Rule], where: str, *, unknown: bool) -> Iterator[RepscapeError]:
    if not isinstance(held, Mapping):
        yield InputTypeError(f"{where} must be a table. Got {_short(held)}.")
        return
    if unknown:
        yield from _unknown(held, rules, where)
    for name, value in held.items():
        test, allowed = rules.get(name, (lambda _: True, ""))
        if not test(value):
            yield InputTypeError(f"{name} in {where} must be {allowed}. Got {_short(value)}.")


def _unknown(held: Mapping[str, Any], known: Any, where: str) -> Iterator[RepscapeError]:
    for name in held:
        try:
            _check.known_options({name: None}, known, where)
        except UnknownNameError as error:
            yield error


def _together(found: list[RepscapeError], where: str) -> RepscapeError:
    """Return one error for all problems."""
    if len(found) == 1:
        return found[0]
    kinds = {type(error) for error in found}
    said = [f"({place}) {error}" for place, error in enumerate(found[:NAMED], start=1)]
    more = f" And {len(found) - NAMED} more." if len(found) > NAMED else ""
    kind = kinds.pop() if len(kinds) == 1 else InputError
    return kind(f"{where} has {len(found)} problems. {' '.join(said)}{more}")


def _short(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= 80 else f"{said[:77]}..."
