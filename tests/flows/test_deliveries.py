"""However Slack delivers what people say, each message is heard once and does what it says."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from agents import ModelResponse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from temporalio.client import Client

from tests.flows.flow import CAROL, Flow, act, working
from tests.support.builders import ALICE, BOB, a_message
from tests.support.scripted_model import Script, says
from workflows.client import ApprovalClosedError
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import EDITED_SIGNAL, Edit, Message, Person
from workflows.contracts.decisions import Outcome

LAST = "question 99"
CANCEL = "cancel that"
UNHURRIED: dict[str, Any] = {
    "deadline": None,
    "phases": [Phase.generate],  # each step towards a smaller story would take its patience
    "suppress_health_check": [HealthCheck.too_slow],
}
_NUMBERED = re.compile(r"(question|please act) (\d+)")


class Listener(Script):
    """Answers a question by its number, and acts on what it is asked to."""

    async def get_response(self, *_: Any, **named: Any) -> ModelResponse:
        items: list[Any] = named["input"]
        self.given.append(items)
        last = max(place for place, item in enumerate(items) if item.get("role") == "user")
        found = _NUMBERED.match(str(items[last]["content"]))
        if found is None:
            return says("heard that")
        if found[1] == "question":
            return says(f"heard {found[2]}")
        is_settled = any("output" in item for item in items[last:])
        return says(f"settled {found[2]}") if is_settled else act(int(found[2]))


@dataclass(frozen=True)
class Delivery:
    """One event of Slack's, and what happens before the next."""

    number: int
    """Of the message, in the order in which they were said."""
    is_other_event: bool
    is_edited: bool
    is_waited_for: bool
    is_pressed: bool


@dataclass(frozen=True)
class Story:
    """What was said, by whom, and how Slack delivers it; what is not delivered is lost."""

    said: Sequence[tuple[str, Person]]
    deliveries: Sequence[Delivery]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    kinds = st.sampled_from(["question {}", "please act {}", "please act {}", CANCEL])
    people = st.sampled_from([ALICE, ALICE, CAROL])
    said = [(draw(kinds).format(number), draw(people)) for number in range(draw(st.integers(2, 6)))]
    copies = st.lists(st.sampled_from(range(len(said))), min_size=1, max_size=8)
    order = draw(st.permutations([*range(len(said)), *draw(copies)]))
    lost = draw(st.sets(st.sampled_from(order), max_size=1))
    deliveries = [
        Delivery(it, *draw(st.tuples(*[st.booleans()] * 4))) for it in order if it not in lost
    ]
    return Story(said, deliveries)


@dataclass
class Play:
    """A story as it is told to a conversation, and what has to be true of it."""

    flow: Flow
    story: Story
    heard: dict[int, Message] = field(default_factory=dict[int, Message])

    async def tell(self) -> None:
        """Deliver everything, and let what still waits be approved."""
        messages = [
            a_message(text).model_copy(update={"author": by}) for text, by in self.story.said
        ]
        for delivery in self.story.deliveries:
            await self._deliver(delivery, messages[delivery.number])
        await self._answered()
        for id_ in self.flow.cards.ids:
            await self._press(id_)
        await self.flow.threads.until(
            lambda: self._wishes("settled {}") <= set(self.flow.threads.replies)
        )

    async def _deliver(self, delivery: Delivery, message: Message) -> None:
        self.heard[delivery.number] = message
        other = {"id": f"{message.id}-again"} if delivery.is_other_event else {}
        await self.flow.conversations.start(self.flow.thread, message.model_copy(update=other))
        if delivery.is_edited:
            await self._edit(message)
        if delivery.is_waited_for:
            await self._answered()
        if delivery.is_pressed and self.flow.cards.ids:
            await self._press(self.flow.cards.ids[-1])

    async def _edit(self, message: Message) -> None:
        """Slack tells of an edit, which changes nothing about what was meant."""
        after = f"{message.text} (edited)"
        edit = Edit(
            id=f"{message.id}-edit",
            ts=message.ts,
            author=message.author,
            before=message.text,
            after=after,
        )
        handle = self.flow.temporal.get_workflow_handle(self.flow.thread.workflow_id)
        await handle.signal(EDITED_SIGNAL, edit)

    async def _press(self, id_: str) -> None:
        with suppress(ApprovalClosedError):
            await self.flow.vote(id_, BOB)

    async def _answered(self) -> None:
        """Wait until every question has its answer, and every wish its card or its end."""
        await self.flow.threads.until(lambda: self._questions <= set(self.flow.threads.replies))
        await self.flow.cards.until(lambda: self._asked | self._told >= self._wishes("{}"))

    def problems(self) -> Sequence[str]:
        """What is not as it has to be."""
        replies = Counter(self.flow.threads.replies)
        wanted = self._questions | self._wishes("settled {}")
        wrong = [f"{it!r} {replies[it]} times" for it in sorted(wanted) if replies[it] != 1]
        ends = [self.flow.cards.of(id_) for id_ in self.flow.cards.ids]
        approved = sorted(it.call.arguments for it in ends if it.outcome is Outcome.APPROVED)
        if sorted(call.arguments for call in self.flow.agent.ran) != approved:
            wrong.append("what ran is not what was approved")
        withdrawn = [it for it in ends if it.outcome is Outcome.WITHDRAWN]
        wrong += [f"{it.call.arguments} was withdrawn" for it in withdrawn if not self._may(it)]
        return wrong

    def _may(self, status: ApprovalStatus) -> bool:
        """Whether who asked for something took it back after that."""
        asked = self.heard[json.loads(status.request.call.arguments)["n"]]
        return any(
            message.text == CANCEL
            and message.author == asked.author
            and float(message.ts) > float(asked.ts)
            for message in self.heard.values()
        )

    @property
    def _questions(self) -> set[str]:
        return {f"heard {n}" for n, it in self.heard.items() if it.text.startswith("question")}

    def _wishes(self, form: str) -> set[str]:
        return {form.format(n) for n, it in self.heard.items() if it.text.startswith("please")}

    @property
    def _asked(self) -> set[str]:
        return {str(json.loads(it.request.call.arguments)["n"]) for it in self.flow.cards.shown}

    @property
    def _told(self) -> set[str]:
        return {it.removeprefix("settled ") for it in self.flow.threads.replies}


async def _hears_each_message_once(temporal: Client, story: Story) -> None:
    async with working(temporal, script=Listener()) as flow:
        play = Play(flow, story)
        await play.tell()
        await flow.say(LAST)
        await flow.threads.until(lambda: "heard 99" in flow.threads.replies)

        assert play.problems() == []
        assert await flow.failed_tasks() == []
        said = [it["content"] for it in flow.script.given[-1] if it.get("role") == "user"]
        texts = [message.text for message in play.heard.values()]
        assert sorted(it.removesuffix(" (edited)") for it in said) == sorted([*texts, LAST])


@settings(max_examples=5, **UNHURRIED)
@given(story=stories())
async def test_each_message_is_heard_once(temporal: Client, story: Story) -> None:
    await _hears_each_message_once(temporal, story)


@pytest.mark.soak
@pytest.mark.timeout(1_200)
@settings(max_examples=200, **UNHURRIED)
@given(story=stories())
async def test_each_of_many_messages_is_heard_once(temporal: Client, story: Story) -> None:
    await _hears_each_message_once(temporal, story)
