"""A surface for tasks on the stand-in of the backend, and its activities tried as Temporal does."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from countersign.agentex.messages import TaskMessages
from countersign.agentex.origin import task_origin
from countersign.slack.directory import Directory
from sandbox.json_types import Json
from tests.agentex.standin_support import Stage, stage
from tests.support.builders import NOON, a_prepared
from worker.agentex.no_slack import NoSlack
from worker.agentex.tasks import AgentexTasks
from workflows.contracts.activity_inputs import Reply
from workflows.contracts.approvals import ApprovalRequest, ApprovalStatus, Card
from workflows.contracts.core import Call, Origin, Person
from workflows.contracts.decisions import Decision, Via
from workflows.contracts.rules import Panel, People, Rule

MOST = 8
"""Tries after which a test takes it that there is no end."""
ALICE = Person(team="", user="agentex:alice", name="alice")
BOB = Person(team="T0ACME", user="U0BOB", name="Bob")
CAROL = Person(team="T0ACME", user="U0CAROL", name="Carol")
NAMES = {"U0BOB": "Bob", "U0CAROL": "Carol", "C0FINANCE": "finance"}
BY_FINANCE = Rule(
    name="orders",
    panels=(Panel(who=People(users=("U0BOB", "U0CAROL"))),),
    names=NAMES,
    targets=("C0FINANCE",),
)
ID = "approval-k3f9x2ab7q1m"
ARGUMENTS = '{"sku": "widget", "quantity": 100, "token": "••••"}'
IN_SLACK = Card(channel="C0FINANCE", ts="5.0", permalink="https://acme.slack.test/p5")
NOWHERE = Card(channel="", ts="", problems=("dm: unknown_method",))


@dataclass(frozen=True)
class Tasks:
    """A backend, a task in it, and the surface that is tested."""

    at: Stage
    surface: AgentexTasks
    origin: Origin

    async def messages(self, kind: str = "") -> list[Json]:
        """The contents of the agent's messages, in the order of AgentEx's page."""
        there = (it["content"] for it in await self.at.people.messages(self.origin.id))
        return [it for it in there if kind in ("", it["type"])]

    async def texts(self) -> list[str]:
        return [it["content"] for it in await self.messages("text")]

    def reply(self, markdown: str, **fields: Any) -> Reply:
        at = fields.pop("at", NOON)
        return Reply(origin=self.origin, key="k", markdown=markdown, at=at, **fields)

    def call(self, **fields: Any) -> Call:
        given = {
            "id": "call_1",
            "tool": "place_order",
            "arguments": '{"token": "hunter2"}',
            "origin": self.origin,
            "requester": ALICE,
        }
        return Call.model_validate(given | fields)

    def status(self, rule: Rule = BY_FINANCE, **fields: Any) -> ApprovalStatus:
        prepared = a_prepared().model_copy(update={"arguments": ARGUMENTS})
        call = self.call(approval=ID)
        request = ApprovalRequest(call=call, prepared=prepared, asked_at=NOON, rule=rule)
        return ApprovalStatus.pending(request).model_copy(update=fields)


@asynccontextmanager
async def tasks(ui_url: str = "") -> AsyncGenerator[Tasks]:
    async with stage() as at:
        task = (await at.people.create_task())["id"]
        messages = TaskMessages(at.sdk)
        surface = AgentexTasks(messages, Directory(NoSlack()), ui_url)
        yield Tasks(at, surface, task_origin(at.name, task))
        assert await at.people.violations() == []


@dataclass
class Tried:
    """What became of an activity."""

    result: Any = None
    error: ApplicationError | None = None
    attempts: int = 0


async def tried(
    method: Callable[..., Awaitable[Any]], *given: Any, most: int = MOST, first: int = 1
) -> Tried:
    """Try until it works or is final, each time as the same activity."""
    outcome, asked_at = Tried(), datetime.now(UTC)
    while outcome.attempts < most:
        outcome.attempts += 1
        within = ActivityEnvironment()
        attempt = first + outcome.attempts - 1
        within.info = replace(within.info, attempt=attempt, scheduled_time=asked_at)
        try:
            return replace(outcome, result=await within.run(method, *given), error=None)
        except ApplicationError as error:
            outcome.error = error
            if error.non_retryable:
                return outcome
    return outcome


def a_decision(by: Person | None = BOB, **fields: Any) -> Decision:
    given = {"id": "1", "at": NOON + timedelta(minutes=5), "via": Via.BUTTON, "by": by}
    return Decision.model_validate(given | fields)
