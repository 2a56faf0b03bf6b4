"""The agent's activities: what it is, and what its tools do."""

import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from worker.secrets import Secrets
from worker.shop import Shop
from worker.tools.toolkit import Arguments, ArgumentsError, Desk, Preview, Tool, ToolError
from workflows.activities import AgentActivities
from workflows.contracts import AgentSpec, ArgumentField, Call, Prepared, ToolResult
from workflows.differences import digest

log = structlog.get_logger(__name__)


def nothing_more(_tool: str) -> bool:
    """Of a policy that guards only what its tools guard themselves."""
    return False


@dataclass(eq=False)
class Agency(AgentActivities):
    """The agent of this worker's settings, with the tools of `worker/tools`."""

    name: str
    instructions: str
    model: str
    tools: Mapping[str, Tool]
    shop: Shop
    gated: Callable[[str], bool] = nothing_more
    """Whether the policy has something to say of a tool, which then has to be asked for."""
    secrets: Secrets = field(default_factory=Secrets)

    @activity.defn
    async def describe_agent(self) -> AgentSpec:
        """See `AgentActivities`."""
        return AgentSpec(
            name=self.name,
            instructions=self.instructions,
            model=self.model,
            tools=tuple(
                tool.described(needs_approval=tool.needs_approval or self.gated(name))
                for name, tool in self.tools.items()
            ),
        )

    @activity.defn
    async def prepare_call(self, call: Call) -> Prepared:
        """See `AgentActivities`."""
        tool = self.tools.get(call.tool)
        if tool is None:
            return Prepared(problem=f"There is no tool {call.tool} any more. Nothing was done.")
        secrets = self.secrets.of(call.arguments, tool.secret_names)
        try:
            with _concealing(secrets):
                preview, read = await tool.describe(Desk(self.shop, call))
        except ToolError as error:
            why = secrets.hide(str(error))
            log.info("call refused before asking", tool=call.tool, call=call.id, why=why)
            return Prepared(problem=f"{why} Nobody was asked and nothing was done.")
        prepared = self._prepared(tool, preview, read)
        fields = _fields(preview, secrets.mask(read.shown))
        return _masked(call, prepared, fields, secrets)

    @activity.defn
    async def run_tool(self, call: Call) -> ToolResult:
        """See `AgentActivities`."""
        tool = self.tools.get(call.tool)
        if tool is None:
            return ToolResult(ok=False, text=f"There is no tool {call.tool} any more.")
        secrets = self.secrets.of(call.arguments, tool.secret_names)
        try:
            with _concealing(secrets):
                text = await tool.run(Desk(self.shop, call))
        except ToolError as error:
            if isinstance(error, ArgumentsError):
                log.info("arguments refused", tool=call.tool, call=call.id)
            return ToolResult(ok=False, text=secrets.hide(str(error)))
        return ToolResult(ok=True, text=secrets.hide(text))

    def _prepared(self, tool: Tool, preview: Preview, read: Arguments) -> Prepared:
        return Prepared(
            title=tool.title,
            summary=preview.summary,
            fields=_fields(preview, read.shown),
            cost=preview.cost,
            reason=read.reason,
            agent=self.name,
            amount=preview.amount,
            parameters=tool.parameters,
        )


def _masked(
    call: Call, prepared: Prepared, fields: Sequence[ArgumentField], secrets: Secrets
) -> Prepared:
    """The same as it may be shown, with the digest of what it really is."""
    return prepared.model_copy(
        update={
            "summary": secrets.hide(prepared.summary),
            "fields": tuple(map(secrets.mask_field, fields)),
            "cost": secrets.hide(prepared.cost),
            "reason": secrets.hide(prepared.reason),
            "digest": digest(call.tool, call.arguments, prepared),
            "arguments": secrets.mask_arguments(call.arguments),
        }
    )


@contextmanager
def _concealing(secrets: Secrets) -> Generator[None]:
    """What nobody planned for is stored and logged too: it goes on without secrets.

    Raises:
        ApplicationError: in place of an error whose text, or that of a cause, tells one.
    """
    try:
        yield
    except ToolError:
        raise
    except Exception as error:
        told = "".join(traceback.format_exception(error))
        if secrets.hide(told) == told:
            raise
        raise ApplicationError(secrets.hide(str(error)), type=type(error).__name__) from None


def _fields(preview: Preview, shown: Mapping[str, Any]) -> tuple[ArgumentField, ...]:
    """What the preview says, else every argument as it was given."""
    return preview.fields or tuple(
        ArgumentField(name=name.replace("_", " "), value=str(value))
        for name, value in shown.items()
    )
