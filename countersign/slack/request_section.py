"""What an approver has to have seen, as far as one message holds it, and in full for dialogs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, TextObject

from countersign.slack.arguments import (
    SUMMARY_LIMIT,
    argument_blocks,
    difference_blocks,
    fields_of,
    whole_argument_blocks,
)
from countersign.slack.blocks import (
    Shown,
    as_many,
    bold,
    context,
    literal,
    paragraph,
    quote,
    rich,
    size,
    words,
)
from countersign.slack.people import IN_THREAD, Mentions, person
from countersign.slack.text import (
    HEADER_LIMIT,
    MESSAGE_SIZE_LIMIT,
    SECTION_LIMIT,
    clean,
    escape,
    line,
    mention,
    mention_channel,
    pieces,
    plain,
)
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.origins import origin_name, own_name
from workflows.digest import differences

DIRECT_PREFIX = "D"
AGENT_LIMIT = 60
COST_LIMIT = 60
BECAUSE_LIMIT = 600
TITLE_LIMIT = HEADER_LIMIT - 40
"""Room for the outcome before it."""
MOST_BLOCKS = 30
AROUND = 5_400
"""Characters kept for what stands around the question: header, rule, votes, and either buttons
or the outcome with its reasons. Always the same, so that a settled card shows what was shown."""


@dataclass(frozen=True, slots=True)
class RequestSection:
    """The part of a card that says what is asked."""

    head: Sequence[Block]
    body: Sequence[Block]
    complete: bool


def question(
    status: ApprovalStatus, source: str = "", mentions: Mentions = IN_THREAD
) -> RequestSection:
    """What fits a message.

    Args:
        status: the approval.
        source: permalink of the message that began the thread, if there is one.
        mentions: whom the message mentions.
    """
    told = plain(_told(status), SUMMARY_LIMIT)
    head = [rich(paragraph(bold(told.text))), _origin(status, source, mentions)]
    body = _body(status)
    kept = as_many(body.blocks, MOST_BLOCKS, MESSAGE_SIZE_LIMIT - AROUND - size(head))
    return RequestSection(
        head, kept.blocks, _lines_complete(status) and body.complete and kept.complete
    )


def whole_question(status: ApprovalStatus) -> Sequence[Block]:
    """Everything, over as many blocks as it takes."""
    shown = status.shown
    told = pieces(" ".join(clean(_told(status)).split()), SECTION_LIMIT)
    return [
        *(rich(paragraph(bold(part))) for part in told),
        context(literal(title(status)), _asked_by(status), *_agent(status), *_costs(status)),
        *_quoted("Action", "" if plain(shown.title, TITLE_LIMIT).complete else shown.title),
        *_quoted("Agent", "" if plain(shown.agent, AGENT_LIMIT).complete else shown.agent),
        *_quoted("Costs", "" if plain(shown.cost, COST_LIMIT).complete else shown.cost),
        *_quoted("Because", shown.reason),
        *comparisons(status, len(status.request.prepared.summary)),
        *whole_argument_blocks(fields_of(shown)),
    ]


def comparisons(status: ApprovalStatus, most: int) -> Iterator[Block]:
    """What it replaces, how it was edited, and what has changed in the world meanwhile.

    `most` characters of what was proposed before an edit are shown.
    """
    request = status.request
    if request.replaces:
        what = "What differs:" if request.changes else "Nothing that is shown differs."
        yield from difference_blocks(f"Replaces {request.replaces}. {what}", request.changes)
    if status.prepared is not None:
        changed = differences(request.prepared, status.prepared)
        before = plain(request.prepared.summary, most).text
        proposed = f"Edited by an approver. Originally proposed: {before}"
        yield from difference_blocks(proposed, changed)
    if status.drift:
        yield from difference_blocks("Changed since it was asked:", status.drift)


def summary(status: ApprovalStatus, limit: int = SUMMARY_LIMIT) -> str:
    """What is asked, on one line of mrkdwn."""
    return line(_told(status), limit).text


def title(status: ApprovalStatus, limit: int = TITLE_LIMIT) -> str:
    """The tool's title, as it is."""
    return plain(status.shown.title or status.call.tool, limit).text or "an action"


def _told(status: ApprovalStatus) -> str:
    shown = status.shown
    said = (shown.summary, shown.title, status.call.tool, "an action")
    return next(text for text in said if clean(text).strip())


def _lines_complete(status: ApprovalStatus) -> bool:
    shown = status.shown
    limited = (
        (_told(status), SUMMARY_LIMIT),
        (shown.title or status.call.tool, TITLE_LIMIT),
        (shown.reason, BECAUSE_LIMIT),
        (shown.agent, AGENT_LIMIT),
        (shown.cost, COST_LIMIT),
        (status.request.prepared.summary if status.prepared else "", SUMMARY_LIMIT),
    )
    return all(plain(text, limit).complete for text, limit in limited)


def _body(status: ApprovalStatus) -> Shown:
    arguments = argument_blocks(fields_of(status.shown))
    return Shown([*comparisons(status, SUMMARY_LIMIT), *arguments.blocks], arguments.complete)


def _origin(status: ApprovalStatus, source: str, mentions: Mentions) -> Block:
    shown = status.shown
    parts: list[str | TextObject] = [_asked_by(status, source, mentions)]
    parts += _agent(status)
    if shown.reason:
        parts.append(literal(f"because: “{plain(shown.reason, BECAUSE_LIMIT).text}”"))
    return context(*parts, *_costs(status))


def _asked_by(status: ApprovalStatus, source: str = "", mentions: Mentions = IN_THREAD) -> str:
    channel, requester = status.origin.channel, status.request.call.requester
    if not requester.is_in_slack:
        who, place = own_name(requester.user), origin_name(requester.kind)
        return f"asked by {escape(clean(who))} in {escape(clean(place))}"
    who = mention(requester.user) if mentions.requester else person(status, requester)
    if channel.startswith(DIRECT_PREFIX):
        return f"asked by {who} in a direct message"  # whose link would open for nobody else
    link = f" (<{source}|open the thread>)" if source else ""
    return f"asked by {who} in {mention_channel(channel)}{link}"


def _agent(status: ApprovalStatus) -> Sequence[TextObject]:
    agent = plain(status.shown.agent, AGENT_LIMIT).text
    return [literal(f"agent “{agent}”")] if agent else []


def _costs(status: ApprovalStatus) -> Sequence[TextObject]:
    cost = plain(status.shown.cost, COST_LIMIT).text
    return [literal(f"costs {cost}")] if cost else []


def _quoted(name: str, text: str) -> Iterator[Block]:
    for part in pieces(" ".join(clean(text).split()), SECTION_LIMIT):
        yield rich(paragraph(bold(name), words(":")), quote(part))
