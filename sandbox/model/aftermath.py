"""Calls that follow from outputs: an order after a search, a change that was asked for."""

import re
from dataclasses import replace

from sandbox.model import catalogue, replies
from sandbox.model.followups import completed, revised
from sandbox.model.orders import Line, order_lines
from sandbox.model.scene import Scene
from sandbox.model.steps import Ability, Call, Do, Field, Used
from sandbox.model.wishes import order_call

_NOTHING = re.compile(
    r"\b(?:nothing|no (?:match\w*|items?|results?)|not found|none)\b", re.IGNORECASE
)
_MOST_ORDERS = 6
"""In one turn; an approver who asks for changes for ever gets an answer in between."""


def next_call(scene: Scene) -> Do | None:
    """What to call now, or None if the answer is due."""
    return _after_search(scene) or _after_changes(scene)


def not_found(scene: Scene) -> str | None:
    """The answer if something that was looked for does not exist."""
    missing = [_query(used) for used in _searches(scene) if _is_fruitless(used)]
    everything = next((used for used in _searches(scene) if not _query(used)), None)
    if missing and everything:
        what = " and ".join(missing)
        return replies.unknown(what, catalogue.found(everything.output, ""), _wanted(scene) != [])
    if _wanted(scene) and len(_searches(scene)) == len(scene.used):  # several things match
        return "\n\n".join(catalogue.found(used.output, _query(used)) for used in scene.used)
    return None


def _after_search(scene: Scene) -> Do | None:
    searches = {_query(used): used for used in _searches(scene)}
    if any(used.ability is Ability.ORDER for used in scene.used) or not searches:
        return None
    if any(map(_is_fruitless, searches.values())):
        return None if "" in searches else Do((Call(Ability.SEARCH, {Field.QUERY: ""}),))
    lines = [_resolved(line, searches) for line in _wanted(scene)]
    calls = tuple(order_call(scene, line) for line in lines if line.is_known and line.is_countable)
    return Do(calls) if calls and len(calls) == len(lines) else None


def _after_changes(scene: Scene) -> Do | None:
    """The changes that were asked for and not proposed yet.

    What was proposed counts, not what ran: an approver may have changed it once more.
    """
    made = [_order(used.proposed) for used in scene.used if used.ability is Ability.ORDER]
    calls = [call for used in scene.used if (call := revised(used))]
    fresh = tuple(call for call in calls if _order(call.fields) not in made)
    return Do(fresh) if fresh and len(made) < _MOST_ORDERS else None


def _wanted(scene: Scene) -> list[Line]:
    """What was to be ordered, if something in it had to be looked up first."""
    lines = order_lines(scene.text) or completed(scene)
    return lines if any(line.item and not line.is_known for line in lines) else []


def _resolved(line: Line, searches: dict[str, Used]) -> Line:
    if line.is_known or line.item not in searches:
        return line
    sku = catalogue.match(searches[line.item].output, line.item)
    return replace(line, item=sku, is_known=True) if sku else line


def _searches(scene: Scene) -> list[Used]:
    return [used for used in scene.used if used.ability is Ability.SEARCH]


def _query(used: Used) -> str:
    return str(used.fields.get(Field.QUERY, ""))


def _is_fruitless(used: Used) -> bool:
    is_empty = not catalogue.read_items(used.output) and bool(_NOTHING.search(used.output))
    return is_empty and bool(_query(used))


def _order(fields: object) -> tuple[object, object]:
    known = dict(fields) if isinstance(fields, dict) else {}
    return known.get(Field.ITEM), known.get(Field.QUANTITY)
