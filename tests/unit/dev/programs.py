"""Tiny programs that stand in for the product's processes, and how to tell that one is gone."""

import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]

STAND_IN = """
import os, signal, socket, sys
name, port, diary = sys.argv[1], int(sys.argv[2]), sys.argv[3]
def finish(*_):
    with open(diary, "a") as file:
        file.write(f"{name}\\n")
    os._exit(0)
signal.signal(signal.SIGTERM, finish)
server = socket.create_server(("127.0.0.1", port))
print(f"{name} serves", flush=True)
kept = []
while True:
    connection, _ = server.accept()
    if b"GET" in connection.recv(1000):
        connection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n{}")
        connection.close()
        if "once" in sys.argv:
            sys.exit(3)
    else:
        kept.append(connection)  # a test holds it open, and learns from it when we die
"""

FAKE_TEMPORAL = f"""#!{sys.executable}
import os, sys
arguments = sys.argv[1:]
if arguments == ["--version"]:
    print("temporal version 1.0.0")
else:
    port = arguments[arguments.index("--http-port") + 1]
    stand_in = [sys.executable, "-I", "-S", {{script!r}}, "temporal", port, {{diary!r}}]
    os.execv(sys.executable, stand_in)
"""


REFUSAL = "countersign: the policy cannot be used."
SECOND_TIME = f"""
import os, runpy, sys
seen, code, script = sys.argv[1], int(sys.argv[2]), sys.argv[3]
if os.path.exists(seen):
    print("starting", flush=True)
    print({REFUSAL!r}, flush=True)
    os._exit(code)
open(seen, "w").close()
sys.argv = sys.argv[3:]
runpy.run_path(script, run_name="__main__")
"""


def refusing(stand_in: Sequence[str], seen: Path, code: int) -> Sequence[str]:
    """The same stand-in, which ends with this exit code whenever it is started again."""
    *python, script, name, port, diary = stand_in
    return (*python, "-c", SECOND_TIME, str(seen), str(code), script, name, port, diary)


def executable(path: Path, text: str) -> Path:
    """Write a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


@dataclass(frozen=True)
class Diary:
    """Where stand-ins note that they were asked to stop."""

    file: Path

    def names(self) -> list[str]:
        return self.file.read_text().split()


def hold(port: int) -> socket.socket:
    """A connection to a stand-in, which breaks when it dies."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(b"hold")
    return connection


def breaks(connection: socket.socket) -> bool:
    """Wait until the other side is gone."""
    with connection:
        try:
            return connection.recv(1) == b""
        except ConnectionResetError:
            return True
