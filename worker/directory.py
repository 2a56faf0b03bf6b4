"""Who may do what under a rule, looked up in Slack at that moment."""

import asyncio

from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.slack.directory import Directory
from countersign.slack.members import Members, members
from countersign.slack.profiles import DirectoryError, GoneError, Profile
from worker.slack import failure
from workflows.contracts.activities import DirectoryActivities
from workflows.contracts.activity_inputs import EligibilityQuery
from workflows.contracts.core import Person
from workflows.contracts.decisions import Account, Eligibility
from workflows.contracts.rules import People, Rule

TOLD_AT_ONCE = frozenset({"missing_scope", "not_allowed_token_type"})
"""Only an administrator can mend it, and somebody has just voted and waits for an answer."""


class SlackDirectory(DirectoryActivities):
    """The directory of a real workspace, or of what stands in for one."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    @activity.defn
    async def look_up(self, query: EligibilityQuery) -> tuple[Eligibility, ...]:
        """See `DirectoryActivities`."""
        is_known = any(person.is_in_slack for person in query.people)
        try:
            # Profiles first: where they cannot be had, the groups need not be asked for.
            profiles = await asyncio.gather(*(self._profile(one) for one in query.people))
            found = await members(self._directory, *(_people(query.rule) if is_known else ()))
        except DirectoryError as error:
            raise _failure(error) from error
        return tuple(_standing(profile, query.rule, found) for profile in profiles)

    async def _profile(self, person: Person) -> Profile:
        """An account; one that Slack does not know may do nothing, and is no failure.

        Slack is not asked about somebody from elsewhere.
        """
        if not person.is_in_slack:
            return Profile(person.user, person.team, person.name, is_external=True)
        try:
            return await self._directory.person(person.user, person.team)
        except GoneError:
            home = await self._directory.home()
            elsewhere = person.team not in {"", home.team, home.enterprise}
            return Profile(
                user=person.user,
                team=person.team,
                name=person.name,
                is_external=elsewhere,
                is_deactivated=not elsewhere,
            )


def _people(rule: Rule) -> tuple[People, ...]:
    escalated = (rule.escalation.to,) if rule.escalation else ()
    return (*(panel.who for panel in rule.panels), *escalated, rule.hand_over)


def _standing(profile: Profile, rule: Rule, found: Members) -> Eligibility:
    user = profile.user
    return Eligibility(
        user=user,
        name=profile.name,
        account=_account(profile),
        panels=tuple(
            number for number, panel in enumerate(rule.panels) if found.has(panel.who, user)
        ),
        escalated=rule.escalation is not None and found.has(rule.escalation.to, user),
        may_receive=found.has(rule.hand_over, user),
        gone=found.gone,
    )


def _account(profile: Profile) -> Account:
    """The strongest reason why somebody may not, if there are several."""
    if profile.is_deactivated:
        return Account.DEACTIVATED
    if profile.is_bot:
        return Account.BOT
    if profile.is_external:
        return Account.EXTERNAL
    return Account.GUEST if profile.is_guest else Account.MEMBER


def _failure(error: DirectoryError) -> ApplicationError:
    if error.code in TOLD_AT_ONCE:
        return ApplicationError(f"Slack refused: {error.code}", type=error.code, non_retryable=True)
    return failure(error.code, error.seconds)
