"""Run a command that dies with its supervisor: `python tether.py <supervisor's pid> <command…>`.

Nobody can clean up after a supervisor that was killed with SIGKILL, so the kernel does. The
process becomes the command, hence its pid is the command's. Elsewhere than on Linux the
command runs without this safety. Started as a script, without our packages, for speed.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Tie the knot, then become the command."""
    supervisor, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != supervisor:  # it died before the knot was tied
        sys.exit(1)
    try:
        os.execvp(command[0], command)  # noqa: S606
    except OSError as error:
        sys.exit(f"{command[0]} cannot be started: {error.strerror}")


if __name__ == "__main__":
    main()
