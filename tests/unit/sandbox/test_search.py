"""Finding messages by their words."""

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.search import FOUND_LIMIT
from tests.unit.sandbox.blocks import actions, button
from tests.unit.sandbox.slack_app import ALICE, BOB, DAVE, FINANCE, OPS


async def _found(people: SandboxClient, user: str, query: str) -> list[str]:
    answer = await people.get("search", query=query, **{"as": user})
    return [message["text"] for message in answer["messages"]]


async def test_every_word_has_to_be_there_newest_first(people: SandboxClient) -> None:
    await people.say(ALICE, OPS, "Blue widgets are late")
    await people.say(BOB, OPS, "So are the blue gizmos")

    assert await _found(people, ALICE, "BLUE") == [
        "So are the blue gizmos",
        "Blue widgets are late",
    ]
    assert await _found(people, ALICE, "blue widg") == ["Blue widgets are late"]
    assert await _found(people, ALICE, "blue tractors") == []
    assert await _found(people, ALICE, "  ") == []


async def test_nobody_finds_what_they_cannot_read(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    await people.say(BOB, FINANCE, "the secret figure")
    await slack.chat_postEphemeral(channel=OPS, user=BOB, text="a secret answer")

    assert await _found(people, BOB, "secret") == ["the secret figure"]
    assert await _found(people, ALICE, "secret") == []
    assert await _found(people, DAVE, "secret") == []


async def test_names_buttons_and_replies_are_found_and_ids_are_not(
    people: SandboxClient, slack: AsyncWebClient
) -> None:
    root = await people.say(ALICE, OPS, "who decides?")
    await slack.chat_postMessage(
        channel=OPS, thread_ts=root, text="ask <@U0BOB>", blocks=[actions(button("Zap it"))]
    )

    assert await _found(people, ALICE, "bob keller ask") == ["ask <@U0BOB>"]
    assert await _found(people, ALICE, "zap it") == ["ask <@U0BOB>"]
    assert await _found(people, ALICE, "u0bob") == []


async def test_the_answer_is_bounded(people: SandboxClient) -> None:
    for n in range(FOUND_LIMIT + 5):
        await people.say(ALICE, OPS, f"pallet {n}")

    found = await _found(people, ALICE, "pallet")

    assert len(found) == FOUND_LIMIT
    assert found[0] == f"pallet {FOUND_LIMIT + 4}"
