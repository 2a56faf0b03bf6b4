"""Which events the app gets for what happened, in Slack's own shapes."""

import secrets

from sandbox.core import Core
from sandbox.ids import make_id
from sandbox.json_types import Json
from sandbox.state import APP_ID, BOT_USER, TEAM_ID, Channel, Message

SUBSCRIPTIONS = {
    "channel": "message.channels",
    "private": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
CHANNEL_TYPES = {"channel": "channel", "private": "group", "im": "im", "mpim": "mpim"}


def send_event(core: Core, name: str, event: Json) -> None:
    """Deliver an event if the manifest subscribes to it and has its scope."""
    if not core.manifest.hears(name):
        return
    core.delivery.event(
        {
            "token": "sandbox",
            "team_id": TEAM_ID,
            "context_team_id": TEAM_ID,
            "context_enterprise_id": None,
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": make_id("Ev"),
            "event_time": int(core.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": TEAM_ID,
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": _is_shared(core, event),
            "event_context": f"4-{secrets.token_urlsafe(24)}",
        }
    )


def _is_shared(core: Core, event: Json) -> bool:
    place = event.get("channel") or (event.get("item") or {}).get("channel")
    channel = core.state.channels.get(str(place))
    return channel is not None and bool(channel.shared_with)


def _message_event(core: Core, message: Message, event: Json) -> None:
    channel = core.state.channels[message.channel]
    if BOT_USER in channel.members:
        place = {"channel": channel.id, "channel_type": CHANNEL_TYPES[channel.kind]}
        send_event(core, SUBSCRIPTIONS[channel.kind], {**event, **place})


def _mention_event(core: Core, message: Message, event: Json) -> None:
    channel = core.state.channels[message.channel]
    mentioned = f"<@{BOT_USER}>" in str(message.body.get("text", ""))
    by_person = message.author not in ("", BOT_USER)
    if mentioned and by_person and BOT_USER in channel.members and channel.kind != "im":
        send_event(core, "app_mention", {**event, "type": "app_mention", "channel": channel.id})


def message_posted(core: Core, message: Message) -> None:
    """A message appeared; a mention of the bot is told twice, as Slack does."""
    event = {**message.body, "event_ts": message.ts}
    _message_event(core, message, event)
    _mention_event(core, message, event)


def message_changed(core: Core, message: Message, previous: Json) -> None:
    """A message was edited, by a person or by the app itself; a mention is told once more."""
    event = {"message": message.body, "previous_message": previous}
    hidden = _hidden(core, "message_changed", event)
    _message_event(core, message, hidden)
    if message.body.get("text") != previous.get("text"):
        _mention_event(core, message, {**message.body, "event_ts": hidden["ts"]})


def message_deleted(core: Core, message: Message) -> None:
    """A message went away."""
    event = {"previous_message": message.body, "deleted_ts": message.ts}
    _message_event(core, message, _hidden(core, "message_deleted", event))


def _hidden(core: Core, subtype: str, event: Json) -> Json:
    ts = core.next_ts()
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        **event,
        "ts": ts,
        "event_ts": ts,
    }


def reaction(core: Core, name: str, message: Message, user: str, emoji: str) -> None:
    """Somebody added or removed a reaction; `name` is the event."""
    if BOT_USER not in core.state.channels[message.channel].members:
        return
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    event: Json = {"type": name, "user": user, "reaction": emoji, "item": item}
    send_event(core, name, {**event, "item_user": message.author, "event_ts": core.next_ts()})


def member_joined(core: Core, channel: Channel, user: str, inviter: str | None) -> None:
    """Somebody came into a channel."""
    event: Json = {"inviter": inviter} if inviter else {}
    _membership(core, "member_joined_channel", channel, user, event)


def member_left(core: Core, channel: Channel, user: str) -> None:
    """Somebody is no longer in a channel."""
    _membership(core, "member_left_channel", channel, user, {})


def _membership(core: Core, name: str, channel: Channel, user: str, more: Json) -> None:
    if BOT_USER not in channel.members:
        return
    event: Json = {
        "type": name,
        "user": user,
        "channel": channel.id,
        "channel_type": "C" if channel.kind == "channel" else "G",
        "team": core.state.team_of(user),
        "event_ts": core.next_ts(),
        **more,
    }
    send_event(core, name, event)


def home_opened(core: Core, user: str, tab: str) -> None:
    """Somebody opened the app's Home or its messages."""
    direct = core.state.direct(user)
    event: Json = {
        "type": "app_home_opened",
        "user": user,
        "channel": direct.id if direct else "",
        "tab": tab,
        "event_ts": core.next_ts(),
    }
    home = core.state.homes.get(user)
    if home is not None and tab == "home":
        event["view"] = home
    send_event(core, "app_home_opened", event)


def session_stopped(
    core: Core, channel: str, thread_ts: str, user: str, streams: list[str]
) -> None:
    """Somebody pressed Stop while the agent worked."""
    event: Json = {
        "type": "agent_session_stopped",
        "channel": channel,
        "thread_ts": thread_ts,
        "user": user,
        "streaming_message_ts": streams,
        "event_ts": core.next_ts(),
    }
    send_event(core, "agent_session_stopped", event)
