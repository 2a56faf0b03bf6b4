"""Deployments by chat: a handoff, and an MCP server of its own. `AGENT=examples.deploys:agent`."""

from examples.deploys.deployer import agent

__all__ = ["agent"]
