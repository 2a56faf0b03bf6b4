"""An agent of the SDK's own, in place of the stand-in for one."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from agents import Agent, function_tool
from temporalio import activity
from temporalio.client import Client

from countersign.agents.catalogue import Catalogue
from countersign.agents.hosted.servers import HostedServers
from tests.flows.flow import Flow, at_work
from tests.support.fakes import FakeAgent
from tests.support.scripted_model import Answer, Script
from worker.agent import AgentRunner
from worker.agent_code import AgentCode
from workflows.contracts.core import AgentSpec, Call, Prepared, ToolResult


@function_tool(needs_approval=True)
def refund(order: int) -> str:
    """Pay an order back."""
    return f"order {order} is paid back"


@function_tool
def look_up(order: int) -> str:
    """Look an order up."""
    return f"order {order} is a teapot"


class OwnAgent(FakeAgent):
    """The real thing, of which a test sees what it ran."""

    def __init__(self, agent: Agent[Any], context: object = None) -> None:
        super().__init__()
        catalogue = Catalogue.of(agent)
        self.hosted = HostedServers(catalogue.agents.values())
        self.runner = AgentRunner(catalogue, context, "scripted", hosted=self.hosted)
        self.code = AgentCode(catalogue, context)

    async def describe(self) -> AgentSpec:
        """The agent and all that it reaches."""
        return await self.runner.describe()

    @activity.defn
    async def prepare_call(self, call: Call) -> Prepared:
        """As a worker does it."""
        return await self.runner.prepare_call(call)

    @activity.defn
    async def run_tool(self, call: Call) -> ToolResult:
        """As a worker does it."""
        self.ran.append(call)
        await self.changed()
        return await self.runner.run_tool(call)

    @property
    def tools_run(self) -> list[tuple[str, str]]:
        """The agent and the tool of each call that ran; the first agent has no name there."""
        return [(call.agent, call.tool) for call in self.ran]


def flow_of(temporal: Client, agent: Agent[Any], *answers: Answer, context: object = None) -> Flow:
    """A flow with this agent, that has no worker yet."""
    own = OwnAgent(agent, context)
    script, hosted = Script(*answers), own.hosted.by_ref
    return Flow(temporal, script, agent=own, beside=(own.code,), hosted=hosted)


@asynccontextmanager
async def at_work_with(
    temporal: Client, agent: Agent[Any], *answers: Answer, context: object = None
) -> AsyncGenerator[Flow]:
    """The same at work."""
    flow = flow_of(temporal, agent, *answers, context=context)
    async with at_work(flow):
        yield flow


def ran(flow: Flow) -> list[tuple[str, str]]:
    """The agent and the tool of each call that ran, in order."""
    assert isinstance(flow.agent, OwnAgent)
    return flow.agent.tools_run
