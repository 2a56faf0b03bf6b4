"""Publishes the Homes of the people concerned when something is asked, counted or ends."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from temporalio.service import RPCError

from countersign.slack.directory import Directory
from countersign.slack.listing.home_tab import HomeTab
from countersign.slack.profiles import DirectoryError
from countersign.slack.web_client import code_of, retry_after
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person

log = structlog.get_logger(__name__)

SETTLE_SECONDS = 2.0
"""After a change: others come along, and visibility knows of it. One Home shows them all."""
MOST_APPROVALS = 200
"""Changes that wait to be shown. Beyond that, people see them when they open their Home."""
MOST_PEOPLE = 20
"""Homes published for one approval; people who had a part in it come first."""
LONGEST_PAUSE = 60.0
Groups = Mapping[str, frozenset[str]]


class HomePublisher:
    """A courtesy beside the cards: none waits for it, and what fails is left to the next opening.

    Slack tells nobody who has ever opened a Home, and takes one for every member.
    """

    def __init__(self, tab: HomeTab, directory: Directory, settle: float = SETTLE_SECONDS) -> None:
        self._tab = tab
        self._directory = directory
        self._settle = settle
        self._changed: dict[str, ApprovalStatus] = {}
        self._has_changed = asyncio.Event()

    def changed(self, status: ApprovalStatus) -> None:
        """Something was asked, counted or ended."""
        if status.id in self._changed or len(self._changed) < MOST_APPROVALS:
            self._changed[status.id] = status
            self._has_changed.set()

    async def run(self) -> None:
        """Publish for as long as this lives. Changes that come meanwhile are next."""
        while True:
            await self._has_changed.wait()
            await asyncio.sleep(self._settle)
            self._has_changed.clear()
            changed, self._changed = self._changed, {}
            try:
                await self._publish(changed.values())
            except Exception:
                log.exception("Homes could not be published")

    async def _publish(self, changed: Iterable[ApprovalStatus]) -> None:
        groups = await self._groups()
        homes: dict[tuple[str, str], tuple[Person, list[ApprovalStatus]]] = {}
        for status in changed:
            for person in concerned(status, groups):
                key = (status.team, person.user)
                homes.setdefault(key, (person, []))[1].append(status)
        for (team, _), (person, known) in homes.items():
            await self._publish_one(team, person, known)

    async def _publish_one(self, team: str, person: Person, known: list[ApprovalStatus]) -> None:
        try:
            await self._tab.republish(team, person, known)
        except SlackApiError as error:
            log.info("a Home was not published", user=person.user, code=code_of(error))
            await asyncio.sleep(min(retry_after(error) or 0.0, LONGEST_PAUSE))
        except (RPCError, aiohttp.ClientError, OSError) as error:
            log.info("a Home was not published", user=person.user, code=type(error).__name__)

    async def _groups(self) -> Groups:
        try:
            return await self._directory.groups()
        except DirectoryError as error:
            log.debug("groups are not known, so their members' Homes stay", code=error.code)
            return {}


def concerned(status: ApprovalStatus, groups: Groups) -> list[Person]:
    """Who asked, who had a part in it, and who may decide it, each once and at most `MOST_PEOPLE`.

    Who is not in Slack has no Home. Members of a channel are not looked up: they are many.
    """
    people: dict[str, Person] = {}
    for person in _named(status, groups):
        if person.is_in_slack:
            people.setdefault(person.user, person)
    return list(people.values())[:MOST_PEOPLE]


def _named(status: ApprovalStatus, groups: Groups) -> Iterator[Person]:
    yield status.request.call.requester
    decisions = (*(vote.decision for vote in status.votes), status.decision)
    yield from (it.by for it in decisions if it and it.by)
    yield from (hand.to for hand in status.handed)
    rule = status.in_force
    panels = [panel.who for panel in rule.panels]
    if status.escalated and rule.escalation:
        panels.append(rule.escalation.to)
    users = [user for who in panels for user in who.users]
    users += [absence.delegate for absence in rule.absences]
    users += [it for who in panels for id_ in who.groups for it in sorted(groups.get(id_, ()))]
    yield from (Person(team=status.team, user=user) for user in users)
