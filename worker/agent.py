"""The agent's activities: what it is, and what its tools do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from agents import Agent, HostedMCPTool, RunContextWrapper
from agents.models.default_models import get_default_model_settings
from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.agents.agent_tools import agent_behind, described_agent_tool
from countersign.agents.approval_rules import with_rules
from countersign.agents.catalogue import Catalogue
from countersign.agents.description import (
    described_guardrails,
    described_output,
    described_stops,
    is_enabled,
)
from countersign.agents.handoffs import described_handoff
from countersign.agents.hosted.servers import HostedServers, described_hosted
from countersign.agents.mcp.errors import ServerAwayError
from countersign.agents.mcp.listing import note_for_model
from countersign.agents.mcp.servers import Servers
from countersign.tools.text import cut, encodable, text_of
from countersign.tools.toolkit import (
    Arguments,
    ArgumentsError,
    Tool,
    ToolError,
    UnansweredError,
)
from worker.prepared import prepared_call
from worker.tool_errors import concealing
from workflows.contracts.activities import AgentActivities
from workflows.contracts.core import (
    AgentSpec,
    Call,
    Prepared,
    ToolResult,
    ToolSpec,
    TurnLimits,
)
from workflows.redaction import Secrets

OUTPUT_LIMIT = 20_000
"""Characters of one tool's answer, some 5,000 tokens, where nothing else is set: each later model
call carries it again, and a turn has room for dozens of them in what Temporal stores."""
NO_ANSWER = "It ran and answered nothing."
LISTING_SECONDS = 5.0
"""How long a turn waits for MCP servers to list their tools."""
REACHING_SECONDS = 20.0
"""How long a call that was approved waits for its MCP server to be there."""

log = structlog.get_logger(__name__)


def nothing_more(_tool: str) -> bool:
    """A policy that guards nothing beyond what the tools guard themselves."""
    return False


@dataclass(eq=False)
class AgentRunner(AgentActivities):
    """The agent that `AGENT` names, with its tools and their context."""

    catalogue: Catalogue
    """The agent and all that it reaches, with their tools."""
    context: Any = None
    """What the tools are given as their run context; None if the agent has no lifespan."""
    model: str = ""
    """Name of the model where the agent names none."""
    gated: Callable[[str], bool] = nothing_more
    """Whether the policy has a rule about a tool, so that its calls have to be judged."""
    secrets: Secrets = field(default_factory=Secrets)
    servers: Servers = field(default_factory=Servers)
    """The agent's MCP servers."""
    hosted: HostedServers = field(default_factory=HostedServers)
    """Those of them that the model's provider calls."""
    limits: TurnLimits = field(default_factory=TurnLimits)
    output_limit: int = OUTPUT_LIMIT
    """Characters of one tool's answer."""

    @property
    def agent(self) -> Agent[Any]:
        """The agent itself."""
        return self.catalogue.agent

    async def describe(self) -> AgentSpec:
        """The agent and all that it reaches, as they are now."""
        described = (self._describe(it) for it in self.catalogue.agents.values())
        first, *others = await asyncio.gather(*described)  # each may wait for its MCP servers
        return first.model_copy(update={"others": tuple(others), "limits": self.limits})

    async def _describe(self, agent: Agent[Any]) -> AgentSpec:
        """Name, instructions, model, tools and all the rest of one agent."""
        context = RunContextWrapper(self.context)
        own_tools = (it for it in agent.tools if not isinstance(it, HostedMCPTool))
        enabled = [it for it in own_tools if await is_enabled(it, context, agent)]
        handoffs = [it for it in agent.handoffs if await is_enabled(it, context, agent)]
        listing = await self.servers.listed(
            agent, self.context, seconds=LISTING_SECONDS, taken=self.catalogue.tools
        )
        self.servers.tell(agent.name, listing)
        tools = (
            *map(self._described, enabled),
            *(tool.described(needs_approval=True) for tool in listing.tools.values()),
        )
        own = await agent.get_system_prompt(context) or ""
        return AgentSpec(
            name=agent.name,
            instructions="\n\n".join(filter(None, (with_rules(own), note_for_model(listing)))),
            model=str(agent.model or self.model),
            model_settings=_model_settings(agent),
            tools=tools,
            handoffs=tuple(described_handoff(it, agent) for it in handoffs),
            output=described_output(agent),
            input_guardrails=described_guardrails(agent.input_guardrails),
            output_guardrails=described_guardrails(agent.output_guardrails),
            reset_tool_choice=agent.reset_tool_choice,
            stops_after=described_stops(agent, tools),
            hosted=described_hosted(agent),
        )

    def _described(self, given: Any) -> ToolSpec:
        if (inner := agent_behind(given)) is not None:
            return described_agent_tool(given, inner)
        tool = self.catalogue.tools[given.name]
        return tool.described(needs_approval=tool.needs_approval or self.gated(tool.name))

    def masked(self, call: Call) -> str:
        """A call's arguments as JSON that may be shown."""
        if call.at_provider or call.tool in self.catalogue.tools:
            tool = self._known(call)
            names = tool.secret_names if tool else frozenset[str]()
        else:
            names = self.servers.secret_names(call.tool)
        return encodable(self.secrets.of(call.arguments, names).mask_arguments(call.arguments))

    @activity.defn
    async def prepare_call(self, call: Call) -> Prepared:
        """See `AgentActivities`. An MCP server that is away is asked again later."""
        tool = await self._find(call, LISTING_SECONDS)
        if tool is None:
            return Prepared(problem=f"There is no tool {call.tool} any more.")
        secrets = self.secrets.of(call.arguments, tool.secret_names)
        try:
            with concealing(secrets):
                preview, read = await tool.describe(call, self.context)
                asks = await self._asks(tool, call, read)
                prepared = prepared_call(call, tool, preview, read, secrets)
        except ToolError as error:
            why = self._answer(error, secrets)
            log.info("call refused before asking", tool=call.tool, call=call.id, why=why)
            return Prepared(problem=why)
        agent = call.agent or self.agent.name
        fields = (*prepared.fields, *tool.notes)
        return prepared.model_copy(update={"agent": agent, "asks": asks, "fields": fields})

    @activity.defn
    async def run_tool(self, call: Call) -> ToolResult:
        """See `AgentActivities`. What cannot be known again is sent in the first try only."""
        if call.at_provider:
            return ToolResult(ok=False, text=f"{call.tool} runs at the model's provider only.")
        if call.tool not in self.catalogue.tools and _was_tried():
            raise _unanswered(call.tool)
        try:
            tool = await self._find(call, REACHING_SECONDS, late=True)
        except ServerAwayError as error:
            log.warning(
                "an approved call was not made", tool=call.tool, call=call.id, why=str(error)
            )
            return ToolResult(ok=False, text=f"{_sentence(error)} Nothing was done.")
        if tool is None:
            return ToolResult(ok=False, text=f"There is no tool {call.tool} any more.")
        secrets = self.secrets.of(call.arguments, tool.secret_names)
        try:
            with concealing(secrets):
                agent = self.catalogue.agents.get(call.agent, self.agent)
                answer = await tool.run(call, self.context, agent)
        except ToolError as error:
            if isinstance(error, ArgumentsError):
                log.info("arguments refused", tool=call.tool, call=call.id)
            return ToolResult(ok=False, text=self._answer(error, secrets))
        return ToolResult(ok=True, text=self._answer(answer, secrets))

    def _answer(self, answer: Any, secrets: Secrets) -> str:
        """What a tool came back with, as bounded text. It has run: nothing here may fail it."""
        if answer is None:
            return NO_ANSWER
        return cut(secrets.hide(text_of(answer)), self.output_limit)

    async def _find(self, call: Call, seconds: float, *, late: bool = False) -> Tool | None:
        """The tool as it is now.

        Raises:
            ServerAwayError: its server does not say.
        """
        if call.at_provider or call.tool in self.catalogue.tools:
            return self._known(call)
        agent, context = self.catalogue.agents.get(call.agent, self.agent), self.context
        return await self.servers.find(call.tool, agent, context, seconds=seconds, late=late)

    def _known(self, call: Call) -> Tool | None:
        """The tool as far as that is known here."""
        if call.at_provider:
            return self.hosted.find(call.tool)
        return self.catalogue.tools.get(call.tool) or self.servers.known(call.tool)

    async def _asks(self, tool: Tool, call: Call, read: Arguments) -> bool:
        """Whether the tool itself asks for approval of a call. One that cannot say so does."""
        try:
            return await tool.asks(call, read, self.context)
        except Exception as error:  # noqa: BLE001 - the open end is the safe end
            cause = type(error).__name__
            log.warning("a tool cannot say whether it asks", tool=call.tool, cause=cause)
            return True


def _was_tried() -> bool:
    """Whether this is not the first try of an activity: the last one may have got through."""
    return activity.in_activity() and activity.info().attempt > 1


def _unanswered(tool: str) -> ApplicationError:
    told = f"{tool} was tried before, and MCP cannot tell whether that got through"
    return ApplicationError(told, type=UnansweredError.__name__, non_retryable=True)


def _sentence(error: Exception) -> str:
    told = str(error)
    return f"{told[:1].upper()}{told[1:]}."


def _model_settings(agent: Agent[Any]) -> dict[str, Any]:
    """What was set for the agent's model; empty if it is as the SDK sets it by itself."""
    if agent.model_settings == get_default_model_settings():
        return {}
    return agent.model_settings.to_json_dict()
