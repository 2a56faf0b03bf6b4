"""What an approver has to have seen, as far as one message holds it, and in full for dialogs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    Block,
    HeaderBlock,
    PlainTextObject,
    RichTextElement,
    RichTextElementParts,
)

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
    paragraph,
    rich,
    size,
    words,
)
from countersign.slack.people import IN_THREAD, Mentions, plain_name
from countersign.slack.text import (
    HEADER_LIMIT,
    MESSAGE_SIZE_LIMIT,
    SECTION_LIMIT,
    clean,
    is_channel,
    is_user,
    line,
    pieces,
    plain,
    units,
)
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import ArgumentField, Difference
from workflows.contracts.origins import origin_name, own_name
from workflows.digest import COST, TOTAL, differences
from workflows.money import written_like

DIRECT_PREFIX = "D"
BECAUSE_LIMIT = 600
TITLE_LIMIT = 60
MOST_BLOCKS = 30
SHORT_VALUE = 20
AROUND = 5_400
"""Characters kept for what stands around the question: approvers, marks and buttons."""


@dataclass(frozen=True, slots=True)
class RequestSection:
    """The part of a card that says what is asked, below its sentence."""

    head: Sequence[Block]
    """Who asks, where and why."""
    body: Sequence[Block]
    complete: bool
    """Whether it, and the sentence, are all there is."""


def question(
    status: ApprovalStatus, source: str = "", mentions: Mentions = IN_THREAD
) -> RequestSection:
    """What fits a message.

    Args:
        status: the approval.
        source: permalink of the message that began the thread, where that is elsewhere.
        mentions: whom the message mentions.
    """
    head = [_origin(status, source, mentions, BECAUSE_LIMIT)]
    body = _body(status)
    taken = size([*head, *sentence_blocks(status)])
    kept = as_many(body.blocks, MOST_BLOCKS, MESSAGE_SIZE_LIMIT - AROUND - taken)
    return RequestSection(
        head, kept.blocks, _lines_complete(status) and body.complete and kept.complete
    )


def whole_question(
    status: ApprovalStatus, fields: Sequence[ArgumentField] | None = None
) -> Sequence[Block]:
    """Everything that is asked, over as many blocks as it takes.

    `fields` are those that are shown, unless they are what the sentence does not say.
    """
    told = pieces(" ".join(clean(sentence(status)).split()), SECTION_LIMIT)
    return [
        *(rich(paragraph(bold(part))) for part in told),
        _origin(status, "", IN_THREAD),
        *whole_argument_blocks(unsaid_fields(status, fields)),
        *comparisons(status, len(clean(status.request.prepared.summary))),
    ]


def headed(mark: str, status: ApprovalStatus, told: str, end: str = "") -> Sequence[Block]:
    """A header that says a sentence, or, where it is too long for one, the header above it.

    Args:
        mark: what stands first, with the space after it.
        status: the approval.
        told: the sentence.
        end: what stands last, our own words.
    """
    whole = plain(f"{mark}{told}{end}", HEADER_LIMIT)
    if whole.complete and units(whole.text) <= HEADER_LIMIT:
        return [_header(whole.text)]
    return [_header(_short_head(mark, status, end)), *_sentence_blocks(told)]


def sentence_blocks(status: ApprovalStatus) -> Sequence[Block]:
    """The sentence where there is no header."""
    return _sentence_blocks(sentence(status))


def comparisons(status: ApprovalStatus, most: int) -> Iterator[Block]:
    """What it replaces, how it was edited, and what has changed in the world meanwhile.

    `most` characters of what was proposed before an edit are shown.
    """
    request = status.request
    if request.replaces:
        changes = unsaid(request.changes, sentence(status))
        yield from difference_blocks(_replaces(status, changes), changes)
    if status.prepared is not None:
        changed = differences(request.prepared, status.prepared)
        before = plain(request.prepared.summary, most).text
        told = f"Edited by an approver. Proposed was: {before}"
        yield from difference_blocks(told, unsaid(changed, sentence(status)))
    if status.drift:
        yield from difference_blocks("Changed since it was asked:", status.drift)


def unsaid_fields(
    status: ApprovalStatus, fields: Sequence[ArgumentField] | None = None
) -> Sequence[ArgumentField]:
    """What the sentence does not say: the call's own lines, and the total that its rule counts.

    `fields` are the lines to be shown where those are others.
    """
    fields = fields_of(status.shown) if fields is None else fields
    total = _total(status)
    said = (sentence(status), *(it.value for it in fields))
    said += tuple(it.after for it in status.request.changes if status.request.replaces)
    if not total or any(total in text for text in said):
        return fields
    return [*fields, ArgumentField(name=TOTAL, value=total, is_bound=False)]


def summary(status: ApprovalStatus, limit: int = SUMMARY_LIMIT) -> str:
    """What is asked, on one line of mrkdwn."""
    return line(sentence(status), limit).text


def sentence(status: ApprovalStatus) -> str:
    """What would be done, as the tool's preview says it."""
    said = (status.shown.summary, status.shown.title, "An action")
    return next(text for text in said if clean(text).strip())


def title(status: ApprovalStatus, limit: int = TITLE_LIMIT) -> str:
    """The tool's title, as it is."""
    return plain(status.shown.title, limit).text or "Approval needed"


def _header(text: str) -> Block:
    return HeaderBlock(text=PlainTextObject(text=text, emoji=False))


def _short_head(mark: str, status: ApprovalStatus, end: str) -> str:
    for limit in range(TITLE_LIMIT, 0, -10):
        told = f"{mark}{title(status, limit)}{end}"
        if units(told) <= HEADER_LIMIT:
            return told
    return plain(f"{mark}{end}", HEADER_LIMIT // 2).text


def _sentence_blocks(told: str) -> Sequence[Block]:
    return [rich(paragraph(bold(plain(told, SUMMARY_LIMIT).text)))]


def unsaid(changes: Sequence[Difference], told: str) -> Sequence[Difference]:
    """Without the cost, where what is told above names it and something else says why."""
    others = [it for it in changes if it.name != COST or not _names_a_cost_of(told, it)]
    return others or changes


def _names_a_cost_of(told: str, change: Difference) -> bool:
    return any(cost and cost in told for cost in (change.before, change.after))


def _total(status: ApprovalStatus) -> str:
    """What it comes to with those before it; empty if there are none that count."""
    request, own = status.request, status.request.prepared.amount
    if request.total is None or own is None:
        return ""
    before = round(request.total - max(own, 0), 2)
    if before <= 0:
        return ""
    return written_like(status.shown.cost, round(before + max(status.shown.amount or 0, 0), 2))


def _replaces(status: ApprovalStatus, changes: Sequence[Difference]) -> str:
    if not changes:
        return "Replaces an earlier request. Nothing that is shown differs."
    before = clean(changes[0].before)
    is_said = len(changes) == 1 and changes[0].after in sentence(status).split()
    if is_said and changes[0].name != TOTAL and 0 < len(before) <= SHORT_VALUE:
        return f"Replaces the request for {before}. Changed:"
    return "Replaces an earlier request. Changed:"


def _lines_complete(status: ApprovalStatus) -> bool:
    limited = (
        (sentence(status), SUMMARY_LIMIT),
        (status.shown.reason, BECAUSE_LIMIT),
        (status.request.prepared.summary if status.prepared else "", SUMMARY_LIMIT),
    )
    return all(plain(text, limit).complete for text, limit in limited)


def _body(status: ApprovalStatus) -> Shown:
    arguments = argument_blocks(unsaid_fields(status))
    return Shown([*arguments.blocks, *comparisons(status, SUMMARY_LIMIT)], arguments.complete)


def _origin(
    status: ApprovalStatus, source: str, mentions: Mentions, most: int | None = None
) -> Block:
    """`@Alice in #ops, by the agent Refunds: “it broke”`; the agent, where it is not the first."""
    parts = [*_who_and_where(status, source, mentions)]
    if agent := plain(status.request.call.agent, TITLE_LIMIT).text:
        parts.append(words(f", by the agent {agent}"))
    why = " ".join(clean(status.shown.reason).split())
    if why:
        quoted = why if most is None else plain(why, most).text
        parts += [words(": “"), *map(words, pieces(quoted, SECTION_LIMIT)), words("”")]
    return rich(paragraph(*parts))


def _who_and_where(
    status: ApprovalStatus, source: str, mentions: Mentions
) -> Iterator[RichTextElement]:
    channel, requester = status.origin.channel, status.request.call.requester
    if not requester.is_in_slack:
        yield words(f"{clean(own_name(requester.user))} in {clean(origin_name(requester.kind))}")
        return
    name = "" if mentions.requester else plain_name(status, requester)
    yield words(f"@{name}") if name else _user(requester.user)
    if channel.startswith(DIRECT_PREFIX):
        yield words(" in a direct message")  # whose link would open for nobody else
        return
    yield words(" in ")
    yield _channel(channel)
    if source:
        yield words(" (")
        yield RichTextElementParts.Link(url=source, text="open the thread")
        yield words(")")


def _user(user_id: str) -> RichTextElement:
    """A mention; what is no user's id stays harmless text."""
    return RichTextElementParts.User(user_id=user_id) if is_user(user_id) else words(clean(user_id))


def _channel(id_: str) -> RichTextElement:
    return RichTextElementParts.Channel(channel_id=id_) if is_channel(id_) else words(clean(id_))
