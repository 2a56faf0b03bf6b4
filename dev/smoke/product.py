"""What the smoke run plays on: a running product, its sandbox, and the doors at its back."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from dev.paths import ROOT
from dev.plan import policy_beside
from dev.processes import Stack, StackOptions
from dev.smoke.policy import write_policy
from dev.smoke.releases import ReleasesFile
from dev.smoke.shop import ShopFile
from dev.wiring import POLICY
from sandbox.client import SandboxClient
from workflows.client import Approvals

DEPLOYS = "examples.deploys:agent"
Env = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Product:
    """A product that runs."""

    stack: Stack
    sandbox: SandboxClient
    approvals: Approvals

    @property
    def shop(self) -> ShopFile:
        """The shop of `examples/purchasing`."""
        return ShopFile(self.stack.home / "countersign.db")

    @property
    def releases(self) -> ReleasesFile:
        """The releases of `examples/deploys`."""
        return ReleasesFile(self.stack.home / "deploys.db")


def purchasing(home: Path) -> Env:
    """Variables for the agent that there is if none is named, by the folder of its data."""
    return {"POLICY_FILE": str(write_policy(ROOT / POLICY, home / "policy.yaml"))}


def deploys(_home: Path) -> Env:
    """Variables for the second example, as `--agent` sets them."""
    return {"AGENT": DEPLOYS, "POLICY_FILE": str(policy_beside(DEPLOYS, {}))}


@asynccontextmanager
async def running_product(env: Callable[[Path], Env]) -> AsyncGenerator[Product]:
    """Start the product on free ports with these variables, and stop it at the end.

    Raises:
        DevError: it does not start.
    """
    with TemporaryDirectory(prefix="countersign-smoke-") as folder:
        options = StackOptions(home=Path(folder), env=env(Path(folder)))
        async with (
            Stack(options) as stack,
            SandboxClient(stack.sandbox_url, stack.page_token) as sandbox,
        ):
            temporal = await Client.connect(
                stack.temporal_address, data_converter=pydantic_data_converter
            )
            yield Product(stack, sandbox, Approvals(temporal))
