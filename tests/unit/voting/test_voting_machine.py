"""Whatever is pressed, and however late or badly it is checked, a question is decided rightly.

Hypothesis presses, answers, breaks and waits in any order; the oracle judges every change.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support.builders import NOON
from tests.unit.voting.oracle import Oracle, Press, WatchedVoting, digest_of
from tests.unit.voting.presses import a_voting
from tests.unit.voting.strategies import (
    ACCOUNTS,
    ANY,
    ASSERTED,
    AT_ONCE,
    GROUPS,
    OBJECTIONS,
    ODD_ANSWERS,
    PEOPLE,
    PLACES,
    REASONS,
    RULINGS,
    SIGNALS,
    mostly,
    worlds,
)
from tests.unit.voting.workspace_model import CARD, TEAM, USERS, World
from workflows.contracts.activity_inputs import VoteCheck, VoteFacts
from workflows.contracts.core import Person, Prepared
from workflows.contracts.decisions import Account, Decision, Outcome, Stop, Unchecked, Verb, Via
from workflows.contracts.rules import Ruling
from workflows.voting.actions import (
    Actions,
    Check,
    Explain,
    Fault,
    HandedOver,
    Nudged,
    Replaced,
    Turn,
)
from workflows.voting.ballot import REFUSED_LIMIT
from workflows.voting.docket import MOST_A_MINUTE, PATIENCE
from workflows.voting.parsing import Side, Vote, read_vote
from workflows.voting.protocol import BY_FORCE

is_open = precondition(lambda self: self.late < 2)
"""Whether something more may come of a press, but for a few that come too late."""


class VotingMachine(RuleBasedStateMachine):
    """One question in one workspace, and everything that may happen to it."""

    @initialize(world=worlds(), is_slow=st.booleans())
    def ask(self, world: World, is_slow: bool) -> None:
        """Somebody is asked something."""
        self.is_slow = is_slow
        self.voting = a_voting(world, WatchedVoting)
        self.oracle = Oracle(self.voting, world)
        self.now = NOON
        self.sent: list[list[Any]] = []
        self.checks: list[Check] = []
        self.turns: list[Turn] = []
        self.deliveries = self.late = 0

    @precondition(lambda self: self.voting.ballot.closed)
    @rule(world=worlds(), is_slow=st.booleans())
    def ask_anew(self, world: World, is_slow: bool) -> None:
        """The next question."""
        self.teardown()
        self.ask(world, is_slow)

    @is_open
    @rule(by=st.sampled_from(USERS[1:]), at_once=AT_ONCE)
    def approve_as_shown(self, by: str, at_once: bool) -> None:
        """As it should be."""
        person, seen = Person(team=TEAM, user=by), self.voting.shown.digest
        self._press(True, at_once, by=person, card=CARD.ts, digest=seen)

    @is_open
    @rule(
        by=PEOPLE,
        place=PLACES,
        verb=st.sampled_from((Verb.DECIDE, Verb.BREAK_GLASS)),
        reason=REASONS,
        always=mostly(False, True),
        digest=st.sampled_from(("", "", "another")),
    )
    def approve(self, by: Person, place: dict[str, Any], verb: Verb, **fields: Any) -> None:
        """On this card or an old one, from this or a sister workspace, or in an emergency."""
        self._press(True, by=by, verb=verb, **place, **fields)

    @is_open
    @rule(
        by=PEOPLE,
        wanted=st.integers(0, 2),
        ruling=RULINGS,
        problem=mostly("", "None left."),
        at_once=AT_ONCE,
    )
    def edit(self, by: Person, wanted: int, ruling: Ruling, problem: str, at_once: bool) -> None:
        """An approver wants something else, whatever the policy and the tool say of it."""
        fields = {"arguments": str(wanted), "digest": self.voting.shown.digest}
        press = self._begin(True, by=by, via=Via.MODAL, **fields)
        press.ruling, press.problem = ruling, problem
        self._deliver(self.sent[-1])
        self._answer_everything(at_once)

    @is_open
    @rule(
        by=PEOPLE,
        verb=OBJECTIONS,
        place=PLACES,
        reason=REASONS,
        at_once=AT_ONCE,
    )
    def object(
        self, by: Person, verb: Verb, place: dict[str, Any], reason: str, at_once: bool
    ) -> None:
        """Somebody says no, takes it back in words, or wants the others to hurry."""
        if verb is Verb.WITHDRAW:
            place = {"via": Via.MESSAGE}
        self._press(False, at_once, by=by, verb=verb, reason=reason, **place)

    @is_open
    @rule(by=PEOPLE, to=PEOPLE, at_once=AT_ONCE)
    def hand_over(self, by: Person, to: Person, at_once: bool) -> None:
        """Somebody gives their vote away."""
        self._press(False, at_once, by=by, verb=Verb.HAND_OVER, to=to)

    @is_open
    @rule(
        approve=mostly(True, False),
        verb=mostly(Verb.DECIDE, *Verb),
        reason=REASONS,
        asserted=ASSERTED,
        odd=mostly({}, {"arguments": "1"}, {"always": True}),
    )
    def operate(
        self, approve: bool, verb: Verb, reason: str, asserted: str, odd: dict[str, Any]
    ) -> None:
        """Somebody with a shell says who they are."""
        yes = approve if verb is Verb.DECIDE else verb is Verb.BREAK_GLASS
        to = Person(team=TEAM, user="U1") if verb is Verb.HAND_OVER else None
        fields: dict[str, Any] = {"via": Via.CLI, "verb": verb, "reason": reason, "to": to}
        self._press(yes, asserted=asserted, **fields, **(odd if yes else {}))

    @is_open
    @rule(args=SIGNALS)
    def signal(self, args: list[Any]) -> None:
        """What `temporal workflow signal` sends, and what is no decision."""
        if isinstance(read_vote(args, self.now), Vote):
            self._expect(args)
            self._deliver(args)
        else:
            self._do(self.voting.receive(args, self.now), malformed=1)

    @precondition(lambda self: self.sent)
    @rule(which=ANY)
    def deliver_again(self, which: int) -> None:
        """Slack was not sure that it was heard."""
        args = self.sent[which % len(self.sent)]
        self._deliver(args)

    @precondition(lambda self: self.checks)
    @rule(which=ANY, how=ODD_ANSWERS)
    def answer(self, which: int, how: dict[str, Any]) -> None:
        """Slack, the tool and the policy say how it is now, or one of them does not."""
        self._answer(self.checks.pop(which % len(self.checks)), **how)

    @precondition(lambda self: self.checks)
    @rule()
    def answer_everything(self) -> None:
        """All is as it was, and who was asked says so."""
        self._answer_everything(True)

    @precondition(lambda self: self.checks)
    @rule(which=ANY, what=st.sampled_from((*Unchecked, None)))
    def find_nothing_out(self, which: int, what: Unchecked | None) -> None:
        """Slack, the tool or the policy does not answer, or whoever asks them has a bug."""
        check = self.checks.pop(which % len(self.checks))
        press = self._press_of(check)
        press.is_unchecked = press.is_broken = True
        if what is None:
            self._do(self.voting.fail(check.entry, RuntimeError("a bug"), self.now), faults=1)
        else:
            self._do(self.voting.unanswered(check, what, self.now))

    @rule(seconds=st.sampled_from((1, 10, 30, 61)), is_escalated=mostly(False, True))
    def wait(self, seconds: int, is_escalated: bool) -> None:
        """Time passes, and maybe it is time for the substitutes."""
        self.now += timedelta(seconds=seconds)
        if is_escalated:
            self.voting.escalate()
            self._judge()

    @precondition(lambda self: any(it.entry.until <= self.now for it in self.turns))
    @rule()
    def tire(self) -> None:
        """Somebody's turn does not come in time."""
        turn = next(it for it in self.turns if it.entry.until <= self.now)
        self.turns.remove(turn)
        self._do(self.voting.tired(turn.entry, self.now))

    @rule(outcome=st.sampled_from((Outcome.EXPIRED, Outcome.SUPERSEDED, Outcome.STOPPED)))
    @precondition(lambda self: len(self.sent) > 8)
    def end(self, outcome: Outcome) -> None:
        """Time is up, something else is asked instead, or somebody ends it by force."""
        if outcome is Outcome.STOPPED:
            self.voting.stop(Stop.CANCELED, self.now)
        else:
            self.voting.close(outcome, self.now)
        assert self.voting.ballot.closed
        self._judge(outcome)

    @rule(
        user=st.sampled_from(USERS), panels=GROUPS, account=ACCOUNTS, named=st.sampled_from((0, 1))
    )
    def change_somebody(
        self, user: str, panels: frozenset[int], account: Account, named: int
    ) -> None:
        """Somebody joins or leaves groups, or the company."""
        world = self.oracle.world
        others = world.substitutes - {user}, world.receivers - {user}
        substitutes, receivers = (it | {user} for it in others) if named else others
        self.oracle.world = replace(
            world,
            panels={**world.panels, user: panels},
            accounts={**world.accounts, user: account},
            substitutes=substitutes,
            receivers=receivers,
        )

    @invariant()
    def nothing_waits_for_nothing(self) -> None:
        """What is under way is being checked, or something comes before it."""
        checked = {it.entry.vote.decision.id for it in self.checks}
        turns = {it.entry.vote.decision.id for it in self.turns}
        for press in self.oracle.under_way(*Side):
            if press.decision.id in checked or self.voting.ballot.closed:
                continue
            assert press.decision.id in turns
            assert self._is_held(press)

    @invariant()
    def the_record_is_bounded(self) -> None:
        """It travels with every card."""
        assert len(self.voting.ballot.refused) <= REFUSED_LIMIT

    def teardown(self) -> None:
        """All is answered, or given up; then nothing is left under way."""
        if not hasattr(self, "voting"):
            return
        self._answer_everything(not self.is_slow)
        self.now += PATIENCE
        while self.turns or self.checks:
            while self.turns:
                self._do(self.voting.tired(self.turns.pop().entry, self.now))
            self._answer_everything(True)
        assert not self.oracle.under_way(*Side)
        assert not self.voting.docket.entries
        event(str(self.voting.ballot.outcome))

    def _press(self, approve: bool, at_once: bool = False, **fields: Any) -> None:
        self._begin(approve, **fields)
        self._deliver(self.sent[-1])
        self._answer_everything(at_once)

    def _begin(self, approve: bool, **fields: Any) -> Press:
        known = {"id": f"press-{len(self.sent)}", "at": self.now, "via": Via.BUTTON, **fields}
        decision = Decision.model_validate(known)
        self.late += self.voting.ballot.closed
        self.sent.append([approve, decision.model_dump(mode="json")])
        return self._expect(self.sent[-1])

    def _expect(self, args: Sequence[Any]) -> Press:
        vote = read_vote(args, self.now)
        assert isinstance(vote, Vote)
        presses = self.oracle.presses
        return presses.setdefault(vote.decision.id, Press(vote, self.now))

    def _deliver(self, args: Sequence[Any]) -> None:
        """Hand it in; a no of which the rule knows whose it is counts at once."""
        vote = read_vote(args, self.now)
        assert isinstance(vote, Vote)
        press = self.oracle.presses[vote.decision.id]
        is_new = not press.is_settled and not self._is_checked(press)
        if is_new:
            self.deliveries += 1
            press.number, press.arrived, press.is_ignored = self.deliveries, self.now, False
            press.shown = self.voting.shown.digest
        stands = is_new and self.oracle.may_stand_at_once(vote)
        actions = self.voting.receive(args, self.now)
        self._do(actions)
        assert not stands or self.voting.ballot.closed
        if not press.is_settled and not self._is_checked(press):
            assert self._pressed_too_often(press)
            press.is_ignored = True

    def _pressed_too_often(self, press: Press) -> bool:
        """Whether somebody pressed so often that they are not even answered any more."""
        by = press.decision.by.user if press.decision.by else ""
        return len(self.voting.docket._heard[f"{press.side}:{by}"]) > MOST_A_MINUTE

    def _is_checked(self, press: Press) -> bool:
        return any(self._press_of(it) is press for it in (*self.checks, *self.turns))

    def _is_held(self, press: Press) -> bool:
        ahead = self.oracle.under_way(Side.YES, Side.OTHER)
        if any(it.number < press.number for it in ahead):
            return True
        return press.side is Side.YES and bool(self.oracle.under_way(Side.NO))

    def _press_of(self, action: Check | Turn) -> Press:
        return self.oracle.presses[action.entry.vote.decision.id]

    def _answer_everything(self, now: bool) -> None:
        while now and self.checks:
            self._answer(self.checks.pop(0))

    def _answer(
        self,
        check: Check,
        problem: str = "",
        end: str = "",
        lacks: str = "",
        *,
        is_drifted: bool = False,
    ) -> None:
        press = self._press_of(check)
        facts = self._facts(press, check.what, problem, end, is_drifted=is_drifted)
        self._note(press, check.what, facts, lacks)
        if lacks:
            facts = facts.model_copy(update={lacks: None})
        was_open = not self.voting.ballot.closed and not press.is_settled
        self._do(self.voting.answer(check, facts, self.now))
        if was_open and facts.conversation_end in BY_FORCE:
            assert self.voting.ballot.outcome is Outcome.STOPPED
            assert self.voting.stopped is Stop.CONVERSATION

    def _facts(
        self, press: Press, what: VoteCheck, problem: str, end: str, *, is_drifted: bool
    ) -> VoteFacts:
        """How it is now."""
        drift = "!" if is_drifted else ""
        call, edited, query = what.call, what.edited, what.query
        edit = Prepared(problem=press.problem, digest=digest_of(edited)) if edited else None
        return VoteFacts(
            eligibilities=self.oracle.world.eligibilities(query) if query else None,
            prepared=Prepared(problem=problem, digest=digest_of(call) + drift) if call else None,
            edited=edit,
            ruling=press.ruling if edit and not edit.problem else None,
            conversation_end=end if what.conversation else "",
        )

    def _note(self, press: Press, what: VoteCheck, facts: VoteFacts, lacks: str = "") -> None:
        """What is now known of a vote."""
        if what.query and lacks != "eligibilities":
            press.looked_up.append((what.query, self.oracle.world))
        if what.call and facts.prepared and lacks != "prepared":
            press.preview = (what.call, facts.prepared)
        press.is_edit_read |= facts.edited is not None and lacks != "edited"
        press.is_conversation_known |= bool(what.conversation)
        press.is_unchecked |= bool(lacks)

    def _do(self, actions: Actions, malformed: int = 0, faults: int = 0) -> None:
        """Take what is to be done, and hold it against what has changed."""
        for check in (it for it in actions if isinstance(it, Check)):
            self._press_of(check).ask(check.what)
            self.checks.append(check)
        self.turns += [it for it in actions if isinstance(it, Turn)]
        assert len([it for it in actions if isinstance(it, Fault)]) == faults
        for nudged in (it for it in actions if isinstance(it, Nudged)):
            self.oracle.settle(self.oracle.presses[nudged.decision.id])
        self._judge()
        assert Counter(_told(actions)) == Counter(self.oracle.news)
        assert self.oracle.news.count("") == malformed

    def _judge(self, outcome: Outcome | None = None) -> None:
        self.oracle.judge(self.now, outcome)


def _told(actions: Actions) -> Iterator[str]:
    """Ids of the presses of which somebody is told."""
    for it in actions:
        if isinstance(it, Explain):
            yield it.refused.decision.id if it.refused.decision else ""
        elif isinstance(it, Replaced | HandedOver):
            yield it.decision.id


ORDINARY: dict[str, Any] = {
    "deadline": None,
    "print_blob": False,
    "suppress_health_check": [HealthCheck.too_slow],
}


@pytest.mark.timeout(600)  # what fails is shrunk
def test_in_any_order_a_question_is_decided_once_and_rightly() -> None:
    run_state_machine_as_test(
        VotingMachine, settings=settings(max_examples=70, stateful_step_count=30, **ORDINARY)
    )


@pytest.mark.soak
@pytest.mark.timeout(1_200)
def test_in_any_of_many_orders_a_question_is_decided_once_and_rightly() -> None:
    run_state_machine_as_test(
        VotingMachine, settings=settings(max_examples=5_000, stateful_step_count=50, **ORDINARY)
    )
