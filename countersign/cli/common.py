"""What several commands have in common: an option, and the settings that they read."""

from typing import Annotated

import typer
from pydantic_settings import BaseSettings, SettingsConfigDict

from countersign.runtime.settings import names_in
from workflows.redaction import NAMES, Secrets

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


class AgentSettings(BaseSettings):
    """What commands read of the worker's environment. Nothing of it has to be set."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    policy_file: str = "policy.yaml"
    agent: str = "examples.purchasing:agent"
    secret_arguments: str = ",".join(sorted(NAMES))

    @property
    def secrets(self) -> Secrets:
        """What `secret_arguments` names."""
        return Secrets(frozenset(names_in(self.secret_arguments)))
