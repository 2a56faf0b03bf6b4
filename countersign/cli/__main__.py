"""`countersign`, or `python -m countersign.cli`: the command line for operators."""

import os
import sys
from contextlib import suppress
from typing import NoReturn

import structlog

from countersign.cli.app import app


def main() -> NoReturn:
    """Run a command, and end without Python's finalisation.

    Temporal's native threads may still take the interpreter's lock in it, which aborts the
    process and hides the exit code.
    """
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # answers: stdout
    code: object = 0
    try:
        app(prog_name="countersign")
    except SystemExit as end:
        code = end.code
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    main()
