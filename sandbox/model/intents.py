"""The model's whole mind: a table of intents, tried in order, and what follows from outputs."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from sandbox.model import aftermath, essay, followups, memory, phrases, replies
from sandbox.model.orders import Line, bare_lines, order_lines
from sandbox.model.report import tell
from sandbox.model.scene import Scene
from sandbox.model.steps import Ability, Call, Do, Field, Say, Step
from sandbox.model.verbs import NEGATED, is_order_word
from sandbox.model.wishes import order, order_step, wishes
from sandbox.model.words import items_in, number_at, plural

Intent = Callable[[Scene], Step | None]

VAGUE_LIMIT = 200
"""A longer message that only mentions ordering is about something else."""


def decide(scene: Scene) -> Step:
    """The next step of a conversation; the first intent that knows what to do decides."""
    step = go_on(scene) if scene.used else next(_steps(scene), Say(replies.CONFUSED))
    return _possible(scene, step)


def go_on(scene: Scene) -> Step:
    """After tools answered: another call if one follows from it, else the answer."""
    if phrases.LONG_ANSWER.search(scene.low):
        return Say(essay.write(scene.used[-1].output))
    if step := aftermath.next_call(scene):
        return step
    asked = order(replace(scene, used=()))
    question = f"\n\n{asked.text}" if isinstance(asked, Say) and "?" in asked.text else ""
    return Say((aftermath.not_found(scene) or tell(scene.used)) + question)


def says(pattern: re.Pattern[str], answer: str) -> Intent:
    """An intent that answers whatever has a phrase of `pattern` in it with one text."""
    return lambda scene: Say(answer) if pattern.search(scene.low) else None


def begins(pattern: re.Pattern[str], answer: str) -> Intent:
    """The same for messages that begin with a phrase of `pattern`."""
    return lambda scene: Say(answer) if pattern.match(scene.low) else None


def waiting(scene: Scene) -> Step | None:
    """`what are you waiting for?`."""
    asked = phrases.WAITING.search(scene.low) and not order_lines(scene.text)
    return Say(replies.waits(scene.waiting)) if asked else None


def typed_decision(scene: Scene) -> Step | None:
    """`approve`, typed instead of pressed."""
    just_yes = phrases.ONLY_YES.match(scene.low)
    if phrases.TYPED_DECISION.match(scene.low) or (just_yes and scene.waiting):
        return Say(f"{replies.PRESS}\n\n{replies.waits(scene.waiting)}")
    return Say(replies.YES_TO_WHAT) if just_yes else None


def recall(scene: Scene) -> Step | None:
    """`what did I order?`."""
    if not phrases.RECALL.search(scene.low):
        return None
    lines = [
        f"**#{order.number}**: {plural(str(order.line.item), int(order.line.quantity or 0))}"
        + (" (cancelled)" if order.is_cancelled else "")
        for order in memory.placed(scene)
    ]
    return Say(replies.ordered(lines, scene.waiting))


def long_answer(scene: Scene) -> Step | None:
    """`write a long report`."""
    if not phrases.LONG_ANSWER.search(scene.low):
        return None
    look = Call(Ability.SEARCH, {Field.QUERY: ""})
    return Do((look,)) if scene.toolbox.can(Ability.SEARCH) else Say(essay.write(""))


def bare_order(scene: Scene) -> Step | None:
    """`20 chairs, please`, and `chairs`, which is only a question."""
    lines = bare_lines(scene.text)
    if any(line.quantity is not None for line in lines):
        return order_step(scene, lines)
    number = number_at(scene.text)
    if number and not number[1].strip(" .!"):
        return order_step(scene, [Line(number[0])])
    queries = items_in(scene.text) if len(scene.text.split()) <= 3 else []
    return (
        Do(tuple(Call(Ability.SEARCH, {Field.QUERY: query}) for query in queries))
        if queries
        else None
    )


def vague_order(scene: Scene) -> Step | None:
    """`I want to order something`."""
    if not is_order_word(scene.text) or len(scene.text) > VAGUE_LIMIT:
        return None
    items = items_in(scene.text)
    return Say(replies.how_many(items[0]) if items else replies.WHAT_TO_ORDER)


def not_wanted(scene: Scene) -> Step | None:
    """`don't order 5 desks`."""
    if not NEGATED.search(scene.text) or order_lines(scene.text):
        return None
    return Say(replies.NOT_PLACED if scene.waiting else replies.LEFT)


def why(scene: Scene) -> Step | None:
    """`why was it rejected?`: how the newest guarded call ended."""
    last = next(memory.last_calls(scene), None) if phrases.WHY.search(scene.low) else None
    return Say(tell([last])) if last else None


def unreadable(scene: Scene) -> Step | None:
    """Only code, links or nothing; or far too much."""
    if not re.search(r"\w", scene.text):
        return Say(replies.HELLO if scene.is_silent else replies.ONLY_WORDS)
    return Say(replies.TOO_MUCH) if len(scene.text) > 1_000 else None


INTENTS: tuple[Intent, ...] = (
    says(phrases.OVERRIDE, replies.ONLY_PEOPLE),
    long_answer,
    followups.answered,
    waiting,
    followups.again,
    typed_decision,
    followups.changed,
    followups.more,
    recall,
    why,
    not_wanted,
    wishes,
    bare_order,
    followups.declined,
    says(phrases.WHO_APPROVES, replies.WHO_APPROVES),
    says(phrases.HELP, replies.HELP),
    says(phrases.WHO_ARE_YOU, replies.WHO),
    says(phrases.THANKS, replies.THANKS),
    says(phrases.HOW_ARE_YOU, replies.FINE),
    begins(phrases.BYE, replies.BYE),
    begins(phrases.HELLO, replies.HELLO),
    says(phrases.INSULT, replies.SORRY),
    vague_order,
    unreadable,
)
"""From the most to the least particular; each is tried if those before it had nothing to do."""


def _steps(scene: Scene) -> Iterator[Step]:
    return (step for intent in INTENTS if (step := intent(scene)))


def _possible(scene: Scene, step: Step) -> Step:
    """Only calls of tools that are offered; an honest sentence if none is left."""
    if isinstance(step, Say):
        return step
    calls = tuple(call for call in step.calls if scene.toolbox.can(call.ability))
    if calls:
        return Do(calls)
    return Say(replies.no_tool(step.calls[0].ability.value))
