"""Several approvals at once: all of those that are ticked, or none."""

import json
from collections.abc import Sequence

import pytest
from temporalio.service import RPCError, RPCStatusCode

from countersign.slack.actions import APPROVE_ALL, MODALS, PROMPT, BlockId
from countersign.slack.modals.approve_all import TICKS
from countersign.slack.modals.meta import Meta
from tests.support.builders import ALICE, BOB
from tests.support.fake_clients import CAROL, DIGEST, FakeApprovals, approved_by, ended, ruled
from tests.support.fake_slack import Json
from tests.support.slack_payloads import a_press
from tests.unit.bot.bot_fixture import BotFixture
from workflows.client import ApprovalClosedError
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.decisions import CountedVote, Decision, Outcome, Via

AWAY = RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
CLEAR = {"response_action": "clear"}
IDS = [f"approval-00000000000{number}" for number in range(5)]
PLACE = BlockId(PROMPT, deployment="main", row="batch")


@pytest.fixture(autouse=True)
def _five_that_wait(bot: BotFixture) -> None:
    bot.approvals.known = {id_: ruled(id_) for id_ in IDS}


async def _opened(bot: BotFixture, ids: Sequence[str] = IDS) -> Json:
    return await bot.open(a_press(APPROVE_ALL, ",".join(ids), place=PLACE))


def _ticked(*ids: str, digest: str = DIGEST[:16]) -> dict[str, Json]:
    options = [{"value": f"{id_}|{digest}"} for id_ in ids]
    return {f"{TICKS}1": {"selected_options": options}}


def _error(answer: Json) -> str:
    assert answer["response_action"] == "errors"
    (sentence,) = answer["errors"].values()
    return str(sentence)


async def test_the_dialog_lists_every_one(bot: BotFixture) -> None:
    view = await _opened(bot)
    assert view["callback_id"] == MODALS[APPROVE_ALL]
    assert Meta.load(view["private_metadata"]).approval_ids == tuple(IDS)
    assert all(id_ in json.dumps(view["blocks"]) for id_ in IDS)
    assert bot.approvals.decided == []


async def test_every_one_that_is_ticked_gets_one_vote(bot: BotFixture) -> None:
    answer = await bot.submit(await _opened(bot), _ticked(*IDS[:3]))
    assert answer == CLEAR
    assert [id_ for id_, _, _ in bot.approvals.decided] == IDS[:3]
    for id_, approve, decision in bot.approvals.decided:
        assert approve
        assert decision.id == f"V0MODAL:17.abc:U0BOB:{id_}"
        assert (decision.via, decision.by, decision.channel) == (Via.MODAL, BOB, "C0OPS")
        assert decision.digest == DIGEST[:16]


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        (ended(ruled(IDS[1]), Outcome.REJECTED, CAROL), "already rejected"),
        (ruled(IDS[1], requester=BOB), "You asked for this yourself"),
        (approved_by(ruled(IDS[1]), BOB), "already counts"),
        (ruled(IDS[1], from_slack=False), "can't be decided in Slack"),
        (
            ruled(IDS[1]).model_copy(
                update={"prepared": ruled().shown.model_copy(update={"digest": "f" * 64})}
            ),
            "has changed since you saw it",
        ),
    ],
    ids=["closed", "own", "voted", "not from Slack", "outdated"],
)
async def test_one_that_cannot_be_approved_is_named_and_none_is(
    bot: BotFixture, spoilt: ApprovalStatus, words: str
) -> None:
    view = await _opened(bot)
    bot.approvals.known[IDS[1]] = spoilt
    sentence = _error(await bot.submit(view, _ticked(*IDS)))
    assert IDS[1] in sentence
    assert words in sentence
    assert IDS[0] not in sentence
    assert "Nothing was approved" in sentence
    assert bot.approvals.decided == []


async def test_every_one_that_cannot_be_approved_is_named(bot: BotFixture) -> None:
    view = await _opened(bot)
    bot.approvals.known[IDS[1]] = ended(ruled(IDS[1]), Outcome.WITHDRAWN, ALICE)
    del bot.approvals.known[IDS[3]]
    sentence = _error(await bot.submit(view, _ticked(*IDS)))
    assert [id_ for id_ in IDS if id_ in sentence] == [IDS[1], IDS[3]]
    assert bot.approvals.decided == []


async def test_what_is_not_ticked_does_not_matter(bot: BotFixture) -> None:
    view = await _opened(bot)
    bot.approvals.known[IDS[1]] = ended(ruled(IDS[1]), Outcome.REJECTED)
    assert await bot.submit(view, _ticked(IDS[0], IDS[2])) == CLEAR
    assert len(bot.approvals.decided) == 2


async def test_nothing_ticked_is_explained(bot: BotFixture) -> None:
    answer = await bot.submit(await _opened(bot), _ticked())
    assert "Tick what you approve" in _error(answer)
    assert bot.approvals.decided == []


async def test_a_tick_beside_something_else_decides_nothing(bot: BotFixture) -> None:
    view = await _opened(bot, IDS[:2])
    assert "couldn't read" in _error(await bot.submit(view, _ticked(*IDS)))
    assert bot.approvals.decided == []


async def test_a_second_delivery_counts_once(bot: BotFixture) -> None:
    view = await _opened(bot)
    assert await bot.submit(view, _ticked(*IDS)) == CLEAR
    for id_, _, decision in bot.approvals.decided:
        bot.approvals.known[id_] = _counted(ruled(id_), decision)
    assert await bot.submit(view, _ticked(*IDS)) == CLEAR
    assert len(bot.approvals.decided) == len(IDS)


async def test_nothing_is_sent_while_temporal_is_away(bot: BotFixture) -> None:
    view = await _opened(bot)
    bot.approvals.unread = AWAY
    assert "can't reach my memory" in _error(await bot.submit(view, _ticked(*IDS)))
    assert bot.approvals.decided == []


async def test_what_got_lost_on_the_way_is_named_and_can_be_sent_again(bot: BotFixture) -> None:
    view = await _opened(bot)
    approvals = _Losing(IDS[2], AWAY)
    bot.use(approvals)
    sentence = _error(await bot.submit(view, _ticked(*IDS)))
    assert sentence.startswith("4 of your votes were sent")
    assert IDS[2] in sentence
    assert IDS[0] not in sentence

    for id_, _, decision in approvals.decided:
        approvals.known[id_] = _counted(ruled(id_), decision)
    approvals.loses = ""
    assert await bot.submit(view, _ticked(*IDS)) == CLEAR
    assert [id_ for id_, _, _ in approvals.decided] == [*IDS[:2], *IDS[3:], IDS[2]]


async def test_what_ends_at_the_last_moment_is_named(bot: BotFixture) -> None:
    view = await _opened(bot)
    end = ended(ruled(IDS[4]), Outcome.EXPIRED, None)
    approvals = _Losing(IDS[4], ApprovalClosedError(IDS[4], end))
    bot.use(approvals)
    sentence = _error(await bot.submit(view, _ticked(*IDS)))
    assert "expired" in sentence
    assert len(approvals.decided) == 4


async def test_when_none_waits_nothing_is_opened(bot: BotFixture) -> None:
    bot.approvals.known = {id_: ended(ruled(id_), Outcome.APPROVED) for id_ in IDS}
    await bot.deliver(a_press(APPROVE_ALL, ",".join(IDS), place=PLACE))
    assert "None of these is waiting" in bot.told()


async def test_what_nobody_knows_is_left_out(bot: BotFixture) -> None:
    view = await _opened(bot, [*IDS, "approval-999999999999", "", IDS[0]])
    assert "approval-999999999999" not in json.dumps(view["blocks"])


async def test_more_than_a_dialog_holds_is_cut(bot: BotFixture) -> None:
    ids = [f"approval-{number:012}" for number in range(90)]
    bot.approvals.known = {id_: ruled(id_) for id_ in ids}
    view = await _opened(bot, ids)
    assert len(view["private_metadata"]) <= 3_000
    assert len(view["blocks"]) <= 100


async def test_a_slack_without_modals_is_told_so(bot: BotFixture) -> None:
    bot.slack.refuses("views.open", "unknown_method")
    await bot.deliver(a_press(APPROVE_ALL, ",".join(IDS), place=PLACE))
    assert "show dialogs" in bot.told()


class _Losing(FakeApprovals):
    """Approvals of which one does not take its vote."""

    def __init__(self, loses: str, error: Exception) -> None:
        super().__init__()
        self.known = {id_: ruled(id_) for id_ in IDS}
        self.loses = loses
        self.lost_with = error

    async def decide(self, approval_id: str, approve: bool, decision: Decision) -> None:
        if approval_id == self.loses:
            raise self.lost_with
        await super().decide(approval_id, approve, decision)


def _counted(status: ApprovalStatus, decision: Decision) -> ApprovalStatus:
    return status.model_copy(update={"votes": (CountedVote(decision=decision),)})
