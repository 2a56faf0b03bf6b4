"""Finds the agent that `AGENT` names, such as `acme.buyer:agent`, and opens its context.

What is found there is an `agents.Agent`, or a function that makes one: plain, `async`, or a context
manager (plain or asynchronous) that yields one.
"""

import inspect
import sys
import traceback
from collections.abc import AsyncGenerator, Generator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import structlog
from agents import Agent

from countersign.agents.errors import NoAgentError
from countersign.agents.lifespans import lifespan_of
from countersign.runtime.preflight import PreflightError
from countersign.runtime.waiting import AwayError

FORM = "write it like acme.buyer:agent"
ON_PURPOSE = (AwayError, PreflightError, NoAgentError)
MOST_FOLDERS = 5
"""Of the path that was searched, in an error's line."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def found_agent(where: str) -> AsyncGenerator[Agent[Any]]:
    """The agent at a place, without its context, which may need a database.

    Args:
        where: a module and a name in it, with a colon between them.

    Raises:
        NoAgentError: there is none; the text says what was looked for and why it failed.
        AwayError: its own code says that a later try may work.
        PreflightError: its own code says what has to be changed.
    """
    async with _closed_at_the_end(where) as stack:
        with _explained(where):
            agent = await _made(_named(where), stack)
        if not isinstance(agent, Agent):
            kind = type(agent).__name__
            raise NoAgentError(f"AGENT: {where} is no agents.Agent and makes none, but a {kind}")
        yield agent


@asynccontextmanager
async def opened_context(agent: Agent[Any]) -> AsyncGenerator[Any]:
    """What an agent's tools are given as their run context, as its lifespan makes it.

    None if it has no lifespan.

    Raises:
        NoAgentError: the lifespan failed, at its begin or at its end.
        AwayError: its own code says that a later try may work.
        PreflightError: its own code says what has to be changed.
    """
    opener = lifespan_of(agent)
    if opener is None:
        yield None
        return
    what = f"the lifespan of {agent.name}"
    async with _closed_at_the_end(what) as stack:
        with _explained(what):
            context = await stack.enter_async_context(opener())
        yield context


@asynccontextmanager
async def _closed_at_the_end(what: str) -> AsyncGenerator[AsyncExitStack]:
    """A stack for a stranger's contexts. What fails as they end hides nothing that failed before.

    Raises:
        NoAgentError: they do not end in order, and nothing else had failed.
    """
    stack, is_well = AsyncExitStack(), False
    try:
        yield stack
        is_well = True
    finally:
        try:
            with _explained(f"the end of {what}"):
                await stack.aclose()
        except NoAgentError as error:
            if is_well:
                raise
            log.warning("the agent was not closed in order", why=str(error))


async def _made(found: Any, stack: AsyncExitStack) -> Any:
    """What a function makes, and whatever that yields; anything else as it is."""
    made = found() if callable(found) and not isinstance(found, Agent) else found
    if inspect.isawaitable(made):
        made = await made
    match made:
        case AbstractAsyncContextManager():
            return await stack.enter_async_context(made)
        case AbstractContextManager():
            return stack.enter_context(made)
        case _:
            return made


def _named(where: str) -> Any:
    """What stands at a place.

    Raises:
        NoAgentError: nothing does.
    """
    module, _, path = where.partition(":")
    if not module or not path:
        raise NoAgentError(f"AGENT: {where!r} names no agent; {FORM}")
    found: Any = _imported(module)
    for name in path.split("."):
        if not hasattr(found, name):
            near = _near(name, found)
            raise NoAgentError(f"AGENT: {where}: there is no {name} in {module}{near}")
        found = getattr(found, name)
    return found


def _near(name: str, within: Any) -> str:
    """What was probably meant: a name like it, else every agent that is there."""
    public = [it for it in dir(within) if not it.startswith("_")]
    agents = [it for it in public if isinstance(getattr(within, it, None), Agent)]
    meant = get_close_matches(name, public, n=1) or agents[:MOST_FOLDERS]
    return f"; did you mean {' or '.join(meant)}?" if meant else ""


def _imported(name: str) -> ModuleType:
    if (here := str(Path.cwd())) not in sys.path:  # a plain file, from a program that is installed
        sys.path.insert(0, here)
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise NoAgentError(f"AGENT: there is no module {name}; searched {_searched()}") from error


def _searched() -> str:
    """Where Python looks for a module: first the folder that we are in, which people expect."""
    here = Path.cwd()
    others = [it for it in dict.fromkeys(sys.path) if it and Path(it) != here]
    told = ", ".join([f". ({here})", *others[:MOST_FOLDERS]])
    more = len(others) - MOST_FOLDERS
    return f"{told} and {more} more" if more > 0 else told


@contextmanager
def _explained(what: str) -> Generator[None]:
    """Put a stranger's error in one line.

    Raises:
        NoAgentError: in its place.
    """
    try:
        yield
    except ON_PURPOSE:
        raise
    except (Exception, SystemExit) as error:  # `sys.exit()` in it would end us without a word
        last = _place(error)
        told = " ".join(str(error).split())
        raise NoAgentError(
            f"AGENT: {what} failed in {last.filename}, line {last.lineno}: "
            f"{type(error).__name__}: {told}"
        ) from error


def _place(error: BaseException) -> traceback.FrameSummary:
    """Where it was raised, in a file that one can look into."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((it for it in reversed(frames) if not it.filename.startswith("<")), frames[-1])
