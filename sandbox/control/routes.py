"""The control API: everything the page can do, and what only tests want."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from sandbox.control import acting, failing, looking, roster, waiting
from sandbox.control.body import Ask, read_ask
from sandbox.core import Core
from sandbox.errors import ControlError
from sandbox.json_types import Json

Verb = Callable[[Ask], Awaitable[Json]]

GETS: Mapping[str, Verb] = {
    "state": looking.state,
    "messages": looking.messages,
    "search": looking.search,
    "inspector": looking.inspector,
    "wait": waiting.wait,
    "faults": looking.faults,
    "export": looking.export,
}
POSTS: Mapping[str, Verb] = {
    "say": acting.say,
    "edit": acting.edit,
    "delete": acting.delete,
    "react": acting.react,
    "read": acting.read,
    "join": acting.join,
    "command": acting.command,
    "click": acting.click,
    "submit": acting.submit,
    "close": acting.close,
    "home": acting.home,
    "stop": acting.stop,
    "faults": failing.arm,
    "faults/clear": failing.clear,
    "socket": failing.socket,
    "delivery": failing.delivery,
    "deliver": failing.deliver,
    "reset": failing.reset,
    "people": roster.person,
    "groups": roster.group,
    "members": roster.member,
    "channels": roster.channel,
}


def add_control_routes(app: web.Application, core: Core) -> None:
    """Mount the control API under `/control`."""
    for name, verb in GETS.items():
        app.router.add_get(f"/control/{name}", _handler(core, verb))
    for name, verb in POSTS.items():
        app.router.add_post(f"/control/{name}", _handler(core, verb))


def _handler(core: Core, verb: Verb) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            answer = await verb(await read_ask(core, request))
        except ControlError as error:
            refusal = {"ok": False, "error": error.code, "message": error.message}
            return web.json_response(refusal)
        return web.json_response({"ok": True, **answer})

    return handle
