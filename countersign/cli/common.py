"""What several commands have in common: options, and the settings that they read."""

from collections.abc import Sequence
from typing import Annotated

import typer
from pydantic_settings import BaseSettings, SettingsConfigDict

from countersign.cli.errors import MISUSED, REFUSED, UNREACHABLE, CommandError
from countersign.runtime.agents_file import NamedAgent, only_agent, read_agents
from countersign.runtime.settings import SettingsError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
AgentName = Annotated[
    str, typer.Option("--agent", metavar="NAME", help="One of the agents in the file AGENTS.")
]


class AgentSettings(BaseSettings):
    """What commands read of the worker's environment. Nothing of it has to be set."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    policy_file: str = "policy.yaml"
    agent: str = "examples.purchasing:agent"
    agents: str = ""
    task_queue: str = "countersign"

    def named_agents(self) -> Sequence[NamedAgent]:
        """All agents that there are here.

        Raises:
            CommandError: the file that names them cannot be used.
        """
        if not self.agents:
            return only_agent(self.agent, self.policy_file, self.task_queue)
        try:
            return read_agents(self.agents, self.task_queue)
        except SettingsError as error:
            raise CommandError(str(error), UNREACHABLE) from error

    def named_agent(self, name: str) -> NamedAgent:
        """One of them by its name, or the only one.

        Raises:
            CommandError: there is none of that name, or there are several and none was named.
        """
        agents = self.named_agents()
        known = {it.name: it for it in agents if it.name}
        if name and name not in known:
            there_are = f"the agents are {', '.join(known)}" if known else "AGENTS is not set"
            raise CommandError(f"There is no agent {name!r}; {there_are}.", REFUSED)
        if not name and known:
            raise CommandError(f"Give --agent too: one of {', '.join(known)}.", MISUSED)
        return known[name] if name else agents[0]
