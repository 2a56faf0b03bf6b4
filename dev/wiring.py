"""What each process of a stack is told: its command, its variables, where it answers."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dev.child import Command
from dev.ports import LOOPBACK, Ports
from dev.secrets_file import SandboxSecrets
from dev.temporal_server import NAMESPACE, TemporalServer

MANIFEST = "dev/slack_app_manifest.yml"
"""A link to the one at the top, so that it is there where we are installed."""
POLICY = "dev/policy.yaml"
"""Rules that name the sandbox's people; a Slack of your own has `policy.yaml`."""
WORKER = "worker"
"""The worker's module."""
WORKER_GRACE = 25
"""The worker gives what is under way 20 seconds."""
PLACEHOLDER_KEY = "sandbox"  # the OpenAI client wants a key; the scripted model does not look at it


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """A stack's addresses and variables; pure, so that it can be looked at in a test."""

    root: Path
    home: Path
    cwd: Path
    ports: Ports
    secrets: SandboxSecrets
    base: Mapping[str, str]
    overrides: Mapping[str, str]
    commands: Mapping[str, Sequence[str]]
    worker_module: str
    temporal_address: str
    temporal_is_ours: bool
    task_queue: str
    delivery: str
    slack_is_sandbox: bool
    model_is_sandbox: bool
    log_level: str
    is_lenient: bool

    @property
    def sandbox_url(self) -> str:
        """The sandbox, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.ports.sandbox}"

    @property
    def bot_url(self) -> str:
        """The bot's own HTTP server."""
        return f"http://{LOOPBACK}:{self.ports.bot}"

    @property
    def worker_url(self) -> str:
        """The worker's health checks."""
        return f"http://{LOOPBACK}:{self.ports.worker}"

    def env(self) -> dict[str, str]:
        """The variables of the bot and the worker."""
        return {
            **self._process_env(),
            **self._temporal_client(),
            "TASK_QUEUE": self.task_queue,
            "BOT_HOST": LOOPBACK,
            "BOT_PORT": str(self.ports.bot),
            "WORKER_HOST": LOOPBACK,
            "WORKER_PORT": str(self.ports.worker),
            "DATABASE_URL": self._database_url(),
            "DEPLOYS_FILE": self.base.get("DEPLOYS_FILE") or str(self.home / "deploys.db"),
            "POLICY_FILE": self._policy_file(),
            **(self._slack() if self.slack_is_sandbox else {}),
            **(self._model() if self.model_is_sandbox else {}),
            **self.overrides,
        }

    def bot(self) -> Command:
        """The Slack edge."""
        return self._command("bot", ("-m", "bot"), self.env(), f"{self.bot_url}/readyz")

    def worker(self) -> Command:
        """The side effects."""
        run = ("-m", self.worker_module)
        command = self._command("worker", run, self.env(), f"{self.worker_url}/readyz")
        return replace(command, grace=WORKER_GRACE)

    def sandbox(self) -> Command:
        """The stand-in for Slack and for the model; secrets stay out of the process list."""
        arguments = ["-m", "sandbox", "--port", str(self.ports.sandbox)]
        arguments += ["--manifest", str(self.root / MANIFEST)]
        arguments += ["--data", str(self.home / "sandbox.json")]
        if self.delivery == "http":
            arguments += ["--events-url", f"{self.bot_url}/slack/events"]
        if self.is_lenient:
            arguments += ["--lenient"]
        env = {
            **self._process_env(),
            "SANDBOX_BOT_TOKEN": self.secrets.bot_token,
            "SANDBOX_APP_TOKEN": self.secrets.app_token,
            "SANDBOX_SIGNING_SECRET": self.secrets.signing_secret,
            "SANDBOX_PAGE_TOKEN": self.secrets.page_token,
        }
        return self._command("sandbox", arguments, env, f"{self.sandbox_url}/healthz")

    def temporal(self, server: TemporalServer) -> Command:
        """The server has nothing to finish when it forgets everything anyway."""
        return Command(
            name="temporal",
            argv=self.commands.get("temporal", server.command()),
            env=self.base,
            cwd=self.home,
            log=self.log("temporal"),
            ready_url=server.ready_url,
            grace=10 if server.database else 0,
        )

    def log(self, name: str) -> Path:
        """Where everything goes that the process prints."""
        return self.home / "logs" / f"{name}.log"

    def _command(
        self, name: str, arguments: Sequence[str], env: Mapping[str, str], ready_url: str
    ) -> Command:
        return Command(
            name=name,
            argv=self.commands.get(name, (sys.executable, *arguments)),
            env=env,
            cwd=self.cwd,
            log=self.log(name),
            ready_url=ready_url,
        )

    def _process_env(self) -> dict[str, str]:
        return {
            **self.base,
            "PYTHONPATH": os.pathsep.join([str(self.root), *self._packages_of_others()]),
            "PYTHONUNBUFFERED": "1",
            "LOG_LEVEL": self.log_level,
            "LOG_FORMAT": self.base.get("LOG_FORMAT", "console"),
        }

    def _temporal_client(self) -> dict[str, str]:
        """Our own server has one namespace and knows neither TLS nor keys."""
        address = {"TEMPORAL_ADDRESS": self.temporal_address}
        return {**address, "TEMPORAL_NAMESPACE": NAMESPACE} if self.temporal_is_ours else address

    def _packages_of_others(self) -> list[str]:
        """Where Python was told to look besides, such as for what `AGENT` names."""
        named = self.base.get("PYTHONPATH", "").split(os.pathsep)
        return [str(Path(it).absolute()) for it in named if it]

    def _database_url(self) -> str:
        default = f"sqlite+aiosqlite:///{self.home / 'countersign.db'}"
        return self.base.get("DATABASE_URL") or default

    def _policy_file(self) -> str:
        default = POLICY if self.slack_is_sandbox else "policy.yaml"
        return self.base.get("POLICY_FILE") or str(self.root / default)

    def _slack(self) -> dict[str, str]:
        return {
            "SLACK_API_URL": f"{self.sandbox_url}/api/",
            "SLACK_BOT_TOKEN": self.secrets.bot_token,
            "SLACK_APP_TOKEN": self.secrets.app_token,
            "SLACK_SIGNING_SECRET": self.secrets.signing_secret,
            "SLACK_MODE": self.delivery,
        }

    def _model(self) -> dict[str, str]:
        return {"OPENAI_API_KEY": PLACEHOLDER_KEY, "OPENAI_BASE_URL": f"{self.sandbox_url}/v1"}
