"""The product's own Slack manifest: what the app may do, hear and offer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from sandbox.errors import SetupError
from sandbox.json_types import Json

EVENT_SCOPES: Mapping[str, str | None] = {
    "agent_session_stopped": None,
    "agent_session_title_changed": None,
    "app_context_changed": "assistant:write",
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "assistant_thread_context_changed": "assistant:write",
    "assistant_thread_started": "assistant:write",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
}
"""Events the sandbox sends, each with the scope that Slack asks for."""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command that the manifest declares."""

    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parts of a manifest that change what Slack does."""

    name: str
    description: str
    bot_name: str
    scopes: tuple[str, ...]
    events: frozenset[str]
    commands: tuple[Command, ...]
    suggested_prompts: tuple[Json, ...]
    home_tab: bool
    messages_tab: bool
    messages_read_only: bool
    is_agent: bool
    interactive: bool
    socket_mode: bool

    def hears(self, event: str) -> bool:
        """Whether Slack sends the app this kind of event."""
        needed = EVENT_SCOPES.get(event)
        return event in self.events and (needed is None or needed in self.scopes)

    def command(self, name: str) -> Command | None:
        """The declared slash command, or None."""
        return next((command for command in self.commands if command.command == name), None)

    def problems(self) -> Iterator[str]:
        """Plain sentences about what would not work on Slack."""
        for event in sorted(self.events):
            needed = EVENT_SCOPES.get(event)
            if needed and needed not in self.scopes:
                yield f"The event {event} needs the scope {needed}, which the manifest lacks."
        if self.commands and "commands" not in self.scopes:
            yield "Slash commands need the scope commands, which the manifest lacks."
        if not self.socket_mode:
            yield "Socket Mode is off: Slack would deliver to the manifest's request URLs only."
        if not self.interactive:
            yield "Interactivity is off: buttons and modals would not reach the app."


def _at(tree: Any, *path: str) -> Any:
    for key in path:
        if not isinstance(tree, dict):
            return None
        tree = cast("Json", tree).get(key)
    return tree


def _objects(value: Any) -> Sequence[Json]:
    return value if isinstance(value, list) else []


def _commands(tree: Json) -> tuple[Command, ...]:
    return tuple(
        Command(
            command=str(item.get("command", "")),
            description=str(item.get("description", "")),
            usage_hint=str(item.get("usage_hint", "")),
            should_escape=bool(item.get("should_escape", False)),
        )
        for item in _objects(_at(tree, "features", "slash_commands"))
    )


def parse_manifest(tree: Json) -> Manifest:
    """Read a manifest.

    Raises:
        SetupError: it has no `display_information.name`, the one thing Slack insists on.
    """
    name = _at(tree, "display_information", "name")
    if not name:
        raise SetupError("The manifest has no display_information.name.")
    scopes = _at(tree, "oauth_config", "scopes") or {}
    view = _at(tree, "features", "agent_view") or _at(tree, "features", "assistant_view")
    home = _at(tree, "features", "app_home") or {}
    return Manifest(
        name=str(name),
        description=str(_at(tree, "display_information", "description") or ""),
        bot_name=str(_at(tree, "features", "bot_user", "display_name") or name),
        scopes=(*scopes.get("bot", ()), *scopes.get("bot_optional", ())),
        events=frozenset(_at(tree, "settings", "event_subscriptions", "bot_events") or ()),
        commands=_commands(tree),
        suggested_prompts=tuple(_objects(_at(view, "suggested_prompts"))),
        home_tab=bool(home.get("home_tab_enabled", False)),
        messages_tab=bool(home.get("messages_tab_enabled", False)),
        messages_read_only=bool(home.get("messages_tab_read_only_enabled", False)),
        is_agent=view is not None,
        interactive=bool(_at(tree, "settings", "interactivity", "is_enabled")),
        socket_mode=bool(_at(tree, "settings", "socket_mode_enabled")),
    )


def load_manifest(path: Path) -> Manifest:
    """Read the manifest file, YAML or JSON.

    Raises:
        SetupError: there is no such file, or it is no manifest.
    """
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError(f"Cannot read the manifest {path}: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise SetupError(f"The manifest {path} is not valid YAML.") from error
    if not isinstance(tree, dict):
        raise SetupError(f"The manifest {path} is not an object.")
    return parse_manifest(cast("Json", tree))
