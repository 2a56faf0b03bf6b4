"""Which agent answers where: each has a task queue of Temporal's of its own."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AgentQueue:
    """One agent of an installation."""

    name: str
    """Empty where there is only one."""
    task_queue: str
    channels: frozenset[str] = frozenset()
    """Ids of the channels in which it answers; none is everywhere else."""


@dataclass(frozen=True, slots=True)
class AgentQueues:
    """All agents of an installation; exactly one of them has no channels."""

    agents: Sequence[AgentQueue]

    @classmethod
    def single(cls, task_queue: str) -> "AgentQueues":
        """Of an installation with one agent, which answers everywhere."""
        return cls((AgentQueue("", task_queue),))

    @property
    def names(self) -> Sequence[str]:
        """What people call the agents; empty where there is only one."""
        return [it.name for it in self.agents if it.name]

    def at(self, channel: str) -> str:
        """The queue of the agent that answers in a channel or a direct message."""
        elsewhere = next(it for it in self.agents if not it.channels)
        return next((it for it in self.agents if channel in it.channels), elsewhere).task_queue

    def of(self, name: str) -> str | None:
        """The queue of an agent by its name; None if there is none of that name."""
        return next((it.task_queue for it in self.agents if it.name == name), None)

    def serves(self, task_queue: str) -> bool:
        """Whether one of the agents has this queue."""
        return any(it.task_queue == task_queue for it in self.agents)
