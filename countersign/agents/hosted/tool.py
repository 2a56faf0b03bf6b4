"""A tool that the model's provider runs: read and shown like all others, and never run here."""

import json
from dataclasses import dataclass
from typing import Any, Protocol

from agents import FunctionTool
from agents.tool_context import ToolContext

from countersign.agents.mcp.names import full_name
from countersign.tools.annotations import annotate
from countersign.tools.errors import ToolError
from countersign.tools.toolkit import RESERVED, Arguments, ArgumentsError, Tool
from workflows.contracts.core import ArgumentField
from workflows.conversation.hosted import hosted_fingerprint

TITLE_LIMIT = 80
SCHEMA: dict[str, Any] = {"type": "object", "properties": {}}
"""What such a tool takes only its provider knows."""
WHO_RUNS_IT = (
    "the model's provider, not this app. Approve it only if it may run more than once: that it "
    "runs once cannot be promised"
)


class Server(Protocol):
    """What is needed of the server that has a tool."""

    @property
    def label(self) -> str:
        """Its name."""
        ...

    @property
    def ref(self) -> str:
        """Names its settings."""
        ...

    @property
    def place(self) -> str:
        """Where it is, in words."""
        ...


@dataclass(frozen=True, slots=True)
class HostedTool(Tool):
    """One tool of a hosted MCP server."""

    ref: str = ""
    """Names the server's settings, which are part of what is approved."""
    where: str = ""

    @property
    def fingerprint(self) -> str:
        """Of the server's settings and the tool's name."""
        return hosted_fingerprint(self.ref, self.name)

    @property
    def place(self) -> str:
        """Where it comes from: `the hosted MCP server deploys`."""
        return f"the hosted MCP server {self.server}"

    @property
    def notes(self) -> tuple[ArgumentField, ...]:
        """What people read of every call, below its arguments."""
        return (
            ArgumentField(name="server", value=f"{self.server} at {self.where}"),
            ArgumentField(name="who runs it", value=WHO_RUNS_IT, is_bound=False),
        )

    def read(self, arguments: str) -> Arguments:
        """See `Tool`. A name that means something else here would be left out of what is shown.

        Raises:
            ArgumentsError: it has one, or is no JSON object.
        """
        try:
            given = json.loads(arguments or "{}")
        except (ValueError, RecursionError) as error:
            raise ArgumentsError("The arguments could not be read as JSON.") from error
        if isinstance(given, dict) and (taken := [it for it in RESERVED if it in given]):
            raise ArgumentsError(
                f"It has an argument called {taken[0]}, which approvals here use for something "
                "else, so it cannot be asked for."
            )
        return Tool.read(self, arguments)


def hosted_tool(server: Server, name: str) -> HostedTool:
    """A tool that waits for approval; only a rule frees it."""
    words = name.replace("_", " ").replace("-", " ").strip().capitalize()[:TITLE_LIMIT]
    function = FunctionTool(
        name=full_name(server.label, name),
        description=words or name,
        params_json_schema=SCHEMA,
        on_invoke_tool=_refuse,
        strict_json_schema=False,
        needs_approval=True,
    )
    titled = annotate(function, title=f"{words or name} ({server.label})")
    return HostedTool(titled, server=server.label, ref=server.ref, where=server.place)


async def _refuse(_context: ToolContext[Any], _arguments: str) -> str:
    raise ToolError("The model's provider runs it, and nobody else.")
