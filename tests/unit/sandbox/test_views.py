"""Modals and Homes."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.client import SandboxClient
from sandbox.clock import ManualClock
from sandbox.json_types import Json
from sandbox.server import Sandbox
from tests.unit.sandbox.blocks import a_home, a_modal, an_input, section
from tests.unit.sandbox.slack_app import ALICE, BOB, App, not_allowed, refused, said

REASON = {"reason": {"text": {"value": "too expensive"}}}


async def a_view(sandbox: Sandbox, slack: AsyncWebClient, view: Json | None = None) -> Json:
    trigger = sandbox.core.triggers.issue(BOB)
    opened = await said(slack.views_open(trigger_id=trigger, view=view or a_modal(an_input())))
    return opened["view"]


async def test_an_opened_modal_is_its_persons_alone(
    sandbox: Sandbox, slack: AsyncWebClient, people: SandboxClient
) -> None:
    view = await a_view(sandbox, slack, a_modal(an_input(), private_metadata="approval-1"))

    assert (view["team_id"], view["app_id"], view["bot_id"]) == ("T0ACME", "A0SIGN", "B0SIGN")
    assert (view["root_view_id"], view["previous_view_id"]) == (view["id"], None)
    assert view["private_metadata"] == "approval-1"
    assert [seen["id"] for seen in (await people.state(BOB))["views"]] == [view["id"]]
    assert (await people.state(ALICE))["views"] == []


async def test_a_trigger_is_good_for_three_seconds(
    sandbox: Sandbox, slack: AsyncWebClient, clock: ManualClock
) -> None:
    trigger = sandbox.core.triggers.issue(BOB)
    clock.advance(3.1)
    async with refused("expired_trigger_id"):
        await slack.views_open(trigger_id=trigger, view=a_modal())


async def test_a_trigger_is_good_once(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    trigger = sandbox.core.triggers.issue(BOB)
    await slack.views_open(trigger_id=trigger, view=a_modal())
    async with refused("exchanged_trigger_id"):
        await slack.views_open(trigger_id=trigger, view=a_modal())


async def test_an_invented_trigger_is_an_invalid_argument(slack: AsyncWebClient) -> None:
    async with refused("invalid_arguments"):
        await slack.views_open(trigger_id="1.2.3", view=a_modal())


async def test_a_bad_view_is_refused_with_its_place_and_keeps_the_trigger(
    sandbox: Sandbox, slack: AsyncWebClient
) -> None:
    trigger = sandbox.core.triggers.issue(BOB)
    long = {"type": "plain_text", "text": "x" * 25}
    async with refused("invalid_arguments") as answer:
        await slack.views_open(trigger_id=trigger, view=a_modal(title=long))

    assert "json-pointer:/view/title/text" in answer["response_metadata"]["messages"][0]


async def test_three_modals_at_most(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    root = await a_view(sandbox, slack)
    for _ in range(2):
        trigger = sandbox.core.triggers.issue(BOB, root["id"])
        pushed = (await said(slack.views_push(trigger_id=trigger, view=a_modal())))["view"]
        assert pushed["root_view_id"] == root["id"]
    async with refused("push_limit_reached"):
        trigger = sandbox.core.triggers.issue(BOB, root["id"])
        await slack.views_push(trigger_id=trigger, view=a_modal())


async def test_update_with_an_old_hash_conflicts(sandbox: Sandbox, slack: AsyncWebClient) -> None:
    view = await a_view(sandbox, slack)
    updated = await said(slack.views_update(view_id=view["id"], hash=view["hash"], view=a_modal()))

    assert updated["view"]["id"] == view["id"]
    async with refused("hash_conflict"):
        await slack.views_update(view_id=view["id"], hash=view["hash"], view=a_modal())
    async with refused("not_found"):
        await slack.views_update(view_id="V0NONE", view=a_modal())


async def test_a_view_is_found_by_the_apps_own_name(
    sandbox: Sandbox, slack: AsyncWebClient
) -> None:
    view = await a_view(sandbox, slack, a_modal(external_id="mine"))
    updated = await said(slack.views_update(external_id="mine", view=a_modal(section("new"))))

    assert updated["view"]["id"] == view["id"]


async def test_home_is_published_per_person(slack: AsyncWebClient, people: SandboxClient) -> None:
    first = (await said(slack.views_publish(user_id=BOB, view=a_home())))["view"]
    second = (await said(slack.views_publish(user_id=BOB, hash=first["hash"], view=a_home())))[
        "view"
    ]

    assert second["id"] == first["id"]
    assert (await people.state(BOB))["home"]["hash"] == second["hash"]
    assert (await people.state(ALICE))["home"] is None
    async with refused("hash_conflict"):
        await slack.views_publish(user_id=BOB, hash=first["hash"], view=a_home())


async def test_a_submission_brings_what_was_filled_in_and_closes_the_modal(
    sandbox: Sandbox, app: App, people: SandboxClient
) -> None:
    view = await a_view(sandbox, app.web)
    report = await people.submit(BOB, view, REASON)

    payload = await app.first()
    assert (payload["type"], payload["response_urls"]) == ("view_submission", [])
    assert payload["view"]["state"]["values"]["reason"]["text"]["value"] == "too expensive"
    assert payload["view"]["callback_id"] == "reject"
    assert report["delivered"]
    assert (await people.state(BOB))["views"] == []


async def test_required_fields_are_asked_for_before_the_app_hears_anything(
    sandbox: Sandbox, app: App, people: SandboxClient
) -> None:
    view = await a_view(sandbox, app.web)
    report = await people.submit(BOB, view)

    assert report["response_action"] == "errors"
    assert list(report["errors"]) == ["reason"]
    assert app.heard == []
    assert (await people.state(BOB))["views"][0]["errors"] == report["errors"]


@pytest.mark.parametrize(
    ("answer", "open_views"),
    [
        ({"response_action": "errors", "errors": {"reason": "Say more."}}, 1),
        ({"response_action": "update", "view": a_modal(section("Sure?"))}, 1),
        ({"response_action": "push", "view": a_modal(section("Sure?"))}, 2),
        ({"response_action": "clear"}, 0),
    ],
)
async def test_the_app_decides_what_comes_after_a_submission(
    sandbox: Sandbox, app: App, people: SandboxClient, answer: Json, open_views: int
) -> None:
    view = await a_view(sandbox, app.web)
    app.reply = lambda _payload: answer
    report = await people.submit(BOB, view, REASON)

    views = (await people.state(BOB))["views"]
    assert report["response_action"] == answer["response_action"]
    assert report.get("errors") == answer.get("errors")
    assert len(views) == open_views


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "?"}},
        {"response_action": "errors"},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "dance"},
    ],
)
async def test_an_answer_that_slack_would_refuse_fails_the_submission(
    sandbox: Sandbox, app: App, people: SandboxClient, answer: Json
) -> None:
    view = await a_view(sandbox, app.web)
    app.reply = lambda _payload: answer
    report = await people.submit(BOB, view, REASON)

    assert not report["delivered"]
    assert len((await people.state(BOB))["views"]) == 1
    assert "error" in [entry["kind"] for entry in await people.inspect()]


@pytest.mark.parametrize("ack_seconds", [0.1])
async def test_a_submission_without_answer_leaves_the_modal_open(
    sandbox: Sandbox, app: App, people: SandboxClient
) -> None:
    view = await a_view(sandbox, app.web)
    app.silent = True
    report = await people.submit(BOB, view, REASON)

    assert report["error"] == "operation_timeout"
    assert len((await people.state(BOB))["views"]) == 1


async def test_closing_is_told_only_when_asked_for(
    sandbox: Sandbox, app: App, people: SandboxClient
) -> None:
    await people.close_view(BOB, await a_view(sandbox, app.web))
    await people.close_view(BOB, await a_view(sandbox, app.web, a_modal(notify_on_close=True)))

    (request,) = app.heard
    assert (request.payload["type"], request.payload["is_cleared"]) == ("view_closed", False)
    async with not_allowed("view_not_found"):
        await people.close_view(BOB, {"id": "V0NONE"})


async def test_a_modal_can_be_pushed_from_a_submission_trigger_within_its_modal(
    sandbox: Sandbox, slack: AsyncWebClient
) -> None:
    trigger = sandbox.core.triggers.issue(BOB)
    async with refused("not_found"):
        await slack.views_push(trigger_id=trigger, view=a_modal())
