"""What people type after `/approvals`, and which list a press in one asks for."""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.payloads.fields import PayloadError
from bot.payloads.presses import Click
from countersign.runtime.agents_file import NAME
from countersign.slack.actions import LIST_AGENT, LIST_FILTER, LIST_PAGE
from countersign.slack.listing.details import ROW as DETAILS_ROW
from countersign.slack.listing.grants import ROW as GRANT_ROW
from countersign.slack.listing.page import EVERY_AGENT, EVERY_TOOL, PREVIOUS
from countersign.slack.listing.query import ListingQuery, ListingQueryError
from workflows.contracts.core import APPROVAL_PREFIX
from workflows.listing.queries import TOOL_NAME
from workflows.listing.rows import Kind

_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_GAP = re.compile(r"\b(tool|from|agent):\s+")
_KINDS = {str(kind): kind for kind in Kind}


class Topic(StrEnum):
    """What `/approvals` can be asked for."""

    LIST = "list"
    DETAILS = "details"
    GRANTS = "always"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed. `wrong` is the word that means nothing here."""

    topic: Topic = Topic.LIST
    query: ListingQuery = field(default_factory=ListingQuery)
    approval_id: str = ""
    wrong: str = ""


def read_command(text: str) -> Asked:
    """Read the text of the command; its words may come in any order."""
    asked = Asked()
    for word in _GAP.sub(r"\1:", text).split():
        understood = _with(asked, word)
        if understood is None:
            return Asked(Topic.HELP, wrong=word)
        asked = understood
    return asked


def asked_in(click: Click) -> Asked:
    """What a press in a list asks for; if for nothing else, what it was made in.

    Raises:
        PayloadError: no list of ours has such a button.
    """
    row = click.place.row
    if row == DETAILS_ROW:
        return Asked(Topic.DETAILS, approval_id=click.value)
    if row.startswith(GRANT_ROW):
        return Asked(Topic.GRANTS)
    try:
        return Asked(query=_query_in(click))
    except ListingQueryError as error:
        raise PayloadError("a press in a list that is none of ours") from error


def _query_in(click: Click) -> ListingQuery:
    if click.action in {LIST_PAGE, PREVIOUS}:
        return ListingQuery.unpack(click.value)
    shown = ListingQuery.unpack(click.place.row.partition(".")[2])
    if click.action == LIST_FILTER:
        return shown.of_tool("" if click.value == EVERY_TOOL else click.value)
    if click.action == LIST_AGENT:
        return shown.of_agent("" if click.value == EVERY_AGENT else click.value)
    return shown


def _with(asked: Asked, word: str) -> Asked | None:
    """What is asked for with one word more; None if the word means nothing."""
    bare = word.strip("`").lower()
    if bare in _KINDS:
        return replace(asked, query=replace(asked.query, kind=_KINDS[bare]))
    if bare in {str(Topic.GRANTS), str(Topic.HELP)}:
        return replace(asked, topic=Topic(bare))
    if bare.startswith(APPROVAL_PREFIX):
        return replace(asked, topic=Topic.DETAILS, approval_id=bare)
    query = _filtered(asked.query, word)
    return replace(asked, query=query) if query else None


def _filtered(query: ListingQuery, word: str) -> ListingQuery | None:
    """The query with a filter more, such as `tool:place_order`."""
    name, _, value = word.partition(":")
    match name.lower():
        case "tool" if TOOL_NAME.fullmatch(value):
            return replace(query, tool=value)
        case "agent" if NAME.fullmatch(value.lower()):
            return replace(query, agent=value.lower())
        case "from" if person := _PERSON.fullmatch(value):
            return replace(query, person=person[1])
        case _:
            return None
