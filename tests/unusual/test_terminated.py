"""A worker that dies leaves nobody in the dark."""

import pytest

from tests.slack.product import Product
from tests.support.model_server import ModelServer, call, say
from tests.unusual.conftest import Tools

pytestmark = pytest.mark.system


@pytest.mark.soak  # the next worker takes its time to start
async def test_an_approved_tool_whose_worker_dies_is_run_again_by_the_next(
    product: Product, model: ModelServer, tools: Tools
) -> None:
    model.script([call("deploy", {"service": "slow-api", "approval_reason": "x"})], [say("end")])
    thread = await product.mention("deploy slow-api")
    card = await thread.card()
    await thread.press(card, "Approve")
    await tools.until_ran("deploy", "slow-api")
    await product.stack.kill("worker")
    await product.stack.launch("worker")
    await thread.redrawn(card, "Done:")
    await thread.hear("end")
    assert len(tools.ran("deploy", "slow-api")) == 2
