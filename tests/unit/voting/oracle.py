"""Holds what a `Voting` does against the workspace as it was when its questions were answered."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tests.unit.voting.workspace_model import Claim, World, most_seats
from workflows.contracts.activity_inputs import EligibilityQuery, VoteCheck
from workflows.contracts.core import Call, Prepared
from workflows.contracts.decisions import (
    CountedVote,
    Decision,
    Outcome,
    Refusal,
    Refused,
    Verb,
)
from workflows.contracts.rules import Rule, Ruling, Verdict
from workflows.voting.ballot import Ballot
from workflows.voting.docket import MOST_A_MINUTE, MOST_OF_ONE, PATIENCE
from workflows.voting.parsing import Side, Vote, side
from workflows.voting.protocol import Voting

ENDS = {Verb.REQUEST_CHANGES: Outcome.CHANGES_REQUESTED, Verb.WITHDRAW: Outcome.WITHDRAWN}


class WatchedVoting(Voting):
    """A real one, of which every change of the ballot can be seen."""

    changes: list[tuple[Ballot, Ballot]]

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "ballot":
            before = getattr(self, "ballot", None)
            if before is None:
                super().__setattr__("changes", [])
            else:
                self.changes.append((before, value))
        super().__setattr__(name, value)


def digest_of(call: Call) -> str:
    """What a call would do, in short."""
    return f"digest of {call.arguments}"


@dataclass
class Press:
    """One vote that was sent, and what is known of it."""

    vote: Vote
    arrived: datetime
    number: int = 0
    """Which delivery it was."""
    shown: str = ""
    """Digest of what was asked when it arrived."""
    ruling: Ruling | None = None
    """What the policy says of an edit."""
    problem: str = ""
    """Why an edited call cannot be asked for."""
    asked: list[VoteCheck] = field(default_factory=list)
    looked_up: list[tuple[EligibilityQuery, World]] = field(default_factory=list)
    preview: tuple[Call, Prepared] | None = None
    is_conversation_known: bool = False
    is_edit_read: bool = False
    is_unchecked: bool = False
    """Whether something was not answered."""
    is_broken: bool = False
    """Whether a bug hit it."""
    is_settled: bool = False
    is_ignored: bool = False
    """Whether somebody pressed so often that they were not even answered."""
    is_opposed: bool = False
    """Whether it was under way when nobody could tell whether a no counts."""

    @property
    def decision(self) -> Decision:
        return self.vote.decision

    @property
    def side(self) -> Side:
        return side(self.vote)

    def ask(self, what: VoteCheck) -> None:
        """Nothing is asked twice, so that there is an end to it."""
        assert what not in self.asked
        self.asked.append(what)

    @property
    def as_unseen(self) -> Vote:
        """The vote, if what was pressed did not say what was seen."""
        return replace(self.vote, decision=self.decision.model_copy(update={"digest": ""}))


@dataclass
class Oracle:
    """Judges each change of the ballot by itself, in the order in which they came."""

    voting: WatchedVoting
    world: World
    presses: dict[str, Press] = field(default_factory=dict)
    """In the order of arrival."""
    claims: dict[str, Claim] = field(default_factory=dict)
    """What each vote that counts was entitled to at its time."""
    news: list[str] = field(default_factory=list)
    """Ids of the presses of which somebody has to be told."""

    def judge(self, now: datetime, outcome: Outcome | None = None) -> None:
        """Look at everything that changed.

        Args:
            now: when it changed.
            outcome: how the question was ended from outside, if it was.
        """
        self.news.clear()
        for before, after in self.voting.changes:
            self._judge_change(before, after, now, outcome)
        self.voting.changes.clear()
        assert self.voting.shown.digest == self.voting.ballot.digest

    def under_way(self, *sides: Side) -> list[Press]:
        """Those that have neither counted nor been refused."""
        waiting = [it for it in self.presses.values() if not (it.is_settled or it.is_ignored)]
        return [it for it in waiting if it.side in sides]

    def may_stand_at_once(self, vote: Vote) -> bool:
        """Whether a no has to count without anybody being asked."""
        ballot, decision = self.voting.ballot, vote.decision
        world = self._at(ballot, self.world.as_the_rule_names_them)
        if side(vote) is not Side.NO or not self._may(ballot, vote, world):
            return False
        by = decision.by
        is_free = by is None or decision.verb is Verb.WITHDRAW
        return is_free or (by is not None and bool(world.counts_in(by.user)))

    def _judge_change(
        self, before: Ballot, after: Ballot, now: datetime, outcome: Outcome | None
    ) -> None:
        """A change either refuses one press or is the effect of one; an outcome never changes."""
        set_aside = {it.decision.id for it in before.votes}
        new = after.refused[len(before.refused) :]
        ids = [it.decision.id if it.decision else "" for it in new]
        refused = {id_: it for id_, it in zip(ids, new, strict=True) if id_ not in set_aside}
        self.news += refused
        for id_, it in refused.items():
            if id_:
                self._judge_refusal(before, it, self.presses[id_], now)
        if effects(before) != effects(after):
            assert not before.closed
            assert not refused
            self._judge_effect(before, after, outcome)
        self._check_seats(after)

    def _judge_refusal(self, before: Ballot, refused: Refused, press: Press, now: datetime) -> None:
        """Nobody is turned away who may do what they do."""
        self.settle(press)
        match refused.why:
            case Refusal.UNVERIFIED:
                is_given_up = now >= press.arrived + PATIENCE
                assert press.is_unchecked or press.is_opposed or is_given_up
            case Refusal.FAULT:
                assert press.is_broken
            case Refusal.TOO_OFTEN:
                assert self._of_the_same(press) > min(MOST_OF_ONE, MOST_A_MINUTE)
            case Refusal.BAD_EDIT:
                assert press.is_edit_read
                assert self._edited_rule(before, press) is None
            case Refusal.OUTDATED:
                drifted = press.preview and press.preview[1].digest != before.digest
                is_for_another = press.shown != before.digest
                is_for_another |= not before.digest.startswith(press.decision.digest)
                assert drifted or is_for_another
            case _:
                assert not self._may_take_effect(before, press)
        self._oppose(before, refused, press)

    def _oppose(self, before: Ballot, refused: Refused, press: Press) -> None:
        """A no of which nobody knows whose it is takes with it every yes beside it."""
        is_unknown = refused.why in {Refusal.UNVERIFIED, Refusal.FAULT}
        if is_unknown and press.side is Side.NO and not before.closed:
            for it in self.under_way(Side.YES):
                it.is_opposed = True

    def _of_the_same(self, press: Press) -> int:
        by = press.decision.by.user if press.decision.by else ""
        others = [it for it in self.presses.values() if it.side is press.side]
        return len([it for it in others if (it.decision.by.user if it.decision.by else "") == by])

    def _judge_effect(self, before: Ballot, after: Ballot, outcome: Outcome | None) -> None:
        press = self.presses.get(_cause(before, after))
        if press is None:
            assert effects(replace(before, outcome=after.outcome, decision=after.decision)) == (
                effects(after)
            )
            assert after.outcome is outcome or self._is_ended_by_what_was_found(before, after)
            return
        self.settle(press)
        self._check_turn(before, press)
        assert self._may_take_effect(before, press, is_evidence_needed=True)
        if press.decision.verb is Verb.HAND_OVER:
            self._judge_hand_over(before, after, press.decision)
        elif press.vote.approve:
            self._judge_approval(before, after, press)
        else:
            assert after.outcome is ENDS.get(press.decision.verb, Outcome.REJECTED)
            assert after.decision == press.decision
            assert (after.votes, after.handed) == (before.votes, before.handed)

    def _is_ended_by_what_was_found(self, before: Ballot, after: Ballot) -> bool:
        if after.outcome is Outcome.STOPPED:
            return self.voting.stopped is not None
        previews = [it.preview[1] for it in self.presses.values() if it.preview]
        return after.outcome is Outcome.SUPERSEDED and any(
            not it.problem and it.digest != before.digest for it in previews
        )

    def settle(self, press: Press) -> None:
        """Each press counts or is refused once."""
        assert not press.is_settled
        press.is_settled = True

    def _check_turn(self, before: Ballot, press: Press) -> None:
        """A no goes first; all else goes in its order, and a yes only if nothing opposes it."""
        if press.side is Side.NO:
            return
        ahead = self.under_way(Side.YES, Side.OTHER)
        assert not [it for it in ahead if it.number < press.number]
        if press.side is Side.YES:
            assert press.decision.arguments or press.shown == before.digest
            assert not press.is_opposed
            assert not self.under_way(Side.NO)

    def _may_take_effect(
        self, before: Ballot, press: Press, *, is_evidence_needed: bool = False
    ) -> bool:
        """Whether it may have one, whatever was seen where it was pressed."""
        seen = self._seen(before, press, press.vote)
        assert seen or not is_evidence_needed
        seen = seen or self._at(before, self.world)
        vote = (
            press.vote if is_evidence_needed and not press.decision.arguments else press.as_unseen
        )
        if not self._may(before, vote, seen):
            return False
        rule = self._edited_rule(before, press)
        if not press.decision.arguments or rule is None:
            return not press.decision.arguments or not press.is_edit_read
        amended = replace(before, rule=rule, votes=(), claims=())
        seen = self._seen(amended, press, vote)
        assert seen or not is_evidence_needed
        return seen is None or self._may(amended, vote, seen)

    def _seen(self, ballot: Ballot, press: Press, vote: Vote) -> World | None:
        """The people as they were when this vote's question about just them was answered."""
        decision, named = vote.decision, self.world.as_the_rule_names_them
        if decision.by is None or decision.verb is Verb.WITHDRAW:
            return self._at(ballot, named)
        wanted = self._at(ballot, self.world).asked_about(decision)
        for query, world in press.looked_up:
            if query.rule == ballot.rule and wanted == frozenset(it.user for it in query.people):
                return self._at(ballot, world)
        named = self._at(ballot, named)
        stands = press.side is Side.NO and bool(named.counts_in(decision.by.user))
        return named if stands else None

    def _at(self, ballot: Ballot, world: World) -> World:
        """These people, asked what this ballot asks."""
        return replace(
            world,
            rule=ballot.rule,
            digest=ballot.digest,
            escalated=ballot.escalated,
            handed={it.by.user: it.to.user for it in ballot.handed},
        )

    def _edited_rule(self, before: Ballot, press: Press) -> Rule | None:
        """Under which an edited call may be asked for, if it may."""
        ruling = press.ruling
        if ruling is None or press.problem or ruling.verdict is Verdict.DENY:
            return None
        return before.rule if ruling.verdict is Verdict.ALLOW else ruling.rule

    def _may(self, before: Ballot, vote: Vote, seen: World) -> bool:
        """Whether the workspace's rules let this have an effect on the ballot as it was."""
        decision = vote.decision
        if before.closed or not seen.is_asked_by(decision, vote.approve):
            return False
        if decision.verb is Verb.NUDGE:
            return True
        if not decision.via.is_verified:
            return seen.operator_counts(decision, vote.approve)
        return seen.person_may(decision, vote.approve) and self._is_free_to(before, vote, seen)

    def _is_free_to(self, before: Ballot, vote: Vote, seen: World) -> bool:
        """Whether neither they nor those they act for have used up what they vote with."""
        decision = vote.decision
        voted = frozenset(it.decision.by.user for it in before.votes if it.decision.by)
        if decision.verb is Verb.HAND_OVER:
            return seen.may_hand_over(decision, voted)
        if not vote.approve or decision.verb is Verb.BREAK_GLASS:
            return True
        assert decision.by is not None
        if decision.by.user in voted and not decision.arguments:
            return False
        others = [it.decision for it in before.votes if not _same(it.decision, decision)]
        claims = [*(self.claims[it.id] for it in others), seen.claim(decision)]
        one_row = tuple(tuple((user, frozenset({0})) for user, _ in claim) for claim in claims)
        return most_seats(one_row, (len(claims),), frozenset()) == len(claims)

    def _judge_hand_over(self, before: Ballot, after: Ballot, decision: Decision) -> None:
        self.news.append(decision.id)
        *earlier, handed = after.handed
        assert tuple(earlier) == before.handed
        assert (handed.by, handed.to) == (decision.by, decision.to)
        assert replace(after, handed=before.handed) == before

    def _judge_approval(self, before: Ballot, after: Ballot, press: Press) -> None:
        decision = press.decision
        earlier = [it.decision for it in before.votes if not _same(it.decision, decision)]
        if decision.arguments:
            self._judge_edit(before, after, press)
            earlier = []
        seen = self._seen(after, press, press.vote)
        assert seen is not None
        self.claims[decision.id] = seen.claim(decision)
        assert [it.decision.id for it in after.votes] == [*(it.id for it in earlier), decision.id]
        if after.closed:
            assert after.outcome is Outcome.APPROVED
            assert after.decision is not None
            assert after.decision.id == decision.id
            self._judge_outcome(after, press)
        else:
            assert decision.verb is not Verb.BREAK_GLASS

    def _judge_edit(self, before: Ballot, after: Ballot, press: Press) -> None:
        """It replaces what was asked, under the rule of its own; nobody's approval goes with it."""
        assert press.is_edit_read
        assert after.rule == self._edited_rule(before, press)
        set_aside = [it.decision.id for it in after.refused if it.decision]
        assert all(it.decision.id in set_aside for it in before.votes)

    def _judge_outcome(self, after: Ballot, press: Press) -> None:
        """Enough distinct people for what was shown to them, with somebody left to hear of it."""
        if press.decision.verb is not Verb.BREAK_GLASS:
            assert self._seats(after) >= after.rule.needed
        assert press.is_conversation_known
        if press.decision.arguments:
            return
        assert press.preview is not None
        call, preview = press.preview
        assert call == self.voting.call
        assert preview.problem or preview.digest == after.digest

    def _check_seats(self, ballot: Ballot) -> None:
        """What holds at every moment: distinct people, distinct seats, and no more than that."""
        people = [it.decision.by.user for it in ballot.votes if it.decision.by]
        assert len(set(people)) == len(people)
        counted = [it for it in ballot.votes if it.decision.verb is not Verb.BREAK_GLASS]
        places = [_place(it) for it in counted]
        assert len(set(places)) == len(places)
        for vote in counted:
            evidence = dict(self.claims[vote.decision.id])
            assert frozenset(vote.panels) == evidence[_place(vote)]
        if counted == list(ballot.votes):
            seats = self._seats(ballot)
            assert ballot.reached <= seats
            assert ballot.reached == seats or self._do_look_ups_differ(ballot)
        if not ballot.closed:
            assert not ballot.votes or ballot.reached < ballot.rule.needed

    def _seats(self, ballot: Ballot) -> int:
        """How many seats the votes can fill, by trying everything."""
        claims = tuple(self.claims[it.decision.id] for it in ballot.votes)
        needed = tuple(panel.needed for panel in ballot.rule.panels)
        return most_seats(claims, needed, frozenset())

    def _do_look_ups_differ(self, ballot: Ballot) -> bool:
        """Whether two voters found the person they both act for in different groups."""
        seen = [place for it in ballot.votes for place in self.claims[it.decision.id]]
        return len(set(seen)) != len({user for user, _ in seen})


def effects(ballot: Ballot) -> tuple[Any, ...]:
    """All of a ballot but its record of refusals."""
    return (ballot.outcome, ballot.decision, ballot.votes, ballot.handed, ballot.rule)


def _cause(before: Ballot, after: Ballot) -> str:
    """Id of the press that changed it, or of what ended it."""
    if after.handed != before.handed:
        return after.handed[-1].press
    if after.votes != before.votes:
        return after.votes[-1].decision.id
    return after.decision.id if after.decision else ""


def _same(one: Decision, other: Decision) -> bool:
    users = {it.by.user if it.by else None for it in (one, other)}
    return len(users) == 1 and None not in users


def _place(vote: CountedVote) -> str:
    return vote.instead_of or (vote.decision.by.user if vote.decision.by else "")
