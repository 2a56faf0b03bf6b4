"""Buttons that ask for more: each opens a modal, and nothing is decided before it is submitted."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.listeners.buttons import Press
from bot.listeners.votes import check, decision_of, forward
from bot.payloads.presses import Click
from bot.receipts import Receipts, place_of
from countersign.slack.actions import (
    ALWAYS,
    BREAK_GLASS,
    DETAILS,
    EDIT,
    EDIT_AGAIN,
    HAND_OVER,
    REJECT,
    REQUEST_CHANGES,
    REVIEW,
)
from countersign.slack.directory import UNREACHABLE
from countersign.slack.modals.details import details_modal
from countersign.slack.modals.edit import edit_modal
from countersign.slack.modals.hand_over import hand_over_modal
from countersign.slack.modals.meta import Meta
from countersign.slack.modals.reasons import break_glass_modal, changes_modal, reject_modal
from countersign.slack.modals.review import always_modal, review_modal
from countersign.slack.modals.typed import Typed
from countersign.slack.web_client import UNKNOWN, code_of
from workflows.client import Approvals
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import Person
from workflows.contracts.decisions import Decision, Verb
from workflows.voting.parsing import Vote

OPEN_SECONDS = 1.6
"""How long Slack may take to open a dialog, so that the person can still be told if it did not."""
SOMETHING = "…"
"""Stands for what the modal will ask for, when it is tried whether that could count."""
SOMEBODY = Person(team="", user="")
Build = Callable[[ApprovalStatus, Meta], View]
MODALS: Mapping[str, Build] = {
    REJECT: reject_modal,
    REQUEST_CHANGES: changes_modal,
    REVIEW: review_modal,
    DETAILS: details_modal,
    EDIT: edit_modal,
    ALWAYS: always_modal,
    HAND_OVER: hand_over_modal,
    BREAK_GLASS: break_glass_modal,
}
ATTEMPTS: Mapping[str, tuple[bool, Mapping[str, object]]] = {
    REJECT: (False, {}),
    REQUEST_CHANGES: (False, {"verb": Verb.REQUEST_CHANGES}),
    REVIEW: (True, {}),
    EDIT: (True, {"arguments": "{}"}),
    ALWAYS: (True, {"always": True}),
    HAND_OVER: (False, {"verb": Verb.HAND_OVER, "to": SOMEBODY}),
    BREAK_GLASS: (True, {"verb": Verb.BREAK_GLASS}),
}
"""What each modal brings, if it is submitted. What has ended may still be looked at."""


class NoDialogsError(Exception):
    """This Slack has no modals."""


class DialogError(Exception):
    """Slack did not open a modal. `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Dialogs:
    """Opens modals. A `trigger_id` is good for three seconds, so nothing slow comes before."""

    def __init__(
        self,
        slack: AsyncWebClient,
        approvals: Approvals,
        now: Callable[[], datetime],
        receipts: Receipts,
    ) -> None:
        self._slack = slack
        self._approvals = approvals
        self._now = now
        self._receipts = receipts

    def presses(self) -> Mapping[str, Press]:
        """What each button does."""
        opened = {action: self._reject if action == REJECT else self._open for action in MODALS}
        return {**opened, EDIT_AGAIN: self._edit_again}

    async def show(self, click: Click, view: View) -> None:
        """Open a modal, on top of the one in which the button is.

        Raises:
            NoDialogsError: this Slack has none.
            DialogError: it did not open.
        """
        if not click.trigger_id:
            raise NoDialogsError
        show = self._slack.views_push if click.is_in_modal else self._slack.views_open
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                await show(trigger_id=click.trigger_id, view=view)
        except SlackApiError as error:
            code = code_of(error)
            raise NoDialogsError if code in UNKNOWN else DialogError(code) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DialogError(UNREACHABLE) from error

    async def _open(self, click: Click, build: Build | None = None) -> ApprovalStatus:
        status = await self._approvals.status(click.value)
        if click.action in ATTEMPTS:
            check(status, _attempt(decision_of(click, self._now()), click.action))
        build = build or MODALS[click.action]
        await self.show(click, build(status, _meta(click, status)))
        return status

    async def _edit_again(self, click: Click) -> ApprovalStatus:
        """Open the form with what was typed the last time."""
        id_, _, typed = click.value.partition("|")
        click = replace(click, action=EDIT, value=id_)
        return await self._open(click, partial(edit_modal, typed=Typed.load(typed)))

    async def _reject(self, click: Click) -> None:
        """Ask for the reason. A Slack that cannot ask must still be able to say no."""
        try:
            await self._open(click)
        except NoDialogsError:
            vote = Vote(False, decision_of(click, self._now()))
            await forward(self._approvals, click.value, vote)
            self._receipts.expect({click.value: vote}, place_of(click))


def _meta(click: Click, status: ApprovalStatus) -> Meta:
    """What the modal hands on. It shows what is asked now, so that is what is approved in it."""
    return Meta(
        approval_ids=(click.value,),
        channel=click.channel,
        message_ts=click.message_ts,
        digest=status.shown.digest,
        via=click.place.kind,
        thread_ts=click.thread_ts,
    )


def _attempt(decision: Decision, action: str) -> Vote:
    """The vote that the modal might bring, as far as it is known now."""
    approve, changes = ATTEMPTS[action]
    return Vote(approve, decision.model_copy(update={"reason": SOMETHING, "digest": "", **changes}))
