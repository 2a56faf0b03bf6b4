"""Messages that mean something only after what was said before: `make it 50`, `12`, `yes`."""

import re
from dataclasses import replace

from sandbox.model import memory, phrases, replies
from sandbox.model.orders import Line, bare_lines, order_lines
from sandbox.model.outcomes import Ending, read_ending
from sandbox.model.reasons import own_reason
from sandbox.model.report import ASK_AGAIN
from sandbox.model.scene import Scene
from sandbox.model.steps import Ability, Call, Do, Field, Say, Step, Used
from sandbox.model.wishes import order_step
from sandbox.model.words import items_in, known, number_at, plural, singular

_HOW_MANY = re.compile(r"How many \*\*(.+?)\*\* shall I order\?$")
_OF_WHAT = re.compile(r"^\*\*([\d,]+)\*\* of what\?")
_POLITE = re.compile(
    r"^(?:\W*\b(?:please|ok(?:ay)?|actually|no|nope|sorry|oh|then|hm+|well|yes|yeah|sure|let's|"
    r"can you|could you|make that|say|maybe|about|around|i think|i mean|just|only|rather|better)"
    r"\b)*\W*",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"^(?:make|change|reduce|increase|lower|raise|set|cut|i meant|take)\b"
    r"\s*(?:it|that|this|them|the order|the quantity)?\s*(?:down|up)?\s*(?:to|only)?\s*(?=\S)",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"\b(?:instead|rather|would be enough|are enough|will do|is enough)\b", re.IGNORECASE
)
_MORE = re.compile(r"^(?:and|plus|also|add|another|as well as)\b\s*", re.IGNORECASE)
_TRAILING_MORE = re.compile(r"\bmore\b", re.IGNORECASE)


def answered(scene: Scene) -> Step | None:
    """The answer to a question that was asked back: `12`, `chairs`, `yes`."""
    asked = scene.last_answer.strip()
    if not (_HOW_MANY.search(asked) or _OF_WHAT.search(asked) or asked in _OPEN):
        return None
    if phrases.NO.match(scene.text) and not number_at(_core(scene)):
        return Say(replies.LEFT)
    lines = completed(scene)
    return order_step(scene, lines) if lines else None


def completed(scene: Scene) -> list[Line]:
    """The open order of the message before, with what this message adds to it."""
    asked = scene.last_answer.strip()
    said = order_lines(scene.text) or bare_lines(scene.text) or bare_lines(_core(scene))
    if said and all(line.item and line.quantity for line in said):
        return said
    if how_many := _HOW_MANY.search(asked):
        return _counted(scene, singular(how_many[1]))
    named = said or order_lines(f"order {_core(scene)}")
    if of_what := _OF_WHAT.search(asked):
        quantity = float(of_what[1].replace(",", ""))
        return [replace(line, quantity=line.quantity or quantity) for line in named]
    return named if asked in _OPEN else []


def changed(scene: Scene) -> Step | None:
    """`make it 50`."""
    core = _core(scene)
    change = _CHANGE.match(core)
    number = number_at(core[change.end() :] if change else core)
    if not number or not (change or _INSTEAD.search(core) or _is_correction(scene)):
        return None
    last = memory.last_order(scene)
    if last is None:
        return None
    item = next(iter(items_in(number[1])), None)
    line = replace(last[0], quantity=number[0], item=item or last[0].item)
    return _changed_step(scene, last, replace(line, reason=own_reason(line.reason)))


def more(scene: Scene) -> Step | None:
    """`and 5 more`, `another desk`."""
    core = _core(scene)
    start = _MORE.match(core)
    rest = core[start.end() :] if start else core
    number = number_at(rest) or ((1, rest) if start and known(rest.strip(" .!?")) else None)
    if not number or not (start or _TRAILING_MORE.search(number[1])):
        return None
    lines = order_lines(f"order {rest}") or [Line(number[0])]
    last = memory.last_order(scene)
    fallback = (last[0].item if last else None) or memory.last_item(scene)
    filled = [
        line if line.item else replace(line, item=fallback, is_known=bool(fallback))
        for line in lines
    ]
    return order_step(scene, filled)


def again(scene: Scene) -> Step | None:
    """`ask again`, or `yes` when that was offered."""
    offered = ASK_AGAIN in scene.last_answer and phrases.ONLY_YES.match(scene.text)
    if not (offered or phrases.AGAIN.match(_core(scene))):
        return None
    used = next(memory.last_calls(scene), None)
    if scene.waiting:
        return Say(replies.already_waits(scene.waiting))
    if used is None or used.ability is None:
        last = memory.last_order(scene)
        return order_step(scene, [last[0]]) if last else Say(replies.YES_TO_WHAT)
    return Do((Call(used.ability, used.fields),))


def declined(scene: Scene) -> Step | None:
    """`no`, `never mind`."""
    return (
        Say(replies.NOT_PLACED if scene.waiting else replies.LEFT)
        if phrases.NO.match(scene.text) and len(scene.text) < 40
        else None
    )


def revised(used: Used) -> Call | None:
    """The call with the change that an approver asked for, if it can be read: `make it 50`."""
    result = read_ending(used.output)
    if result.ending is not Ending.CHANGES or used.ability is not Ability.ORDER:
        return None
    number = re.search(r"\d[\d,.]*k?", result.why) or None
    found = (
        number_at(number.group())
        if number
        else number_at(_POLITE.sub("", _CHANGE.sub("", result.why)))
    )
    item = next(iter(items_in(result.why)), used.fields.get(Field.ITEM))
    quantity = int(found[0]) if found and found[0] >= 1 else used.fields.get(Field.QUANTITY)
    fields = {**used.fields, Field.ITEM: item, Field.QUANTITY: quantity}
    if fields == dict(used.fields):
        return None
    reason = f"Changed as {result.who or 'an approver'} asked: “{result.why}”."
    before = own_reason(str(used.fields.get(Field.REASON, "")))
    return Call(Ability.ORDER, {**fields, Field.REASON: f"{before} {reason}".strip()})


_OPEN = frozenset({replies.WHAT_TO_ORDER})


def _core(scene: Scene) -> str:
    return _POLITE.sub("", scene.text.strip(), count=1)


def _is_correction(scene: Scene) -> bool:
    return bool(
        re.match(r"\W*(?:actually|no|sorry|i mean|just|only|rather|better|make that)\b", scene.low)
    ) and bool(re.fullmatch(r"\W*[\w-]+(?: [\w-]+)?\W*", _core(scene)))


def _counted(scene: Scene, item: str) -> list[Line]:
    number = number_at(_core(scene))
    if number is None:
        return []
    open_orders = (order_lines(text) or bare_lines(text) for text in reversed(scene.earlier))
    before = next((lines for lines in open_orders if lines), [])
    before = before or [Line(item=item, is_known=known(item) is not None)]
    return [_with_number(line, number[0]) for line in before]


def _with_number(line: Line, quantity: float) -> Line:
    return line if line.is_countable else replace(line, quantity=quantity)


def _changed_step(scene: Scene, last: tuple[Line, Used | None], line: Line) -> Step | None:
    if scene.waiting:
        return Say(replies.change_waits(scene.waiting, line.quantity or 0))
    _, used = last
    if used and read_ending(used.output).ending is Ending.DONE:
        order = memory.placed(scene)[-1]
        if not order.is_cancelled:
            old = plural(str(order.line.item), int(order.line.quantity or 0))
            new = plural(str(line.item), int(line.quantity or 0))
            return Say(replies.already_placed(order.number, old, new))
    return order_step(scene, [line])
