"""Workflows on a real Temporal, with stand-ins for everything around them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest
from agents import Model, ModelProvider, ModelResponse
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.client import Client, WorkflowContinuedAsNewError
from temporalio.common import RetryPolicy
from temporalio.openai_agents import ModelActivityParameters, OpenAIAgentsPlugin

from countersign.agents.hosted.servers import HostedServer
from tests.support.builders import ALICE, ANYBODY, BOB, a_message, a_press, a_thread
from tests.support.fakes import FakeAgent, FakeCards, FakeDirectory, FakePolicy, FakeThreads, Told
from tests.support.scripted_model import Answer, Script, calls
from worker.conclusion import Conclusion
from worker.lifecycle import TemporalLifecycle
from worker.model.provider import Normalised
from worker.runtime import Activities, build_worker
from worker.turns import TurnSteps
from worker.vote_checks import VoteChecks
from workflows.agent_queues import AgentQueues
from workflows.client import Approvals, Conversations
from workflows.contracts.activity_inputs import Earlier, EarlierQuery
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Origin, Person
from workflows.contracts.decisions import Decision, Outcome, Refusal
from workflows.contracts.rules import Panel, People, Rule
from workflows.conversation.workflow import TURNS_PER_RUN

UNHANDLED = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
CAROL = Person(team="T0ACME", user="U0CAROL", name="carol")
DAVE = Person(team="T0ACME", user="U0DAVE", name="dave")


def act(*numbers: int) -> ModelResponse:
    """The model wants to act on each of these."""
    return calls(*(("act", f'{{"n": {n}}}') for n in numbers))


def a_rule(**fields: object) -> Rule:
    """One approval by anybody but the requester, apart from what is said."""
    return ANYBODY.model_copy(update=fields)


def so_many(*needed: int) -> tuple[Panel, ...]:
    """Panels of which so many people each have to approve."""
    return tuple(Panel(who=People(channels=("C0OPS",)), needed=count) for count in needed)


@dataclass
class Flow:
    """One worker, one thread, and everybody in it."""

    temporal: Client
    script: Script
    queue: str = field(default_factory=lambda: str(uuid4()))
    cards: FakeCards = field(default_factory=FakeCards)
    threads: FakeThreads = field(default_factory=FakeThreads)
    agent: FakeAgent = field(default_factory=FakeAgent)
    policy: FakePolicy = field(default_factory=FakePolicy)
    directory: FakeDirectory = field(default_factory=FakeDirectory)
    thread: Origin = field(default_factory=a_thread)
    earlier: Earlier = field(default_factory=Earlier)
    """What there is to go on with for a message that begins another thread."""
    beside: Sequence[Activities] = ()
    """What the workflows ask besides."""
    hosted: Mapping[str, HostedServer] = field(default_factory=dict[str, HostedServer])
    """Settings of the MCP servers that the model's provider calls."""

    @property
    def approvals(self) -> Approvals:
        return Approvals(self.temporal)

    @property
    def conversations(self) -> Conversations:
        return Conversations(self.temporal, AgentQueues.single(self.queue))

    async def say(self, text: str, *files: str, who: Person = ALICE) -> None:
        """Somebody writes in the thread."""
        message = a_message(text, *files).model_copy(update={"author": who})
        await self.conversations.start(self.thread, message)

    async def asked(self, count: int = 1) -> list[str]:
        """Wait for so many cards; their approvals' ids."""
        await self.cards.until(lambda: len(self.cards.ids) == count)
        return list(self.cards.ids)

    async def answered(self, count: int = 1, seconds: float = 20) -> str:
        """Wait for so many answers in the thread; the last one."""
        await self.threads.until(lambda: len(self.threads.replies) >= count, seconds)
        return self.threads.replies[count - 1]

    async def settled(self, approval_id: str) -> ApprovalStatus:
        """Wait for the end of an approval; its card."""
        handle = self.temporal.get_workflow_handle(approval_id, result_type=ApprovalStatus)
        await handle.result()
        return self.cards.of(approval_id)

    async def outcome(self, approval_id: str) -> Outcome:
        return (await self.approvals.status(approval_id)).outcome

    async def ask(self, text: str = "please act", who: Person = ALICE) -> str:
        """Somebody asks for something that has to be approved; the approval's id."""
        known = len(self.cards.ids)
        await self.say(text, who=who)
        return (await self.asked(known + 1))[-1]

    async def ask_on_record(self) -> str:
        """Somebody asks, and the approval knows where its card is; the approval's id."""
        id_ = await self.ask()
        async with asyncio.timeout(20):
            while (await self.approvals.status(id_)).card is None:
                continue
        return id_

    async def vote(
        self, approval_id: str, by: Person = BOB, *, approve: bool = True, **fields: object
    ) -> Decision:
        """Somebody presses a button, and the approval has it."""
        press = a_press(by).model_copy(update=fields)
        await self.approvals.decide(approval_id, approve, press)
        return press

    async def counted(self, approval_id: str, votes: int) -> ApprovalStatus:
        """Wait until the card shows so many votes."""
        await self.cards.until(lambda: self.cards.of(approval_id).counted == votes)
        return self.cards.of(approval_id)

    async def told(self, count: int = 1) -> Told:
        """Wait for so many private answers; the last one."""
        await self.threads.until(lambda: len(self.threads.ephemerals) >= count)
        return self.threads.ephemerals[count - 1]

    async def refusals(self, approval_id: str) -> list[Refusal]:
        """Why what did not count did not, in order."""
        return [it.why for it in (await self.approvals.status(approval_id)).refused]

    async def renew(self) -> None:
        """Take turns until the conversation goes on in a fresh history, and all are answered."""
        told = len(self.threads.replies)
        handle = self.temporal.get_workflow_handle(self.thread.workflow_id)
        run = (await handle.describe()).run_id
        await asyncio.gather(*(self.say("   ") for _ in range(TURNS_PER_RUN - 1)))
        old = self.temporal.get_workflow_handle(self.thread.workflow_id, run_id=run)
        with pytest.raises(WorkflowContinuedAsNewError):
            await old.result(follow_runs=False)
        await self.answered(told + TURNS_PER_RUN - 1)

    async def failed_tasks(self, thread: Origin | None = None) -> Sequence[str]:
        """What failed in the workflows of a thread, as Temporal shows it to operators.

        A task that ends a workflow is done again if a signal comes in between, which is no fault.
        """
        thread = thread or self.thread
        asked = (it.id for it in self.cards.shown if it.origin.id == thread.id)
        failed: list[str] = []
        for id_ in dict.fromkeys((thread.workflow_id, *asked)):
            history = await self.temporal.get_workflow_handle(id_).fetch_history()
            tasks = (it.workflow_task_failed_event_attributes for it in history.events)
            failed += [
                f"{id_}: {it.failure.message or it.cause}"
                for it in tasks
                if it.started_event_id and it.cause != UNHANDLED
            ]
        return failed

    async def history_size(self, workflow_id: str) -> int:
        """Bytes of a workflow's history, of its latest run."""
        described = await self.temporal.get_workflow_handle(workflow_id).describe()
        return described.raw_info.history_size_bytes

    @property
    def activities(self) -> Sequence[Activities]:
        """Everything that the workflows ask."""
        lifecycle = TemporalLifecycle(self.temporal)
        steps = TurnSteps(
            self.agent.describe, self.agent, self.policy, self.threads, self._find_earlier
        )
        checks = VoteChecks(self.agent, self.policy, self.directory, lifecycle)
        fakes = (self.agent, self.cards, self.threads, self.policy, self.directory)
        ends = Conclusion(self.cards, lifecycle)
        return (*fakes, lifecycle, steps, checks, ends, *self.beside)

    async def _find_earlier(self, _: EarlierQuery) -> Earlier:
        return self.earlier

    @property
    def outputs(self) -> list[str]:
        """What the model was last given as outputs of its calls."""
        return [item["output"] for item in self.script.given[-1] if "output" in item]


class CurrentScript(ModelProvider):
    """Where the script of the test that runs is played."""

    def __init__(self) -> None:
        self.script = Script()
        self.hosted: dict[str, HostedServer] = {}
        """Settings of the hosted MCP servers of the flow that is at work."""

    def get_model(self, model_name: str | None) -> Model:
        return self.script.get_model(model_name)


_CLIENTS: dict[Client, tuple[Client, CurrentScript]] = {}
"""Kept for all tests: what a client learns of the model's types takes longer than most of them."""


async def _client_for(temporal: Client) -> tuple[Client, CurrentScript]:
    """A client like this one that has the plugin, and its current."""
    if temporal not in _CLIENTS:
        current = CurrentScript()
        plugin = OpenAIAgentsPlugin(
            model_params=ModelActivityParameters(
                start_to_close_timeout=timedelta(seconds=10),
                retry_policy=RetryPolicy(maximum_attempts=1),
            ),
            model_provider=Normalised(current, current.hosted),
            add_temporal_spans=False,
        )
        target = temporal.service_client.config.target_host
        _CLIENTS[temporal] = await Client.connect(target, plugins=[plugin]), current
    return _CLIENTS[temporal]


@asynccontextmanager
async def working(
    temporal: Client,
    *answers: Answer,
    agent: FakeAgent | None = None,
    directory: FakeDirectory | None = None,
    cards: FakeCards | None = None,
    threads: FakeThreads | None = None,
    script: Script | None = None,
    through: Callable[[Activities], Activities] = lambda it: it,
) -> AsyncGenerator[Flow]:
    """A flow whose model gives these answers in order, or plays a script of its own.

    All that the workflows ask of the world goes `through` what a test puts before it.
    """
    flow = Flow(
        temporal,
        script or Script(*answers),
        agent=agent or FakeAgent(),
        directory=directory or FakeDirectory(),
        cards=cards or FakeCards(),
        threads=threads or FakeThreads(),
    )
    async with at_work(flow, through):
        yield flow


@asynccontextmanager
async def at_work(
    flow: Flow, through: Callable[[Activities], Activities] = lambda it: it
) -> AsyncGenerator[None]:
    """A worker for a flow; outside of this there is none."""
    client, current = await _client_for(flow.temporal)
    current.script = flow.script
    current.hosted.clear()
    current.hosted.update(flow.hosted)
    async with build_worker(
        client,
        flow.queue,
        [through(it) for it in flow.activities],
    ):
        yield
