"""`make screenshots`: play the product, and write `docs/screens` and `docs/sandbox.png` anew."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from dev.paths import ROOT
from dev.processes import Stack, StackOptions
from sandbox.client import SandboxClient
from tests.screens.camera import Camera, Place, camera
from tests.screens.index import FOLDER, INDEX, written
from tests.screens.scenes import one_of_two
from tests.screens.screens import SCREENS, Scene, Screen, the_message
from tests.slack.policy import write_test_policy
from tests.slack.product import Product


@asynccontextmanager
async def a_product() -> AsyncGenerator[Product]:
    """A stack of its own, in which nothing was asked yet."""
    with tempfile.TemporaryDirectory(prefix="countersign-screens-") as home:
        policy = write_test_policy(Path(home))
        options = StackOptions(home=Path(home), env={"POLICY_FILE": str(policy)})
        async with (
            Stack(options) as stack,
            SandboxClient(stack.sandbox_url, stack.page_token) as sandbox,
        ):
            temporal = await Client.connect(
                stack.temporal_address, data_converter=pydantic_data_converter
            )
            yield Product(stack, sandbox, temporal)


async def take(screens: Sequence[Screen]) -> None:
    """Play the product once and take the pictures."""
    async with a_product() as product, camera(product.stack) as photographer:
        places: dict[Scene, Place] = {one_of_two: await one_of_two(product)}
        await _whole_window(photographer, places[one_of_two])
        for screen in screens:
            if screen.scene not in places:
                places[screen.scene] = await screen.scene(product)
            place = places[screen.scene]
            await photographer.sheet(
                place, screen.opens(place), FOLDER / screen.file, screen.schemes
            )
            print(f"docs/screens/{screen.file}")  # noqa: T201 - it tells how far it is


async def _whole_window(photographer: Camera, place: Place) -> None:
    await photographer.whole(place, the_message(place), ROOT / "docs/sandbox.png")


def main(names: Sequence[str]) -> None:
    """Take every picture, or those of these names; forget those that there are no longer."""
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(take([it for it in SCREENS if not names or it.name in names]))
    for file in FOLDER.glob("*.png"):
        if file.name not in {it.file for it in SCREENS}:
            file.unlink()
    INDEX.write_text(written(SCREENS), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
