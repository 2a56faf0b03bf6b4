"""What can go wrong on demand: a route fails, is slow, or hangs up before or after its work."""

import asyncio
from typing import Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from sandbox.faults import Fault

STATUSES = {"http_429": 429, "http_500": 500, "http_503": 503}
Kind = Literal["http_429", "http_500", "http_503", "delay", "drop"]


class ArmFault(BaseModel):
    """A control request: the next `count` calls of a route fail; 0 means all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    route: str
    """As the SDK calls it, for example `messages.create`; `*` is every route."""
    kind: Kind
    count: int = Field(1, ge=0)
    when: Literal["before", "after"] = "before"
    seconds: float = Field(1.0, ge=0, le=120)
    task: str = ""
    """Only calls about this task."""

    def fault(self) -> Fault:
        """What is armed for it."""
        return Fault(
            method=self.route,
            kind=self.kind,
            count=self.count,
            when=self.when,
            seconds=self.seconds,
            channel=self.task,
        )


async def fail(fault: Fault, request: web.Request) -> web.Response | None:
    """Return the armed failure, or None if the call is only slowed down."""
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
        return None
    if fault.kind == "drop":
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=504, text="The connection was cut on request.")
    status = STATUSES[fault.kind]
    body = {"message": "Failed on request.", "code": status, "data": None}
    return web.json_response(body, status=status)
