"""The policy at work: what it asks Slack, what it does without an answer, and a changed file."""

import asyncio
import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from temporalio.exceptions import ApplicationError

from countersign.runtime.preflight import PreflightError
from countersign.runtime.waiting import Waiting
from countersign.slack.directory import Channel, Profile
from tests.support.builders import a_call, a_prepared, a_thread
from tests.unit.policy.policies import TOOLS, InMemoryDirectory
from worker.policy import PolicyFile, open_policy
from workflows.contracts.activity_inputs import PolicyQuery
from workflows.contracts.rules import POLICY_UNAVAILABLE, PUBLIC, Outage, Verdict

RULE = "  - {name: orders, tool: place_order, approvers: {users: [U0BOB]}}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "policy.yaml", RULE)


def written(path: Path, rules: str, version: int = 1, more: str = "") -> Path:
    """Write a policy, with a time of its own even on a coarse clock."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(f"version: {version}\n{more}rules:\n{rules}", encoding="utf-8")
    now = max(path.stat().st_mtime_ns, before + 1_000_000_000)
    os.utime(path, ns=(now, now))
    return path


def a_query(
    arguments: str = "", channel: str = "C0OPS", amount: float | None = 4_120
) -> PolicyQuery:
    """Alice's order."""
    call = a_call(a_thread(channel))
    call = call.model_copy(update={"arguments": arguments or call.arguments})
    return PolicyQuery(call=call, prepared=a_prepared().model_copy(update={"amount": amount}))


async def opened(file: Path, directory: InMemoryDirectory) -> PolicyFile:
    return await open_policy(file, TOOLS, directory, Waiting(pause=0))


async def test_a_call_is_judged_by_what_slack_says_now(file: Path) -> None:
    directory = InMemoryDirectory()
    policy_file = await opened(file, directory)
    ruling = await policy_file.judge(a_query())
    assert ruling.verdict is Verdict.ASK
    assert ruling.audience[:2] == (PUBLIC, "U0ALICE")
    directory.put(Profile("U0ALICE", "T0ACME", is_guest=True))
    assert (await policy_file.judge(a_query())).verdict is Verdict.DENY
    directory.put(Profile("U0ALICE", "T0OTHER", is_external=True))
    assert "other workspaces" in (await policy_file.judge(a_query())).because
    directory.put(Profile("U0ALICE", "T0ACME", is_bot=True))
    assert (await policy_file.judge(a_query())).verdict is Verdict.DENY


async def test_groups_and_channels_are_asked_about_only_where_a_rule_needs_them(
    file: Path,
) -> None:
    directory = InMemoryDirectory()
    policy_file = await opened(file, directory)
    directory.asked.clear()
    await policy_file.judge(a_query())
    assert sorted(directory.asked) == ["C0OPS", "U0ALICE"]
    may = RULE.replace("tool:", "may_request: {groups: [S0FINANCE], channels: [C0OPS]}, tool:")
    written(file, may, version=2)
    assert (await policy_file.judge(a_query())).verdict is Verdict.ASK
    assert {"groups of U0ALICE", "members of C0OPS"} <= set(directory.asked)
    directory.channels.clear()
    assert (await policy_file.judge(a_query())).verdict is Verdict.DENY, (
        "a channel that is gone has nobody"
    )


async def test_a_tool_that_the_policy_does_not_mention_costs_no_question(file: Path) -> None:
    directory = InMemoryDirectory()
    policy_file = await opened(file, directory)
    directory.asked.clear()
    query = a_query()
    call = query.call.model_copy(update={"tool": "search", "arguments": "{}"})
    ruling = await policy_file.judge(query.model_copy(update={"call": call}))
    assert (ruling.verdict, directory.asked) == (Verdict.ALLOW, [])


PASSING = ["ratelimited", "http_500", "unreachable", "internal_error", "of_next_year"]


@pytest.mark.parametrize("what", ["U0ALICE", "C0OPS"])
@pytest.mark.parametrize("code", [*PASSING, "missing_scope", "invalid_auth"])
async def test_without_an_answer_from_slack_it_is_asked_again_later(
    file: Path, what: str, code: str
) -> None:
    directory = InMemoryDirectory()
    policy_file = await opened(file, directory)
    directory.broken[what] = code
    with pytest.raises(ApplicationError) as unavailable:
        await policy_file.judge(a_query())
    assert not unavailable.value.non_retryable
    assert unavailable.value.type == POLICY_UNAVAILABLE
    outage = Outage.model_validate(unavailable.value.details[0])
    assert outage.cause == code
    assert "couldn't check who is asking" in outage.because
    directory.broken.clear()
    assert (await policy_file.judge(a_query())).verdict is Verdict.ASK


async def test_slack_is_asked_again_when_it_said_so(file: Path) -> None:
    directory = InMemoryDirectory()
    policy_file = await opened(file, directory)
    directory.broken["U0ALICE"], directory.seconds = "ratelimited", 7
    with pytest.raises(ApplicationError) as unavailable:
        await policy_file.judge(a_query())
    assert unavailable.value.next_retry_delay == timedelta(seconds=7)


@pytest.mark.parametrize(
    ("rules", "patience"),
    [
        (RULE, timedelta(days=1)),
        (RULE.replace("}}", "}, expires_after: 2h}"), timedelta(hours=2)),
        (
            RULE.replace("}}", "}, expires_after: 2h, when: amount > 10}")
            + RULE.replace("orders", "more").replace("}}", "}, expires_after: 3d}")
            + RULE.replace("orders, tool: place_order", "other, tool: cancel_order").replace(
                "}}", "}, expires_after: 9d}"
            ),
            timedelta(days=3),
        ),
    ],
)
async def test_it_is_worth_asking_again_for_as_long_as_the_rules_would_wait(
    tmp_path: Path, rules: str, patience: timedelta
) -> None:
    directory = InMemoryDirectory()
    policy_file = await opened(written(tmp_path / "policy.yaml", rules), directory)
    directory.broken["U0ALICE"] = "http_500"
    with pytest.raises(ApplicationError) as unavailable:
        await policy_file.judge(a_query())
    outage = Outage.model_validate(unavailable.value.details[0])
    assert outage.patience_seconds == patience.total_seconds()


async def test_who_is_not_there_may_not_ask(file: Path) -> None:
    directory = InMemoryDirectory()
    policy_file = await opened(file, directory)
    del directory.people["U0ALICE"]
    ruling = await policy_file.judge(a_query())
    assert (ruling.verdict, ruling.failed) == (Verdict.DENY, True)


@pytest.mark.parametrize("arguments", ["{", "[]", "3", "[" * 100_000])
async def test_arguments_that_cannot_be_read_deny(file: Path, arguments: str) -> None:
    policy_file = await opened(file, InMemoryDirectory())
    ruling = await policy_file.judge(a_query(arguments))
    assert (ruling.verdict, ruling.failed) == (Verdict.DENY, True)


async def test_a_changed_file_counts_for_the_next_call(file: Path) -> None:
    policy_file = await opened(file, InMemoryDirectory())
    written(file, RULE.replace("orders", "others"), version=2)
    ruling = await policy_file.judge(a_query())
    assert ruling.rule is not None
    assert (ruling.rule.name, ruling.rule.version) == ("others", "2")


@pytest.mark.parametrize(
    "rules",
    ["  - {name: orders}\n", RULE.replace("U0BOB", "U0NOBODY"), RULE.replace("U0BOB", "'@bob'")],
)
async def test_a_changed_file_that_is_wrong_leaves_the_old_policy_in_force(
    file: Path, rules: str
) -> None:
    policy_file = await opened(file, InMemoryDirectory())
    written(file, rules, version=2)
    with capture_logs() as logs:
        rulings = [await policy_file.judge(a_query()) for _ in range(2)]
    assert [ruling.rule and ruling.rule.version for ruling in rulings] == ["1", "1"]
    (refused,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert f"{file}:3: rule orders" in refused["faults"]
    written(file, RULE, version=3)
    assert (await policy_file.judge(a_query())).rule is not None
    assert policy_file.policy.version == "3"


async def test_a_file_that_is_gone_leaves_the_old_policy_in_force(file: Path) -> None:
    policy_file = await opened(file, InMemoryDirectory())
    os.unlink(file)  # noqa: PTH108 a test may block for it
    assert (await policy_file.judge(a_query())).verdict is Verdict.ASK


async def test_a_changed_file_waits_until_slack_can_be_asked(file: Path) -> None:
    directory = InMemoryDirectory()
    policy_file = await opened(file, directory)
    written(file, RULE.replace("U0BOB", "U0CAROL"), version=2)
    directory.broken["U0CAROL"] = "unreachable"
    await policy_file.judge(a_query())
    assert policy_file.policy.version == "1"
    directory.broken.clear()
    await policy_file.judge(a_query())
    assert policy_file.policy.version == "2"


async def test_a_change_without_a_new_version_is_warned_of(file: Path) -> None:
    policy_file = await opened(file, InMemoryDirectory())
    written(file, RULE.replace("orders", "others"))
    with capture_logs() as logs:
        await policy_file.judge(a_query())
    assert [it["log_level"] for it in logs] == ["warning", "info"]


async def test_many_calls_at_once_read_a_changed_file_once(file: Path) -> None:
    directory = InMemoryDirectory()
    policy_file = await opened(file, directory)
    written(file, RULE, version=2)
    directory.asked.clear()
    await asyncio.gather(*(policy_file.judge(a_query()) for _ in range(10)))
    assert directory.asked.count("U0BOB") == 1


async def test_a_rule_carries_the_names_of_all_whom_it_mentions(tmp_path: Path) -> None:
    directory = InMemoryDirectory()
    directory.put(
        Profile("U0ALICE", "T0ACME", name="alice"), Profile("U0BOB", "T0ACME", name="Bob")
    )
    rules = (
        "  - {name: it, tool: place_order, card: [C0OPS],\n"
        "     approvers: {users: [U0BOB, U0CAROL], groups: [S0FINANCE], channels: [here]}}\n"
    )
    ruling = await (await opened(written(tmp_path / "p.yaml", rules), directory)).judge(a_query())
    assert ruling.rule is not None
    assert ruling.rule.names == {
        "U0BOB": "Bob",
        "S0FINANCE": "finance",
        "C0OPS": "ops",
        "U0ALICE": "alice",
    }, "Carol has no name, and is read by her id"


async def test_names_are_asked_for_again_only_when_the_file_changes(tmp_path: Path) -> None:
    directory = InMemoryDirectory()
    rules = RULE.replace("users: [U0BOB", "groups: [S0FINANCE")
    file = written(tmp_path / "policy.yaml", rules)
    policy_file = await opened(file, directory)
    for _ in range(3):
        await policy_file.judge(a_query())
    assert directory.asked.count("handles") == 1
    written(file, rules, version=2)
    await policy_file.judge(a_query())
    assert directory.asked.count("handles") == 2


async def test_a_slack_without_a_list_of_groups_leaves_their_ids(tmp_path: Path) -> None:
    directory = InMemoryDirectory()
    directory.broken["handles"] = "unknown_method"
    rules = RULE.replace("users: [U0BOB", "groups: [S0FINANCE")
    ruling = await (await opened(written(tmp_path / "p.yaml", rules), directory)).judge(a_query())
    assert ruling.rule is not None
    assert "S0FINANCE" not in ruling.rule.names


START = {
    RULE.replace("U0BOB", "U0NOBODY"): "rule orders, approvers.users[0]: U0NOBODY is nobody",
    RULE.replace("users: [U0BOB", "groups: [S0NONE"): "S0NONE is no user group",
    RULE.replace("users: [U0BOB", "channels: [C0NONE"): "C0NONE is no channel",
    RULE.replace("}}", "}, card: [C0NONE]}"): "rule orders, card[0]: C0NONE",
    RULE.replace("}}", "}, notify: {groups: [S0NONE]}}"): "rule orders, notify.groups[0]: S0NONE",
    RULE.replace("users: [U0BOB]}", "groups: [S0FINANCE]}, quorum: 3"): (
        "rule orders, quorum: can never be reached: 3 people"
    ),
    RULE.replace("users: [U0BOB]}", "users: [U0BOB], groups: [S0FINANCE]}, one_of_each: true"): "",
    RULE.replace(
        "approvers: {users: [U0BOB]}",
        "panels: [{users: [U0BOB]}, {groups: [S0FINANCE], needed: 2}]",
    ): "rule orders, panels: can never be reached: 3 people",
    RULE.replace("users: [U0BOB]}", "channels: [C0OPS]}, quorum: 3"): "quorum: can never",
    RULE.replace("users: [U0BOB]}", "channels: [C0OPS]}, quorum: 2"): "",
    RULE.replace("users: [U0BOB]}", "channels: [here]}, quorum: 9"): "",
}


@pytest.mark.parametrize("rules", START)
async def test_a_worker_does_not_start_with_people_who_are_not_there(
    tmp_path: Path, rules: str
) -> None:
    file = written(tmp_path / "policy.yaml", rules)
    if not START[rules]:
        assert (await opened(file, InMemoryDirectory())).mentions("place_order")
        return
    with pytest.raises(PreflightError) as refused:
        await opened(file, InMemoryDirectory())
    assert START[rules] in str(refused.value)
    assert f"{file}:3: " in str(refused.value)


async def test_a_guest_among_the_approvers_does_not_make_the_quorum(tmp_path: Path) -> None:
    rules = RULE.replace("[U0BOB]}", "[U0BOB, U0CAROL]}, quorum: 2")
    directory = InMemoryDirectory()
    directory.put(Profile("U0CAROL", "T0ACME", is_guest=True))
    with pytest.raises(PreflightError, match="can never be reached"):
        await opened(written(tmp_path / "policy.yaml", rules), directory)


async def test_a_missing_scope_refuses_the_start_and_is_named(tmp_path: Path) -> None:
    directory = InMemoryDirectory()
    directory.broken["S0FINANCE"] = "missing_scope"
    rules = RULE.replace("users: [U0BOB", "groups: [S0FINANCE")
    with pytest.raises(PreflightError, match="usergroups:read"):
        await opened(written(tmp_path / "policy.yaml", rules), directory)


async def test_a_slack_that_cannot_be_asked_is_warned_of(tmp_path: Path) -> None:
    directory = InMemoryDirectory()
    directory.broken["S0FINANCE"] = "unknown_method"
    rules = RULE.replace("users: [U0BOB", "groups: [S0FINANCE")
    with capture_logs() as logs:
        await opened(written(tmp_path / "policy.yaml", rules), directory)
    assert [it["about"] for it in logs if it["log_level"] == "warning"] == ["groups"]


@pytest.mark.parametrize("what", ["U0BOB", "S0FINANCE", "members of C0OPS", "handles"])
@pytest.mark.parametrize("code", ["unreachable", "ratelimited", "http_500", "of_next_year"])
async def test_a_slack_that_does_not_answer_is_waited_for(
    tmp_path: Path, what: str, code: str
) -> None:
    directory = InMemoryDirectory()
    directory.broken_for[what] = (code, 3)
    rules = RULE.replace(
        "users: [U0BOB", "users: [U0BOB, U0CAROL], channels: [C0OPS], groups: [S0FINANCE"
    )
    with capture_logs() as logs:
        policy_file = await opened(written(tmp_path / "policy.yaml", rules), directory)
    assert policy_file.mentions("place_order")
    (waited,) = [it["event"] for it in logs if it["log_level"] == "warning"]
    assert waited == f"waiting for Slack: {code}; trying again"
    assert directory.asked.count(what) == 4


async def test_what_slack_has_said_is_not_asked_again_since_it_answers_so_many_a_minute(
    tmp_path: Path,
) -> None:
    directory = InMemoryDirectory()
    users = [f"U0{number:03}" for number in range(90)]
    directory.put(*(Profile(user, "T0ACME") for user in users))
    directory.answers_so_many = 30
    rules = RULE.replace("U0BOB", ", ".join(users))
    policy_file = await opened(written(tmp_path / "policy.yaml", rules), directory)
    assert policy_file.mentions("place_order")
    assert sorted({*directory.asked}) == users
    assert len(directory.asked) < 120


async def test_a_changed_file_that_slack_is_slow_about_is_taken_bit_by_bit(file: Path) -> None:
    directory = InMemoryDirectory()
    policy_file = await opened(file, directory)
    users = [f"U0{number:03}" for number in range(90)]
    directory.put(*(Profile(user, "T0ACME") for user in users))
    written(file, RULE.replace("U0BOB", ", ".join(users)), version=2)
    directory.answers_so_many = 30
    versions = list[str]()
    for _ in range(8):
        with suppress(ApplicationError):
            await policy_file.judge(a_query())
        versions.append(policy_file.policy.version)
    assert versions == sorted(versions)
    assert {*versions} == {"1", "2"}


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_an_app_that_has_to_be_mended_refuses_the_start(file: Path, code: str) -> None:
    directory = InMemoryDirectory()
    directory.broken["U0BOB"] = code
    with pytest.raises(PreflightError, match=code):
        await opened(file, directory)


async def test_a_file_that_cannot_be_read_refuses_the_start(tmp_path: Path) -> None:
    with pytest.raises(PreflightError, match="POLICY_FILE"):
        await opened(tmp_path / "none.yaml", InMemoryDirectory())
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("version: é".encode("latin-1"))
    with pytest.raises(PreflightError, match="UTF-8"):
        await opened(latin, InMemoryDirectory())


async def test_in_a_direct_message_the_rule_says_where_to_ask(tmp_path: Path) -> None:
    rules = RULE.replace("users: [U0BOB]", "channels: [here]")
    policy_file = await opened(written(tmp_path / "policy.yaml", rules), InMemoryDirectory())
    ruling = await policy_file.judge(a_query(channel="D0ALICE"))
    assert "Ask again in a channel" in ruling.because


async def test_a_shared_channel_is_no_public_audience(file: Path) -> None:
    directory = InMemoryDirectory()
    policy_file = await opened(file, directory)
    directory.places["C0OPS"] = Channel("C0OPS", is_shared=True)
    assert (await policy_file.judge(a_query())).audience[0] == "C0OPS"


@pytest.mark.parametrize("what", ["U0ALICE", "C0OPS"])
async def test_a_slack_that_cannot_say_who_asks_is_enough_only_where_no_rule_wants_to_know(
    file: Path, what: str
) -> None:
    directory = InMemoryDirectory()
    policy_file = await opened(file, directory)
    directory.broken[what] = "unknown_method"
    assert (await policy_file.judge(a_query())).failed is (what == "U0ALICE"), "guests may not ask"
    anybody = RULE.replace("tool:", "may_request: {guests: true, outsiders: true}, tool:")
    written(file, anybody, version=2)
    ruling = await policy_file.judge(a_query())
    assert ruling.verdict is Verdict.ASK
    assert (PUBLIC in ruling.audience) is (what == "U0ALICE")
    for version, wanted in enumerate(("!requester.is_guest", "!channel.is_shared"), 3):
        written(file, anybody.replace("tool:", f'when: "{wanted}", tool:'), version)
        asks_it = wanted.startswith("!requester") is (what == "U0ALICE")
        assert (await policy_file.judge(a_query())).failed is asks_it
    directory.broken[what] = "ratelimited"
    written(file, anybody, version=9)
    with pytest.raises(ApplicationError):  # it will say so later
        await policy_file.judge(a_query())
