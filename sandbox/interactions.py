"""What a person does with the app: clicks, commands, submissions, in Slack's own payloads."""

from sandbox.core import Core
from sandbox.json_types import Json
from sandbox.state import APP_ID, TEAM_DOMAIN, TEAM_ID, Channel

INTERACTION_NAMES = {"im": "directmessage", "private": "privategroup"}


def payload_base(core: Core, kind: str, user: str, view_id: str | None = None) -> Json:
    """Return what every interaction payload has.

    `team` is the workspace that the app is installed in, `user.team_id` the person's own.
    """
    return {
        "type": kind,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "user": {
            "id": user,
            "username": core.state.handle(user),
            "name": core.state.handle(user),
            "team_id": core.state.team_of(user),
        },
        "api_app_id": APP_ID,
        "token": "sandbox",
        "trigger_id": core.triggers.issue(user, view_id),
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_name(channel: Channel) -> str:
    """The channel's name as interaction payloads have it."""
    return INTERACTION_NAMES.get(channel.kind, channel.name)


def response_url(core: Core, user: str, channel: str, ts: str | None, thread_ts: str | None) -> str:
    """Return a new address for answers."""
    return f"{core.base_url}/response/{core.response_urls.issue(user, channel, ts, thread_ts)}"
