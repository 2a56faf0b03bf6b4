"""The story every sandbox starts with: people at Acme, one from outside, and a silent bot."""

from sandbox.clock import Clock
from sandbox.json_types import Json
from sandbox.manifest import Manifest
from sandbox.rich_text import typed_blocks
from sandbox.state import (
    BOT_USER,
    OTHER_TEAM_ID,
    TEAM_ID,
    Channel,
    Group,
    Message,
    Person,
    Workspace,
)

GREETINGS = (
    ("C0GENERAL", "U0CAROL", "Morning all. Quarter end is on Friday, please keep orders moving."),
    ("C0GENERAL", "U0DAVE", "Hi, Dave here. I help with the warehouse move until Christmas."),
    ("C0OPS", "U0ALICE", "Stock of M4 widgets is below 20 again."),
    ("C0OPS", "U0BOB", "Ask the bot to order some. Anything over 5000 needs two of us."),
)


def _people(manifest: Manifest) -> dict[str, Person]:
    bot = manifest.bot_name
    people = (
        Person("U0ALICE", "alice", "Alice Moreno", "Operations", "2b7a78"),
        Person("U0BOB", "bob", "Bob Keller", "Finance lead", "3f5aa9"),
        Person("U0CAROL", "carol", "Carol Nguyen", "Head of purchasing", "9c4a8b"),
        Person("U0DAVE", "dave", "Dave Okafor", "Contractor", "b3702f", is_guest=True),
        Person("U0ERIN", "erin", "Erin Walsh", "Left in spring", "7a7a52", deleted=True),
        Person("U0ZOE", "zoe", "Zoe Laurent", "Supplier", "8a4b2d", team=OTHER_TEAM_ID),
        Person(BOT_USER, bot.lower(), bot, manifest.description, "4a4a55", is_bot=True),
    )
    return {person.id: person for person in people}


def _channels() -> dict[str, Channel]:
    everyone = ["U0ALICE", "U0BOB", "U0CAROL", "U0DAVE"]
    staff = everyone[:3]
    channels = [
        Channel("C0OPS", "channel", "ops", [*staff, BOT_USER], "Stock, orders, suppliers"),
        Channel("C0GENERAL", "channel", "general", [*everyone, BOT_USER], "Everyone at Acme"),
        Channel("C0FINANCE", "channel", "finance", [*staff[1:], BOT_USER], "Money in, money out"),
        Channel("C0DEPLOYS", "channel", "deploys", [*staff, BOT_USER], "What runs where"),
        Channel("C0RANDOM", "channel", "random", list(everyone), "The bot is not in here"),
    ]
    shared = Channel("C0SHARED", "channel", "supplier-talk", [*staff[:2], "U0ZOE", BOT_USER])
    shared.topic, shared.shared_with = "Shared with another company", [OTHER_TEAM_ID]
    several = Channel("G0TRIO", "mpim", "mpdm-alice--bob--countersign-1", [*staff[:2], BOT_USER])
    channels += [shared, several]
    direct = [direct_channel(user) for user in (*everyone, "U0ERIN")]
    return {channel.id: channel for channel in (*channels, *direct)}


def direct_channel(user: str) -> Channel:
    """Return the direct message of a person and the bot."""
    return Channel(f"D{user[1:]}", "im", "", [user, BOT_USER])


def seed(manifest: Manifest, clock: Clock) -> Workspace:
    """Return a new workspace; everyone has read everything in it."""
    groups = {"S0FINANCE": Group("S0FINANCE", "finance", "Finance", ["U0BOB", "U0CAROL"])}
    workspace = Workspace(_people(manifest), groups, _channels())
    workspace.messages = {channel: {} for channel in workspace.channels}
    for channel, user, text in GREETINGS:
        ts = workspace.next_ts(clock() - 60)
        body: Json = {"type": "message", "user": user, "text": text, "ts": ts, "team": TEAM_ID}
        body["blocks"] = typed_blocks(text)
        workspace.messages[channel][ts] = Message(channel, body)
    for person in workspace.people:
        workspace.reads[person] = {
            channel: max(messages, default="0") for channel, messages in workspace.messages.items()
        }
    return workspace
