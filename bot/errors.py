"""What people read when something fails: every such sentence is here."""

from collections.abc import Mapping, Sequence
from functools import singledispatch

import aiohttp
from slack_sdk.errors import SlackApiError
from temporalio.client import WorkflowQueryFailedError
from temporalio.service import RPCError

from bot.listeners.approve_all import BatchError, NothingTickedError
from bot.listeners.ask_again import AnsweredError, NotTheirsError
from bot.listeners.buttons import NothingWaitsError, OtherDeploymentError
from bot.listeners.dialogs import DialogError, NoDialogsError
from bot.listeners.submissions import NobodyChosenError
from bot.listeners.votes import NotCountedError
from bot.payloads.fields import PayloadError
from bot.response_url import ResponseUrlError
from countersign.messages import refusals
from countersign.messages.endings import verdict
from countersign.messages.refusals import refusal
from countersign.messages.voice import Voice
from countersign.slack.directory import UNREACHABLE
from countersign.slack.modals.meta import MetaError
from countersign.slack.text import line
from countersign.slack.voice import PlainVoice
from workflows.client import (
    ApprovalClosedError,
    ApprovalNotFoundError,
    ConversationNotFoundError,
)
from workflows.contracts.approvals import ApprovalStatus

TEMPORAL_AWAY = (
    "I can't reach my memory right now. What you did may still have arrived: please check in a "
    "minute, and try again if it hasn't."
)
NO_DIALOGS = (
    "This Slack can't show dialogs, so I can't ask you for more here. Nothing was changed. "
    "Approve and Reject work on the card; for the rest, use an up-to-date Slack app."
)
SLACK_AWAY = (
    "Slack didn't answer me just now, so I couldn't finish this. Please try again in a moment."
)
UNREADABLE = "I couldn't read what Slack sent me, so nothing was changed. Please try again."
SENTENCES: Mapping[type[BaseException], str] = {
    ApprovalNotFoundError: (
        "I have no record of this request: it ended long ago, or it belongs to another "
        "installation. Your press changed nothing. {approvals} lists what is waiting."
    ),
    ConversationNotFoundError: (
        "That conversation has ended, and what was allowed in it ended with it. "
        "{always} lists what is still allowed."
    ),
    MetaError: UNREADABLE,
    NoDialogsError: NO_DIALOGS,
    NobodyChosenError: "Choose who gets your vote.",
    NothingTickedError: "Tick what you approve, or close this dialog.",
    NothingWaitsError: "None of these is waiting any more; each card shows how it ended.",
    PayloadError: UNREADABLE,
    ResponseUrlError: "Slack didn't let me redraw this list. {approvals} shows a new one.",
    RPCError: TEMPORAL_AWAY,
    WorkflowQueryFailedError: TEMPORAL_AWAY,
    aiohttp.ClientError: SLACK_AWAY,
    OSError: SLACK_AWAY,
    SlackApiError: SLACK_AWAY,
}
"""Sentences that do not depend on the error's details."""
COMMANDS = {"approvals": "/approvals", "always": "/approvals always"}


@singledispatch
def explain(error: BaseException, voice: Voice) -> str | None:
    """One plain sentence and what to do next, or None if nobody planned for this."""
    told = next((SENTENCES[kind] for kind in type(error).__mro__ if kind in SENTENCES), None)
    return told.format(**{name: voice.code(it) for name, it in COMMANDS.items()}) if told else None


@explain.register
def _(error: ApprovalClosedError, voice: Voice) -> str:
    if error.status:
        return too_late(error.status, voice)
    return "This is no longer waiting. Your press changed nothing."


@explain.register
def _(error: NotCountedError, voice: Voice) -> str:
    return refusal(error.refused, error.status, voice)


@explain.register
def _(error: NotTheirsError, voice: Voice) -> str:
    who = voice.who(error.status.request.call.requester.user)
    return f"Only {who}, who asked for it, can ask again. You can ask for your own."


@explain.register
def _(error: AnsweredError, voice: Voice) -> str:
    status = error.status
    return f"There is nothing to ask again: {verdict(status, voice)}{_link(status, voice)}"


@explain.register
def _(error: OtherDeploymentError, voice: Voice) -> str:
    name = voice.code(line(error.deployment, 40).text)
    return (
        f"This card belongs to another installation of this app ({name}); nothing was changed "
        "here. Press again: Slack may deliver it to the right one."
    )


@explain.register
def _(error: DialogError, voice: Voice) -> str:
    if error.code == UNREACHABLE:
        return (
            "Slack didn't open the dialog in time, and nothing was changed. If none appears, "
            "please press again."
        )
    code = voice.code(error.code)
    return f"Slack didn't open the dialog ({code}), and nothing was changed. Please press again."


@explain.register
def _(error: BatchError, voice: Voice) -> str:
    """Which of several could not be approved, each with its own reason."""
    lines = [f"• {voice.code(id_)}: {explain(problem, voice)}" for id_, problem in error.problems]
    if error.sent:
        head = f"{error.sent} of your votes were sent, but not these. Submit it again:"
        return "\n".join([f"{head} no vote counts twice.", *lines])
    return "\n".join(["Nothing was approved. Untick these, or look at their cards:", *lines])


def ended_in(error: BaseException) -> Sequence[ApprovalStatus]:
    """The approvals that turned out to have ended."""
    if isinstance(error, BatchError):
        return [it for _, problem in error.problems for it in ended_in(problem)]
    return [error.status] if isinstance(error, ApprovalClosedError) and error.status else []


def too_late(status: ApprovalStatus, voice: Voice) -> str:
    """For somebody who presses too late: how it ended, by whom, when, and where to see it."""
    return f"{refusals.too_late(status, voice)}{_link(status, voice)}"


def surprise(incident: str, voice: Voice) -> str:
    """What is said when nobody planned for it."""
    return (
        "That didn't work. Please check whether anything has changed, and if not, try again. If it "
        f"keeps happening, give an administrator the incident {voice.code(incident)}."
    )


def plain_voice(error: BaseException, reader: str = "") -> PlainVoice:
    """The voice for errors beside a field of a modal, where Slack reads no markup."""
    status = getattr(error, "status", None)
    names = names_in(status) if isinstance(status, ApprovalStatus) else {}
    return PlainVoice(names, reader=reader)


def names_in(status: ApprovalStatus) -> Mapping[str, str]:
    """Names of an approval's people, by id."""
    decisions = (status.decision, *(vote.decision for vote in status.votes))
    people = (status.request.call.requester, *(it.by for it in decisions if it and it.by))
    return {**status.in_force.names, **{it.user: it.name for it in people if it.name}}


def _link(status: ApprovalStatus, voice: Voice) -> str:
    link = status.card.permalink if status.card else ""
    onward = voice.link("Open the card", link) if link else ""
    return f" {onward}" if onward else ""
