"""The text of a file: unpacked, decoded, whole. Whatever is wrong with its bytes is an error that names file and line.

UTF-8 unless the file says otherwise (a byte order mark, the zeros of UTF-16) or the caller does; no other encoding is guessed,
since a wrong guess would change letters in silence.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from ..errors import InputError, UnknownNameError
from ._room import check_room

GZIP = b"\x1f\x8b"
MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LINE_ENDS = re.compile(r"\r\n|\n|\r")
HEAD = 1 << 16
STEP = 1 << 24
CELLS = {b"\n": 150, b"{": 250, b"[": 60, b",": 60, b"\t": 60, b";": 60, b"|": 60, b":": 60}
"""What the row, record or cell that a byte begins takes in memory, beside its text."""
TEXT = 3  # times that the bytes of a text are in memory: packed, decoded, in cells
ZEROS = 0.02  # share of zero bytes from which on a text may be UTF-16: its line ends and separators have one each


def text_of(path: Path, encoding: str | None = None) -> str:
    """Return the whole text of a file, gzipped or not."""
    data = _bytes(path)
    known = _codec(encoding) if encoding is not None else _encoding(data[:HEAD])
    try:
        text = data.decode(known)
    except UnicodeDecodeError as problem:
        raise InputError(_undecodable(path, data, problem, told=encoding)) from problem
    except (LookupError, UnicodeError) as problem:  # such as "hex", which is no encoding of text
        raise UnknownNameError(f"encoding {encoding!r} is no encoding of text: {problem}.") from problem
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        line = line_at(text, text.index("\0"))
        raise InputError(
            f"{path}, line {line} holds a NUL byte: it is no text, or text in another encoding; say which (encoding='utf-16')."
        )
    return text


def lines_of(text: str) -> list[str]:
    r"""Return the lines of a text, which may end in \n, \r\n or \r; nothing after the last end.

    Examples
    --------
    >>> lines_of("a\r\nb\r\nc\x0bd\n"), lines_of("a\rb")
    (['a', 'b', 'c\x0bd'], ['a', 'b'])
    """
    lines = LINE_ENDS.split(text) if "\r" in text else text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def line_at(text: str, place: int) -> int:
    """Return the number of the line that holds a position."""
    return sum(1 for _ in LINE_ENDS.finditer(text, 0, place)) + 1


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """Open a text file, gzipped or not, to be read line by line: for files that need not fit into memory."""
    try:
        with _stream(path) as raw:
            head = raw.read(HEAD)
            raw.seek(0)
            with io.TextIOWrapper(raw, encoding=_encoding(head)) as stream:
                yield stream
    except UnicodeDecodeError as problem:
        raise InputError(
            f"{path} must be UTF-8 text. {problem}; convert it first: iconv -f latin1 -t utf-8."
        ) from problem
    except (OSError, EOFError, zlib.error) as problem:
        raise InputError(f"{path} cannot be read: {problem}.") from problem


def _stream(path: Path) -> BinaryIO:
    """Open a file's bytes, unpacked where they are gzipped, whatever the file is called."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP or path.name.lower().endswith(".gz")
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def _bytes(path: Path) -> bytes:
    """Read a file; one that unpacks to more than memory holds is refused long before it does."""
    if not path.is_file():
        raise InputError(f"{path} is no file that can be read.")
    try:
        size = path.stat().st_size
        parts: list[bytes] = []
        unpacked, weight = 0, 0.0
        with _stream(path) as stream:
            raw = getattr(getattr(stream, "fileobj", None), "tell", None)
            while part := stream.read(STEP):
                parts.append(part)
                unpacked += len(part)
                weight = weight or TEXT + sum(cost * part.count(byte) for byte, cost in CELLS.items()) / len(part)
                # Of a gzipped file what it has given so far tells what it will.
                expected = size if raw is None else unpacked * size // max(1, min(size, raw()))
                check_room(int(weight * max(unpacked, expected)), f"{path}, unpacked," if raw else str(path))
        return b"".join(parts)
    except (OSError, EOFError, zlib.error) as problem:
        raise InputError(f"{path} cannot be read: {problem}.") from problem


def _encoding(head: bytes) -> str:
    """Tell the encoding from a byte order mark, or from where the zeros of UTF-16 stand; else it is UTF-8."""
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    zeros = head.count(0)
    if zeros and zeros >= ZEROS * len(head):
        for name, first in (("utf-16-le", 1), ("utf-16-be", 0)):
            if head[first::2].count(0) == zeros and LINE_ENDS.search(head.decode(name, "replace")):
                return name
    return "utf-8-sig"


def _codec(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except (LookupError, TypeError, ValueError) as problem:  # ValueError: of a name that is no text
        raise UnknownNameError(
            f"encoding must be the name of a text encoding, such as 'utf-8', 'utf-16', 'latin-1' or 'cp1252'. Got {encoding!r}."
        ) from problem


def _undecodable(path: Path, data: bytes, problem: UnicodeDecodeError, *, told: str | None) -> str:
    line = len(re.findall(rb"\r\n|\n|\r", data[: problem.start])) + 1
    wrong = f"line {line} holds the byte 0x{data[problem.start]:02x}, which is none there ({problem.reason})"
    if told is not None:
        return f"{path} is not in the encoding {told!r}: {wrong}."
    return (
        f"{path} must be UTF-8 text: {wrong}. It may be in another encoding: say which "
        "(encoding='latin-1', 'cp1252', 'utf-16'), or convert it: iconv -f latin1 -t utf-8."
    )
