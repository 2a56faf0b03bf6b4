"""Direct messages to the people whose decision is awaited."""

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.slack.directory import Directory
from countersign.slack.message import content_of
from worker.cards.recipients import recipients, to_tell
from worker.posts import IdempotentPosts
from worker.slack import all_of, is_refusal
from workflows.contracts.activity_inputs import Reminder
from workflows.contracts.approvals import MessageKind, Posted
from workflows.contracts.decisions import Outcome
from workflows.contracts.rules import People, Rule

log = structlog.get_logger(__name__)

REMINDER_EVENT = "approval_reminder"


class Reminders:
    """Reminders, each posted once for a person, whatever is tried again."""

    def __init__(self, posts: IdempotentPosts, directory: Directory, deployment: str) -> None:
        self._posts = posts
        self._directory = directory
        self._deployment = deployment

    async def send(self, reminder: Reminder) -> tuple[Posted, ...]:
        """Write to those who are still waited for; returns what they got."""
        status, rule = reminder.status, reminder.status.in_force
        if status.outcome is not Outcome.PENDING:
            return ()
        who, at = _who(reminder, rule), activity.info().scheduled_time
        try:
            meant = await recipients(self._directory, status, who, at)
        except ApplicationError as error:
            if not is_refusal(error):
                raise
            log.warning("nobody can be reminded", approval=status.id, code=error.type)
            return ()
        users = [user for user in meant.users if user not in _spared(reminder)]
        answers = await all_of(self._send(user, reminder) for user in users)
        refused = [answer.type for answer in answers if isinstance(answer, ApplicationError)]
        if refused or meant.problems:
            problems = [*meant.problems, *refused]
            log.warning("not everybody reminded", approval=status.id, problems=problems)
        return tuple(answer for answer in answers if isinstance(answer, Posted))

    async def _send(self, user: str, reminder: Reminder) -> Posted:
        destination = await self._posts.direct(user)
        posted = Posted(
            kind=reminder.kind,
            channel=destination.channel,
            ts="",
            user=user,
            number=reminder.number,
            by=reminder.by,
        )
        words = content_of(reminder.status, posted, self._deployment)
        key = f"{reminder.status.id}/{reminder.kind}/{reminder.number}/{user}"
        ts = await self._posts.once(destination, REMINDER_EVENT, key, words)
        return posted.model_copy(update={"ts": ts})


def _who(reminder: Reminder, rule: Rule) -> People:
    if reminder.kind is MessageKind.ESCALATION and rule.escalation is not None:
        return rule.escalation.to
    if reminder.kind is MessageKind.HAND_OVER and reminder.status.handed:
        return People(users=(reminder.status.handed[-1].to.user,))
    return to_tell(rule)


def _spared(reminder: Reminder) -> set[str]:
    """The requester knows already, and so does the person who asked for the reminder."""
    asked = {reminder.status.request.call.requester.user}
    return asked | {reminder.by.user} if reminder.by else asked
