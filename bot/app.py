"""The Bolt app: its listeners, and the one place where every error is answered."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.background import Background
from bot.card_refresh import CardRefresh
from bot.ephemeral_list import EphemeralLists
from bot.error_replies import SUBMISSION, EphemeralMessages, in_command, in_modal
from bot.errors import ended_in, explain, plain_voice, surprise
from bot.listeners import (
    approve_all,
    ask_again,
    buttons,
    chat,
    decide,
    fallback,
    grants,
    listing,
    submissions,
)
from bot.listeners.dialogs import Dialogs
from bot.payloads.fields import PayloadError, part
from bot.receipts import Receipts
from bot.refresh import Refresh
from bot.response_url import ResponseUrls
from countersign.runtime.preflight import Identity
from countersign.slack.directory import Directory
from countersign.slack.listing.audience import KEEP_SECONDS, Audience
from countersign.slack.listing.home_tab import HomeTab
from countersign.slack.voice import MrkdwnVoice
from workflows.client import Approvals, Conversations

NAME = "countersign"
"""Without a name, Bolt looks for one in the sources of its callers, which takes 80 ms."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """What the listeners need."""

    conversations: Conversations
    approvals: Approvals
    now: Callable[[], datetime]
    deployment: str = "main"
    background: Background = field(default_factory=Background)
    """What goes on after a request was answered."""


def build_app(
    slack: AsyncWebClient, signing_secret: str, identity: Identity, services: Services
) -> AsyncApp:
    """Wire the app; no I/O.

    `process_before_response` makes Bolt answer Slack after the listener, so that nothing is
    acknowledged before Temporal has it. Only the signed HTTP edge verifies requests itself:
    Socket Mode has none to verify.
    """

    async def authorize() -> AuthorizeResult:
        # Without both ids Bolt does not recognise its own messages.
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team,
            bot_token=slack.token,
            bot_id=identity.bot_id,
            bot_user_id=identity.bot_user,
        )

    # Bolt gives its loggers this level, and would else warn of each setting it did not read.
    bolts = logging.getLogger("slack_bolt")
    bolts.setLevel(logging.ERROR)
    app = AsyncApp(
        name=NAME,
        logger=bolts,
        client=slack,
        authorize=authorize,
        signing_secret=signing_secret or None,
        process_before_response=True,
        request_verification_enabled=bool(signing_secret),
        ssl_check_enabled=False,
        # Bolt would also drop the news that one of our cards was deleted, which concerns us.
        # `read_message` passes over what we and other bots say.
        ignoring_self_events_enabled=False,
    )

    # Not with the client that Bolt offers: that is a copy which uses proxies again.
    response_urls = ResponseUrls(slack)
    ephemerals = EphemeralMessages(slack, response_urls)

    refresh = _refresh(slack, response_urls, services)

    async def answer_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
        if body.get("type") == SUBMISSION:
            await refresh.submitted_too_late(ended_in(error))
        return await _answer_error(error, body, ephemerals)

    app.error(answer_error)
    chat.register(app, services.conversations, services.approvals, identity.bot_user)
    receipts = Receipts(services.approvals, ephemerals, refresh.home, services.background)
    _register_decisions(app, slack, services, refresh, receipts)
    listing.register(app, refresh.lists, refresh)
    fallback.register(app)
    return app


def _register_decisions(
    app: AsyncApp,
    slack: AsyncWebClient,
    services: Services,
    refresh: Refresh,
    receipts: Receipts,
) -> None:
    """Every button, and the dialogs that buttons open."""
    approvals, conversations, now = services.approvals, services.conversations, services.now
    dialogs = Dialogs(slack, approvals, now, receipts)
    presses = {
        **decide.presses(approvals, now, receipts),
        **dialogs.presses(),
        **approve_all.presses(approvals, dialogs),
        **ask_again.presses(approvals, conversations),
        **grants.presses(conversations),
    }
    buttons.register(app, presses, services.deployment, refresh)
    submissions.register(app, approvals, now, receipts)
    approve_all.register(app, approvals, now, receipts)


def _refresh(slack: AsyncWebClient, response_urls: ResponseUrls, services: Services) -> Refresh:
    audience = Audience(Directory(slack, keep_seconds=KEEP_SECONDS))
    lists = EphemeralLists(
        approvals=services.approvals,
        conversations=services.conversations,
        audience=audience,
        response_urls=response_urls,
        now=services.now,
        deployment=services.deployment,
    )
    home = HomeTab(
        slack=slack,
        approvals=services.approvals,
        audience=audience,
        now=services.now,
        deployment=services.deployment,
    )
    cards = CardRefresh(slack, services.approvals, services.deployment)
    return Refresh(services.approvals, lists, home, cards)


async def _answer_error(
    error: Exception, body: dict[str, Any], ephemerals: EphemeralMessages
) -> BoltResponse:
    """Say what went wrong, to the person or, for an event, to Slack, which delivers it again."""
    incident = uuid4().hex[:8]
    reader = str(part(body.get("user")).get("id") or body.get("user_id") or "")
    voice = MrkdwnVoice(reader)
    sentence = explain(error, voice)
    if sentence is None:
        log.error("unplanned error", incident=incident, exc_info=error)
    else:
        log.warning("refused", incident=incident, kind=type(error).__name__, cause=str(error))
    text = sentence or surprise(incident, voice)
    if "event" in body:
        # Not acknowledged: Slack delivers it again, unless it can't be read anyway.
        return BoltResponse(status=200 if isinstance(error, PayloadError) else 500)
    if "command" in body:
        return in_command(text)
    if body.get("type") == SUBMISSION:
        plain = plain_voice(error, reader)
        return in_modal(body, text, explain(error, plain) or surprise(incident, plain))
    await ephemerals.tell(body, text)
    return BoltResponse(status=200)
