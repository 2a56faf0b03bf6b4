"""How a worker finds the agent that `AGENT` names, and what it says of one that cannot be used."""

import sys
from collections.abc import Generator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from textwrap import dedent

import pytest
from structlog.testing import capture_logs

from countersign.agents.catalogue import Catalogue
from countersign.agents.errors import DuplicateToolError, NoAgentError, NotKeptError
from countersign.agents.loading import found_agent, opened_context
from countersign.runtime.preflight import PreflightError
from countersign.runtime.waiting import AwayError

HEAD = """
from contextlib import asynccontextmanager, contextmanager
from agents import Agent, function_tool, handoff, WebSearchTool, ModelSettings
from countersign.agents import AwayError, lifespan

@function_tool
def water(plant: str) -> str:
    '''Water a plant.'''
    return f"watered {plant}"

agent = Agent(name="Gardener", tools=[water])
"""
WAYS = {
    "an agent": "it = agent",
    "a function": "def it(): return agent",
    "an async function": "async def it(): return agent",
    "a context manager": "@contextmanager\ndef it(): yield agent",
    "an async context manager": "@asynccontextmanager\nasync def it(): yield agent",
    "a class's own": "class Holder:\n    it = agent\nit = Holder.it",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """A folder on Python's path in which a test writes modules."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def _write(folder: Path, body: str) -> None:
    (folder / "garden.py").write_text(HEAD + dedent(body), encoding="utf-8")


@pytest.mark.parametrize("way", WAYS)
async def test_an_agent_is_found_in_whatever_way_it_is_made(folder: Path, way: str) -> None:
    _write(folder, WAYS[way])
    async with found_agent("garden:it") as agent:
        assert agent.name == "Gardener"
        assert list(Catalogue.of(agent).tools) == ["water"]


async def test_the_path_to_it_may_have_dots(folder: Path) -> None:
    _write(folder, "class Holder:\n    inner = agent")
    async with found_agent("garden:Holder.inner") as agent:
        assert agent.name == "Gardener"


@pytest.mark.parametrize(
    ("where", "body", "told"),
    [
        ("garden", "", r"'garden' names no agent; write it like acme\.buyer:agent"),
        (":agent", "", "names no agent"),
        ("nowhere.at.all:agent", "", r"there is no module nowhere\.at\.all; searched \. \(/"),
        ("garden:rose", "", r"there is no rose in garden; did you mean agent\?"),
        ("garden:agnet", "", r"there is no agnet in garden; did you mean agent\?"),
        ("garden:gardener", "buyer = gardner = agent", r"did you mean gardner\?"),
        ("garden:a.q", "a = None", r"there is no q in garden$"),
        ("garden:water", "", "is no agents.Agent and makes none, but a FunctionTool"),
        ("garden:it", "it = 7", "but a int"),
        ("garden:it", "def it(): raise ValueError('no\\nwater')", "line 12: ValueError: no water"),
        ("garden:it", "def it(plant): return agent", "TypeError: .*plant"),
        ("garden:agent", "import not_installed", "No module named 'not_installed'"),
        ("garden:agent", "1 / 0", "ZeroDivisionError"),
    ],
)
async def test_what_is_no_agent_is_refused_in_one_line(
    folder: Path, where: str, body: str, told: str
) -> None:
    _write(folder, body)
    with pytest.raises(NoAgentError, match=told) as raised:
        async with found_agent(where):
            pass
    assert "\n" not in str(raised.value)
    assert str(raised.value).startswith("AGENT: ")


async def test_where_it_was_looked_for_begins_with_the_folder_one_is_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", ["", str(folder), *(f"/lib/{at}" for at in range(7))])
    with pytest.raises(NoAgentError) as raised:
        async with found_agent("nowhere:agent"):
            pass
    assert str(raised.value) == (
        f"AGENT: there is no module nowhere; searched . ({folder}), /lib/0, /lib/1, /lib/2, "
        "/lib/3, /lib/4 and 2 more"
    )


async def test_a_plain_file_in_the_folder_one_is_in_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(folder, "")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [it for it in sys.path if it not in ("", str(folder))])
    async with found_agent("garden:agent") as agent:
        assert agent.name == "Gardener"


STUCK = """
@asynccontextmanager
async def it():
    try:
        yield agent
    finally:
        raise OSError("stuck")

lifespan(agent)(it)
"""


async def test_an_end_that_fails_is_one_line(folder: Path) -> None:
    _write(folder, STUCK)
    with pytest.raises(NoAgentError, match=r"the end of garden:it failed in .*: OSError: stuck"):
        async with found_agent("garden:it"):
            pass
    async with found_agent("garden:agent") as agent:
        with pytest.raises(NoAgentError, match="the end of the lifespan of Gardener failed in "):
            async with opened_context(agent):
                pass


async def test_an_end_that_fails_hides_nothing_that_failed_before(folder: Path) -> None:
    _write(folder, STUCK)

    async def use(what: AbstractAsyncContextManager[object]) -> None:
        async with what:
            raise PreflightError("the policy is wrong")

    async with found_agent("garden:agent") as agent:
        for each in (found_agent("garden:it"), opened_context(agent)):
            with capture_logs() as logs, pytest.raises(PreflightError, match="the policy is wrong"):
                await use(each)
            assert "OSError: stuck" in logs[0]["why"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("agent.tools.append(WebSearchTool())", "a WebSearchTool is not supported"),
        ("agent.tool_use_behavior = print", "tool_use_behavior"),
    ],
)
async def test_what_would_not_be_kept_is_refused_by_name(
    folder: Path, body: str, told: str
) -> None:
    _write(folder, body)
    async with found_agent("garden:agent") as agent:
        with pytest.raises(NotKeptError, match=told):
            Catalogue.of(agent)


async def test_two_tools_of_one_name_are_refused_with_both_places(folder: Path) -> None:
    _write(
        folder,
        """
        @function_tool(name_override="water")
        def flood() -> str:
            return "wet"

        agent.tools.append(flood)
        """,
    )
    async with found_agent("garden:agent") as agent:
        with pytest.raises(DuplicateToolError, match=r"garden\.water and garden\.flood"):
            Catalogue.of(agent)


async def test_a_lifespan_makes_the_context_and_closes_it(folder: Path) -> None:
    _write(
        folder,
        """
        closed = []

        @lifespan(agent)
        @asynccontextmanager
        async def well():
            yield "a well"
            closed.append(True)
        """,
    )
    async with found_agent("garden:agent") as agent, opened_context(agent) as context:
        assert context == "a well"
        assert sys.modules["garden"].closed == []
    assert sys.modules["garden"].closed == [True]


async def test_a_clone_has_the_same_lifespan(folder: Path) -> None:
    _write(
        folder,
        """
        @lifespan(agent)
        @asynccontextmanager
        async def well():
            yield "a well"

        twice = agent.clone(name="Other").clone(handoffs=[agent])
        """,
    )
    async with found_agent("garden:twice") as agent, opened_context(agent) as context:
        assert (agent.name, context) == ("Other", "a well")
        assert list(Catalogue.of(agent).tools) == ["water"]


async def test_a_lifespan_that_would_not_be_opened_is_refused(folder: Path) -> None:
    _write(
        folder,
        """
        @lifespan(agent)
        @asynccontextmanager
        async def well():
            yield "a well"

        house = Agent(name="House", handoffs=[agent])
        """,
    )
    async with found_agent("garden:house") as agent:
        with pytest.raises(NotKeptError, match=r"Gardener has a lifespan, .* give it to House"):
            Catalogue.of(agent)


async def test_an_agent_without_a_lifespan_has_no_context(folder: Path) -> None:
    _write(folder, "")
    async with found_agent("garden:agent") as agent, opened_context(agent) as context:
        assert context is None


async def test_what_is_away_is_waited_for_and_what_fails_is_told(folder: Path) -> None:
    _write(
        folder,
        """
        faults = [AwayError("no water yet"), OSError("pipe burst")]

        @lifespan(agent)
        @asynccontextmanager
        async def well():
            raise faults.pop(0)
            yield
        """,
    )
    async with found_agent("garden:agent") as agent:
        with pytest.raises(AwayError, match="no water yet"):
            async with opened_context(agent):
                pass
        with pytest.raises(NoAgentError, match=r"lifespan of Gardener failed in .*: OSError: pipe"):
            async with opened_context(agent):
                pass
