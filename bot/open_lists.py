"""Lists that people have open, redrawn when an approval on them ends, wherever it was decided.

A courtesy, kept in the memory of this process: nothing depends on it. After a restart a list is
true again with the next press in it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import structlog

from bot.screens import NOT_SHOWN, Screen, may_pass, told_to_wait
from bot.watches import Watches

log = structlog.get_logger(__name__)

KEEP_SECONDS = 30 * 60
"""For so long Slack lets a private message be rewritten."""
MOST = 300
"""Lists that are kept; the one that was opened first goes first."""
SETTLE_SECONDS = 0.5
"""After a first end, for others to come along and for visibility to know of it."""
PAUSE_SECONDS = 0.5
MOST_DOUBLINGS = 7
"""Between two tries to show a list that Slack does not take, twice as long each time: a second
at first, a minute at most. It ends when Slack would take nothing any more."""
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenList:
    """What one person has open in one conversation, or, without a channel, their Home."""

    user: str
    channel: str = ""
    screen: Screen
    waiting: tuple[str, ...]
    """Ids of the approvals on it that have not ended."""
    ended: tuple[str, ...] = ()
    """Those that have ended since it was opened."""
    uses: int | None = None
    """How often it may still be redrawn; without a number, always."""

    @property
    def key(self) -> Key:
        """There is one list a person and conversation: the one that was last pressed."""
        return (self.user, self.channel)


@dataclass(slots=True)
class _Kept:
    shown: OpenList
    expiry: asyncio.TimerHandle
    is_stale: bool = False
    redrawing: asyncio.Task[None] | None = None
    showing: asyncio.Lock = field(default_factory=asyncio.Lock)


class OpenLists:
    """Lists by person and place. `ended` returns when an approval has ended."""

    def __init__(
        self,
        ended: Callable[[str], Awaitable[None]],
        settle: float = SETTLE_SECONDS,
        keep: float = KEEP_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._watches = Watches(ended, self._has_ended)
        self._settle = settle
        self._keep = keep
        self._pause = pause
        self._kept: dict[Key, _Kept] = {}

    def put(self, shown: OpenList) -> None:
        """Keep a list true from now on, in the place of the one that was open there."""
        self._drop(shown.key)
        if len(self._kept) >= MOST:
            self._drop(next(iter(self._kept)))
        if shown.uses != 0:
            expiry = asyncio.get_running_loop().call_later(self._keep, self._expire, shown.key)
            self._kept[shown.key] = _Kept(shown, expiry)
        self._watch()

    def get(self, user: str, channel: str = "") -> OpenList | None:
        """What somebody has open there."""
        kept = self._kept.get((user, channel))
        return kept.shown if kept else None

    async def let_go(self, user: str, channel: str = "") -> tuple[str, ...]:
        """Redraw a list no more, since its reader is changing it; what waited on it.

        What is on its way to Slack arrives first, or else it could cover what comes next.
        """
        kept = self._kept.get((user, channel))
        if kept is None:
            return ()
        async with kept.showing:
            if self._kept.get(kept.shown.key) is kept:
                self._expire(kept.shown.key)
        return kept.shown.waiting

    def touched(self, user: str, approval_id: str) -> None:
        """Somebody has voted, which may end their part in an approval and not the approval."""
        for kept in self._kept.values():
            if kept.shown.user == user and approval_id in kept.shown.waiting:
                self._redraw_soon(kept)

    def again(self, user: str, channel: str = "") -> None:
        """What somebody has open there was not shown as it is: draw it until that works."""
        if kept := self._kept.get((user, channel)):
            self._redraw_soon(kept)

    async def redrawn(self) -> None:
        """Wait until no list is being redrawn, nor will be again by itself."""
        redrawing = [kept.redrawing for kept in self._kept.values() if kept.redrawing]
        await asyncio.gather(*redrawing, return_exceptions=True)

    async def aclose(self) -> None:
        """Forget everything and stop waiting."""
        redrawing = [kept.redrawing for kept in self._kept.values() if kept.redrawing]
        for key in list(self._kept):
            self._drop(key)
        await asyncio.gather(*redrawing, return_exceptions=True)
        await self._watches.aclose()

    def _has_ended(self, approval_id: str) -> None:
        for kept in self._kept.values():
            shown = kept.shown
            if approval_id in shown.waiting:
                waiting = tuple(id_ for id_ in shown.waiting if id_ != approval_id)
                ended = (*shown.ended, approval_id)
                kept.shown = replace(shown, waiting=waiting, ended=ended)
                self._redraw_soon(kept)

    def _redraw_soon(self, kept: _Kept) -> None:
        kept.is_stale = True
        if kept.redrawing is None or kept.redrawing.done():
            kept.redrawing = asyncio.create_task(self._redraw(kept))

    async def _redraw(self, kept: _Kept) -> None:
        failures, told = 0, 0.0
        while kept.is_stale:
            pause = self._pause * 2 ** min(failures, MOST_DOUBLINGS) if failures else self._settle
            await asyncio.sleep(max(pause, told))
            kept.is_stale = False
            try:
                await self._show(kept)
                failures, told = 0, 0.0
            except NOT_SHOWN as error:
                why = {"kind": type(error).__name__, "cause": str(error)}
                if not may_pass(error) or not self._has_failed(kept):
                    log.info("an open list is let go", **why)
                    self._expire(kept.shown.key)
                    return
                log.info("an open list is redrawn again later", **why)
                failures, told = failures + 1, told_to_wait(error)

    async def _show(self, kept: _Kept) -> None:
        drawn = await kept.shown.screen.draw(kept.shown.ended)
        if drawn is not None:
            async with kept.showing:
                await kept.shown.screen.show(drawn)
            self._was_shown(kept, drawn.waiting)

    def _has_failed(self, kept: _Kept) -> bool:
        """Let it be tried again; where tries are counted this was one, and perhaps the last."""
        kept.is_stale = True
        if kept.shown.uses is not None:
            kept.shown = replace(kept.shown, uses=kept.shown.uses - 1)
        return kept.shown.uses != 0

    def _was_shown(self, kept: _Kept, waiting: tuple[str, ...]) -> None:
        shown = kept.shown
        # Visibility may lag: what has ended once is not waited for again.
        waiting = tuple(id_ for id_ in waiting if id_ not in shown.ended)
        uses = None if shown.uses is None else shown.uses - 1
        kept.shown = replace(shown, waiting=waiting, uses=uses)
        if uses == 0:
            kept.is_stale = False
            self._expire(shown.key)
        else:
            self._watch()

    def _expire(self, key: Key) -> None:
        self._drop(key)
        self._watch()

    def _drop(self, key: Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is None:
            return
        kept.expiry.cancel()
        if kept.redrawing and kept.redrawing is not asyncio.current_task():
            kept.redrawing.cancel()

    def _watch(self) -> None:
        self._watches.only(id_ for kept in self._kept.values() for id_ in kept.shown.waiting)
