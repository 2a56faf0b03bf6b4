"""Deployments by chat: a handoff, and an MCP server of its own. `AGENT=examples.deploys:agent`."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from examples.deploys.deployer import agent

__all__ = ["agent"]


def __getattr__(name: str) -> object:
    """The agent, once it is asked for: the server, which is in here too, needs no Agents SDK.

    Raises:
        AttributeError: there is nothing of that name.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module("examples.deploys.deployer"), name)
