"""The MCP server of the deployments, and what people read of its tools."""

import sys
from collections.abc import Sequence
from pathlib import Path

from agents import RunContextWrapper
from agents.mcp import MCPServerStdio
from mcp.types import TextContent
from pydantic_settings import BaseSettings, SettingsConfigDict

from countersign.tools import ArgumentField, Preview, ToolError, annotate
from examples.deploys.state import DeployError, version_before

ROOT = Path(__file__).parents[2]
Context = RunContextWrapper[None]


class DeploySettings(BaseSettings):
    """The example's environment."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    deploys_file: str = "deploys.db"
    """Where the example keeps what runs where: a file of SQLite's, created at the first start."""


server = MCPServerStdio(
    name="deploys",
    params={
        "command": sys.executable,
        "args": ["-m", "examples.deploys.server", DeploySettings().deploys_file],
        "env": {"PYTHONPATH": str(ROOT)},
    },
)


async def preview_deploy(ctx: Context, service: str, version: str, environment: str) -> Preview:
    """What would run, and what runs now: if that is another by then, people are asked again."""
    now, *_ = await _versions(service, environment)
    if now == version:
        raise ToolError(f"{service} {version} runs in {environment} already.")
    return Preview(
        summary=f"Deploy {service} {version} to {environment}",
        fields=_fields(now, service=service, version=version, environment=environment),
    )


async def preview_roll_back(ctx: Context, service: str, environment: str) -> Preview:
    """Which version would run again."""
    versions = await _versions(service, environment)
    try:
        earlier = version_before(versions, service, environment)
    except DeployError as error:
        raise ToolError(str(error)) from error
    return Preview(
        summary=f"Roll {service} back to {earlier} in {environment}",
        fields=_fields(versions[0], service=service, version=earlier, environment=environment),
    )


annotate(server, "deploy", status="is deploying…", preview=preview_deploy)
annotate(server, "roll_back", status="is rolling back…", preview=preview_roll_back)
annotate(server, "list_services", status="is looking up what runs…")
annotate(server, "list_versions", status="is looking up versions…")


def _fields(now: str, **said: str) -> tuple[ArgumentField, ...]:
    """What the sentence says already, and what runs now."""
    told = (ArgumentField(name=name, value=it, in_summary=True) for name, it in said.items())
    return (*told, ArgumentField(name="running now", value=now))


async def _versions(service: str, environment: str) -> Sequence[str]:
    """The versions of a service, the one that runs first; the server is connected by now.

    Raises:
        ToolError: there is no such service.
    """
    asked = {"service": service, "environment": environment}
    answer = await server.call_tool("list_versions", asked)
    said = [it.text for it in answer.content if isinstance(it, TextContent)]
    if answer.is_error:
        raise ToolError("\n".join(said))
    if not said:
        raise ToolError(f"There is no {service} in {environment}.")
    return said
