"""Who is written to about an approval."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from countersign.slack.directory import Directory
from countersign.slack.members import members
from countersign.slack.profiles import DirectoryError
from worker.slack import failure
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.rules import People, Rule

MOST = 20
"""Direct messages for one approval at most; in a larger crowd, nobody feels responsible."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """Users to write to, and the parts of the rule that could not be followed."""

    users: tuple[str, ...]
    problems: tuple[str, ...] = ()


async def recipients(
    directory: Directory, status: ApprovalStatus, who: People, at: datetime
) -> Recipients:
    """Those who are still waited for, at most `MOST`, each in place of whom they stand in for.

    Who has voted is left alone. Who asked is too, unless they may approve it themselves.

    Raises:
        ApplicationError: a group could not be looked up.
    """
    try:
        found = await members(directory, who)
        home = await directory.home()
    except DirectoryError as error:
        raise failure(error.code, error.seconds) from error
    spared = {home.bot_user, *_voters(status), *_requester(status)}
    meant = (_in_place_of(status, user, at) for user in found.users(who))
    users = [user for user in dict.fromkeys(meant) if user not in spared]
    problems = [f"{id_}: gone" for id_ in found.gone]
    if len(users) > MOST:
        problems.append(f"{len(users) - MOST} more people: left_out")
    return Recipients(tuple(users[:MOST]), tuple(problems))


def approvers(rule: Rule) -> People:
    """Everybody who may approve, panel by panel."""
    return People(
        users=tuple(user for panel in rule.panels for user in panel.who.users),
        groups=tuple(group for panel in rule.panels for group in panel.who.groups),
        channels=tuple(channel for panel in rule.panels for channel in panel.who.channels),
    )


def to_tell(rule: Rule) -> People:
    """The people whom the rule notifies, or else everybody who may approve."""
    return rule.notify if rule.notify.ids else approvers(rule)


def _in_place_of(status: ApprovalStatus, user: str, at: datetime) -> str:
    """Who acts for a user: the one they handed over to, or their delegate while they are away."""
    for handed in status.handed:
        if handed.by.user == user:
            user = handed.to.user
    absences = status.in_force.absences if status.in_force else ()
    for absence in absences:
        if absence.user == user and absence.covers(at):
            return absence.delegate
    return user


def _voters(status: ApprovalStatus) -> Iterator[str]:
    for vote in status.votes:
        if vote.decision.by is not None:
            yield vote.decision.by.user
        if vote.instead_of:
            yield vote.instead_of


def _requester(status: ApprovalStatus) -> Iterator[str]:
    rule = status.in_force
    if not (rule.solo or rule.self_approval):
        yield status.request.call.requester.user
