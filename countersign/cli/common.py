"""What several commands have in common: options, and the settings that they read."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from pydantic_settings import BaseSettings, SettingsConfigDict

from countersign.cli.errors import MISUSED, REFUSED, UNREACHABLE, CommandError
from countersign.runtime.agents_file import NamedAgent, agents_named, only_agent, policy_beside
from countersign.runtime.settings import SettingsError, names_in
from workflows.redaction import NAMES, Secrets

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
AgentName = Annotated[
    str, typer.Option("--agent", metavar="NAME", help="One of the agents in the file AGENTS.")
]
AnyAgent = Annotated[
    str,
    typer.Option(
        "--agent",
        metavar="MODULE:NAME|NAME",
        help="The agent, or the name of one in the file AGENTS; AGENT if left out.",
    ),
]


class AgentSettings(BaseSettings):
    """What commands read of the worker's environment. Nothing of it has to be set."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    policy_file: str = "policy.yaml"
    agent: str = "examples.purchasing:agent"
    secret_arguments: str = ",".join(sorted(NAMES))
    agents: str = ""
    task_queue: str = "countersign"

    @property
    def secrets(self) -> Secrets:
        """What `secret_arguments` names."""
        return Secrets(frozenset(names_in(self.secret_arguments)))

    def policy_of(self, agent: str) -> str:
        """The policy for an agent that somebody names: what is set, else what is beside it."""
        if "policy_file" in self.model_fields_set:
            return self.policy_file
        return str(policy_beside(agent, ("", *sys.path)) or self.policy_file)

    def named_agents(self) -> Sequence[NamedAgent]:
        """All agents that there are here.

        Raises:
            CommandError: the file that names them cannot be used.
        """
        try:
            return agents_named(self.agents, self.agent, self.policy_file, self.task_queue)
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

    def any_agent(self, name: str) -> NamedAgent:
        """The same, or one by its module and name in it, under its policy in the file, if any.

        Raises:
            CommandError: as for `named_agent`.
        """
        if not name or (self.agents and ":" not in name):
            return self.named_agent(name)
        known = (it for it in self.named_agents() if it.name and it.agent == name)
        (other,) = only_agent(name, self.policy_of(name), self.task_queue)
        return next(known, other)
