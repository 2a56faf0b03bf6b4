"""Starts the product as `make dev` does, on free ports, with somebody's agent and policy."""

import asyncio
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from countersign.testing.people import ApprovalSandbox
from dev.environment import without_ours
from dev.errors import DevError
from dev.plan import policy_beside
from dev.processes import Stack, StackOptions


class NotStartedError(Exception):
    """The product cannot be started like that. The text says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be tested."""

    agent: str
    """A module and a name in it, such as `acme.buyer:agent`."""
    policy: Path | None
    """Path of the policy; None for the file `policy.yaml` beside the agent's module."""
    home: Path
    """Folder for databases and logs."""
    root: Path
    """Where Python looks for the agent before it looks among what is installed."""
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    """More variables of the worker and the bot."""


@contextmanager
def running(wanted: Wanted) -> Generator[ApprovalSandbox]:
    """A running product, in an event loop of its own: it does not matter which a test has.

    Raises:
        NotStartedError: it does not start.
    """
    stack = Stack(_options(wanted))
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        try:
            runner.run(stack.start())
        except DevError as error:
            raise NotStartedError(str(error)) from error
        try:
            yield ApprovalSandbox(stack.sandbox_url, stack.page_token, wanted.home / "logs")
        finally:
            runner.run(stack.stop())


def _options(wanted: Wanted) -> StackOptions:
    path = filter(None, (str(wanted.root), os.environ.get("PYTHONPATH")))
    base = {**without_ours(), "PYTHONPATH": os.pathsep.join(path)}
    policy = wanted.policy or policy_beside(wanted.agent, base)
    if policy is None:
        raise NotStartedError(f"there is no policy.yaml beside the module of {wanted.agent}")
    told = {"AGENT": wanted.agent, "POLICY_FILE": str(policy)}
    return StackOptions(home=wanted.home, base_env=base, env={**told, **wanted.env})
