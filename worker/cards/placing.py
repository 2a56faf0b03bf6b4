"""The messages with which an approval is decided: where they are posted, and how they stay true."""

from dataclasses import dataclass

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.slack.directory import Directory
from worker.cards.recipients import recipients, to_tell
from worker.cards.wording import card_content, is_direct
from worker.posts import Destination, IdempotentPosts
from worker.slack import (
    GONE,
    NOT_IN_SLACK,
    UNFAMILIAR,
    again,
    all_of,
    is_refusal,
    is_unfamiliar,
    is_young,
)
from worker.surface import Surfaces
from workflows.contracts.approvals import ApprovalStatus, Card, MessageKind, Posted
from workflows.contracts.decisions import Outcome
from workflows.contracts.rules import DIRECT, THREAD, Rule

log = structlog.get_logger(__name__)

CARD_EVENT = "approval_requested"
UNSEEN = f"{THREAD}: nobody_else_sees_it"
ELSEWHERE = f"{THREAD}: {NOT_IN_SLACK}"


@dataclass(frozen=True, slots=True)
class Placed:
    """A card, and the target that took it; none if `target` is empty."""

    card: Card
    target: str = ""


class Placing:
    """Puts cards where their rule wants them."""

    def __init__(
        self,
        posts: IdempotentPosts,
        directory: Directory,
        surfaces: Surfaces,
        deployment: str,
        fallback_channel: str = "",
    ) -> None:
        """`fallback_channel` takes what was asked outside Slack and has no other target."""
        self._posts = posts
        self._surfaces = surfaces
        self._directory = directory
        self._deployment = deployment
        self._fallback_channel = fallback_channel

    async def post(self, status: ApprovalStatus) -> Placed:
        """Post the card at the first target that takes it.

        Returns:
            The card, with the targets that were refused. Its `ts` is empty if all were.

        Raises:
            ApplicationError: it may yet work.
        """
        source = await self._surfaces.of(status.origin.kind).link(status.origin)
        placed = await self._first_taken(status.in_force, status, source)
        if placed.target:
            return placed
        log.error("no place takes the card", approval=status.id, problems=placed.card.problems)
        return placed

    async def _first_taken(self, rule: Rule, status: ApprovalStatus, source: str) -> Placed:
        """The card at the first target that takes it; if none does, one that names the refusals."""
        useless = _why_no_thread(status, rule)
        targets = [it for it in rule.targets if it != THREAD or not useless]
        problems = [useless] * (len(rule.targets) - len(targets))
        if not targets and useless == ELSEWHERE:
            targets = self._instead_of_thread(rule)
        puzzling: list[ApplicationError] = []
        for target in targets:
            try:
                card = await self._post_at(target, rule, status, source)
            except ApplicationError as error:
                if not is_refusal(error):
                    raise
                log.warning("card refused", approval=status.id, target=target, code=error.type)
                problems.append(f"{target}: {error.type}")
                puzzling += [error] if is_unfamiliar(error) else []
            else:
                every = (*problems, *card.problems)
                return Placed(card.model_copy(update={"problems": every}), target)
        if puzzling and is_young():
            raise again(puzzling[0])
        channel = status.origin.channel
        return Placed(Card(channel=channel, ts="", source=source, problems=tuple(problems)))

    def _instead_of_thread(self, rule: Rule) -> list[str]:
        """Where approvers see what was not asked in Slack, if the rule leaves that open."""
        if self._fallback_channel:
            return [self._fallback_channel]
        who = to_tell(rule)
        return [DIRECT] if who.users or who.groups else list(who.channels)

    async def redraw(self, status: ApprovalStatus, card: Card) -> Card:
        """Rewrite the card; one that is gone is posted anew, or a copy takes its place.

        Raises:
            ApplicationError: it may yet work.
        """
        pending = status.outcome is Outcome.PENDING
        if not card.ts:
            if not pending:
                return card
            placed = await self.post(next_edition(status))
            return placed.card.model_copy(update={"line": card.line})
        try:
            words = card_content(status, _spot(status, card), card.source, self._deployment)
            await self._posts.rewrite(card.channel, card.ts, words)
        except ApplicationError as error:
            if error.type not in GONE and not is_refusal(error):
                raise
            log.warning("card is gone, posting it anew", approval=status.id, code=error.type)
            if error.type not in GONE and not pending:
                return card
            return await self._replace(next_edition(status), card)
        return card

    async def _replace(self, status: ApprovalStatus, card: Card) -> Card:
        """Post anew where it was, else let a copy take its place, else begin with the targets."""
        destination = _spot(status, card)
        kept = {"line": card.line, "problems": card.problems}
        try:
            new = await self._post_to(destination, status, card.source, link=bool(card.permalink))
        except ApplicationError as error:
            if not is_refusal(error):
                raise
        else:
            return new.model_copy(update={**kept, "copies": card.copies})
        if card.copies:
            first, *others = card.copies
            place = {"channel": first.channel, "ts": first.ts, "copies": tuple(others)}
            return card.model_copy(update=place)
        placed = await self.post(status)
        return placed.card.model_copy(update={"line": card.line})

    async def _post_at(self, target: str, rule: Rule, status: ApprovalStatus, source: str) -> Card:
        if target == DIRECT:
            return await self._post_to_people(rule, status, source)
        destination = Destination.of(status.origin) if target == THREAD else Destination(target)
        return await self._post_to(destination, status, source)

    async def _post_to(
        self, destination: Destination, status: ApprovalStatus, source: str, *, link: bool = True
    ) -> Card:
        # Outside the thread, the channel tells copies apart.
        place = "" if destination.thread_ts else f"/{destination.channel}"
        key = f"{status.id}/{status.edition}{place}"
        has_rung = status.card is not None and bool(status.card.ts)
        words = card_content(status, destination, source, self._deployment, again=has_rung)
        ts = await self._posts.once(destination, CARD_EVENT, key, words, approval_id=status.id)
        permalink = await self._posts.permalink(destination.channel, ts) if link else ""
        return Card(channel=destination.channel, ts=ts, permalink=permalink, source=source)

    async def _post_to_people(self, rule: Rule, status: ApprovalStatus, source: str) -> Card:
        """One message for each person. None has a link, which would be of use to one of them."""
        at = activity.info().scheduled_time
        meant = await recipients(self._directory, status, to_tell(rule), at)
        posted = await all_of(self._post_to_person(user, status, source) for user in meant.users)
        copies = [copy for copy in posted if isinstance(copy, Posted)]
        refused = [
            f"{user}: {answer.type}"
            for user, answer in zip(meant.users, posted, strict=True)
            if isinstance(answer, ApplicationError) and answer.type != "cannot_dm_bot"
        ]
        problems = (*meant.problems, *refused)
        if not copies:
            why = "; ".join(problems) or "nobody"
            details = {UNFAMILIAR for it in posted if is_unfamiliar(it)}
            text = "Nobody can be written to"
            raise ApplicationError(text, *details, type=why, non_retryable=True)
        first, *others = copies
        return Card(
            channel=first.channel,
            ts=first.ts,
            source=source,
            copies=tuple(others),
            problems=problems,
        )

    async def _post_to_person(self, user: str, status: ApprovalStatus, source: str) -> Posted:
        destination = await self._posts.direct(user)
        card = await self._post_to(destination, status, source, link=False)
        return Posted(kind=MessageKind.COPY, channel=card.channel, ts=card.ts, user=user)


def _spot(status: ApprovalStatus, card: Card) -> Destination:
    """Where a card is: in its thread, unless a line stands for it there."""
    in_thread = card.channel == status.origin.channel and not card.line
    return Destination.of(status.origin) if in_thread else Destination(card.channel)


def is_from_slack(status: ApprovalStatus) -> bool:
    """Whether it was asked in Slack, so that there is a thread and a person to write to."""
    return status.request.call.requester.is_in_slack


def _why_no_thread(status: ApprovalStatus, rule: Rule) -> str:
    """Why the thread is of no use, if so: in a direct message nobody but the requester sees it."""
    if not is_from_slack(status):
        return ELSEWHERE
    is_seen = not is_direct(status.origin.channel) or rule.solo or rule.self_approval
    return "" if is_seen else UNSEEN


def next_edition(status: ApprovalStatus) -> ApprovalStatus:
    """As it is shown by a card that is posted anew."""
    return status.model_copy(update={"edition": status.edition + 1})
