"""What a thread tells about earlier orders."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.model.orders import Line, bare_lines, order_lines
from sandbox.model.outcomes import Ending, read_ending
from sandbox.model.scene import Scene
from sandbox.model.steps import Ability, Call, Field, Used
from sandbox.model.words import items_in

ORDER_NUMBER = re.compile(r"[Oo]rder (?:#|no\.? ?|number )?(\d{1,12})|#(\d{1,12})")
_PIECES = re.compile(r"([\d,]+)\s*[×x]\s*([\w-]+)")


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that was really placed in this thread."""

    number: int
    line: Line
    is_cancelled: bool = False


def placed(scene: Scene) -> list[Placed]:
    """Orders of this thread, oldest first."""
    cancelled = {
        number
        for used in scene.history
        if used.ability is Ability.CANCEL and read_ending(used.output).ending is Ending.DONE
        for number in numbers_in(used.output)
    }
    return [
        Placed(number, _line(used), number in cancelled)
        for used in scene.history
        if used.ability is Ability.ORDER and read_ending(used.output).ending is Ending.DONE
        for number in numbers_in(used.output)[:1]
    ]


def numbers_in(text: str) -> list[int]:
    """Order numbers that a text names."""
    return list(dict.fromkeys(int(one or other) for one, other in ORDER_NUMBER.findall(text)))


def last_order(scene: Scene) -> tuple[Line, Used | None] | None:
    """The newest thing that somebody wanted ordered, and the call that was made for it."""
    if waiting := [line for text in scene.waiting if (line := _waiting_line(text))]:
        return waiting[-1], None
    used = next((it for it in reversed(scene.history) if it.ability is Ability.ORDER), None)
    if used:
        return _line(used), used
    lines = (line for text in reversed(scene.earlier) for line in reversed(_said(text)))
    return next(((line, None) for line in lines if line.item and line.quantity), None)


def last_item(scene: Scene) -> str | None:
    """The thing that was spoken of last."""
    texts = [*scene.earlier, *(str(used.fields.get(Field.ITEM, "")) for used in scene.history[-1:])]
    return next((items[-1] for text in reversed(texts) if (items := items_in(text))), None)


def last_number(scene: Scene) -> int | None:
    """The order that `it` means: the newest one that stands, else any number named before."""
    standing = [order.number for order in placed(scene) if not order.is_cancelled]
    if standing:
        return standing[-1]
    texts = [*(used.output for used in scene.history), *scene.earlier]
    found = [number for text in texts for number in numbers_in(text)]
    return found[-1] if found else None


def is_waiting(scene: Scene, call: Call) -> bool:
    """Whether just this call waits for approval already."""
    return any(_is_same(call, text) for text in scene.waiting)


def last_calls(scene: Scene) -> Iterator[Used]:
    """Guarded calls of this thread, newest first."""
    guarded = {Ability.ORDER, Ability.CANCEL, Ability.CONFIRM}
    return (used for used in reversed(scene.history) if used.ability in guarded)


def _is_same(call: Call, waiting: str) -> bool:
    match call.ability:
        case Ability.ORDER:
            line = _waiting_line(waiting)
            wanted = (call.fields[Field.QUANTITY], call.fields[Field.ITEM])
            return line is not None and (line.quantity, line.item) == wanted
        case Ability.CANCEL:
            is_cancelling = "cancel" in waiting.lower()
            return is_cancelling and call.fields[Field.ORDER] in numbers_in(waiting)
        case Ability.CONFIRM:
            return str(call.fields[Field.QUESTION]).lower() in waiting.lower()
        case _:
            return False


def _waiting_line(text: str) -> Line | None:
    found = None if "cancel" in text.lower() else _PIECES.search(text)
    if found:
        return Line(float(found[1].replace(",", "")), found[2], is_known=True)
    return next(iter(_said(text)), None) if "place_order" not in text else _json_line(text)


def _json_line(text: str) -> Line | None:
    quantity = re.search(r'"(?:quantity|qty|count)":\s*(\d+)', text)
    item = re.search(r'"(?:sku|item|product)":\s*"([^"]+)"', text)
    return Line(float(quantity[1]), item[1], is_known=True) if quantity and item else None


def _said(text: str) -> list[Line]:
    return order_lines(text) or bare_lines(text)


def _line(used: Used) -> Line:
    quantity = used.fields.get(Field.QUANTITY)
    return Line(
        float(quantity) if isinstance(quantity, int | float) else None,
        str(used.fields.get(Field.ITEM, "")),
        is_known=True,
        reason=str(used.fields.get(Field.REASON, "")),
    )
