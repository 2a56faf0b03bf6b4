"""A modal that somebody submitted: what is entered, and what the modal was about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.payloads.fields import PayloadError, each, home, mapping, part, person, text
from countersign.slack.modals.meta import Meta, MetaError
from workflows.contracts.core import Person

TEXTS = ("value", "selected_user")
ONE = "selected_option"
SEVERAL = "selected_options"


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission of a modal."""

    id: str
    """Names the submission; a second delivery of it has the same."""
    callback_id: str
    meta: Meta
    values: Mapping[str, Mapping[str, Mapping[str, Any]]]
    """What is entered, by block and action."""
    by: Person
    team: str
    """The workspace that installed us."""
    trigger_id: str
    view_id: str
    inputs: tuple[str, ...]
    """Ids of the blocks beside which Slack can show an error, from the top."""


def read_submission(body: Mapping[str, Any]) -> Submission:
    """Read a `view_submission` payload.

    Raises:
        PayloadError: it has no view or user, or the modal is none of ours.
    """
    view = mapping(body.get("view"), "view")
    by, view_id = person(body), text(view, "id")
    return Submission(
        id=f"{view_id}:{view.get('hash') or ''}:{by.user}",
        callback_id=text(view, "callback_id"),
        meta=_meta(view),
        values=_values(view),
        by=by,
        team=home(body) or by.team,
        trigger_id=str(body.get("trigger_id") or ""),
        view_id=view_id,
        inputs=input_blocks(view),
    )


def input_blocks(view: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of a view's input blocks. Slack takes errors for no other block."""
    ids = (it.get("block_id") for it in each(view.get("blocks")) if it.get("type") == "input")
    return tuple(id_ for id_ in ids if isinstance(id_, str))


def _values(view: Mapping[str, Any]) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """What is entered, and nothing that is not of the kind that Slack sends."""
    blocks = part(part(view.get("state")).get("values"))
    return {
        str(block_id): {str(id_): _entry(part(entry)) for id_, entry in part(block).items()}
        for block_id, block in blocks.items()
    }


def _entry(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """docs.slack.dev/reference/interaction-payloads/view-interactions-payload ("state")."""
    read: dict[str, Any] = {
        key: entry[key] for key in TEXTS if isinstance(entry.get(key), str) and entry[key]
    }
    if isinstance(entry.get(ONE), Mapping):
        read[ONE] = entry[ONE]
    if SEVERAL in entry:
        read[SEVERAL] = each(entry[SEVERAL])
    return read


def _meta(view: Mapping[str, Any]) -> Meta:
    try:
        return Meta.load(text(view, "private_metadata"))
    except MetaError as error:
        raise PayloadError("a modal that is none of ours") from error
