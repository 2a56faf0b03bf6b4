"""Lists in private messages: answered, turned, drawn again after a press, and kept true."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.lists import ListingPage
from bot.open_lists import OpenList, OpenLists
from bot.payloads.fields import PayloadError
from bot.payloads.listing import query_of
from bot.payloads.presses import Click
from bot.reception import once_heard
from bot.response_url import ResponseUrls
from bot.screens import Drawn, endings
from countersign.slack.actions import REVOKE
from countersign.slack.ending import deciding
from countersign.slack.listing_details import ROW
from countersign.slack.listing_news import news
from countersign.slack.listing_query import ListingQuery
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person

USES = 5
"""Of a `response_url`. docs.slack.dev/interactivity/handling-user-interaction#message_responses"""
RESERVE = 1
"""Use that is left for a private answer to whoever pressed."""
OUTDATED = "Your list of approvals has changed since; `/approvals` shows it as it is now."
Subject = ListingQuery | str
"""Which list, or the id of one approval."""


@dataclass(frozen=True, slots=True)
class PrivateLists:
    """Shows lists where somebody typed `/approvals` or pressed in one."""

    page: ListingPage
    response_urls: ResponseUrls
    open_lists: OpenLists

    async def answer(
        self, by: Person, subject: Subject, channel: str = "", response_url: str = ""
    ) -> Drawn:
        """What `/approvals` is answered.

        Slack documents the replacing of messages for presses only; by the `response_url` of a
        command it adds a second message (slackapi/bolt-python#1268), and the sandbox refuses.
        So the answer itself is never redrawn: who has it before them is told once that it is
        out of date. With the first press in it Slack gives an address by which it can be.
        """
        drawn = await _draw(self.page, by.team, by, subject)
        if response_url and drawn.waiting:
            screen = _Answer(self.page, self.response_urls, response_url, by)
            self.open_lists.put(_open(by, channel, screen, drawn.waiting, 1))
        return drawn

    async def turn(self, click: Click, team: str) -> None:
        """Show the page that a press asks for, in the place of the one before.

        Raises:
            ResponseUrlError: Slack does not take it.
        """
        query = query_of(click)
        await self._take(click, team, query)
        await self._rewrite(click, team, query, await self.page.page(team, click.by, query))

    async def redraw(self, click: Click, team: str) -> None:
        """Show a list as it is after a press in it.

        Raises one of `NOT_SHOWN` where that does not work.
        """
        if click.action == REVOKE:
            drawn = await self.page.grants(team, click.by, without=click.value)
            await self.response_urls.rewrite(click.response_url, drawn.text, drawn.blocks)
            return
        subject = _subject(click)
        await self._take(click, team, subject, click.value)
        status = await once_heard(self.page.approvals, click)
        if isinstance(subject, str):
            drawn = self.page.details_of(status, click.by)
        else:
            drawn = await self.page.page(team, click.by, subject, status)
        await self._rewrite(click, team, subject, drawn)

    def keep(self, click: Click, team: str) -> None:
        """Remember a list whose press opened a dialog and changed nothing yet."""
        before = self.open_lists.get(click.by.user, click.channel)
        waiting = before.waiting if before else ()
        with suppress(PayloadError):
            self._put(click, team, _subject(click), (*waiting, click.value), USES - RESERVE)

    async def _take(self, click: Click, team: str, subject: Subject, *pressed: str) -> None:
        """Let a list follow this press from now on, and nothing that was before it.

        Where drawing it takes too long, it is drawn by the next end that it waits for.
        """
        waiting = await self.open_lists.let_go(click.by.user, click.channel)
        self._put(click, team, subject, (*waiting, *pressed), USES - RESERVE)

    async def _rewrite(self, click: Click, team: str, subject: Subject, drawn: Drawn) -> None:
        await self.response_urls.rewrite(click.response_url, drawn.text, drawn.blocks)
        self._put(click, team, subject, drawn.waiting, USES - RESERVE - 1)

    def _put(
        self, click: Click, team: str, subject: Subject, waiting: tuple[str, ...], uses: int
    ) -> None:
        by = click.by
        screen = _Message(self.page, self.response_urls, click.response_url, team, by, subject)
        self.open_lists.put(_open(by, click.channel, screen, waiting, uses))


@dataclass(frozen=True, slots=True)
class _Message:
    """A private message in which somebody has pressed."""

    page: ListingPage
    response_urls: ResponseUrls
    url: str
    team: str
    by: Person
    subject: Subject

    async def draw(self, ended: Sequence[str]) -> Drawn:
        """See `Screen`."""
        return await _draw(self.page, self.team, self.by, self.subject, ended)

    async def show(self, drawn: Drawn) -> None:
        """See `Screen`."""
        await self.response_urls.rewrite(self.url, drawn.text, drawn.blocks)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The answer to a command, of which can only be said that it is out of date."""

    page: ListingPage
    response_urls: ResponseUrls
    url: str
    by: Person

    async def draw(self, ended: Sequence[str]) -> Drawn | None:
        """See `Screen`."""
        if not ended:
            return None  # they have voted, and know
        told = await endings(self.page.approvals, ended)
        if told and all(_decided_by(it, self.by) for it in told):
            return None  # who decided knows
        return Drawn("\n".join([*(news(it, self.by.user) for it in told), OUTDATED]))

    async def show(self, drawn: Drawn) -> None:
        """See `Screen`."""
        await self.response_urls.tell(self.url, drawn.text)


async def _draw(
    page: ListingPage, team: str, by: Person, subject: Subject, ended: Sequence[str] = ()
) -> Drawn:
    if isinstance(subject, str):
        return await page.details(team, by, subject)
    return await page.page(team, by, subject, ended=ended)


def _decided_by(status: ApprovalStatus, person: Person) -> bool:
    decision = deciding(status)
    by = decision.by if decision else None
    return by is not None and by.user == person.user


def _subject(click: Click) -> Subject:
    return click.value if click.place.row.startswith(ROW) else query_of(click)


def _open(
    by: Person, channel: str, screen: _Message | _Answer, waiting: tuple[str, ...], uses: int
) -> OpenList:
    ids = tuple(dict.fromkeys(waiting))
    return OpenList(user=by.user, channel=channel, screen=screen, waiting=ids, uses=uses)
