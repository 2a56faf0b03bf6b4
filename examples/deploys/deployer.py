"""Two agents: one that people talk to, and one that may change what runs."""

from agents import Agent, function_tool

from examples.deploys.tools import server

DEPLOYER = """\
You answer questions about deployments. Whatever is about one service, such as what runs where, a
deployment or a rollback, you hand to the release manager.
"""
RELEASE_MANAGER = """\
You deploy and roll back services. Environments are staging and production. What runs where, you
look up with list_services; never guess versions. If the service, the version or the environment is
missing or unclear, ask. Say afterwards what runs now.
"""


@function_tool
def deployment_hours() -> str:
    """Say when the hours of deployments to production are."""
    return "Production takes deployments from Monday to Thursday, 9 AM to 5 PM UTC."


release_manager = Agent(
    name="Release manager",
    handoff_description="Lists services, deploys them and rolls them back.",
    instructions=RELEASE_MANAGER,
    mcp_servers=[server],
)
agent = Agent(
    name="Deployer",
    instructions=DEPLOYER,
    tools=[deployment_hours],
    handoffs=[release_manager],
)
