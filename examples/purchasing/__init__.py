"""The purchasing assistant, an agent like yours: `AGENT=examples.purchasing:agent`."""

from examples.purchasing.buyer import agent

__all__ = ["agent"]
