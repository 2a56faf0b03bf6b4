"""MessageContent for one person, with and without buttons."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from countersign.slack.origin import slack_thread
from tests.support.builders import ALICE, a_prepared
from tests.support.fake_slack import Json
from tests.unit.worker.workspace import Workspace
from worker.threads import SlackThreads
from workflows.contracts.activity_inputs import EphemeralMessage
from workflows.contracts.notices import Notice, NoticeCode, Offer

SAID = "Reminded them."
OFFERED = Notice(
    code=NoticeCode.PRESS_HERE,
    offers=(Offer(id="approval-a", prepared=a_prepared(), in_full=True),),
)


@pytest.fixture
def threads(client: AsyncWebClient) -> SlackThreads:
    return SlackThreads(client, "main")


async def _post_ephemeral(within: ActivityEnvironment, threads: SlackThreads, **more: Any) -> None:
    told: dict[str, Any] = {"notice": Notice(code=NoticeCode.NUDGED), **more}
    ephemeral = EphemeralMessage(to=ALICE, origin=slack_thread("T0ACME", "C0OPS", "1.0"), **told)
    await within.run(threads.post_ephemeral, ephemeral)


def _given(slack: Workspace) -> list[Json]:
    return slack.given("chat.postEphemeral")


async def test_a_sentence_is_all_there_is(
    slack: Workspace, threads: SlackThreads, within: ActivityEnvironment
) -> None:
    await _post_ephemeral(within, threads)
    assert _given(slack) == [
        {"channel": "C0OPS", "user": "U0ALICE", "text": SAID, "thread_ts": "1.0"}
    ]


async def test_buttons_come_with_it_where_they_are_offered(
    slack: Workspace, threads: SlackThreads, within: ActivityEnvironment
) -> None:
    await _post_ephemeral(within, threads, notice=OFFERED)
    await _post_ephemeral(within, threads, nudge="approval-b")
    pressed, nudged = _given(slack)
    assert pressed["text"].startswith("Typing “approve” doesn't count")
    assert nudged["text"] == SAID
    assert "approval_approve" in str(pressed["blocks"])
    assert "approval_nudge" in str(nudged["blocks"])


async def test_buttons_that_slack_refuses_do_not_swallow_the_sentence(
    slack: Workspace, threads: SlackThreads, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postEphemeral", "invalid_blocks")
    with pytest.raises(ApplicationError, match="invalid_blocks"):
        await _post_ephemeral(within, threads, nudge="approval-b")
    with_buttons, without = _given(slack)
    assert "blocks" in with_buttons
    assert "blocks" not in without


async def test_where_nothing_can_be_said_in_private_it_is_said_aloud_to_them(
    slack: Workspace, threads: SlackThreads, within: ActivityEnvironment
) -> None:
    slack.refuses("chat.postEphemeral", "unknown_method")
    await _post_ephemeral(within, threads, nudge="approval-b")
    (aloud,) = slack.given("chat.postMessage")
    assert (aloud["text"], aloud["thread_ts"]) == (f"<@U0ALICE>: {SAID}", "1.0")
    assert "approval_nudge" in str(aloud["blocks"])
