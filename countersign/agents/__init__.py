"""Your own agent: `from countersign.agents import AwayError, lifespan`."""

from countersign.agents.lifespans import lifespan
from countersign.runtime.waiting import AwayError

__all__ = ["AwayError", "lifespan"]
