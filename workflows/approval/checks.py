"""What has to be known before a vote is counted, asked of Slack, of the tool and of Temporal."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.approval.state import ApprovalState
from workflows.contracts.activities import (
    AgentActivities,
    DirectoryActivities,
    LifecycleActivities,
    PolicyActivities,
)
from workflows.contracts.activity_inputs import EligibilityQuery, PolicyQuery
from workflows.contracts.core import Call, Person, Prepared
from workflows.contracts.decisions import Eligibility, Outcome, Stop
from workflows.contracts.rules import Rule, Ruling, Verdict
from workflows.digest import with_reason_of
from workflows.timeouts import ask_now, sure
from workflows.user_messages import UNCHECKED_CONVERSATION, UNCHECKED_POLICY, UNCHECKED_PREVIEW
from workflows.voting.ballot import Ballot
from workflows.voting.docket import Entry

BY_FORCE = frozenset({Stop.TERMINATED, Stop.CANCELED, Stop.TIMED_OUT, Stop.FAILED})
"""Ends of a conversation that end its approvals. One that Temporal does not know is no reason:
an approval may have been asked for without any."""


class UncheckedError(Exception):
    """Something could not be checked in time; its text says what, if it is not who they are."""


class BadEditError(Exception):
    """What an approver wrote cannot be asked for; its text says why."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A call as an approver changed it."""

    of: Call
    call: Call
    prepared: Prepared
    rule: Rule

    @property
    def digest(self) -> str:
        """What is bound by an approval of it."""
        return self.prepared.digest


@dataclass(slots=True)
class Seen:
    """Who was looked up for a rule, and what Slack said."""

    query: EligibilityQuery
    eligibilities: tuple[Eligibility, ...]


@dataclass(slots=True)
class Checks:
    """What is known so far for one vote. Whatever is missing is asked for within its time."""

    state: ApprovalState
    entry: Entry
    prepared: tuple[Call, Prepared] | None = None
    """The call as it would be done now, and of which call that is."""
    edit: Edit | None = None
    lives: bool = False
    """Whether its conversation still ran when it was asked."""
    _seen: list[Seen] = field(default_factory=list)

    async def look_up(self, ballot: Ballot) -> Sequence[Eligibility]:
        """What Slack says of everybody on whom the vote depends, towards the rule of a ballot.

        Raises:
            UncheckedError: it could not be had in time.
        """
        if (known := self.eligibilities(ballot)) is not None:
            return known
        query = EligibilityQuery(people=self._people(ballot), rule=ballot.rule)
        answer = await self._ask(DirectoryActivities.look_up, query, "")
        found = tuple(sure(Eligibility, it) for it in answer)
        self._seen.append(Seen(query, found))
        return found

    def eligibilities(self, ballot: Ballot) -> Sequence[Eligibility] | None:
        """The same without asking; None if that has to be asked for."""
        if not ballot.needs_look_up(self.entry.vote.decision):
            return ()
        query = EligibilityQuery(people=self._people(ballot), rule=ballot.rule)
        return next((it.eligibilities for it in self._seen if it.query == query), None)

    async def look_ahead(self) -> None:
        """Ask what would be done now, and whether anybody would hear of it.

        Raises:
            UncheckedError: one of both could not be had in time.
        """
        await asyncio.gather(self._preview(), self.find_conversation())

    async def _preview(self) -> None:
        call = self.state.call
        asked = self._ask(AgentActivities.prepare_call, call, UNCHECKED_PREVIEW)
        self.prepared = call, sure(Prepared, await asked)

    async def find_conversation(self) -> None:
        """Ask whether the conversation still runs; if it was killed, the approval ends.

        Raises:
            UncheckedError: Temporal did not say in time.
        """
        id_ = self.state.request.call.thread.workflow_id
        asked = self._ask(LifecycleActivities.how_conversation_ended, id_, UNCHECKED_CONVERSATION)
        if await asked in BY_FORCE:
            self.state.stop(Stop.CONVERSATION, workflow.now())
        self.lives = True

    async def read_edit(self) -> Edit:
        """The call as the approver changed it, made ready, and the rule for it.

        Raises:
            UncheckedError: one of both could not be had in time.
            BadEditError: it cannot be asked for like this.
        """
        state, decision = self.state, self.entry.vote.decision
        if self.edit is not None and self.edit.of == state.call:
            return self.edit
        call = _edited(state.call, decision.arguments)
        asked = self._ask(AgentActivities.prepare_call, call, UNCHECKED_PREVIEW)
        prepared = sure(Prepared, await asked)
        if prepared.problem:
            raise BadEditError(prepared.problem)
        prepared = prepared.model_copy(update={"reason": state.request.prepared.reason})
        query = PolicyQuery(call=call, prepared=prepared)
        ruling = sure(Ruling, await self._ask(PolicyActivities.judge, query, UNCHECKED_POLICY))
        rule = _rule_after_edit(state.rule, ruling)
        if rule is None:
            raise BadEditError(ruling.because)
        self.edit = Edit(state.call, call, prepared, rule)
        return self.edit

    def needs_a_look_ahead(self, ballot: Ballot, eligibilities: Sequence[Eligibility]) -> bool:
        """Whether the vote would approve something of which it is not known what it does now."""
        decides = ballot.cast(self.entry.vote, eligibilities).outcome is Outcome.APPROVED
        if ballot.closed or not decides:
            return False
        return not self.lives or self.prepared is None or self.prepared[0] != self.state.call

    def _people(self, ballot: Ballot) -> tuple[Person, ...]:
        people = ballot.asked_about(self.entry.vote.decision)
        return tuple({(it.team, it.user): it for it in people}.values())

    async def _ask(self, method: Any, argument: Any, what: str) -> Any:
        within = self.entry.until - workflow.now()
        if within <= timedelta():
            raise UncheckedError(what)
        try:
            return await ask_now(method, argument, within)
        except ActivityError as error:
            workflow.logger.warning("A vote could not be checked", exc_info=True)
            raise UncheckedError(what) from error


def _edited(call: Call, arguments: str) -> Call:
    """The call with other arguments. The reason is the model's and stays."""
    return call.model_copy(update={"arguments": with_reason_of(call.arguments, arguments)})


def _rule_after_edit(before: Rule, ruling: Ruling) -> Rule | None:
    """The rule for the edited call; what needs no approval is approved by who edited it."""
    if ruling.verdict is Verdict.ALLOW:
        return before
    return ruling.rule if ruling.verdict is Verdict.ASK else None
