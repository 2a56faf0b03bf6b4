"""Doing several things at once."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from dev.errors import DevError

Result = TypeVar("Result")


async def together(*steps: Coroutine[Any, Any, None]) -> None:
    """Run them side by side; the first failure stops the others and is raised alone."""
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except* DevError as errors:
        first = errors.exceptions[0]
    else:
        return
    raise first


async def before(end: asyncio.Task[Any], work: Coroutine[Any, Any, Result]) -> Result | None:
    """The result of the work; None if `end` came first, which cancels it."""
    doing = asyncio.create_task(work)
    try:
        await asyncio.wait({doing, end}, return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        for task in (doing, end):
            task.cancel()
        await asyncio.wait({doing, end})
