"""The server of one run: loopback alone, a port that is free, a token that nobody can guess, and an end with Ctrl-C."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass

import uvicorn

from ...errors import InputError
from ..data import Explorer
from ._app import application
from ._guard import Guard

HOST = "127.0.0.1"
QUEUE = 128


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is ready to be started; its port is taken already."""

    explorer: Explorer
    """What it shows."""
    socket: socket.socket
    """Where it listens."""
    token: str
    """What an address must hold."""

    @classmethod
    def of(cls, explorer: Explorer, port: int = 0) -> Server:
        """Take a port, by default any that is free.

        Raises
        ------
        InputError
            The port is taken.
        """
        held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind((HOST, port))
            held.listen(QUEUE)  # from now on the address is good: who comes early waits
        except (OSError, OverflowError) as error:
            held.close()
            raise InputError(f"port of explore must be free, 1 to 65535. Got {port}: {error}.") from error
        return cls(explorer, held, secrets.token_urlsafe(24))

    @property
    def port(self) -> int:
        """The port."""
        return int(self.socket.getsockname()[1])

    @property
    def address(self) -> str:
        """The whole address, token and all."""
        return f"http://{HOST}:{self.port}/?token={self.token}"

    def run(self) -> None:
        """Answer until Ctrl-C, which comes on as KeyboardInterrupt once nobody is being answered any more."""
        config = uvicorn.Config(
            Guard(application(self.explorer), token=self.token, port=self.port),
            log_level="error",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        try:
            for gallery in self.explorer.galleries:
                gallery.warm()
            uvicorn.Server(config).run(sockets=[self.socket])
        finally:
            self.explorer.close()
            self.socket.close()
