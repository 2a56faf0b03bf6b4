"""What is approved, as a digest, and what has changed when it is no longer that."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from workflows.contracts.core import Difference, Prepared

REASON = "approval_reason"
"""The argument that says why, by a name that hardly a tool has. It is for people, and no part of
what is approved."""
COST = "cost"
TOTAL = "today with this"
"""What a call and those before it cost together, where a rule counts that."""
SUMMARY = "what would be done"
HIDDEN = "a value that is not shown"
TAKEN = "what the tool takes"


def digest(tool: str, arguments: str, prepared: Prepared) -> str:
    """Fingerprint of everything that an approval binds: equal only if nothing of it changed.

    Args:
        tool: name of the tool.
        arguments: the call's arguments, JSON; their reason does not count.
        prepared: the call in plain words, *before* secrets are masked in it, so that a secret
            that changes changes the digest, from which nobody reads it.
    """
    return _sha256(
        {
            "tool": tool,
            "arguments": _canonical(arguments),
            "summary": prepared.summary,
            "cost": prepared.cost,
            "fields": [[field.name, field.value] for field in prepared.fields if field.is_bound],
            **({"bound": prepared.tool} if prepared.tool else {}),
        }
    )


def tool_fingerprint(server: str, tool: str, schema: dict[str, Any]) -> str:
    """Fingerprint of a tool that others may change: whose it is, its name, what it takes.

    Args:
        server: the MCP server that has it.
        tool: its name.
        schema: JSON schema of its arguments.
    """
    return _sha256({"server": server, "tool": tool, "schema": schema})


def call_digest(tool: str, arguments: str) -> str:
    """Fingerprint of a call alone, by which an identical one is known: same tool, same arguments.

    Their order, their spacing and the reason given do not count.
    """
    return _sha256({"tool": tool, "arguments": _canonical(arguments)})


def differences(before: Prepared, after: Prepared) -> tuple[Difference, ...]:
    """What an approver has to see of a proposal that is not the one before, line by line.

    A field that is not bound is left out. The cost is named unless a field already says it, the
    summary only where nothing else explains why it differs. Empty if both are the same.
    """
    found = [*_fields(before, after)]
    cost = Difference(name=COST, before=before.cost, after=after.cost)
    said = {(line.before, line.after) for line in found}
    if before.cost != after.cost and (before.cost, after.cost) not in said:
        found.append(cost)
    if not found and before.summary != after.summary:
        found.append(Difference(name=SUMMARY, before=before.summary, after=after.summary))
    if before.tool != after.tool and (before.parameters != after.parameters or not found):
        found.append(_taken(before, after))
    if not found and before.digest != after.digest and before.digest and after.digest:
        found.extend(_unseen(after))
    return tuple(found)


def with_reason_of(call: str, arguments: str) -> str:
    """Arguments that a person wrote, with the reason that the model gave for its own.

    Args:
        call: the model's arguments, JSON.
        arguments: the person's, JSON; what is not an object is returned as it is, and refused
            where it is read.
    """
    try:
        given, proposed = json.loads(arguments), json.loads(call)
    except (ValueError, RecursionError):
        return arguments
    if not isinstance(given, dict) or not isinstance(proposed, dict) or REASON not in proposed:
        return arguments
    return json.dumps({**given, REASON: proposed[REASON]}, ensure_ascii=False)


def without_reason(arguments: str) -> str:
    """A call's arguments, JSON of an object, as its tool gets them."""
    given = json.loads(arguments or "{}")
    return json.dumps({name: it for name, it in given.items() if name != REASON})


def without_told_reason(given: Any, reason: str) -> Any:
    """A call's arguments, read, without the reason where people read it beside them or it is empty.

    Args:
        given: what the arguments are in JSON; what is no object is returned as it is.
        reason: as people read it.
    """
    if not isinstance(given, dict) or str(given.get(REASON) or "").strip() not in {"", reason}:
        return given
    return {name: it for name, it in given.items() if name != REASON}


def _taken(before: Prepared, after: Prepared) -> Difference:
    """How a tool that is not ours has changed: by the names of its arguments, if by those."""
    old, new = (", ".join(it.parameters.get("properties", {})) for it in (before, after))
    taken = new if new != old else f"{new} (changed)".strip()
    return Difference(name=TAKEN, before=old, after=taken)


def _fields(before: Prepared, after: Prepared) -> Iterator[Difference]:
    old, new = _bound(before), _bound(after)
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield Difference(name=name, before=old.get(name, ""), after=new.get(name, ""))


def _bound(prepared: Prepared) -> dict[str, str]:
    """Values by name; lines that share a name count as one."""
    found: dict[str, str] = {}
    for field in prepared.fields:
        if field.is_bound:
            known = found.get(field.name)
            found[field.name] = field.value if known is None else f"{known}\n{field.value}"
    return found


def _unseen(after: Prepared) -> Iterator[Difference]:
    """The digests differ and nothing that is shown does: something masked has changed."""
    masked = [field for field in after.fields if field.is_secret and field.is_bound]
    for field in masked:
        yield Difference(name=field.name, before=field.value, after=f"{field.value} (may differ)")
    if not masked:
        yield Difference(name=HIDDEN, before="as approved", after="changed")


def _canonical(arguments: str) -> Any:
    """Arguments in one form only; what is not JSON stands for itself."""
    try:
        given = json.loads(arguments or "{}", parse_float=_number)
    except (ValueError, RecursionError):
        return arguments
    if not isinstance(given, dict):
        return arguments
    return {name: value for name, value in given.items() if name != REASON}


def _number(text: str) -> int | float:
    """`2.0` is `2`, as it is to every tool that takes whole numbers."""
    number = float(text)
    return int(number) if number.is_integer() else number


def _sha256(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
