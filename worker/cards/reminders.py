"""Direct messages to the people whose decision is awaited."""

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.slack.directory import Directory
from countersign.slack.reminder import reminder_blocks, reminder_text
from worker.cards.recipients import recipients, to_tell
from worker.posts import IdempotentPosts, MessageContent
from worker.slack import all_of, is_refusal
from workflows.contracts.activity_inputs import Reminder
from workflows.contracts.decisions import Outcome
from workflows.contracts.rules import People, Rule

log = structlog.get_logger(__name__)

REMINDER_EVENT = "approval_reminder"
ESCALATION = "escalation"
HAND_OVER = "hand over"


class Reminders:
    """Reminders, each posted once for a person, whatever is tried again."""

    def __init__(self, posts: IdempotentPosts, directory: Directory, deployment: str) -> None:
        self._posts = posts
        self._directory = directory
        self._deployment = deployment

    async def send(self, reminder: Reminder) -> int:
        """Write to those who are still waited for; returns how many got it."""
        status, rule = reminder.status, reminder.status.in_force
        if status.outcome is not Outcome.PENDING:
            return 0
        who, at = _who(reminder, rule), activity.info().scheduled_time
        try:
            meant = await recipients(self._directory, status, who, at)
        except ApplicationError as error:
            if not is_refusal(error):
                raise
            log.warning("nobody can be reminded", approval=status.id, code=error.type)
            return 0
        users = [user for user in meant.users if user not in _spared(reminder)]
        words = MessageContent(reminder_text(reminder), reminder_blocks(reminder, self._deployment))
        answers = await all_of(self._send(user, reminder, words) for user in users)
        refused = [answer.type for answer in answers if isinstance(answer, ApplicationError)]
        if refused or meant.problems:
            problems = [*meant.problems, *refused]
            log.warning("not everybody reminded", approval=status.id, problems=problems)
        return len(answers) - len(refused)

    async def _send(self, user: str, reminder: Reminder, words: MessageContent) -> str:
        destination = await self._posts.direct(user)
        key = f"{reminder.status.id}/{reminder.kind}/{reminder.number}/{user}"
        return await self._posts.once(destination, REMINDER_EVENT, key, words)


def _who(reminder: Reminder, rule: Rule) -> People:
    if reminder.kind == ESCALATION and rule.escalation is not None:
        return rule.escalation.to
    if reminder.kind == HAND_OVER and reminder.status.handed:
        return People(users=(reminder.status.handed[-1].to.user,))
    return to_tell(rule)


def _spared(reminder: Reminder) -> set[str]:
    """The requester knows already, and so does the person who asked for the reminder."""
    asked = {reminder.status.request.call.requester.user}
    return asked | {reminder.by.user} if reminder.by else asked
