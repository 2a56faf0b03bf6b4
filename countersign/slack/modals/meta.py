"""What a dialog remembers between its opening and its submission."""

import json
from dataclasses import dataclass
from typing import Any

from countersign.slack.text import PRIVATE_METADATA_LIMIT


class MetaError(Exception):
    """A dialog's memory cannot be written or read; it has to be opened anew."""


@dataclass(frozen=True, slots=True)
class Meta:
    """Which approvals a dialog is about, and what was pressed to open it.

    `digest` is of what the dialog showed; `via` the place of the button, as in
    `countersign.slack.actions`.
    """

    approval_ids: tuple[str, ...] = ()
    channel: str = ""
    message_ts: str = ""
    digest: str = ""
    via: str = ""
    thread_ts: str = ""

    def dump(self) -> str:
        """As `private_metadata`.

        Raises:
            MetaError: it is longer than Slack takes.
        """
        told = {"ids": self.approval_ids, "c": self.channel, "ts": self.message_ts}
        told |= {"d": self.digest, "via": self.via, "t": self.thread_ts}
        text = json.dumps(
            {key: value for key, value in told.items() if value},
            separators=(",", ":"),
            ensure_ascii=False,
        )
        if len(text) > PRIVATE_METADATA_LIMIT:
            raise MetaError(f"{len(text)} characters")
        return text

    @classmethod
    def load(cls, text: str) -> "Meta":
        """Read what `dump` wrote; keys of another release may be missing or unknown.

        Raises:
            MetaError: it is something else.
        """
        try:
            told = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise MetaError("not JSON") from error
        if not isinstance(told, dict):
            raise MetaError("not an object")
        ids = told.get("ids", [])
        if not isinstance(ids, list) or not all(isinstance(id_, str) for id_ in ids):
            raise MetaError("no ids")
        return cls(
            approval_ids=tuple(ids),
            channel=_text(told, "c"),
            message_ts=_text(told, "ts"),
            digest=_text(told, "d"),
            via=_text(told, "via"),
            thread_ts=_text(told, "t"),
        )


def _text(told: dict[str, Any], key: str) -> str:
    value = told.get(key, "")
    if not isinstance(value, str):
        raise MetaError(f"{key} is not a text")
    return value
