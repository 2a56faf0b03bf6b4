"""`reactions.*`."""

from sandbox import messages
from sandbox.errors import SlackError
from sandbox.json_types import Json
from sandbox.state import BOT_USER
from sandbox.web_api.call import Call, Method, Methods


def add(call: Call) -> Json:
    """React to a message as the bot."""
    message = call.message(call.joined(), "timestamp")
    if not messages.react(call.core, message, BOT_USER, call.need("name"), add=True):
        raise SlackError("already_reacted")
    return {}


def remove(call: Call) -> Json:
    """Take a reaction of the bot back."""
    message = call.message(call.joined(), "timestamp")
    if not messages.react(call.core, message, BOT_USER, call.need("name"), add=False):
        raise SlackError("no_reaction")
    return {}


def get(call: Call) -> Json:
    """Return a message with its reactions."""
    channel = call.joined()
    message = call.message(channel, "timestamp")
    return {"type": "message", "channel": channel.id, "message": message.body}


METHODS: Methods = {
    "reactions.add": Method(add, "reactions:write"),
    "reactions.remove": Method(remove, "reactions:write"),
    "reactions.get": Method(get, "reactions:read"),
}
