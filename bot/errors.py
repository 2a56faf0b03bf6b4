"""What people read when something fails: every such sentence is here."""

import re
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
from countersign.slack.directory import UNREACHABLE
from countersign.slack.ending import deciding
from countersign.slack.modals.meta import MetaError
from countersign.slack.text import date_token, escape, line, mention
from workflows.client import (
    ApprovalClosedError,
    ApprovalNotFoundError,
    ConversationNotFoundError,
)
from workflows.contracts.approvals import ApprovalStatus
from workflows.user_messages import refusal_for_person, verdict

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
        "installation. Your press changed nothing. `/approvals` lists what is waiting."
    ),
    ConversationNotFoundError: (
        "That conversation has ended, and what was allowed in it ended with it. "
        "`/approvals always` lists what is still allowed."
    ),
    MetaError: UNREADABLE,
    NoDialogsError: NO_DIALOGS,
    NobodyChosenError: "Choose who gets your vote.",
    NothingTickedError: "Tick what you approve, or close this dialog.",
    NothingWaitsError: "None of these is waiting any more; each card shows how it ended.",
    PayloadError: UNREADABLE,
    ResponseUrlError: "Slack didn't let me redraw this list. `/approvals` shows a new one.",
    RPCError: TEMPORAL_AWAY,
    WorkflowQueryFailedError: TEMPORAL_AWAY,
    aiohttp.ClientError: SLACK_AWAY,
    OSError: SLACK_AWAY,
    SlackApiError: SLACK_AWAY,
}
"""Sentences that do not depend on the error's details."""
_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_BOLD = re.compile(r"\*([^*\n]+)\*")


@singledispatch
def explain(error: BaseException) -> str | None:
    """One plain sentence and what to do next, or None if nobody planned for this."""
    return next((SENTENCES[kind] for kind in type(error).__mro__ if kind in SENTENCES), None)


@explain.register
def _(error: ApprovalClosedError) -> str:
    if error.status:
        return too_late(error.status)
    return f"Too late: `{error.approval_id}` is no longer waiting. Your press changed nothing."


@explain.register
def _(error: NotCountedError) -> str:
    return refusal_for_person(error.refused, error.status)


@explain.register
def _(error: NotTheirsError) -> str:
    who = mention(error.status.request.call.requester.user)
    return f"Only {who}, who asked for it, can ask again. You can ask for your own."


@explain.register
def _(error: AnsweredError) -> str:
    return f"There is nothing to ask again: {verdict(error.status)}{_link(error.status)}"


@explain.register
def _(error: OtherDeploymentError) -> str:
    name = line(error.deployment, 40).text
    return (
        f"This card belongs to another installation of this app (`{name}`); nothing was changed "
        "here. Press again: Slack may deliver it to the right one."
    )


@explain.register
def _(error: DialogError) -> str:
    if error.code == UNREACHABLE:
        return (
            "Slack didn't open the dialog in time, and nothing was changed. If none appears, "
            "please press again."
        )
    code = escape(error.code)
    return f"Slack didn't open the dialog (`{code}`), and nothing was changed. Please press again."


@explain.register
def _(error: BatchError) -> str:
    """Which of several could not be approved, each with its own reason."""
    lines = [f"• `{escape(id_)}`: {explain(problem)}" for id_, problem in error.problems]
    if error.sent:
        head = f"{error.sent} of your votes were sent, but not these. Submit it again:"
        return "\n".join([f"{head} no vote counts twice.", *lines])
    return "\n".join(["Nothing was approved. Untick these, or look at their cards:", *lines])


def ended_in(error: BaseException) -> Sequence[ApprovalStatus]:
    """The approvals that turned out to have ended."""
    if isinstance(error, BatchError):
        return [it for _, problem in error.problems for it in ended_in(problem)]
    return [error.status] if isinstance(error, ApprovalClosedError) and error.status else []


def too_late(status: ApprovalStatus) -> str:
    """For somebody who presses too late: how it ended, by whom, when, and where to see it."""
    decision = deciding(status)
    ended = decision.at if decision else status.ended_at
    when = f" ({date_token(ended.timestamp())})" if ended else ""
    how = verdict(status).removesuffix(".")
    return f"Too late: {how}{when}. Your press changed nothing.{_link(status)}"


def surprise(incident: str) -> str:
    """What is said when nobody planned for it."""
    return (
        "That didn't work. Please check whether anything has changed, and if not, try again. If it "
        f"keeps happening, give an administrator the incident `{incident}`."
    )


def plainly(text: str, error: BaseException) -> str:
    """The same text without markup, for errors beside a field of a modal."""
    status = getattr(error, "status", None)
    names = names_in(status) if isinstance(status, ApprovalStatus) else {}

    def written(found: re.Match[str]) -> str:
        token, label = found[1], found[2] or ""
        if token.startswith("@"):
            return f"@{names.get(token[1:], token[1:])}"
        if token.startswith("!subteam^"):
            return f"the group {token.removeprefix('!subteam^')}"
        return label if token.startswith("!") else token if token.startswith("#") else ""

    bare = _BOLD.sub(r"\1", _MARKUP.sub(written, text)).replace("`", "")
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def names_in(status: ApprovalStatus) -> Mapping[str, str]:
    """Names of an approval's people, by id."""
    decisions = (status.decision, *(vote.decision for vote in status.votes))
    people = (status.request.call.requester, *(it.by for it in decisions if it and it.by))
    return {person.user: person.name for person in people if person.name}


def _link(status: ApprovalStatus) -> str:
    link = status.card.permalink if status.card else ""
    return f" <{link}|Open the card>" if link else ""
