"""The ports of a stack: the well-known ones, moved by an offset, or any that are free."""

import socket
from dataclasses import asdict, dataclass

LOOPBACK = "127.0.0.1"
HIGHEST = 65_535


@dataclass(frozen=True, slots=True)
class Ports:
    """One port for each listener; all of them on the loopback interface."""

    sandbox: int = 8765
    temporal: int = 7233
    temporal_ui: int = 8233
    bot: int = 3000
    worker: int = 3001

    @property
    def room(self) -> int:
        """By how much all of them can be moved."""
        return HIGHEST - max(asdict(self).values())

    def moved(self, offset: int) -> "Ports":
        """The same, each `offset` higher."""
        return Ports(**{name: port + offset for name, port in asdict(self).items()})

    @classmethod
    def free(cls) -> "Ports":
        """Ports that nobody else is given for a while."""
        return cls(*(free_port() for _ in asdict(cls())))


def free_port() -> int:
    """A port that is free, and that the system gives to nobody else for about a minute.

    Closing an accepted connection from the listening side leaves the port in TIME_WAIT, so that
    it is not handed out again, while a server that sets SO_REUSEADDR, as ours do, may bind it
    (Linux wants the same option on what was there before).
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            accepted.close()
        port: int = listener.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether a server could bind this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
