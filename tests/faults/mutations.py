"""Ways in which a file comes to harm: each a function of its content and a generator, so that a seed tells which."""

from __future__ import annotations

import codecs
import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

import numpy as np
import tomli_w

Draw = np.random.Generator
Way = Callable[[bytes, Draw], bytes]
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
MOST = 4096  # bytes that are moved, cut or put in at once


def _span(content: bytes, draw: Draw) -> slice:
    start = int(draw.integers(0, max(1, len(content))))
    return slice(start, min(len(content), start + int(draw.integers(1, max(2, min(MOST, len(content) // 2))))))


def _noise(draw: Draw, length: int) -> bytes:
    return draw.integers(0, 256, length).astype(np.uint8).tobytes()


def flip(content: bytes, draw: Draw) -> bytes:
    """Turn one bit."""
    raw = bytearray(content)
    if raw:
        raw[int(draw.integers(0, len(raw)))] ^= 1 << int(draw.integers(0, 8))
    return bytes(raw)


def flip_early(content: bytes, draw: Draw) -> bytes:
    """Turn one bit where headers are."""
    return flip(content[:200], draw) + content[200:]


def flips(content: bytes, draw: Draw) -> bytes:
    """Turn several bits."""
    for _ in range(int(draw.integers(2, 9))):
        content = flip(content, draw)
    return content


def truncate(content: bytes, draw: Draw) -> bytes:
    """Lose the end."""
    return content[: int(draw.integers(0, max(1, len(content))))]


def lose_a_little(content: bytes, draw: Draw) -> bytes:
    """Lose the last few bytes."""
    return content[: -int(draw.integers(1, 9))]


def extend(content: bytes, draw: Draw) -> bytes:
    """Gain bytes at the end: noise, zeros, or the file once more."""
    return (
        content
        + (_noise(draw, int(draw.integers(1, 99))), bytes(int(draw.integers(1, 999))), content)[
            int(draw.integers(0, 3))
        ]
    )


def swap(content: bytes, draw: Draw) -> bytes:
    """Exchange two blocks."""
    size = int(draw.integers(1, max(2, min(MOST, len(content) // 2))))
    places = sorted(int(place) for place in draw.integers(0, max(1, len(content) - size), 2))
    one, two = places[0], max(places[1], places[0] + size)
    first, second = content[one : one + size], content[two : two + size]
    return content[:one] + second + content[one + size : two] + first + content[two + size :]


def zeros(content: bytes, draw: Draw) -> bytes:
    """Blank a range."""
    span = _span(content, draw)
    return content[: span.start] + bytes(span.stop - span.start) + content[span.stop :]


def cut(content: bytes, draw: Draw) -> bytes:
    """Lose a range."""
    span = _span(content, draw)
    return content[: span.start] + content[span.stop :]


def put_in(content: bytes, draw: Draw) -> bytes:
    """Gain noise, or a piece of itself, anywhere."""
    place, span = int(draw.integers(0, len(content) + 1)), _span(content, draw)
    more = content[span] if draw.random() < 0.5 else _noise(draw, int(draw.integers(1, 30)))
    return content[:place] + more + content[place:]


def overwrite(content: bytes, draw: Draw) -> bytes:
    """Have noise over a range."""
    span = _span(content, draw)
    return content[: span.start] + _noise(draw, span.stop - span.start) + content[span.stop :]


def empty(content: bytes, draw: Draw) -> bytes:
    """Lose everything."""
    return b""


BYTES: tuple[Way, ...] = (
    flip, flip, flip_early, flips, truncate, lose_a_little, extend, swap, zeros, cut, put_in, overwrite, empty,
)  # fmt: skip

# ---- of text

NUMBERS = (
    b"0", b"-1", b"1e999", b"NaN", b"-0", b"3.5", b"2147483648", b"9223372036854775808", b"18446744073709551617",
    b"1" * 5000, b"0x10", b"1_000", b"", b"true", b"null",
)  # fmt: skip
ENCODINGS = ("utf-16", "utf-32", "utf-16-le", "utf-7", "latin-1", "cp037")
ODD = (
    b"\0", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\x1b[31m", b"\r", b"\\ud800",
)  # fmt: skip


def number(content: bytes, draw: Draw) -> bytes:
    """Have another number in the place of one."""
    found = list(NUMBER.finditer(content))
    if not found:
        return flip(content, draw)
    one = found[int(draw.integers(0, len(found)))]
    new = NUMBERS[int(draw.integers(0, len(NUMBERS)))] if draw.random() < 0.7 else b"%d" % draw.integers(0, 300)
    return content[: one.start()] + new + content[one.end() :]


def encoding(content: bytes, draw: Draw) -> bytes:
    """Be written in another encoding, or with another's mark."""
    if draw.random() < 0.2:
        return codecs.BOM_UTF8 + content
    name = ENCODINGS[int(draw.integers(0, len(ENCODINGS)))]
    return content.decode("utf-8", "replace").encode(name, "replace")


def odd(content: bytes, draw: Draw) -> bytes:
    """Hold bytes that are no text."""
    place = int(draw.integers(0, len(content) + 1))
    return content[:place] + ODD[int(draw.integers(0, len(ODD)))] + content[place:]


def nest(content: bytes, draw: Draw) -> bytes:
    """Be nested without end in the place of a number, or as a whole."""
    depth = int(draw.choice([30, 3000, 100_000]))
    found = list(NUMBER.finditer(content))
    sign = (b"[", b"]") if draw.random() < 0.5 else (b'{"a":', b"}")
    deep = sign[0] * depth + b"1" + sign[1] * depth
    if not found or draw.random() < 0.2:
        return deep
    one = found[int(draw.integers(0, len(found)))]
    return content[: one.start()] + deep + content[one.end() :]


def lines(content: bytes, draw: Draw) -> bytes:
    """Have lines doubled, lost or exchanged."""
    held = content.splitlines(keepends=True)
    if len(held) < 3:
        return cut(content, draw)
    i, j = (int(place) for place in draw.integers(0, len(held), 2))
    how = int(draw.integers(0, 3))
    if how == 0:
        held[i], held[j] = held[j], held[i]
    elif how == 1:
        held.insert(i, held[j])
    else:
        del held[i]
    return b"".join(held)


TEXT: tuple[Way, ...] = (number, number, number, encoding, odd, odd, nest, lines)

# ---- of what has names and values

VALUES: tuple[Any, ...] = (
    0, -1, 1, 2.5, 1e300, 10**30, True, False, "", "x", "../../etc", "\x1b[31m", [], [1], ["a", "b"], [[]], {}, {"a": 1},
    {"name": 1}, "a" * 10_000, list(range(1000)), -(2**63),
)  # fmt: skip


def _spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(spot for key, entry in inner for spot in _spots(entry, (*path, key)))]


def _changed(held: Any, draw: Draw, values: tuple[Any, ...]) -> Any:
    """Change one value, name or entry of nested lists and tables, in place where there is one."""
    spots = _spots(held)[1:]
    if not spots:
        return values[int(draw.integers(0, len(values)))]
    *way, key = spots[int(draw.integers(0, len(spots)))]
    parent = held
    for step in way:
        parent = parent[step]
    how = int(draw.integers(0, 5))
    if how == 0:
        del parent[key]
    elif how == 1 and isinstance(parent, dict):
        parent[f"{key}x"] = parent.pop(key)
    else:
        parent[key] = values[int(draw.integers(0, len(values)))]
    return held


def retyped_json(content: bytes, draw: Draw) -> bytes:
    """Hold a value of another type, lose one, or call it otherwise."""
    return json.dumps(_changed(json.loads(content), draw, (*VALUES, None, float("nan"), float("inf")))).encode()


def retyped_lines(content: bytes, draw: Draw) -> bytes:
    """The same in one line of many."""
    held = content.splitlines(keepends=True)
    place = int(draw.integers(0, len(held)))
    held[place] = retyped_json(held[place], draw) + b"\n"
    return b"".join(held)


def retyped_toml(content: bytes, draw: Draw) -> bytes:
    """The same in TOML."""
    return tomli_w.dumps(_changed(tomllib.loads(content.decode()), draw, VALUES)).encode()


FORMS: dict[str, tuple[Way, ...]] = {
    "bytes": BYTES,
    "text": BYTES + TEXT,
    "json": BYTES + TEXT + (retyped_json,) * 12,
    "jsonl": BYTES + TEXT + (retyped_lines,) * 6,
    "toml": BYTES + TEXT + (retyped_toml,) * 16,
}
"""Ways by what a file is; a way that stands there twice is taken twice as often."""


def mutated(content: bytes, form: str, draw: Draw) -> tuple[bytes, str]:
    """Return other content, and what was done to it."""
    ways = FORMS[form]
    for _ in range(20):
        way = ways[int(draw.integers(0, len(ways)))]
        try:
            new = way(content, draw)
        except ValueError:  # what is no TOML, or no JSON, has no values to change
            continue
        if new != content:
            return new, way.__name__
    return content + b"\0", "extend"
