"""What `make dev` starts, as the environment and the command line ask for it."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from countersign.runtime import agents_file
from dev.child import OnLine
from dev.errors import PortInUseError, SettingError
from dev.paths import ROOT, WORK, in_dev
from dev.ports import HIGHEST, LOOPBACK, Ports, is_free
from dev.stack_options import StackOptions
from dev.wiring import WORKER

READY_SECONDS = 60.0
NUMBER = re.compile(r"[0-9]{1,5}")
CRASH_WORKER = "dev.crash_worker"
ADVICE = f"Stop what uses it, or move all our ports with: {in_dev('--port-offset 100')}"
SHOP = "examples.purchasing"
"""The example whose rules are those of the sandbox's people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """What the command line asks for."""

    home: Path
    port_offset: str = "0"
    """As it was typed."""
    is_sandbox_forced: bool = False
    is_http: bool = False
    is_crash: bool = False
    """Whether the worker is killed between an approval and its effect."""
    agent: str = ""
    """Another agent than `AGENT` names, with the policy that stands beside it, or the path of a
    file that names several."""


def plan(env: Mapping[str, str], wanted: UpOptions, on_line: OnLine | None = None) -> StackOptions:
    """The stack to start.

    Raises:
        SettingError: Slack's tokens are incomplete, something is no port or no offset, or an agent
            has no policy.
    """
    slack_is_sandbox = wanted.is_sandbox_forced or not has_slack(env)
    if wanted.agent:
        env = _with_agent(wanted.agent, env)
    return StackOptions(
        home=wanted.home,
        cwd=WORK,
        ports=_ports(env).moved(offset(env, wanted)),
        delivery="http" if wanted.is_http else "socket",
        slack_is_sandbox=slack_is_sandbox,
        model_is_sandbox=not (env.get("OPENAI_API_KEY") or env.get("OPENAI_BASE_URL")),
        temporal_address=env.get("TEMPORAL_ADDRESS"),
        in_memory=False,
        temporal_ui=True,
        task_queue=env.get("TASK_QUEUE", "countersign"),
        base_env=env,
        worker_module=CRASH_WORKER if wanted.is_crash else WORKER,
        log_level=env.get("LOG_LEVEL", "info"),
        ready_seconds=READY_SECONDS,
        on_line=on_line,
    )


def _with_agent(agent: str, env: Mapping[str, str]) -> dict[str, str]:
    """With another agent, or several, in the place of what the environment names.

    One has the rules of the file `policy.yaml` beside its module, unless a policy is named.

    Raises:
        SettingError: there is no such file. Where there is no such module, the worker says so.
    """
    others = {key: value for key, value in env.items() if key not in {"AGENT", "AGENTS"}}
    if ":" not in agent:
        return {**others, "AGENTS": str(Path(agent).absolute())}
    policy = None if env.get("POLICY_FILE") else policy_beside(agent, env)
    if not policy and not env.get("POLICY_FILE") and _needs_policy(agent, env):
        raise SettingError(
            f"There is no policy.yaml beside the module of {agent}. Write one there, "
            "or name another with its whole path: POLICY_FILE=…/policy.yaml"
        )
    return {**others, "AGENT": agent, **({"POLICY_FILE": str(policy)} if policy else {})}


def policy_beside(agent: str, env: Mapping[str, str]) -> Path | None:
    """The policy in the folder of an agent's module, which is looked for and not loaded."""
    found = agents_file.policy_beside(agent, _places(env))
    return found.absolute() if found else None


def _needs_policy(agent: str, env: Mapping[str, str]) -> bool:
    """Whether it is there and not the shop, whose rules are elsewhere."""
    is_shop = agent.startswith(SHOP)
    return not is_shop and agents_file.folder_of(agent, _places(env)) is not None


def _places(env: Mapping[str, str]) -> Iterator[str]:
    """Where the worker will look for modules."""
    return filter(None, [str(ROOT), *env.get("PYTHONPATH", "").split(os.pathsep), *sys.path])


def offset(env: Mapping[str, str], wanted: UpOptions) -> int:
    """By how much every port is moved.

    Raises:
        SettingError: what was typed is no number, or would move a port beyond the last.
    """
    typed, room = wanted.port_offset, _ports(env).room
    if not _is_number(typed, 0, room):
        raise SettingError(
            f"--port-offset has to be a whole number from 0 to {room}, not {typed!r}."
        )
    return int(typed)


def has_slack(env: Mapping[str, str]) -> bool:
    """Whether a real workspace is configured.

    Raises:
        SettingError: it is begun but not complete.
    """
    bot = env.get("SLACK_BOT_TOKEN")
    way_in = env.get("SLACK_APP_TOKEN") or env.get("SLACK_SIGNING_SECRET")
    if bool(bot) == bool(way_in):
        return bool(bot)
    missing = "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET" if bot else "SLACK_BOT_TOKEN"
    raise SettingError(
        f"Slack is only half configured: set {missing} too, "
        f"or use the sandbox: {in_dev('--sandbox')}"
    )


def check_ports(options: StackOptions) -> None:
    """See that every port we are going to need is free.

    Raises:
        PortInUseError: the first that is not, and what to do about it.
    """
    for what, port, advice in _needed_ports(options):
        if not is_free(port):
            raise PortInUseError(what, port, advice)


def _needed_ports(options: StackOptions) -> Iterator[tuple[str, int, str]]:
    ports = options.ports
    if not options.temporal_address:
        address = f"{LOOPBACK}:{ports.temporal}"
        use_it = f"If it is a Temporal server: {in_dev(TEMPORAL_ADDRESS=address)}"
        yield "Temporal", ports.temporal, f"{ADVICE}. {use_it}"
        yield "Temporal Web UI", ports.temporal_ui, ADVICE
    if options.slack_is_sandbox or options.model_is_sandbox:
        yield "sandbox", ports.sandbox, ADVICE
    yield "bot", ports.bot, ADVICE
    yield "worker", ports.worker, ADVICE


def _ports(env: Mapping[str, str]) -> Ports:
    asked = {
        name: _number(variable, value)
        for name, variable in (
            ("sandbox", "SANDBOX_PORT"),
            ("bot", "BOT_PORT"),
            ("worker", "WORKER_PORT"),
        )
        if (value := env.get(variable))
    }
    return replace(Ports(), **asked)


def _number(variable: str, value: str) -> int:
    if not _is_number(value, 1, HIGHEST):
        raise SettingError(f"{variable} has to be a port number, not {value!r}.")
    return int(value)


def _is_number(text: str, lowest: int, highest: int) -> bool:
    return bool(NUMBER.fullmatch(text)) and lowest <= int(text) <= highest
