"""An MCP server that lists, deploys and rolls back: `python -m examples.deploys.server FILE`."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from examples.deploys.state import DeployError, Deployments, Release

KEY = "countersign/key"
"""Under this name Countersign sends the call's idempotency key."""
Environment = Literal["staging", "production"]
Service = Annotated[str, Field(min_length=1, max_length=60, description="As in list_services.")]
Version = Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$", description="Such as 2.4.0.")]


def serve(path: Path) -> MCPServer:
    """The server over the deployments in a file."""
    deployments = Deployments(path)
    server = MCPServer("deploys")

    @server.tool(title="List the services", annotations=ToolAnnotations(read_only_hint=True))
    def list_services() -> str:
        """Every service with the version that runs in each environment."""
        return "\n".join(
            f"{it.service}: {it.version} in {it.environment}" for it in deployments.running()
        )

    @server.tool(title="List the versions", annotations=ToolAnnotations(read_only_hint=True))
    def list_versions(service: Service, environment: Environment) -> list[str]:
        """The versions that a service had in an environment, the one that runs now first."""
        return list(deployments.versions(service, environment))

    @server.tool(title="Deploy")
    def deploy(
        service: Service, version: Version, environment: Environment, context: Context
    ) -> str:
        """Have a version of a service run in an environment."""
        try:
            release = deployments.deploy(Release(service, environment, version), _key(context))
        except DeployError as error:
            raise ToolError(str(error)) from error
        return f"{release.service} {release.version} runs in {release.environment}."

    @server.tool(title="Roll back")
    def roll_back(service: Service, environment: Environment, context: Context) -> str:
        """Have the version of a service run again that ran before this one."""
        try:
            release = deployments.roll_back(service, environment, _key(context))
        except DeployError as error:
            raise ToolError(str(error)) from error
        return f"{release.service} {release.version} runs in {release.environment} again."

    return server


def _key(context: Context) -> str:
    meta = context.request_context.meta
    return str((meta or {}).get(KEY, ""))


if __name__ == "__main__":
    serve(Path(sys.argv[1])).run()
