"""What survives a restart."""

from pathlib import Path

import pytest

from sandbox.client import SandboxClient
from sandbox.errors import SetupError
from sandbox.server import create_app, running
from tests.unit.sandbox.blocks import a_home
from tests.unit.sandbox.slack_app import ALICE, OPS, a_config, a_web_client, said


async def test_messages_and_homes_survive_and_whispers_do_not(tmp_path: Path) -> None:
    config = a_config(data=tmp_path / "deep" / "sandbox.json")
    async with running(config) as sandbox:
        slack = a_web_client(sandbox)
        posted = await said(slack.chat_postMessage(channel=OPS, text="kept"))
        await slack.chat_postEphemeral(channel=OPS, user=ALICE, text="gone")
        await slack.views_publish(user_id=ALICE, view=a_home())
    async with running(config) as sandbox:
        async with SandboxClient.from_page_url(sandbox.page_url) as people:
            seen = await people.state(ALICE)
        later = await said(a_web_client(sandbox).chat_postMessage(channel=OPS, text="later"))

    assert [message["text"] for message in seen["messages"][OPS]][2:] == ["kept"]
    assert seen["home"]["type"] == "home"
    assert later["ts"] > posted["ts"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["sandbox.json"]


async def test_reset_empties_the_file_too(tmp_path: Path) -> None:
    config = a_config(data=tmp_path / "sandbox.json")
    async with running(config) as sandbox:
        await a_web_client(sandbox).chat_postMessage(channel=OPS, text="secret plan")
        async with SandboxClient.from_page_url(sandbox.page_url) as people:
            await people.reset()

    assert "secret plan" not in (tmp_path / "sandbox.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("content", ["", "{}", '{"people": 1}', "[]"])
def test_a_broken_file_is_named(tmp_path: Path, content: str) -> None:
    data = tmp_path / "sandbox.json"
    data.write_text(content, encoding="utf-8")
    with pytest.raises(SetupError, match="delete it"):
        create_app(a_config(data=data))
