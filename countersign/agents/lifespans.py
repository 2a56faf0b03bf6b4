"""What an agent's tools need to be open, such as a database: made at a worker's start."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar, cast

from agents import Agent

Lifespan = Callable[[], AbstractAsyncContextManager[Any]]
"""Opens what the run context of an agent is, and closes it when the worker stops.

It may raise `AwayError` where a later try may work, and `PreflightError` where somebody has to
change something. Anything else ends the worker's start, too.
"""
Opener = TypeVar("Opener", bound=Lifespan)
_KEPT_AS = "countersign_lifespan"


def lifespan(agent: Agent[Any]) -> Callable[[Opener], Opener]:
    """Decorator: what the function yields is the context of `agent`'s tools.

    ```python
    @lifespan(agent)
    @asynccontextmanager
    async def shop() -> AsyncIterator[Shop]:
        async with Shop.open() as shop:
            yield shop
    ```
    """

    def opens(opener: Opener) -> Opener:
        _keep(agent, opener)
        return opener

    return opens


def _keep(agent: Agent[Any], opener: Lifespan) -> None:
    """Let an agent, and its clones, have a lifespan. The SDK clones only what it knows of."""

    def clone(**changes: Any) -> Agent[Any]:
        cloned = type(agent).clone(agent, **changes)
        _keep(cloned, opener)
        return cloned

    vars(agent).update({_KEPT_AS: opener, "clone": clone})


def lifespan_of(agent: Agent[Any]) -> Lifespan | None:
    """What was said of an agent's context, if anything."""
    return cast("Lifespan | None", vars(agent).get(_KEPT_AS))
