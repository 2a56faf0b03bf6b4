"""What has to be found out before a vote counts, and what the answers say. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workflows.contracts.activity_inputs import EligibilityQuery, Recount, VoteCheck
from workflows.contracts.approvals import ApprovalRequest
from workflows.contracts.core import Call
from workflows.contracts.decisions import Eligibility, Outcome, Verb
from workflows.digest import with_reason_of
from workflows.voting.ballot import Ballot
from workflows.voting.docket import Edit, Entry
from workflows.voting.parsing import Vote


@dataclass(frozen=True, slots=True)
class Requirements:
    """What one vote under way depends on, as things stand now."""

    request: ApprovalRequest
    call: Call
    """What is asked: as proposed, or as an approver changed it."""
    ballot: Ballot
    entry: Entry

    @property
    def missing(self) -> VoteCheck | None:
        """What is not known yet; None if the vote can be concluded."""
        if self.entry.vote.decision.arguments:
            return self._missing_of_edit()
        query = self._unanswered(self.ballot)
        if query and not self._may_be_the_last:
            return VoteCheck(query=query)
        if not query and not self.approves:
            return None
        call = self.call if self.entry.preview is None else None
        asks_conversation = call is not None or not self.entry.is_conversation_known
        if not query and not asks_conversation:
            return None
        conversation = self._conversation if asks_conversation else ""
        recount = self._recount if call is not None else None
        return VoteCheck(query=query, call=call, conversation=conversation, recount=recount)

    @property
    def approves(self) -> bool:
        """Whether the vote is the one that decides it."""
        counted = self.ballot.cast(self.entry.vote, self.eligibilities(self.ballot))
        return counted.outcome is Outcome.APPROVED

    @property
    def unedited(self) -> Vote:
        """The vote, as if it were for the call as it is."""
        vote = self.entry.vote
        return replace(vote, decision=vote.decision.model_copy(update={"arguments": ""}))

    @property
    def may_amend(self) -> bool:
        """Whether an editor may approve the call as it is.

        Who may not approve the changed call may not change it either, so that nobody can
        edit their way around a rule.
        """
        ballot = self.ballot
        return ballot.cast(self.unedited, self.eligibilities(ballot)).refused == ballot.refused

    def amended(self, edit: Edit) -> Ballot:
        """The question as it is asked after an edit; the rule in force stays if it has no other."""
        return self.ballot.amend(edit.rule or self.ballot.rule, edit.prepared.digest)

    def eligibilities(self, ballot: Ballot) -> Sequence[Eligibility]:
        """What Slack said of whom the vote depends on, towards the rule of a ballot."""
        query = self._query(ballot)
        return (self.entry.found(query) if query else None) or ()

    @property
    def _may_be_the_last(self) -> bool:
        """Whether a yes may be the one that approves, so that what would be done is asked too."""
        vote, missing = self.entry.vote, self.ballot.rule.needed - self.ballot.reached
        return vote.approve and (missing <= 1 or vote.decision.verb is Verb.BREAK_GLASS)

    def _missing_of_edit(self) -> VoteCheck | None:
        if query := self._unanswered(self.ballot):
            return VoteCheck(query=query)
        if not self.may_amend:
            return None
        edit = self.entry.edit
        if edit is None:
            return self._review
        query = self._unanswered(self.amended(edit))
        return VoteCheck(query=query) if query else None

    @property
    def _review(self) -> VoteCheck:
        """The call as its editor wants it. The reason is the model's and stays."""
        arguments = with_reason_of(self.call.arguments, self.entry.vote.decision.arguments)
        return VoteCheck(
            edited=self.call.model_copy(update={"arguments": arguments}),
            conversation=self._conversation,
        )

    @property
    def _recount(self) -> Recount | None:
        """What it comes to with those before it, where the policy asked that.

        An edit was judged with all that was asked by then.
        """
        request = self.request
        if request.total is None or self.call != request.call:
            return None
        return Recount(
            call=request.call,
            prepared=request.prepared,
            counted=request.total,
            rule=request.rule.name,
        )

    @property
    def _conversation(self) -> str:
        return self.request.call.origin.workflow_id

    def _query(self, ballot: Ballot) -> EligibilityQuery | None:
        """Who has to be looked up, towards the rule of a ballot."""
        decision = self.entry.vote.decision
        if not ballot.needs_look_up(decision):
            return None
        return EligibilityQuery(people=ballot.asked_about(decision), rule=ballot.rule)

    def _unanswered(self, ballot: Ballot) -> EligibilityQuery | None:
        query = self._query(ballot)
        return query if query and self.entry.found(query) is None else None
