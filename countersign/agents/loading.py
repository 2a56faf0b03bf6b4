"""Finds the agent that `AGENT` names, such as `acme.buyer:agent`, and opens it.

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
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from agents import Agent

from countersign.agents.errors import NoAgentError
from countersign.agents.lifespans import lifespan_of
from countersign.runtime.preflight import PreflightError
from countersign.runtime.waiting import AwayError

FORM = "write it like acme.buyer:agent"
ON_PURPOSE = (AwayError, PreflightError, NoAgentError)
MOST_FOLDERS = 5
"""Of the path that was searched, in an error's line."""


@dataclass(frozen=True, slots=True)
class OpenAgent:
    """An agent that is ready to work."""

    agent: Agent[Any]
    context: Any
    """What its tools are given as their run context; None if it has no lifespan."""


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
    stack = AsyncExitStack()
    try:
        with _explained(where):
            agent = await _made(_named(where), stack)
        if not isinstance(agent, Agent):
            kind = type(agent).__name__
            raise NoAgentError(f"AGENT: {where} is no agents.Agent and makes none, but a {kind}")
        yield agent
    finally:
        with _explained(f"the end of {where}"):
            await stack.aclose()


@asynccontextmanager
async def opened(agent: Agent[Any]) -> AsyncGenerator[OpenAgent]:
    """The same with its context, as its lifespan makes it.

    Raises:
        NoAgentError: the lifespan failed.
        AwayError: its own code says that a later try may work.
        PreflightError: its own code says what has to be changed.
    """
    opener = lifespan_of(agent)
    if opener is None:
        yield OpenAgent(agent, None)
        return
    async with AsyncExitStack() as stack:
        with _explained(f"the lifespan of {agent.name}"):
            context = await stack.enter_async_context(opener())
        yield OpenAgent(agent, context)


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
            raise NoAgentError(f"AGENT: {where}: there is no {name} in {module}")
        found = getattr(found, name)
    return found


def _imported(name: str) -> ModuleType:
    if (here := str(Path.cwd())) not in sys.path:  # a plain file, from a program that is installed
        sys.path.insert(0, here)
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        looked = ", ".join(it or "." for it in sys.path[:MOST_FOLDERS])
        raise NoAgentError(f"AGENT: there is no module {name}; searched {looked}") from error


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
