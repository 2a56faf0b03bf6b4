"""Calls that the model's provider runs: what it asks, what it is answered, what it says of them.

A request is answered in the next question to the model, and with that the provider runs the call.
After that nobody is given request and answer in this form again: a provider that takes every
"allowed" that it reads for a new one would run it twice. They become a call with its output.
Pure.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from workflows.contracts.core import AgentSpec
from workflows.contracts.decisions import Execution, Outcome
from workflows.contracts.notices import RESULT_LIMIT, Effect
from workflows.conversation.memory import (
    ALLOWED_RUN,
    REQUESTED_RUN,
    GuardedCall,
    Item,
    cut_short,
    output,
)
from workflows.digest import tool_fingerprint

RAN = "mcp_call"
REASON_LIMIT = 1_000
NAME_LIMIT = 64
SURE = frozenset({"mcp_tool_execution_error", "mcp_protocol_error"})
"""Errors with which the MCP server itself answered; after others it may have been done."""
NOT_ALLOWED = "It was not allowed, so nothing was done."
UNSAID = (
    "It was allowed, and the provider did not say what came of it. It MAY HAVE BEEN DONE. Do not "
    "call it again; say that it may have been done and has to be checked."
)
GONE = (
    "NOT RUN: its server is not the one any more that was approved, or this agent has it no more. "
    "Nothing was done. Say so; it can be asked for again."
)
NOT_ANSWERED = "Nobody answered this request. Nothing was done."
LATER = (
    "NOT HANDED OVER yet: another call of the same answer came first. Hand over now, if it is "
    "still right."
)
"""What the model reads of a handoff beside a call that its provider still has to run."""
_MADE = frozenset({REQUESTED_RUN, RAN, "reasoning", "function_call", "mcp_list_tools"})
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")


def requested(raw: Any) -> Item | None:
    """A provider's request as JSON; None for a call of another kind."""
    item: Item = raw if isinstance(raw, dict) else raw.model_dump(exclude_unset=True)
    return item if item.get("type") == REQUESTED_RUN else None


def full_name(item: Item) -> str:
    """What people, policies and records call the tool of a request, or of a call that ran."""
    return f"{item['server_label']}.{item['name']}"


def answer_to(it: GuardedCall) -> Item:
    """What the model, or its provider, is given of a call that is settled."""
    if not it.call.at_provider:
        return output(it.call.id, it.words)
    reply = {"type": ALLOWED_RUN, "approval_request_id": it.call.id, "approve": _is_allowed(it)}
    return reply if reply["approve"] else {**reply, "reason": cut_short(it.words, REASON_LIMIT)}


def approved_requests(calls: Sequence[GuardedCall]) -> dict[str, str]:
    """The requests that were approved, by id, with the fingerprint of the tool as it was then."""
    return {it.call.id: it.status.shown.tool for it in calls if it.status and _is_allowed(it)}


def held_back(items: Sequence[Item], prints: Mapping[str, str], spec: AgentSpec) -> list[Item]:
    """The same without what may not go to the provider: its server is another one by now.

    Args:
        items: of one run.
        prints: the requests that were approved, and the fingerprint of each one's tool.
        spec: the agent that goes on.
    """
    refs = {it.label: it.ref for it in spec.hosted}
    lost: set[str] = set()
    for it in _of_type(items, REQUESTED_RUN):
        ref = refs.get(it["server_label"])
        known = prints.get(it["id"])
        if ref is None or (known is not None and known != hosted_fingerprint(ref, full_name(it))):
            lost.add(it["id"])
    return [new for it in items for new in _without(it, lost, items)]


def hosted_fingerprint(ref: str, tool: str) -> str:
    """Fingerprint of a tool that the provider runs: the server's settings and the tool's name."""
    return tool_fingerprint(ref, tool, {})


def has_allowed(items: Sequence[Item]) -> bool:
    """Whether these let the provider run something, once it is given them."""
    return any(it["approve"] for it in _of_type(items, ALLOWED_RUN))


def not_told(effect: Effect) -> Effect:
    """The effect of a call as long as its provider is not told that it may run it."""
    is_left = effect.execution is Execution.PASSED_ON
    return effect.model_copy(update={"execution": Execution.NOT_STARTED}) if is_left else effect


def begun(effects: Sequence[Effect], items: Sequence[Item]) -> list[Effect]:
    """The effects when the provider is given these: what it is let run may be done from now on."""
    ids = {it["approval_request_id"] for it in _of_type(items, ALLOWED_RUN) if it["approve"]}
    update = {"execution": Execution.PASSED_ON}
    return _changed(effects, Execution.NOT_STARTED, dict.fromkeys(ids, update))


def came_of(effects: Sequence[Effect], ran: Mapping[str, Item]) -> list[Effect]:
    """The effects once the provider has said what it ran, by the ids of its requests."""
    updates = {
        id_: {"execution": execution_of(it), "result": _told(it)[:RESULT_LIMIT]}
        for id_, it in ran.items()
    }
    return _changed(effects, Execution.PASSED_ON, updates)


def unasked_effect(item: Item) -> Effect:
    """The effect of a call that the provider ran and nobody had allowed."""
    failed = Outcome.FAILED_TO_ASK
    return Effect(what=full_name(item), outcome=failed, execution=Execution.PASSED_ON)


def matched(items: Sequence[Item]) -> tuple[dict[str, Item], list[Item]]:
    """What the provider ran of what was allowed, by the request's id; and what it ran besides."""
    asked: dict[str, Item] = {}
    yes: dict[str, Item] = {}
    ran: dict[str, Item] = {}
    unasked: list[Item] = []
    for it in items:
        match it:
            case {"type": "mcp_approval_request", "id": str(id_)}:
                asked[id_] = it
            case {"type": "mcp_approval_response", "approve": True, "approval_request_id": id_}:
                yes |= {id_: asked[id_]} if id_ in asked else {}
            case {"type": "mcp_call"} if (by := _allowed_by(it, yes)) is not None:
                ran[by] = it
                del yes[by]
            case {"type": "mcp_call"}:
                unasked.append(it)
            case _:
                pass
    return ran, unasked


def execution_of(ran: Item) -> Execution:
    """What became of a call, as far as the provider says so."""
    error, status = ran.get("error"), ran.get("status") or "completed"
    if error:
        is_sure = isinstance(error, Mapping) and error.get("type") in SURE
        return Execution.FAILED if is_sure else Execution.PASSED_ON
    return Execution.DONE if status == "completed" else Execution.PASSED_ON


def settled(items: Sequence[Item], *, is_over: bool = False) -> list[Item]:
    """The same, where every request that was answered is a call with its output.

    What the model has said nothing after is not answered yet, unless the turn is over. Reasoning
    goes, and so do ids, where the item goes to which they belong: providers refuse one without
    the other.
    """
    groups = [(made, list(group)) for made, group in groupby(items, _is_made)]
    last = max((place for place, (made, _) in enumerate(groups) if made), default=-1)
    ran, _ = matched(items)
    told = list(ran.values())
    found: list[Item] = []
    for place, (made, group) in enumerate(groups):
        is_open = place == last and not is_over and any(_of_type(group, REQUESTED_RUN))
        if not made:
            found += group if place > last and not is_over else _without_replies(group)
        elif is_open:
            found += _still_asking(group, told)
        elif any(_of_type(group, REQUESTED_RUN, RAN)):
            replies = groups[place + 1][1] if place + 1 < len(groups) else []
            answers = {_reply_to(it): it for it in replies if _is_reply(it)}
            found += [new for it in group for new in _converted(it, answers, ran)]
        else:
            found += group
    return found


def answered(items: Sequence[Item]) -> list[Item]:
    """Every request with one answer behind it, and no other answers: providers refuse the rest."""
    asked = {it["id"] for it in _of_type(items, REQUESTED_RUN)}
    replies: dict[str, Item] = {}
    for it in _of_type(items, ALLOWED_RUN):
        if _reply_to(it) in asked:
            replies.setdefault(_reply_to(it), it)
    kept = [it for it in items if not _is_reply(it) or it is replies.get(str(_reply_to(it)))]
    return [*kept, *(_refused(id_) for id_ in sorted(asked - replies.keys()))]


def _refused(id_: str) -> Item:
    no = {"type": ALLOWED_RUN, "approval_request_id": id_, "approve": False}
    return {**no, "reason": NOT_ANSWERED}


def _is_allowed(it: GuardedCall) -> bool:
    status = it.status if it.call.at_provider else None
    if status is None or status.outcome is not Outcome.APPROVED:
        return False
    return status.execution is Execution.PASSED_ON


def _of_type(items: Sequence[Item], *types: str) -> Iterator[Item]:
    return (it for it in items if it.get("type") in types)


def _is_made(item: Item) -> bool:
    """Whether the model made it, and not people, tools or we."""
    return item.get("type") in _MADE or item.get("role") == "assistant"


def _is_reply(item: Item) -> bool:
    return item.get("type") == ALLOWED_RUN


def _reply_to(item: Item) -> Any:
    return item.get("approval_request_id")


def _without_replies(items: Sequence[Item]) -> list[Item]:
    return [it for it in items if not _is_reply(it)]


def _still_asking(group: Sequence[Item], told: Sequence[Item]) -> list[Item]:
    """An answer that asks, as it was; before it what ran of itself, without what led to that.

    So the requests of one answer stay together, and are all open for as long as one of them is.
    """
    found: list[Item] = []
    ran: list[Item] = []
    for it in group:
        if it.get("type") != RAN:
            found.append(it)
            continue
        while found and found[-1].get("type") == "reasoning":
            found.pop()
        if not any(one is it for one in told):  # the others are told beside their requests
            ran += _pair(it, it["id"], _told(it))
    return [*ran, *found]


def _without(item: Item, lost: set[str], items: Sequence[Item]) -> Iterator[Item]:
    if _is_reply(item) and _reply_to(item) in lost:
        return
    if item.get("type") == REQUESTED_RUN and item["id"] in lost:
        reply = next((it for it in items if _is_reply(it) and _reply_to(it) == item["id"]), None)
        is_refused = reply is not None and not reply["approve"]
        yield from _pair(item, item["id"], _refusal(reply) if is_refused else GONE)
    elif item.get("type") == "reasoning" and lost:
        return
    else:
        keeps_id = not lost or not _is_made(item) or item.get("type") == REQUESTED_RUN
        yield item if keeps_id else _without_id(item)


def _without_id(item: Item) -> Item:
    return {key: it for key, it in item.items() if key != "id"}


def _converted(item: Item, replies: Mapping[str, Item], ran: Mapping[str, Item]) -> Iterator[Item]:
    """An item of an answer whose requests are all answered."""
    match item.get("type"):
        case "reasoning" | "mcp_list_tools":
            return
        case "mcp_approval_request":
            yield from _pair(item, item["id"], _outcome(item["id"], replies, ran))
        case "mcp_call":
            if not any(it is item for it in ran.values()):
                yield from _pair(item, item["id"], _told(item))
        case _:
            yield _without_id(item)


def _outcome(id_: str, replies: Mapping[str, Item], ran: Mapping[str, Item]) -> str:
    reply = replies.get(id_)
    if reply is None or not reply["approve"]:
        return _refusal(reply)
    return _told(ran[id_]) if id_ in ran else UNSAID


def _refusal(reply: Item | None) -> str:
    return NOT_ANSWERED if reply is None else str(reply.get("reason") or NOT_ALLOWED)


def _told(ran: Item) -> str:
    """What a call came to in the words of its server."""
    if error := ran.get("error"):
        return f"FAILED: {json.dumps(error, ensure_ascii=False, default=str)}"
    return str(ran.get("output") or "It ran and answered nothing.")


def _pair(item: Item, call_id: str, told: str) -> Iterator[Item]:
    name = _NO_NAME.sub("_", f"{item['server_label']}__{item['name']}")[:NAME_LIMIT]
    call = {"type": "function_call", "call_id": call_id, "name": name}
    yield {**call, "arguments": item["arguments"]}
    yield output(call_id, told)


def _allowed_by(ran: Item, allowed: Mapping[str, Item]) -> str | None:
    """The request by which a call was allowed; the one for the same, where it does not say."""
    said = ran.get("approval_request_id")
    alike = ("server_label", "name", "arguments")
    fits = (
        id_
        for id_, it in allowed.items()
        if id_ == said or (not said and all(it.get(name) == ran.get(name) for name in alike))
    )
    return next(fits, None)


def _changed(
    effects: Sequence[Effect], before: Execution, updates: Mapping[str, Mapping[str, Any]]
) -> list[Effect]:
    """The last effect of each of these requests changed, if it is as it was before that."""
    open_ = dict(updates)
    changed: list[Effect] = []
    for it in reversed(effects):
        update = open_.pop(it.request, None)
        fits = update is not None and it.execution is before and it.outcome is Outcome.APPROVED
        changed.append(it.model_copy(update=update) if fits else it)
    return changed[::-1]
