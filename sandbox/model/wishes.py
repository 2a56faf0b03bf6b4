"""Which tools a message asks for; each wish is looked for alone, so a message may have many."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from sandbox.model import memory, phrases, replies
from sandbox.model.confirmations import confirm
from sandbox.model.orders import IT, Line, order_lines, reason_in
from sandbox.model.reasons import asked
from sandbox.model.scene import Scene
from sandbox.model.steps import Ability, Call, Do, Field, Say, Step
from sandbox.model.words import items_in, listed, plural, singular

_TEAM = re.compile(
    r"\b(?:for|of) (?:the )?([a-z]+)(?: team| department)|\b([a-z]+)'s budget|\bteam ([a-z]+)"
)
_ASKED_ABOUT = re.compile(
    r"(?:have|sell|stock|carry|got|any|some|(?:search|look) for|(?:prices?|cost) (?:of|for)|"
    r"show me|how much (?:is|are|does|do|for|would))\s+"
    r"(?:the |an? |any |some |your )*([a-z][a-z -]{1,40})"
)
_FILLING = frozenset(
    listed(
        "cost costs be price prices all everything catalog catalogue item thing product stuff left "
        "in stock you the a available for sale here please today we i it that there do does is are "
        "got and"
    )
)
_NUMBERS = re.compile(
    r"(?:\borders?\s*(?:no\.?|number|id)?\s*#?|#)(\d{1,9}(?:\s*(?:,|and|&)\s*#?\d{1,9})*)"
)
_REASONS = re.compile(
    r"\b(?:because|so that|for|since)\b.*?(?=[.!?;](?:\s|$)|\n|,? (?:and|then|but|also) (?:then )?"
    r"(?:check|tell|show|ask|cancel|order|buy|confirm|what|how|is)\b|$)"
)


def wishes(scene: Scene) -> Step | None:
    """Every tool that the message asks for, at once; else what has to be asked back first."""
    steps = [step for wish in WISHES if (step := wish(scene))]
    calls = tuple(call for step in steps if isinstance(step, Do) for call in step.calls)
    asked = next((step for step in steps if isinstance(step, Say)), None)
    return Do(calls) if calls else asked


def order(scene: Scene) -> Step | None:
    """`order 20 chairs and 5 desks`."""
    if phrases.CONFIRM.search(scene.low):
        return None
    return order_step(scene, order_lines(scene.text))


def order_step(scene: Scene, lines: Iterable[Line]) -> Step | None:
    """Calls for all lines, or the question that the first incomplete one leaves open."""
    lines = [_resolved(scene, line) for line in lines]
    unknown = [line.item for line in lines if line.item and not line.is_known]
    if unknown and scene.toolbox.can(Ability.SEARCH):
        return Do(tuple(Call(Ability.SEARCH, {Field.QUERY: item}) for item in unknown))
    if open_line := next((line for line in lines if not line.is_countable or not line.item), None):
        return Say(_question(open_line))
    return _ordered(scene, lines) if lines else None


def order_call(scene: Scene, line: Line) -> Call:
    """The call for one complete line."""
    quantity, item = int(line.quantity or 0), str(line.item)
    reason = line.reason or asked(scene, f"for {plural(item, quantity)}")
    return Call(Ability.ORDER, {Field.ITEM: item, Field.QUANTITY: quantity, Field.REASON: reason})


def budget(scene: Scene) -> Step | None:
    """`how much budget is left?`."""
    lines = order_lines(scene.text)
    text = _REASONS.sub(" ", scene.low) if lines else scene.low
    if not phrases.BUDGET.search(text) or phrases.CONFIRM.search(scene.low):
        return None
    team = _TEAM.search(text)
    name = next((part for part in team.groups() if part), "") if team else ""
    return Do((Call(Ability.BUDGET, {Field.TEAM: name} if name else {}),))


def search(scene: Scene) -> Step | None:
    """`do you have headsets?`, `what do you sell?`."""
    text = scene.low
    if (
        not phrases.SEARCH.search(text)
        or order_lines(scene.text)
        or phrases.HOW_MUCH_MONEY.search(text)
    ):
        return None
    if phrases.BUDGET.search(text) or (phrases.STATUS.search(text) and memory.numbers_in(text)):
        return None
    queries = items_in(text) or [_asked_about(text)]
    return Do(tuple(Call(Ability.SEARCH, {Field.QUERY: query}) for query in queries))


def status(scene: Scene) -> Step | None:
    """`where is my order?`, `status of order #8123`."""
    text = scene.low
    if not (phrases.STATUS.search(text) and phrases.ORDER_WORD.search(text)) or order_lines(
        scene.text
    ):
        return None
    numbers = _numbers(text)
    if not numbers and re.search(r"\borders\b", text):
        numbers = [order.number for order in memory.placed(scene)]
    if not numbers and not memory.placed(scene) and scene.waiting:
        return Say(replies.waits(scene.waiting))
    last = memory.last_number(scene)
    numbers = numbers or ([last] if last else [])
    if not numbers:
        return Say(f"{replies.NOTHING_ORDERED} {replies.WHICH_ORDER}")
    return Do(tuple(Call(Ability.STATUS, {Field.ORDER: number}) for number in numbers))


def cancel(scene: Scene) -> Step | None:
    """`cancel order 8123`, `cancel it`."""
    if not phrases.CANCEL.search(scene.low):
        return None
    numbers = _numbers(scene.low)
    if not numbers and scene.waiting:
        return Say(replies.NOT_PLACED)
    last = memory.last_number(scene)
    numbers = numbers or ([last] if last else [])
    if not numbers:
        return Say(replies.WHICH_ORDER)
    calls = tuple(_cancel_call(scene, number) for number in numbers)
    fresh = tuple(call for call in calls if not memory.is_waiting(scene, call))
    return Do(fresh) if fresh else Say(replies.already_waits(scene.waiting))


WISHES: tuple[Callable[[Scene], Step | None], ...] = (
    budget,
    search,
    status,
    cancel,
    order,
    confirm,
)


def _resolved(scene: Scene, line: Line) -> Line:
    """With `them` replaced by what was spoken of."""
    named = items_in(scene.text)
    if line.item is None and len(named) == 1:  # "we are out of cables, order 200"
        return replace(line, item=named[0], is_known=True)
    if line.item != IT:
        return line
    item = memory.last_item(scene)
    return Line(line.quantity, item, is_known=item is not None, reason=line.reason)


def _question(line: Line) -> str:
    if line.item and line.quantity is not None:
        return replies.not_a_quantity(line.item)
    if line.item:
        return replies.how_many(line.item)
    return (
        replies.of_what(line.quantity)
        if line.is_countable and line.quantity
        else replies.WHAT_TO_ORDER
    )


def _ordered(scene: Scene, lines: Iterable[Line]) -> Step:
    calls = tuple(order_call(scene, line) for line in lines)
    fresh = tuple(call for call in calls if not memory.is_waiting(scene, call))
    return Do(fresh) if fresh else Say(replies.already_waits(scene.waiting))


def _cancel_call(scene: Scene, number: int) -> Call:
    reason = reason_in(scene.text) or asked(scene, f"to cancel order #{number}")
    return Call(Ability.CANCEL, {Field.ORDER: number, Field.REASON: reason})


def _numbers(text: str) -> list[int]:
    """Order numbers: `#7`, `order 7 and 8`; any number, if none is marked as one."""
    text = _REASONS.sub(" ", text)
    found = " ".join(_NUMBERS.findall(text)) or text
    return list(dict.fromkeys(map(int, re.findall(r"\b\d{1,9}\b", found))))[:10]


def _asked_about(text: str) -> str:
    """The unknown thing that is asked for, or nothing, which means the whole catalogue."""
    asked = _ASKED_ABOUT.search(text)
    words = [singular(word) for word in asked[1].split()] if asked else []
    return " ".join(word for word in words if word not in _FILLING)[:60]
