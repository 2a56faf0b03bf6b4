"""Slash commands: the manifest's own, and Slack's `/invite`."""

import re

from sandbox import messages
from sandbox.answers import Place, apply_answer
from sandbox.clicks import delivery_frame
from sandbox.core import Core
from sandbox.delivery import Answer
from sandbox.errors import ControlError, SlackError
from sandbox.interactions import channel_name, response_url
from sandbox.json_types import Json
from sandbox.state import APP_ID, TEAM_DOMAIN, TEAM_ID, Channel, Workspace

INVITE = "/invite"
PERSON = re.compile(r"<@(?P<id>\w+)(?:\|[^>]*)?>|@(?P<name>[\w.-]+)")
PLACE = re.compile(r"<#(?P<id>\w+)(?:\|[^>]*)?>|#(?P<name>[\w-]+)")


async def run_command(core: Core, user: str, channel: Channel, command: str, text: str) -> Answer:
    """Run a slash command as a person and show what it answered.

    Raises:
        ControlError: the manifest declares no such command.
    """
    if command == INVITE:
        return _invite(core, user, channel, text)
    declared = core.manifest.command(command)
    outside = core.state.team_of(user) != TEAM_ID
    if declared is None or outside:  # commands belong to the workspace that has the app
        raise ControlError("unknown_command", f"{command} is not a valid command.")
    payload: Json = {
        "token": "sandbox",
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user,
        "user_name": core.state.handle(user),
        "command": command,
        "text": command_text(core.state, text, escaped=declared.should_escape),
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url(core, user, channel.id, None, None),
        "trigger_id": core.triggers.issue(user),
    }
    answer = await core.delivery.interact("slash_commands", payload)
    answer = _shown(core, user, channel, answer)
    core.hub.tell(user, delivery_frame("command", answer))
    return answer


def command_text(state: Workspace, text: str, *, escaped: bool) -> str:
    """Return names in the text as ids if the manifest asks for it, else ids as names."""

    def person(found: re.Match[str]) -> str:
        return _person(state, found, escaped=escaped)

    def channel(found: re.Match[str]) -> str:
        return _channel(state, found, escaped=escaped)

    return PLACE.sub(channel, PERSON.sub(person, text)).strip()


def _person(state: Workspace, found: re.Match[str], *, escaped: bool) -> str:
    for person in state.people.values():
        if found["id"] == person.id or found["name"] == person.name:
            return f"<@{person.id}|{person.name}>" if escaped else f"@{person.name}"
    for group in state.groups.values():
        if found["name"] == group.handle:
            return f"<!subteam^{group.id}|@{group.handle}>" if escaped else found[0]
    return found[0]


def _channel(state: Workspace, found: re.Match[str], *, escaped: bool) -> str:
    for channel in state.channels.values():
        if channel.kind != "im" and (found["id"] == channel.id or found["name"] == channel.name):
            return f"<#{channel.id}|{channel.name}>" if escaped else f"#{channel.name}"
    return found[0]


def _shown(core: Core, user: str, channel: Channel, answer: Answer) -> Answer:
    body = answer.body or {}
    if not answer.delivered or not (body.get("text") or body.get("blocks")):
        return answer
    try:
        apply_answer(core, Place(user, channel.id), body)
    except SlackError as error:
        detail = {"answer": body, "error": error.code, **error.more}
        core.inspector.note("error", "the command's answer was refused", detail, ok=False)
        return Answer(delivered=False, ack_ms=answer.ack_ms, status=answer.status, error=error.code)
    return answer


def _invite(core: Core, user: str, channel: Channel, text: str) -> Answer:
    for found in PERSON.finditer(text):
        for person in core.state.people.values():
            if found["id"] == person.id or found["name"] == person.name:
                messages.join(core, channel, person.id, inviter=user)
                return Answer(delivered=True, ack_ms=0.0, status=200)
    raise ControlError("user_not_found", "Invite whom? Write /invite @name.")
