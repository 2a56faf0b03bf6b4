"""What tools come back with: it can be stored whatever it is, and nothing runs again for it."""

from collections.abc import Callable
from typing import Any

import pytest
from agents import Agent, FunctionTool, function_tool
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError

from countersign.agents.catalogue import Catalogue
from countersign.tools import Preview, ToolError, annotate
from countersign.tools.toolkit import ReservedNameError, Tool
from tests.support.builders import a_call
from worker.agent import NO_ANSWER, OUTPUT_LIMIT, AgentRunner
from worker.arguments import not_run
from worker.prepared import FIELDS_LIMIT, LINES_LIMIT
from workflows.contracts.core import ArgumentField, Call, Prepared, ToolResult

HALF = b"caf\xe9 exported".decode("utf-8", "surrogateescape")
CALL = a_call().model_copy(update={"tool": "export", "arguments": '{"what": "x"}'})


class Unwritable:
    """What cannot even be said."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Export:
    """An runner with one tool, which does and previews what a test says."""

    def __init__(self, act: Callable[[], Any], preview: Callable[[], Any] | None = None) -> None:
        self.ran = 0

        @function_tool(needs_approval=True, failure_error_function=None)
        async def export(what: str) -> Any:
            """Export."""
            self.ran += 1
            return act()

        async def say() -> Any:
            return preview() if preview else None

        if preview is not None:
            annotate(export, preview=say)
        self.runner = _runner(export)

    async def run(self, call: Call = CALL) -> ToolResult:
        return _stored(await self.runner.run_tool(call))

    async def prepare(self, call: Call = CALL) -> Prepared:
        return _stored(await self.runner.prepare_call(call))


def _runner(tool: FunctionTool) -> AgentRunner:
    return AgentRunner(Catalogue.of(Agent(name="A", instructions="I", tools=[tool])), model="m")


def _stored(value: Any) -> Any:
    """The same, after it went through Temporal's converter."""
    converter = pydantic_data_converter.payload_converter
    (stored,) = converter.from_payloads(converter.to_payloads([value]), [type(value)])
    assert stored == value
    return stored


def _raises(error: BaseException) -> Any:
    raise error


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("fine", "fine"),
        (None, NO_ANSWER),
        ("", ""),
        (7, "7"),
        ({"a": [1, "ä"]}, '{"a": [1, "ä"]}'),
        ({1: {2}}, '{"1": "{2}"}'),
        (b"caf\xe9", "caf\N{REPLACEMENT CHARACTER}"),
        (HALF, "caf\N{REPLACEMENT CHARACTER} exported"),
        ("nul \0", "nul \N{REPLACEMENT CHARACTER}"),
        (Unwritable(), "[unreadable: a Unwritable, RuntimeError]"),
    ],
    ids=lambda it: type(it).__name__,
)
async def test_whatever_a_tool_returns_is_text_and_it_is_done(answer: Any, text: str) -> None:
    export = Export(lambda: answer)
    assert await export.run() == ToolResult(ok=True, text=text)
    assert export.ran == 1


async def test_what_contains_itself_is_text_too() -> None:
    ring: dict[str, Any] = {}
    ring["ring"] = ring
    assert (await Export(lambda: ring).run()).text == "{'ring': {...}}"


async def test_a_long_answer_is_cut_with_a_mark() -> None:
    result = await Export(lambda: "x" * 1_200_000).run()
    assert result.ok
    assert len(result.text) <= OUTPUT_LIMIT
    assert result.text.endswith("[cut: 1,180,080 of 1,200,000 characters are left out]")


async def test_what_a_tool_says_it_cannot_do_is_bounded_too() -> None:
    result = await Export(lambda: _raises(ToolError(HALF + "x" * 100_000))).run()
    assert not result.ok
    assert len(result.text) <= OUTPUT_LIMIT


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (ConnectionError("no answer"), True),
        (TimeoutError(), True),
        (RuntimeError("session is closed"), True),
        (UnicodeEncodeError("utf-8", HALF, 3, 4, "surrogates not allowed"), False),
        (TypeError("not serializable"), False),
        (KeyError("order"), False),
        (ZeroDivisionError(), False),
        (ApplicationError("no", non_retryable=True), False),
    ],
    ids=repr,
)
async def test_only_what_may_pass_is_run_again(error: Exception, again: bool) -> None:
    with pytest.raises(type(error) if again else ApplicationError) as raised:
        await Export(lambda: _raises(error)).run()
    assert (not getattr(raised.value, "non_retryable", False)) is again


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(HALF),
        RuntimeError("x" * 3_000_000),
        RuntimeError("nul \0"),
        RuntimeError(Unwritable()),
        ApplicationError("no", HALF, {"a": Unwritable()}),
    ],
    ids=lambda it: ascii(it)[:40],
)
async def test_an_error_that_nobody_foresaw_can_be_stored(error: Exception) -> None:
    with pytest.raises(ApplicationError) as raised:
        await Export(lambda: _raises(error)).run()
    raised.value.message.encode()
    assert len(raised.value.message) < OUTPUT_LIMIT
    assert (raised.value.__cause__, raised.value.details) == (None, ())
    assert raised.value.type == type(error).__name__


async def test_a_call_whose_arguments_could_not_be_read_never_runs() -> None:
    export = Export(lambda: "done")
    call = CALL.model_copy(update={"arguments": not_run("they are 90,000 characters long", "{")})
    assert "NOT RUN: they are 90,000" in (await export.run(call)).text
    problem = (await export.prepare(call)).problem
    assert "they are 90,000 characters long" in problem
    assert export.ran == 0


async def test_a_tool_without_needed_arguments_does_not_run_either() -> None:
    @function_tool
    async def everything(n: int = 1) -> str:
        """Do everything."""
        return "done"

    runner = _runner(everything)
    call = CALL.model_copy(update={"tool": "everything", "arguments": not_run("too long")})
    assert not (await runner.run_tool(call)).ok


def test_a_tool_may_not_take_the_name_of_the_mark() -> None:
    @function_tool
    async def refund(not_run_because: str) -> str:
        """Refund."""
        return not_run_because

    with pytest.raises(ReservedNameError, match="not_run_because"):
        Tool.of(refund)


async def test_a_preview_of_any_size_can_be_carried_and_says_what_is_missing() -> None:
    long = "x" * 3_000_000
    lines = (ArgumentField(name="x" * 10_000, value="x" * 10_000) for _ in range(500))
    fields = (ArgumentField(name=long, value=long), *lines)
    preview = Preview(summary=long, cost=long, fields=fields)
    prepared = await Export(lambda: "", lambda: preview).prepare()
    assert len(prepared.model_dump_json()) < 2 * FIELDS_LIMIT
    assert len(prepared.fields) <= LINES_LIMIT + 1
    for told in (prepared.summary, prepared.cost, prepared.fields[0].value):
        assert "characters are left out]" in told
    assert "further lines are left out" in prepared.fields[-1].value


async def test_what_differs_beyond_what_is_shown_is_another_proposal() -> None:
    one = await Export(lambda: "", lambda: Preview("x" * 9_000 + "a")).prepare()
    other = await Export(lambda: "", lambda: Preview("x" * 9_000 + "b")).prepare()
    assert one.summary == other.summary
    assert one.digest != other.digest


async def test_a_preview_with_halves_of_characters_can_be_shown() -> None:
    fields = (ArgumentField.model_construct(name=HALF, value=HALF),)
    prepared = await Export(lambda: "", lambda: Preview(HALF, HALF, fields)).prepare()
    assert prepared.summary == "caf\N{REPLACEMENT CHARACTER} exported"
    assert prepared.problem == ""


@pytest.mark.parametrize("preview", [None, "Export it", 7, {"summary": "x"}])
async def test_a_preview_that_is_none_bothers_nobody(preview: Any) -> None:
    prepared = await Export(lambda: "", lambda: preview).prepare()
    assert "does not say what would be done" in prepared.problem


@pytest.mark.parametrize("amount", [float("nan"), float("inf")])
async def test_an_amount_that_is_no_number_is_not_taken_for_none(amount: float) -> None:
    prepared = await Export(lambda: "", lambda: Preview("Export", amount=amount)).prepare()
    assert "cannot be said" in prepared.problem


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.binary(max_size=8)
    | st.text(st.characters(exclude_categories=()), max_size=8),
    lambda it: st.lists(it, max_size=3) | st.tuples(it) | st.dictionaries(st.text(max_size=3), it),
    max_leaves=6,
)


ANSWERS: list[Any] = []
ANSWERING = Export(ANSWERS.pop)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(anything)
async def test_anything_can_be_answered_and_stored(answer: Any) -> None:
    ANSWERS.append(answer)
    result = await ANSWERING.run()
    assert result.ok
    assert len(result.text) <= OUTPUT_LIMIT
