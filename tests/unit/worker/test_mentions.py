"""What the model writes of people and channels, as people see it; and that nobody is rung."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient
from temporalio.testing import ActivityEnvironment

from bot.payloads.entities import plain_text
from countersign.slack.directory import Directory
from countersign.slack.markdown.fallback import fallback_text, unmentioned
from tests.support.builders import a_thread
from tests.support.examples import examples
from tests.unit.worker.workspace import Json, Workspace
from worker.mentions import Mentions
from worker.threads import SlackThreads
from workflows.contracts.activity_inputs import Reply

RINGING = re.compile(r"<[@!]")


async def _posted(
    slack: Workspace, client: AsyncWebClient, within: ActivityEnvironment, markdown: str
) -> Json:
    reply = Reply(origin=a_thread(), key="k", markdown=markdown)
    await within.run(SlackThreads(client).post_reply, reply)
    (posted,) = slack.given("chat.postMessage")
    return posted


def _called(slack: Workspace, name: str) -> None:
    slack.says("U0BOB", profile={"display_name": name})


async def test_a_person_is_called_by_their_name_and_a_channel_can_be_opened(
    slack: Workspace, client: AsyncWebClient, within: ActivityEnvironment
) -> None:
    _called(slack, "Bob Keller")
    heard = plain_text("ask <@U0BOB> in <#C0OPS> or <@U0GONE>", "U0SIGN")
    posted = await _posted(slack, client, within, f"{heard}, **<@U0BOB>**")
    assert posted["text"] == "ask @Bob Keller in <#C0OPS> or @U0GONE, @Bob Keller"
    assert posted["blocks"][0]["text"] == (
        "ask @Bob Keller in <#C0OPS> or @U0GONE, **@Bob Keller**"
    )
    assert [it["user"] for it in slack.given("users.info")] == ["U0BOB", "U0GONE"]


@pytest.mark.parametrize("name", ["<!channel>", "[x](https://evil.test)", "**a**", "`a`", "\n# a"])
async def test_a_name_is_no_markup(
    slack: Workspace, client: AsyncWebClient, within: ActivityEnvironment, name: str
) -> None:
    _called(slack, name)
    posted = await _posted(slack, client, within, "ask <@U0BOB>")
    assert re.fullmatch(r"ask @[\w .'-]+", posted["text"])
    assert not re.search(r"[<\[*`#]", posted["blocks"][0]["text"])


async def test_a_name_is_looked_up_once_but_again_after_a_failure(
    slack: Workspace, client: AsyncWebClient
) -> None:
    mentions = Mentions(Directory(client))
    slack.refuses("users.info", "fatal_error")
    assert await mentions.named("<@U0BOB>") == "@U0BOB"
    slack.takes_again("users.info")
    _called(slack, "Bob")
    for _ in range(3):
        assert await mentions.named("<@U0BOB>") == "@Bob"
    assert len(slack.given("users.info")) == 2


async def test_a_crowd_is_not_looked_up(
    slack: Workspace, client: AsyncWebClient, within: ActivityEnvironment
) -> None:
    crowd = " ".join(f"<@U{number}>" for number in range(50))
    posted = await _posted(slack, client, within, crowd)
    assert len(slack.given("users.info")) == 8
    assert not RINGING.search(posted["text"] + posted["blocks"][0]["text"])


@examples(200)
@given(
    st.lists(
        st.sampled_from(
            ["<@U0BOB>", "<!here>", "<!subteam^S1>", "<#C0OPS>", "<#", "<", "&lt;", "`"]
        )
        | st.text(max_size=3),
        max_size=12,
    ).map("".join)
)
def test_whatever_the_model_writes_nobody_is_rung(markdown: str) -> None:
    assert not RINGING.search(unmentioned(markdown))
    assert not RINGING.search(fallback_text(markdown))
