"""The agent's activities: what it is, and what its tools do."""

import asyncio
import math
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from agents import Agent, HostedMCPTool, RunContextWrapper
from agents.exceptions import ToolTimeoutError
from agents.models.default_models import get_default_model_settings
from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.agents.agent_tools import agent_behind, described_agent_tool
from countersign.agents.approval_rules import with_rules
from countersign.agents.catalogue import tools_of
from countersign.agents.description import (
    described_guardrails,
    described_output,
    described_stops,
    is_enabled,
)
from countersign.agents.handoffs import described_handoff
from countersign.agents.hosted.servers import HostedServers, described_hosted
from countersign.agents.loading import OpenAgent
from countersign.agents.mcp.errors import ServerAwayError
from countersign.agents.mcp.listing import note_for_model
from countersign.agents.mcp.servers import Servers
from countersign.agents.tree import agents_of
from countersign.tools.annotations import Preview
from countersign.tools.text import cut, encodable, text_of
from countersign.tools.toolkit import (
    Arguments,
    ArgumentsError,
    Tool,
    ToolError,
    UnansweredError,
)
from workflows.contracts.activities import AgentActivities
from workflows.contracts.core import (
    AgentSpec,
    ArgumentField,
    Call,
    Prepared,
    ToolResult,
    ToolSpec,
    TurnLimits,
)
from workflows.digest import digest
from workflows.redaction import Secrets

OUTPUT_LIMIT = 20_000
"""Characters of one tool's answer, some 5,000 tokens, where nothing else is set: each later model
call carries it again, and a turn has room for dozens of them in what Temporal stores."""
SUMMARY_LIMIT = 3_000
NAME_LIMIT = 200
FIELDS_LIMIT = 60_000
"""Characters of all lines of a card: the longest arguments fit with room to spare."""
LINES_LIMIT = 100
NO_ANSWER = "It ran and answered nothing."
LISTING_SECONDS = 5.0
"""How long a turn waits for MCP servers to list their tools."""
REACHING_SECONDS = 20.0
"""How long a call that was approved waits for its MCP server to be there."""
UNSAID = "<exception str() failed>"
"""What `traceback` writes for an error whose `str()` fails."""
NOT_AGAIN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RecursionError,
    ToolTimeoutError,
    TypeError,
    UnansweredError,
    ValueError,
)
"""Mistakes of the tool's own code, such as text that cannot be encoded. They come again, and the
part of the tool before them would run again, too. So does what a tool's own limit of time ended."""

log = structlog.get_logger(__name__)


def nothing_more(_tool: str) -> bool:
    """A policy that guards nothing beyond what the tools guard themselves."""
    return False


@dataclass(eq=False)
class AgentRunner(AgentActivities):
    """The agent that `AGENT` names, with its tools and their context."""

    opened: OpenAgent
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
    agents: Mapping[str, Agent[Any]] = field(init=False)
    """It and all that it reaches, by name."""
    tools: Mapping[str, Tool] = field(init=False)
    """Those of all of them."""

    def __post_init__(self) -> None:
        """Raises `AgentError` where the agent has something that would not be kept."""
        self.agents = agents_of(self.agent)
        self.tools = tools_of(self.agent)

    @property
    def agent(self) -> Agent[Any]:
        """The agent itself."""
        return self.opened.agent

    async def describe(self) -> AgentSpec:
        """The agent and all that it reaches, as they are now."""
        described = (self._describe(it) for it in self.agents.values())
        first, *others = await asyncio.gather(*described)  # each may wait for its MCP servers
        return first.model_copy(update={"others": tuple(others), "limits": self.limits})

    async def _describe(self, agent: Agent[Any]) -> AgentSpec:
        """Name, instructions, model, tools and all the rest of one agent."""
        context = RunContextWrapper(self.opened.context)
        own_tools = (it for it in agent.tools if not isinstance(it, HostedMCPTool))
        enabled = [it for it in own_tools if await is_enabled(it, context, agent)]
        handoffs = [it for it in agent.handoffs if await is_enabled(it, context, agent)]
        listing = await self.servers.listed(
            agent, self.opened.context, seconds=LISTING_SECONDS, taken=self.tools
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
        tool = self.tools[given.name]
        return tool.described(needs_approval=tool.needs_approval or self.gated(tool.name))

    def masked(self, call: Call) -> str:
        """A call's arguments as JSON that may be shown."""
        if call.at_provider or call.tool in self.tools:
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
            return Prepared(problem=f"There is no tool {call.tool} any more. Nothing was done.")
        secrets = self.secrets.of(call.arguments, tool.secret_names)
        try:
            with _concealing(secrets):
                preview, read = await tool.describe(call, self.opened.context)
                asks = await self._asks(tool, call, read)
                prepared = self._prepared(tool, preview, read, call.agent, asks=asks)
                fields = _fields(tool, preview, secrets.mask(read.shown))
        except ToolError as error:
            why = self._answer(error, secrets)
            log.info("call refused before asking", tool=call.tool, call=call.id, why=why)
            return Prepared(problem=f"{why} Nobody was asked and nothing was done.")
        masked = _masked(call, tool, prepared, fields, secrets)
        return masked.model_copy(update={"fields": (*masked.fields, *tool.notes)})

    @activity.defn
    async def run_tool(self, call: Call) -> ToolResult:
        """See `AgentActivities`. What cannot be known again is sent in the first try only."""
        if call.at_provider:
            return ToolResult(ok=False, text=f"{call.tool} runs at the model's provider only.")
        if call.tool not in self.tools and _was_tried():
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
            with _concealing(secrets):
                agent = self.agents.get(call.agent, self.agent)
                answer = await tool.run(call, self.opened.context, agent)
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
        if call.at_provider or call.tool in self.tools:
            return self._known(call)
        agent, context = self.agents.get(call.agent, self.agent), self.opened.context
        return await self.servers.find(call.tool, agent, context, seconds=seconds, late=late)

    def _known(self, call: Call) -> Tool | None:
        """The tool as far as that is known here."""
        if call.at_provider:
            return self.hosted.find(call.tool)
        return self.tools.get(call.tool) or self.servers.known(call.tool)

    async def _asks(self, tool: Tool, call: Call, read: Arguments) -> bool:
        """Whether the tool itself asks for approval of a call. One that cannot say so does."""
        try:
            return await tool.asks(call, read, self.opened.context)
        except Exception as error:  # noqa: BLE001 - the open end is the safe end
            cause = type(error).__name__
            log.warning("a tool cannot say whether it asks", tool=call.tool, cause=cause)
            return True

    def _prepared(
        self, tool: Tool, preview: Preview, read: Arguments, agent: str, *, asks: bool
    ) -> Prepared:
        return Prepared(
            title=tool.title,
            summary=text_of(preview.summary),
            fields=_fields(tool, preview, read.shown),
            cost=text_of(preview.cost),
            reason=read.reason,
            agent=agent or self.agent.name,
            asks=asks,
            amount=_amount(preview.amount),
            left=_amount(preview.left),
            parameters=tool.parameters,
            tool=tool.fingerprint,
        )


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


def _masked(
    call: Call, tool: Tool, prepared: Prepared, fields: Sequence[ArgumentField], secrets: Secrets
) -> Prepared:
    """The same as it may be shown, with the digest of what it really is."""

    def shown(text: str, limit: int) -> str:
        return cut(secrets.hide(text), limit)

    why = ArgumentField(name=tool.reason_argument, value=prepared.reason)
    return prepared.model_copy(
        update={
            "summary": shown(prepared.summary, SUMMARY_LIMIT),
            "fields": tuple(_bounded(map(secrets.mask_field, fields))),
            "cost": shown(prepared.cost, NAME_LIMIT),
            "reason": shown(secrets.mask_field(why).value, SUMMARY_LIMIT),
            "digest": digest(call.tool, call.arguments, prepared),
            "arguments": encodable(secrets.mask_arguments(call.arguments)),
        }
    )


def _bounded(fields: Iterable[ArgumentField]) -> Iterator[ArgumentField]:
    """Lines of a card, as many and as long as they can be carried."""
    left = FIELDS_LIMIT
    for number, field_ in enumerate(fields):
        if number >= LINES_LIMIT or left <= 0:
            yield ArgumentField(name="more", value="[cut: further lines are left out]")
            return
        value = cut(field_.value, left)
        left -= len(value)
        yield field_.model_copy(update={"name": cut(field_.name, NAME_LIMIT), "value": value})


@contextmanager
def _concealing(secrets: Secrets) -> Generator[None]:
    """What nobody planned for is stored and logged too: bounded, encodable, without secrets.

    Raises:
        ApplicationError: in place of an error that is not like that, or would come again.
    """
    try:
        yield
    except ToolError:
        raise
    except Exception as error:
        told = "".join(traceback.format_exception(error))
        is_plain = secrets.hide(text_of(told)) == told and len(told) <= OUTPUT_LIMIT
        is_plain = is_plain and UNSAID not in told
        again = not isinstance(error, NOT_AGAIN)
        if isinstance(error, ApplicationError):
            is_plain, again = is_plain and not error.details, not error.non_retryable
        if is_plain and again:
            raise
        raise ApplicationError(
            cut(secrets.hide(text_of(error)), SUMMARY_LIMIT),
            type=type(error).__name__,
            non_retryable=not again,
        ) from (error if is_plain else None)


def _fields(tool: Tool, preview: Preview, shown: Mapping[str, Any]) -> tuple[ArgumentField, ...]:
    """What the preview says, else every argument as it was given; the reason is said already."""
    if preview.fields:
        return tuple(map(_encodable, preview.fields))
    return tuple(
        ArgumentField(
            name=text_of(name).replace("_", " "),
            value=encodable(str(value)),
            in_summary=name == tool.reason_argument,
        )
        for name, value in shown.items()
    )


def _amount(given: float | None) -> float | None:
    """The amount that rules compare. NaN would match none, and the call would run freely."""
    if given is not None and not math.isfinite(given):
        raise ToolError("What it costs cannot be said.")
    return given


def _encodable(field_: ArgumentField) -> ArgumentField:
    told = {"name": text_of(field_.name), "value": text_of(field_.value)}
    return field_.model_copy(update=told)
