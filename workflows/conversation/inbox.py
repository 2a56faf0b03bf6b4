"""Messages that wait for their turn: in the order in which they were said, each once. Pure."""

from bisect import insort
from collections.abc import Callable, Sequence

from workflows.contracts.core import Edit, Message
from workflows.conversation.memory import INBOX_LIMIT, INBOX_SIZE, SEEN_LIMIT, Memory


class Inbox:
    """What came in and was not taken yet. Slack delivers in any order, and sometimes twice."""

    def __init__(self, memory: Memory) -> None:
        self.messages = list(memory.inbox)
        self._seen = dict.fromkeys(memory.seen)
        self._missed = 0

    @property
    def seen(self) -> tuple[str, ...]:
        """Ids and times of the latest messages, by which another delivery is known."""
        return tuple(self._seen)

    def knows(self, ts: str) -> bool:
        """Whether a message of this time came in."""
        return ts in self._seen

    def put(self, message: Message, under_way: Sequence[Message] = ()) -> None:
        """Take a message in, unless it came before or there are too many already.

        Args:
            message: what came in. Both its id and its time make it known: a mention comes as two
                events with one time, and "Ask again" pressed twice gives two times and one id.
            under_way: messages that were taken and are not answered yet.
        """
        if message.id in self._seen or message.ts in self._seen:
            return
        self._remember(message.id, message.ts)
        kept = (*self.messages, *under_way)
        if len(kept) >= INBOX_LIMIT or sum(len(it.text) for it in kept) >= INBOX_SIZE:
            self._missed += 1
            return
        insort(self.messages, message, key=lambda it: moment_of(it.ts))

    def amend(self, edit: Edit) -> bool:
        """Let a message that nobody has read yet say what it says now."""
        for place, message in enumerate(self.messages):
            if message.ts == edit.ts:
                self.messages[place] = message.model_copy(update={"text": edit.after})
                return True
        return False

    @property
    def is_addressed(self) -> bool:
        """Whether anything in it was said to us."""
        return any(it.is_addressed for it in self.messages)

    def begin_with_mention(self) -> None:
        """Leave out what people said to each other before one of them turned to us."""
        first = next(place for place, it in enumerate(self.messages) if it.is_addressed)
        del self.messages[:first]

    def clear(self) -> None:
        """Leave unread what was said."""
        self.messages = []

    def take_missed(self) -> int:
        """How many messages were turned away since this was last asked."""
        missed, self._missed = self._missed, 0
        return missed

    def has_news(self, is_due: Callable[[Message], bool]) -> bool:
        """Whether a message waits that is due, or one was turned away."""
        return bool(self._missed) or any(map(is_due, self.messages))

    def take(self, is_due: Callable[[Message], bool]) -> Sequence[Message]:
        """Hand out the messages that are due, in the order in which they were said."""
        due = [it for it in self.messages if is_due(it)]
        self.messages = [it for it in self.messages if it not in due]
        return due

    def _remember(self, *names: str) -> None:
        self._seen |= dict.fromkeys(names)
        while len(self._seen) > SEEN_LIMIT:
            del self._seen[next(iter(self._seen))]


def moment_of(ts: str) -> float:
    """When something was said, in seconds since 1970; what is no time counts as long ago."""
    try:
        return float(ts)
    except ValueError:
        return 0.0
