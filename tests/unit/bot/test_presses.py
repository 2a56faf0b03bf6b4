"""Buttons that decide at once, and whose they are."""

from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from countersign.slack.actions import (
    APPROVE,
    ASK_AGAIN,
    LIST,
    NUDGE,
    PROMPT,
    REJECT,
    REVOKE,
    VIEW,
    WITHDRAW,
    BlockId,
)
from countersign.slack.listing.query import ListingQuery
from tests.support.builders import ALICE, BOB, NOON
from tests.support.fake_clients import (
    APPROVAL,
    CARD,
    CAROL,
    DIGEST,
    TEAM,
    approved_by,
    ended,
    ruled,
)
from tests.support.slack_payloads import a_choice, a_press
from tests.unit.bot.bot_fixture import BotFixture
from workflows.client import ApprovalClosedError, ConversationNotFoundError
from workflows.contracts.core import Person
from workflows.contracts.decisions import Outcome, Verb, Via

AWAY = RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
EVERY_DECISION = [APPROVE, WITHDRAW, NUDGE]


async def test_approve_says_what_was_seen_and_on_which_card(bot: BotFixture) -> None:
    await bot.deliver(a_press(APPROVE))
    approve, decision = bot.decision()
    assert approve
    assert (decision.id, decision.at, decision.by) == ("3.000100:U0BOB", NOON, BOB)
    assert (decision.via, decision.verb) == (Via.BUTTON, Verb.DECIDE)
    assert (decision.channel, decision.card) == ("C0OPS", "2.0")
    assert decision.digest == DIGEST[:16]


@pytest.mark.parametrize(
    ("kind", "via"), [(LIST, Via.LIST), (PROMPT, Via.PROMPT), (VIEW, Via.MODAL)]
)
async def test_a_button_elsewhere_than_on_the_card_names_its_place_and_no_card(
    bot: BotFixture, kind: str, via: Via
) -> None:
    bot.approvals.known[APPROVAL] = approved_by(ruled(), BOB, press="3.000100")
    await bot.deliver(a_press(APPROVE, place=BlockId(kind, 0, DIGEST[:16], "main", "x")))
    _, decision = bot.decision()
    assert (decision.via, decision.card, decision.digest) == (via, "", DIGEST[:16])


async def test_a_button_of_an_old_card_is_ours_and_names_its_card(bot: BotFixture) -> None:
    await bot.deliver(a_press(APPROVE, place=BlockId("decide")))
    _, decision = bot.decision()
    assert (decision.via, decision.card, decision.digest) == (Via.BUTTON, "2.0", "")


async def test_a_stand_in_that_names_no_block_has_cards_only(bot: BotFixture) -> None:
    body = a_press(APPROVE)
    del body["actions"][0]["block_id"], body["trigger_id"], body["container"]
    await bot.deliver(body)
    _, decision = bot.decision()
    assert (decision.via, decision.card) == (Via.BUTTON, "2.0")


@pytest.mark.parametrize(("action", "verb"), [(WITHDRAW, Verb.WITHDRAW), (NUDGE, Verb.NUDGE)])
async def test_withdrawing_and_nudging_do_not_depend_on_the_card(
    bot: BotFixture, action: str, verb: Verb
) -> None:
    await bot.deliver(a_press(action, by=ALICE))
    approve, decision = bot.decision()
    assert not approve
    assert (decision.verb, decision.by, decision.card) == (verb, ALICE, "")


async def test_an_option_of_the_menu_is_the_button_that_it_names(bot: BotFixture) -> None:
    await bot.deliver(a_choice(f"{WITHDRAW}|{APPROVAL}", by=ALICE))
    _, decision = bot.decision()
    assert decision.verb is Verb.WITHDRAW


@pytest.mark.parametrize("option", ["from_the_future|approval-1", "message|x"])
async def test_an_option_that_nobody_knows_is_acknowledged(bot: BotFixture, option: str) -> None:
    assert (await bot.deliver(a_choice(option))).status == 200
    assert bot.approvals.decided == []
    assert bot.slack.asked == []


@pytest.mark.parametrize("option", ["", "|", "withdraw", f"|{APPROVAL}", f"{WITHDRAW}|"])
async def test_an_option_that_says_nothing_is_explained(bot: BotFixture, option: str) -> None:
    await bot.deliver(a_choice(option))
    assert "couldn't read" in bot.told()
    assert bot.approvals.decided == []


@pytest.mark.parametrize("action", [*EVERY_DECISION, REJECT, ASK_AGAIN, REVOKE])
async def test_a_card_of_another_installation_is_left_alone(bot: BotFixture, action: str) -> None:
    await bot.deliver(a_press(action, place=BlockId("decide", 0, "", "other")))
    assert "another installation of this app (`other`)" in bot.told()
    assert "Press again" in bot.told()
    assert (bot.approvals.decided, bot.conversations.started, bot.conversations.revoked) == (
        [],
        [],
        [],
    )
    assert bot.slack.methods == ["chat.postEphemeral"]


async def test_the_menu_of_another_installation_is_left_alone(bot: BotFixture) -> None:
    place = BlockId("decide", 0, "", "other")
    await bot.deliver(a_choice(f"{WITHDRAW}|{APPROVAL}", place=place))
    assert "another installation" in bot.told()
    assert bot.approvals.decided == []


@pytest.mark.parametrize("name", ["<!channel>", "a" * 300, "*b*`c`"])
async def test_a_name_of_another_installation_mentions_nobody(bot: BotFixture, name: str) -> None:
    body = a_press(APPROVE)
    body["actions"][0]["block_id"] = f"decide:0::{name}"
    await bot.deliver(body)
    assert "<!channel>" not in bot.told()
    assert len(bot.told()) < 300


async def test_the_second_delivery_of_the_press_that_decided_is_no_error(bot: BotFixture) -> None:
    decided = ended(ruled(), Outcome.APPROVED)
    assert decided.decision is not None
    decision = decided.decision.model_copy(update={"id": "3.000100:U0BOB"})
    decided = decided.model_copy(update={"decision": decision})
    bot.approvals.error = ApprovalClosedError(APPROVAL, decided)
    assert (await bot.deliver(a_press(APPROVE))).status == 200
    assert bot.ephemerals() == []


async def test_a_press_after_the_end_is_told_who_decided_when_and_where_to_see_it(
    bot: BotFixture,
) -> None:
    bot.approvals.error = ApprovalClosedError(APPROVAL, ended(ruled(), Outcome.REJECTED, CAROL))
    await bot.deliver(a_press(APPROVE))
    for part in ("already rejected", "<@U0CAROL>", f"<!date^{int(NOON.timestamp())}^"):
        assert part in bot.told()
    assert "<https://acme.slack.test/card|Open the card>" in bot.told()


async def test_a_press_where_the_app_is_no_member_is_answered_by_slacks_own_address(
    bot: BotFixture,
) -> None:
    bot.approvals.error = AWAY
    bot.slack.refuses("chat.postEphemeral", "not_in_channel")
    url = bot.slack.url + "response"
    await bot.deliver(a_press(APPROVE, response_url=url))
    (answer,) = bot.slack.given("response")
    assert "try again" in answer["text"]
    assert answer["response_type"] == "ephemeral"
    assert not answer["replace_original"]


async def test_words_go_to_no_address_but_slacks(bot: BotFixture) -> None:
    bot.approvals.error = AWAY
    bot.slack.refuses("chat.postEphemeral", "not_in_channel")
    await bot.deliver(a_press(APPROVE, response_url="http://elsewhere.test/x"))
    assert bot.slack.methods == ["chat.postEphemeral"]


async def test_a_press_in_a_modal_is_answered_on_top_of_it(bot: BotFixture) -> None:
    bot.approvals.error = AWAY
    body = a_press(APPROVE, place=BlockId(VIEW), view={"id": "V1", "type": "modal"})
    del body["channel"], body["message"], body["response_url"]
    body["container"] = {"type": "view", "view_id": "V1"}
    await bot.deliver(body)
    assert bot.slack.methods == ["views.push"]


async def test_a_press_in_a_list_is_followed_by_the_list_as_it_is_now(bot: BotFixture) -> None:
    bot.approvals.known[APPROVAL] = approved_by(ruled(), BOB, press="3.000100")
    place = BlockId(LIST, 0, DIGEST[:16], "main", f"0.{ListingQuery().pack(150)}")
    url = bot.slack.url + "response"
    assert (await bot.deliver(a_press(APPROVE, place=place, response_url=url))).status == 200
    _, decision = bot.decision()
    assert decision.via is Via.LIST
    (answer,) = bot.slack.given("response")
    assert answer["replace_original"]


async def test_only_a_decision_redraws_a_list(bot: BotFixture) -> None:
    place = BlockId(LIST, 0, DIGEST[:16], "main", "0")
    url = bot.slack.url + "response"
    await bot.deliver(a_press(REJECT, place=place, response_url=url))
    assert bot.slack.methods == ["views.open"]


async def test_ask_again_says_it_once_more_in_the_thread(bot: BotFixture) -> None:
    bot.approvals.known[APPROVAL] = ended(ruled(), Outcome.EXPIRED, None)
    await bot.deliver(a_press(ASK_AGAIN, by=ALICE))
    ((thread, message),) = bot.conversations.started
    assert thread == bot.approvals.known[APPROVAL].origin
    assert (message.id, message.ts) == (f"ask-again:{APPROVAL}", "3.000100")
    assert message.author == ALICE
    assert message.text == "Please ask again: Order 100 widgets for €4,120.00"


async def test_only_who_asked_can_ask_again(bot: BotFixture) -> None:
    bot.approvals.known[APPROVAL] = ended(ruled(), Outcome.EXPIRED, None)
    await bot.deliver(a_press(ASK_AGAIN, by=BOB))
    assert "Only <@U0ALICE>" in bot.told()
    assert bot.conversations.started == []


@pytest.mark.parametrize("outcome", [Outcome.APPROVED, Outcome.WITHDRAWN])
async def test_what_was_decided_is_not_asked_again(bot: BotFixture, outcome: Outcome) -> None:
    bot.approvals.known[APPROVAL] = ended(ruled(), outcome)
    await bot.deliver(a_press(ASK_AGAIN, by=ALICE))
    assert "nothing to ask again" in bot.told()
    assert bot.conversations.started == []


async def test_what_waits_is_not_asked_again(bot: BotFixture) -> None:
    await bot.deliver(a_press(ASK_AGAIN, by=ALICE))
    assert "still waiting" in bot.told()
    assert bot.conversations.started == []


async def test_a_permission_is_taken_back_in_its_conversation(bot: BotFixture) -> None:
    await bot.deliver(a_press(REVOKE, "conversation-T0ACME-C0OPS-1.0|grant-1"))
    assert bot.conversations.revoked == [("conversation-T0ACME-C0OPS-1.0", "grant-1", BOB)]


async def test_a_permission_of_a_conversation_that_ended_is_explained(bot: BotFixture) -> None:
    bot.conversations.error = ConversationNotFoundError("conversation-1")
    await bot.deliver(a_press(REVOKE, "conversation-1|grant-1"))
    assert "conversation has ended" in bot.told()


@pytest.mark.parametrize("value", ["conversation-1", "conversation-1|", "|"])
async def test_a_permission_without_an_id_is_not_taken_back(bot: BotFixture, value: str) -> None:
    await bot.deliver(a_press(REVOKE, value))
    assert "couldn't read" in bot.told()
    assert bot.conversations.revoked == []


async def test_somebody_of_another_workspace_is_who_slack_says(bot: BotFixture) -> None:
    zoe = Person(team="T0OTHER", user="U0ZOE", name="zoe")
    await bot.deliver(a_press(APPROVE, by=zoe))
    _, decision = bot.decision()
    assert decision.by == zoe
    assert zoe.team != TEAM


@pytest.mark.parametrize("action", [*EVERY_DECISION, ASK_AGAIN, REVOKE])
async def test_a_press_while_temporal_is_away_is_told_so(bot: BotFixture, action: str) -> None:
    bot.approvals.error = bot.approvals.unread = bot.conversations.error = AWAY
    await bot.deliver(a_press(action, "conversation-T-C-1.0|g" if action == REVOKE else APPROVAL))
    assert "can't reach my memory" in bot.told()


async def test_the_ballots_own_rules_do_not_stop_approve(bot: BotFixture) -> None:
    """The workflow refuses it, puts that on the record and offers a reminder."""
    bot.approvals.known[APPROVAL] = approved_by(ruled(), BOB)
    for by in (ALICE, BOB):
        await bot.deliver(a_press(APPROVE, by=by))
    assert len(bot.approvals.decided) == 2


@pytest.mark.parametrize(
    "changes",
    [{"channel": "C0OPS"}, {"message": []}, {"container": 7}, {"view": "V"}, {"trigger_id": 3}],
    ids=str,
)
async def test_odd_surroundings_of_a_press_do_not_matter(
    bot: BotFixture, changes: dict[str, Any]
) -> None:
    assert (await bot.deliver(a_press(APPROVE, place=CARD, **changes))).status in {200, 400}
