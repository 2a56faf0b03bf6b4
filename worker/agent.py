"""The agent's activities: what it is, and what its tools do."""

from collections.abc import Mapping

import structlog
from temporalio import activity

from worker.shop import Shop
from worker.tools.toolkit import REASON, Arguments, ArgumentsError, Desk, Preview, Tool, ToolError
from workflows.activities import AgentActivities
from workflows.contracts import AgentSpec, ArgumentField, Call, Prepared, ToolResult

log = structlog.get_logger(__name__)


class Agency(AgentActivities):
    """The agent of this worker's settings, with the tools of `worker/tools`."""

    def __init__(
        self, name: str, instructions: str, model: str, tools: Mapping[str, Tool], shop: Shop
    ) -> None:
        self._spec = AgentSpec(
            name=name,
            instructions=instructions,
            model=model,
            tools=tuple(tool.spec for tool in tools.values()),
        )
        self._tools = tools
        self._shop = shop

    @activity.defn
    async def describe_agent(self) -> AgentSpec:
        """See `AgentActivities`."""
        return self._spec

    @activity.defn
    async def prepare_call(self, call: Call) -> Prepared:
        """See `AgentActivities`."""
        tool = self._tools.get(call.tool)
        if tool is None:
            return Prepared(problem=f"There is no tool {call.tool} any more. Nothing was done.")
        try:
            preview, read = await tool.describe(Desk(self._shop, call))
        except ToolError as error:
            log.info("call refused before asking", tool=call.tool, call=call.id, why=str(error))
            return Prepared(problem=f"{error} Nobody was asked and nothing was done.")
        return Prepared(
            title=tool.title,
            summary=preview.summary,
            fields=_fields(preview, read),
            cost=preview.cost,
            reason=read.reason,
            agent=self._spec.name,
        )

    @activity.defn
    async def run_tool(self, call: Call) -> ToolResult:
        """See `AgentActivities`."""
        tool = self._tools.get(call.tool)
        if tool is None:
            return ToolResult(ok=False, text=f"There is no tool {call.tool} any more.")
        try:
            return ToolResult(ok=True, text=await tool.run(Desk(self._shop, call)))
        except ArgumentsError as error:
            log.info("arguments refused", tool=call.tool, call=call.id)
            return ToolResult(ok=False, text=str(error))
        except ToolError as error:
            return ToolResult(ok=False, text=str(error))


def _fields(preview: Preview, read: Arguments) -> tuple[ArgumentField, ...]:
    """What the preview says, else every argument as it was given."""
    if preview.fields:
        return preview.fields
    return tuple(
        ArgumentField(name=name.replace("_", " "), value=str(value))
        for name, value in read.shown.items()
        if name != REASON
    )
