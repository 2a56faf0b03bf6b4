"""Takes deliveries to a ballot as the workflow does, and checks each against the world."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.support.builders import NOON
from tests.unit.ballot.world import CARD, OLD_CARD, Claim, World, most_seats
from workflows.contracts.decisions import (
    CountedVote,
    Decision,
    Eligibility,
    Outcome,
    Refusal,
    Refused,
    Verb,
)
from workflows.contracts.rules import Rule
from workflows.voting.ballot import Ballot
from workflows.voting.parsing import Vote, read_vote
from workflows.voting.screening import screen

ENDS = {Verb.REQUEST_CHANGES: Outcome.CHANGES_REQUESTED, Verb.WITHDRAW: Outcome.WITHDRAWN}


@dataclass(frozen=True)
class Circumstances:
    """What goes on around one delivery."""

    looked_up: bool = True
    meanwhile: Callable[[], object] | None = None
    """What happens while Slack is asked who this is."""
    edited_rule: Rule | None = None
    """Under which the call falls after an edit."""


ORDINARY = Circumstances()


@dataclass
class Hearing:
    """One ballot in one world, and what every vote that counted was entitled to at its time."""

    ballot: Ballot
    world: World
    claims: dict[str, Claim] = field(default_factory=dict)
    sent: list[list[Any]] = field(default_factory=list)
    """Every decision that was delivered, for delivering it again."""

    def deliver(self, args: Sequence[Any], around: Circumstances = ORDINARY) -> None:
        """Take a signal's arguments, and check what they changed."""
        vote = read_vote(args, NOON)
        if isinstance(vote, Refused):
            before = self.ballot
            self.ballot = before.refuse(vote)
            assert effects(self.ballot) == effects(before)
            return
        self._hear(vote, around)
        self.check()

    def check(self) -> None:
        """What holds at every moment: distinct people, distinct seats, and no more than that."""
        people = [it.decision.by.user for it in self.ballot.votes if it.decision.by]
        assert len(set(people)) == len(people)
        by_claim = [it for it in self.ballot.votes if it.decision.verb is not Verb.BREAK_GLASS]
        seats = [_place(it) for it in by_claim]
        assert len(set(seats)) == len(seats)
        for vote in by_claim:
            evidence = dict(self.claims[vote.decision.id])
            assert frozenset(vote.panels) == evidence[_place(vote)]
        seats = self.seats(self.ballot.votes)
        if by_claim == list(self.ballot.votes):
            assert self.ballot.reached <= seats
            assert self.ballot.reached == seats or self._evidence_differs()
        if self.ballot.outcome is Outcome.PENDING:
            assert not self.ballot.votes or self.ballot.reached < sum(self.world.needed)

    def seats(self, votes: Sequence[CountedVote]) -> int:
        """How many seats these can fill, by trying everything."""
        claims = tuple(self.claims[it.decision.id] for it in votes)
        return most_seats(claims, self.world.needed, frozenset())

    def _hear(self, vote: Vote, around: Circumstances) -> None:
        decision = vote.decision
        if self.ballot.knows(decision) or self._is_refused(vote):
            return
        if decision.verb is Verb.NUDGE:
            return
        eligibilities = self._look_up(self.ballot, decision) if around.looked_up else ()
        if around.meanwhile:
            around.meanwhile()
        if decision.arguments and eligibilities:
            self._amend(vote, eligibilities, around.edited_rule)
        elif not self._is_refused(vote):
            before = self.ballot
            self.ballot = before.cast(vote, eligibilities)
            self._judge(before, vote, looked_up=around.looked_up)

    def _is_refused(self, vote: Vote) -> bool:
        """Whether it is turned away unseen; nobody who may vote is."""
        why = screen(self.ballot, vote, CARD, OLD_CARD)
        if why is None:
            return False
        assert not self._may(self.ballot, vote, looked_up=True)
        before = self.ballot
        self.ballot = before.refuse(Refused(why=why, at=vote.decision.at, decision=vote.decision))
        assert effects(self.ballot) == effects(before)
        return True

    def _amend(self, vote: Vote, eligibilities: Sequence[Eligibility], rule: Rule | None) -> None:
        """Ask for the edited call if its editor may approve both, the old and the new one."""
        before, decision = self.ballot, vote.decision
        plain = replace(vote, decision=decision.model_copy(update={"arguments": ""}))
        trial = before.cast(plain, eligibilities)
        turned_away = before.closed or len(trial.refused) > len(before.refused)
        assert turned_away is not self._may(before, vote, looked_up=True)
        if turned_away or rule is None:
            self._refuse_edit(decision)
            return
        edited = replace(self.world, rule=rule, digest=f"{self.world.digest}+")
        amended = before.amend(rule, edited.digest)
        bare = replace(vote, decision=decision.model_copy(update={"digest": ""}))
        counted = amended.cast(bare, edited.eligibilities(amended.asked_about(bare.decision)))
        refused = len(counted.refused) > len(amended.refused)
        if screen(amended, bare, CARD, OLD_CARD) or refused:
            assert not Hearing(amended, edited)._may(amended, bare, looked_up=True)
            self._refuse_edit(decision)
            return
        self.ballot, self.world, self.claims = counted, edited, {}
        assert all(counted.knows(one.decision) for one in before.votes)
        self._judge(amended, bare, looked_up=True)

    def _refuse_edit(self, decision: Decision) -> None:
        refused = Refused(why=Refusal.BAD_EDIT, at=NOON, decision=decision)
        self.ballot = self.ballot.refuse(refused)

    def _look_up(self, ballot: Ballot, decision: Decision) -> tuple[Eligibility, ...]:
        if not ballot.needs_look_up(decision):
            return ()
        return self.world.eligibilities(ballot.asked_about(decision))

    def _judge(self, before: Ballot, vote: Vote, *, looked_up: bool) -> None:
        """Whether the vote had exactly the effect that it may have."""
        after, decision = self.ballot, vote.decision
        if not self._may(before, vote, looked_up=looked_up):
            assert effects(after) == effects(before)
            return
        if decision.verb is Verb.HAND_OVER:
            self._judge_hand_over(before, decision)
        elif vote.approve:
            self._judge_approval(before, decision)
        else:
            assert after.outcome is ENDS.get(decision.verb, Outcome.REJECTED)
            assert after.decision == decision
            assert (after.votes, after.handed) == (before.votes, before.handed)

    def _judge_hand_over(self, before: Ballot, decision: Decision) -> None:
        assert decision.by is not None
        assert decision.to is not None
        *earlier, handed = self.ballot.handed
        assert tuple(earlier) == before.handed
        assert (handed.by, handed.to) == (decision.by, decision.to)
        assert replace(self.ballot, handed=before.handed) == before
        self.world.handed[decision.by.user] = decision.to.user

    def _judge_approval(self, before: Ballot, decision: Decision) -> None:
        after = self.ballot
        earlier = [it.decision for it in before.votes if not _same(it.decision, decision)]
        assert [it.decision for it in after.votes] == [*earlier, decision]
        self.claims[decision.id] = self._claim(decision)
        if decision.verb is Verb.BREAK_GLASS:
            assert after.outcome is Outcome.APPROVED
        elif after.outcome is Outcome.APPROVED:
            assert self.seats(after.votes) >= sum(self.world.needed)
        else:
            assert effects(after)[:2] == effects(before)[:2]
        assert after.decision == (decision if after.closed else None)

    def _may(self, before: Ballot, vote: Vote, *, looked_up: bool) -> bool:
        """Whether the world's rules let this have an effect on the ballot as it was."""
        world, decision = self.world, vote.decision
        if before.closed or decision.verb is Verb.NUDGE:
            return False
        if not decision.via.is_verified:
            return world.operator_counts(decision, vote.approve)
        if not world.person_may(decision, vote.approve):
            return False
        if decision.verb is Verb.WITHDRAW:
            return True
        return looked_up and self._is_free_to(before, vote)

    def _is_free_to(self, before: Ballot, vote: Vote) -> bool:
        """Whether neither they nor those they act for have used up what they vote with."""
        decision = vote.decision
        voted = frozenset(it.decision.by.user for it in before.votes if it.decision.by)
        if decision.verb is Verb.HAND_OVER:
            return self.world.may_hand_over(decision, voted)
        if not vote.approve or decision.verb is Verb.BREAK_GLASS:
            return True
        assert decision.by is not None
        if decision.by.user in voted and not decision.arguments:
            return False
        others = [it.decision for it in before.votes if not _same(it.decision, decision)]
        claims = [*(self.claims[it.id] for it in others), self.world.claim(decision)]
        one_row = tuple(tuple((user, frozenset({0})) for user, _ in claim) for claim in claims)
        return most_seats(one_row, (len(claims),), frozenset()) == len(claims)

    def _claim(self, decision: Decision) -> Claim:
        if decision.by is None:
            return (("", frozenset(range(len(self.world.needed)))),)
        return self.world.claim(decision)

    def _evidence_differs(self) -> bool:
        """Whether two voters found the person they both act for in different groups."""
        seen = [place for it in self.ballot.votes for place in self.claims[it.decision.id]]
        return len(set(seen)) != len({user for user, _ in seen})


def effects(ballot: Ballot) -> tuple[Any, ...]:
    """All of a ballot but its record of refusals."""
    return (ballot.outcome, ballot.decision, ballot.votes, ballot.handed, ballot.rule)


def _same(one: Decision, other: Decision) -> bool:
    users = {it.by.user if it.by else None for it in (one, other)}
    return len(users) == 1 and None not in users


def _place(vote: CountedVote) -> str:
    return vote.instead_of or (vote.decision.by.user if vote.decision.by else "")
