"""What the smoke run plays on: a running product, its sandbox, and the doors at its back."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from dev.paths import ROOT
from dev.processes import Stack, StackOptions
from dev.smoke.policy import write_policy
from dev.smoke.shop import ShopFile
from dev.wiring import POLICY
from sandbox.client import SandboxClient
from workflows.client import Approvals


@dataclass(frozen=True, slots=True)
class Product:
    """A product that runs."""

    stack: Stack
    sandbox: SandboxClient
    approvals: Approvals
    shop: ShopFile


@asynccontextmanager
async def running_product() -> AsyncGenerator[Product]:
    """Start the product on free ports, and stop it at the end.

    Raises:
        DevError: it does not start.
    """
    with TemporaryDirectory(prefix="countersign-smoke-") as folder:
        home = Path(folder)
        policy = write_policy(ROOT / POLICY, home / "policy.yaml")
        options = StackOptions(home=home, env={"POLICY_FILE": str(policy)})
        async with (
            Stack(options) as stack,
            SandboxClient(stack.sandbox_url, stack.page_token) as sandbox,
        ):
            temporal = await Client.connect(
                stack.temporal_address, data_converter=pydantic_data_converter
            )
            shop = ShopFile(home / "countersign.db")
            yield Product(stack, sandbox, Approvals(temporal), shop)
