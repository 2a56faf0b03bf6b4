"""`python -m tests.unusual.worker`: the worker, with a few tools more than the product has."""

from pathlib import Path

import worker.tools
from countersign.runtime.process import leave, run
from worker.__main__ import main

worker.tools.__path__.append(str(Path(__file__).parent / "tools"))

if __name__ == "__main__":
    leave(run(main))
