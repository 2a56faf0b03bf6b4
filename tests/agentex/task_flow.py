"""A conversation in a task of AgentEx: real Temporal, the backend's stand-in, and Slack's."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient
from temporalio.client import Client

from countersign.agentex.messages import TaskMessages
from countersign.agentex.origin import task_origin
from countersign.slack.directory import Directory
from sandbox.json_types import Json
from tests.agentex.standin_support import Stage, stage
from tests.agentex.tasks_support import ALICE
from tests.flows.flow import Flow, at_work
from tests.support.scripted_model import Answer, Script
from tests.unit.worker.workspace import Workspace, a_workspace
from worker.agentex.no_slack import NoSlack
from worker.agentex.tasks import AgentexTasks
from worker.cards.activities import SlackCards
from worker.conclusion import Conclusion
from worker.lifecycle import TemporalLifecycle
from worker.runtime import Activities
from worker.shown_calls import ShownEnds, ShownReviews, ShownTools
from worker.surface import Surface, Surfaces
from worker.threads import SlackThreads
from worker.turns import TurnSteps
from worker.vote_checks import VoteChecks
from workflows.contracts.core import Call, Person


@dataclass
class TaskFlow(Flow):
    """One task, and everybody who has to do with it."""

    at: Stage = field(kw_only=True)
    slack: AsyncWebClient = field(default_factory=NoSlack)
    workspace: Workspace | None = None

    async def ask_in_task(self, text: str = "please act", who: Person = ALICE) -> None:
        await self.say(text, who=who)

    async def heard(self, contains: str, **what: object) -> Json:
        """Wait for a message in the task; its content."""
        message = await self.at.people.wait_message(
            self.thread.id, contains=contains, author="agent", timeout=15, **what
        )
        return message["content"]

    async def shown(self) -> Sequence[Json]:
        """The contents of the task's messages, in the order of AgentEx's page."""
        return [it["content"] for it in await self.at.people.messages(self.thread.id)]

    async def waiting_id(self) -> str:
        """Id of the approval that the task says it waits for."""
        line = await self.heard("Waiting for approval")
        return f"approval-{line['content'].partition('`approval-')[2].partition('`')[0]}"

    async def settled_in_temporal(self, approval_id: str) -> None:
        """Wait until an approval has told everybody how it ended."""
        await self.temporal.get_workflow_handle(approval_id).result()

    @property
    def activities(self) -> Sequence[Activities]:
        """What the real worker has, but for the agent, the policy and who people are."""
        surfaces = Surfaces(self._surfaces())
        directory = Directory(self.slack)
        cards = SlackCards(self.slack, directory, surfaces, "main")
        lifecycle = ShownEnds(TemporalLifecycle(self.temporal), surfaces)
        steps = TurnSteps(self.agent.describe, self.agent, self.policy, surfaces)
        return (
            ShownTools(self.agent, surfaces, _masked),
            cards,
            surfaces,
            self.policy,
            self.directory,
            lifecycle,
            ShownReviews(steps, surfaces, _masked),
            VoteChecks(self.agent, self.policy, self.directory, lifecycle),
            Conclusion(cards, lifecycle),
        )

    def _surfaces(self) -> Sequence[Surface]:
        tasks = AgentexTasks(TaskMessages(self.at.sdk), Directory(self.slack))
        return [tasks] if self.workspace is None else [tasks, SlackThreads(self.slack)]


@asynccontextmanager
async def a_task(
    temporal: Client, *answers: Answer, with_slack: bool = False
) -> AsyncGenerator[TaskFlow]:
    """A task whose model gives these answers in order."""
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(stage())
        task = (await at.people.create_task())["id"]
        flow = TaskFlow(temporal, Script(*answers), at=at, thread=task_origin(at.name, task))
        if with_slack:
            flow.workspace, flow.slack = await stack.enter_async_context(a_workspace())
        await stack.enter_async_context(at_work(flow))
        yield flow
        assert await at.people.violations() == []


def _masked(call: Call) -> str:
    return call.arguments
