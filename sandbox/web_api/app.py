"""Methods about the app and the workspace, such as `auth.test` and `team.info`."""

from typing import Any

from sandbox.block_kit.check import message_problems, view_problems
from sandbox.errors import SlackError
from sandbox.json_types import Json
from sandbox.rendering import bot_profile, team_object
from sandbox.state import APP_ID, BOT_ID, BOT_USER, TEAM_ID, TEAM_NAME
from sandbox.web_api.call import Call, Method, Methods, invalid


def api_test(call: Call) -> Json:
    """Return what was sent."""
    if error := call.text("error"):
        raise SlackError(error, args=dict(call.args))
    return {"args": dict(call.args)}


def auth_test(call: Call) -> Json:
    """Say whose token it is."""
    bot = call.core.state.people[BOT_USER]
    return {
        "url": f"{call.core.base_url}/",
        "team": TEAM_NAME,
        "user": bot.name,
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> Json:
    """Return the address of a websocket, good for one connection."""
    host = call.core.base_url.removeprefix("http://")
    return {"url": f"ws://{host}/link?ticket={call.core.socket.ticket()}&app_id={APP_ID}"}


def bots_info(call: Call) -> Json:
    """Describe the bot."""
    if call.text("bot", BOT_ID) != BOT_ID:
        raise SlackError("bot_not_found")
    return {"bot": bot_profile(call.core)}


def team_info(call: Call) -> Json:
    """Describe the workspace."""
    return {"team": team_object(call.core)}


def emoji_list(_call: Call) -> Json:
    """List custom emoji: there are none."""
    return {"emoji": {}}


def blocks_validate(call: Call) -> Json:
    """Check blocks, a message or a view without sending it."""
    blocks, message, view = call.json("blocks"), call.json("message"), call.json("view")
    if view is not None:
        problems = view_problems(view)
    elif message is not None:
        problems = message_problems(message.get("blocks", []), "/message/blocks")
    elif blocks is not None:
        problems = message_problems(blocks)
    else:
        raise invalid("missing required field: blocks")
    if problems:
        raise SlackError("invalid_blocks", errors=[_finding(line) for line in problems])
    return {}


def _finding(line: str) -> dict[str, Any]:
    what, _, pointer = line.removeprefix("[ERROR] ").rpartition(" [json-pointer:")
    return {"pointer": pointer.rstrip("]"), "code": "invalid", "message": what}


METHODS: Methods = {
    "api.test": Method(api_test),
    "auth.test": Method(auth_test),
    "apps.connections.open": Method(connections_open),
    "bots.info": Method(bots_info, "users:read"),
    "team.info": Method(team_info, "team:read"),
    "emoji.list": Method(emoji_list, "emoji:read"),
    "blocks.validate": Method(blocks_validate),
}
