"""What may never be shown: finds secret arguments, and masks them wherever they turn up."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.contracts.core import ArgumentField

MASK = "••••"
"""One length for all, so that it tells nothing."""
SHORTEST = 4
"""Characters from which on a value is looked for in texts; a shorter one is in every text."""
NAMES = frozenset(
    {
        "password",
        "passwd",
        "secret",
        "token",
        "api_key",
        "authorization",
        "credential",
        "private_key",
    }
)
TOKEN = re.compile(
    r"xox[abeprs](?:\.xox[bp])?-[\w-]+|xapp-[\w-]+|xoxe\.[\w-]+|sk-[\w-]{8,}"
    r"|(?<=hooks\.slack\.com/)[^\s\x22'\\<>]+|(?<=ticket=)[\w-]+"
)
"""Secrets that are known by their look, wherever they stand."""
_IGNORED = re.compile(r"[\s_-]+")
_NAMED = re.compile(
    rf"(?i)((?:{'|'.join(sorted(it.replace('_', '[ _-]?') for it in NAMES))})s?[\"'`*]*"
    r"(?:\s*[:=]+\s*|\s+is\s+))(?:(?:bearer|basic)\s+)?\S+"
)
"""What somebody writes after the name of a secret: `password: hunter2`, `my api key is …`."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The names of arguments that are secret, and the values found under them."""

    names: frozenset[str] = NAMES
    """Parts of names: `token` covers `accessToken` and `X-Auth-Token`."""
    exact: frozenset[str] = frozenset()
    """Whole names, of parameters that are typed as secret."""
    values: tuple[str, ...] = field(default=(), repr=False)
    """What is looked for in texts, longest first."""

    def of(self, arguments: str, exact: frozenset[str] = frozenset()) -> "Secrets":
        """The same, knowing also the values in this call's arguments.

        Args:
            arguments: JSON; what is not JSON has no names, so it has no secrets either.
            exact: names of the tool's parameters that are typed as secret.
        """
        named = Secrets(self.names, frozenset(map(plain_name, exact)))
        found = {text for value in named._secret_leaves(_read(arguments)) for text in _forms(value)}
        return Secrets(named.names, named.exact, tuple(sorted(found, key=len, reverse=True)))

    def covers(self, name: str) -> bool:
        """Whether values of this name are secret; case, spaces, `_` and `-` do not count."""
        plain = plain_name(name)
        return plain in self.exact or any(
            part in plain for part in map(plain_name, self.names) if part
        )

    def names_in(self, schema: Mapping[str, Any]) -> frozenset[str]:
        """Those names of properties in a JSON schema that are secret."""
        return frozenset(name for name, _ in _properties(schema) if self.covers(name))

    def hide(self, text: str) -> str:
        """The text with a mask for every known value."""
        for value in self.values:
            text = text.replace(value, MASK)
        return text

    def mask(self, value: Any) -> Any:
        """JSON with a mask for every secret, however deep."""
        match value:
            case dict():
                return {
                    name: _masked(inner) if self.covers(name) else self.mask(inner)
                    for name, inner in value.items()
                }
            case list():
                return [self.mask(inner) for inner in value]
            case str():
                return self.hide(value)
            case _:
                return value

    def mask_arguments(self, arguments: str) -> str:
        """A call's arguments as they may be shown."""
        read = _read(arguments)
        if read is None:
            return self.hide(arguments)
        return json.dumps(self.mask(read), ensure_ascii=False)

    def mask_field(self, shown: ArgumentField) -> ArgumentField:
        """A line of a card as it may be shown."""
        value = MASK if self.covers(shown.name) and shown.value else self.hide(shown.value)
        is_secret = shown.is_secret or MASK in value
        return shown.model_copy(update={"value": value, "is_secret": is_secret})

    def _secret_leaves(self, value: Any) -> Iterator[str]:
        match value:
            case dict():
                for name, inner in value.items():
                    yield from _leaves(inner) if self.covers(name) else self._secret_leaves(inner)
            case list():
                for inner in value:
                    yield from self._secret_leaves(inner)
            case _:
                return


def hide_tokens(text: str) -> str:
    """The text with a mask for every token that is known by its look."""
    return TOKEN.sub(MASK, text)


def hide_in_speech(text: str) -> str:
    """What a person wrote, with a mask for tokens and for what they call a secret."""
    return _NAMED.sub(rf"\1{MASK}", hide_tokens(text))


def typed_as_secret(schema: Mapping[str, Any]) -> frozenset[str]:
    """Names of the properties in a JSON schema whose type is pydantic's `SecretStr`."""
    return frozenset(name for name, what in _properties(schema) if _is_typed_as_secret(what))


def _properties(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for part in (schema, *schema.get("$defs", {}).values()):
        yield from part.get("properties", {}).items()


def _is_typed_as_secret(what: Any) -> bool:
    if not isinstance(what, Mapping):  # `true` is a schema, too
        return False
    if what.get("format") == "password":
        return True
    inner = [*what.get("anyOf", ()), *what.get("prefixItems", ())]
    inner += [
        it for key in ("items", "additionalProperties") if isinstance(it := what.get(key), dict)
    ]
    return any(map(_is_typed_as_secret, inner))


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for inner in value.values():
                yield from _leaves(inner)
        case list():
            for inner in value:
                yield from _leaves(inner)
        case str():
            yield value
        case bool() | None:
            return
        case _:
            yield str(value)


def _masked(value: Any) -> Any:
    """An empty value stays, or a missing password would look like one."""
    return value if value in (None, "") else MASK


def _forms(value: str) -> Iterator[str]:
    """A value as it is, without the blanks around it, and as JSON writes it."""
    for text in (value, value.strip()):
        for form in (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
            if len(form) >= SHORTEST:
                yield form


def plain_name(name: str) -> str:
    """A name without what does not count in it: case, spaces, `_` and `-`."""
    return _IGNORED.sub("", name).casefold()


def _read(arguments: str) -> Any:
    try:
        return json.loads(arguments or "{}")
    except (ValueError, RecursionError):
        return None
