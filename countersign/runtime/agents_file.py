"""The agents of an installation: the one that `AGENT` names, or those in the file `AGENTS`."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from countersign.policy.faults import Finding, PolicyError
from countersign.policy.files import text_of
from countersign.policy.ids import CHANNEL, check
from countersign.policy.source import EMPTY, Source, read
from countersign.policy.wording import findings
from countersign.runtime.settings import SettingsError, task_queue_name
from workflows.agent_queues import AgentQueue, AgentQueues

MOST_AGENTS = 50
"""Each has a worker of Temporal's in every worker process."""
MOST_CHANNELS = 1_000
LARGEST = 64 * 1024
"""Characters; fifty agents with ten channels each have 15,000."""
TOO_LARGE = f"is larger than {LARGEST // 1024} KiB; check what the file is"
POLICY = "policy.yaml"
NO_AGENTS = "names no agents; begin with `agents:`"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class NamedAgent:
    """One agent, and what a worker needs to run it."""

    name: str
    """Empty for the one that `AGENT` names."""
    agent: str
    """A module and a name in it, such as `acme.buyer:agent`."""
    policy: Path
    queue: AgentQueue


def queues_of(agents: Sequence[NamedAgent]) -> AgentQueues:
    """Which of them answers where."""
    return AgentQueues(tuple(it.queue for it in agents))


def only_agent(agent: str, policy: str, task_queue: str) -> Sequence[NamedAgent]:
    """The one agent of an installation without a file."""
    return (NamedAgent("", agent, Path(policy), AgentQueue("", task_queue)),)


def policy_beside(agent: str, places: Iterable[str | Path]) -> Path | None:
    """The file `policy.yaml` beside an agent's module, which is not loaded for that.

    Args:
        agent: a module and a name in it.
        places: the folders in which modules are looked for, in their order.
    """
    folder = folder_of(agent, places)
    found = folder / POLICY if folder else None
    return found if found and found.is_file() else None


def folder_of(agent: str, places: Iterable[str | Path]) -> Path | None:
    """The folder of an agent's module; None where there is no such module. See `policy_beside`."""
    parts = agent.partition(":")[0].split(".")
    for place in places:
        module = Path(place, *parts)
        if module.is_dir() or module.with_name(f"{module.name}.py").is_file():
            return module if module.is_dir() else module.parent
    return None


def agents_named(file: str, agent: str, policy: str, task_queue: str) -> Sequence[NamedAgent]:
    """Those in the file, if there is one, else the one agent.

    Raises:
        SettingsError: as for `read_agents`.
    """
    return read_agents(file, task_queue) if file else only_agent(agent, policy, task_queue)


def read_agents(file: str, task_queue: str) -> Sequence[NamedAgent]:
    """The agents in a file, in its order.

    Args:
        file: its path. Policies are looked for from its folder.
        task_queue: what the name of each agent's queue begins with.

    Raises:
        SettingsError: the file cannot be used. A line for each thing to change.
    """
    try:
        document = _document(file)
    except OSError as error:
        raise SettingsError(f"AGENTS: {file} cannot be read ({error.strerror})") from error
    except PolicyError as error:
        faults = (str(it).replace(EMPTY, NO_AGENTS) for it in error.faults)
        raise SettingsError("\n".join(f"AGENTS: {it}" for it in faults)) from error
    folder = Path(file).parent
    agents = tuple(it.named(folder, task_queue) for it in document.agents)
    for queue in _twice(it.queue.task_queue for it in agents):
        raise SettingsError(f"AGENTS: {file}: two agents have the task queue {queue}")
    return agents


def _named(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError("has to be 1 to 40 lower-case letters, digits or hyphens, such as buyer")
    return name


def _placed(agent: str) -> str:
    module, _, name = agent.partition(":")
    if not module or not name:
        raise ValueError("names no agent; write it like acme.buyer:agent")
    return agent


_Text = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
_Channel = Annotated[str, AfterValidator(check(CHANNEL))]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: Annotated[_Text, AfterValidator(_named)]
    agent: Annotated[_Text, AfterValidator(_placed)]
    policy: _Text
    channels: Annotated[tuple[_Channel, ...], Field(max_length=MOST_CHANNELS, strict=False)] = ()
    task_queue: Annotated[_Text, AfterValidator(task_queue_name)] | None = None

    def named(self, folder: Path, prefix: str) -> NamedAgent:
        task_queue = self.task_queue or f"{prefix}-{self.name}"
        queue = AgentQueue(self.name, task_queue, frozenset(self.channels))
        policy = Path(os.path.normpath(folder / self.policy))
        return NamedAgent(self.name, self.agent, policy, queue)


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    agents: Annotated[tuple[_Entry, ...], Field(min_length=1, max_length=MOST_AGENTS, strict=False)]

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if problem := next(_clashes(self.agents), ""):
            raise ValueError(problem)
        return self


def _clashes(agents: Sequence[_Entry]) -> Iterator[str]:
    for what, values in (
        ("agents are called", [it.name for it in agents]),
        ("agents answer in the channel", [one for it in agents for one in set(it.channels)]),
    ):
        yield from (f"two {what} {it}" for it in _twice(values))
    everywhere = [it.name for it in agents if not it.channels]
    if not everywhere:
        yield (
            "every agent has channels; leave them out of the one that answers everywhere else and "
            "in direct messages"
        )
    if len(everywhere) > 1:
        names = " and ".join(everywhere)
        yield f"{names} have no channels; only the one that answers everywhere else has none"


def _twice(values: Iterable[str]) -> Iterator[str]:
    return (it for it, number in Counter(values).items() if number > 1)


def _document(file: str) -> _Document:
    source = read(text_of(Path(file), LARGEST, TOO_LARGE), file)
    try:
        document = _Document.model_validate(source.values)
    except ValidationError as error:
        raise _refused(source, [*findings(error, _Document), *source.findings]) from error
    if source.findings:
        raise _refused(source, source.findings)
    return document


def _refused(source: Source, wrong: Sequence[Finding]) -> PolicyError:
    """All of it, without the examples, which are of a policy."""
    return PolicyError([replace(source.fault(*finding), example="") for finding in wrong])
