"""The worker's side: take a job from standard input, send each part of its answer as soon as it is there.

Whatever libraries print goes to standard error. A worker ends with the process it works for, in the middle of a job if
need be; Ctrl-C is for that process alone.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import signal
import sys
import threading
import time
import warnings
from typing import Any, BinaryIO

from ._frames import Said, read_frame, unpacked, write_frame


def serve() -> None:
    """Work until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(sys.stdin.buffer, jobs), daemon=True).start()
        send = _Sender(answers)
        handler = _Forward(send)
        logging.getLogger("repscape").addHandler(handler)
        logging.getLogger("repscape").propagate = False
        send(Said("ready", os.getpid()))
        while True:
            _work(jobs.get(), send)


def _listen(pipe: BinaryIO, jobs: queue.SimpleQueue[bytes]) -> None:
    while (content := read_frame(pipe)) is not None:
        jobs.put(content)
    os._exit(0)  # nobody is left to answer


def _work(content: bytes, send: _Sender) -> None:
    began = time.perf_counter()
    with warnings.catch_warnings(record=True) as heard:
        try:
            function, item = unpacked(content)
            for part in function(item):
                send(Said("part", part))
                _pass_on(heard, send)
        except Exception as error:  # whatever it is, the other side raises it
            send(Said("error", error.with_traceback(None)))
        _pass_on(heard, send)
    send(Said("end", time.perf_counter() - began))


def _pass_on(heard: list[warnings.WarningMessage], send: _Sender) -> None:
    for warning in heard:
        send(Said("warning", (str(warning.message), warning.category, warning.filename, warning.lineno)))
    heard.clear()


class _Sender:
    """Sends messages, from any thread."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def __call__(self, message: Said) -> None:
        try:
            content = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
        except Exception as error:  # an error or a category that holds what cannot travel
            told = message.value if isinstance(message.value, Exception) else error
            content = pickle.dumps(Said("error", RuntimeError(f"{type(told).__name__}: {told}")))
        with self._lock:
            write_frame(self._pipe, content)


class _Forward(logging.Handler):
    """Hands what is logged to the process worked for."""

    def __init__(self, send: Any) -> None:
        super().__init__()
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        self._send(Said("log", (record.name, record.levelno, record.getMessage())))
