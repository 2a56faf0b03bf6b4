"""`countersign policy`: what a person and a program read."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from countersign.cli.policy import app

GOOD = """version: 3
rules:
  - name: orders-over-1000
    tool: place_order
    when: amount > 1000
    approvers: {groups: [S0FINANCE]}
    quorum: 2
    card: [C0FINANCE, thread]
    expires_after: 3d
  - {name: orders, tool: place_order, approvers: {channels: [here]}}
"""
CALL = (
    *("--tool", "place_order", "--requester", "U0ALICE", "--channel", "C0OPS"),
    *("--args", '{"sku": "widget", "quantity": 9}'),
)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the machine's environment nor a `.env` may change what is said."""
    for name in ("SLACK_BOT_TOKEN", "POLICY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    Path("policy.yaml").write_text(GOOD, encoding="utf-8")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_a_sound_policy_is_said_to_be_sound_and_what_was_not_checked() -> None:
    code, said = run("check")
    assert code == 0
    assert "policy.yaml, version 3: no faults, for examples.purchasing:agent." in said
    assert "SLACK_BOT_TOKEN is not set" in said


def test_faults_are_a_table_with_line_rule_and_field() -> None:
    Path("bad[red].yaml").write_text(GOOD.replace("quorum", "qorum"), encoding="utf-8")
    code, said = run("check", "bad[red].yaml")
    assert code == 1
    row = next(line for line in said.splitlines() if "qorum" in line)
    assert [cell.strip() for cell in row.split("│")[1:4]] == [
        "7",
        "rule orders-over-1000",
        "qorum",
    ]
    assert "bad[red].yaml, for examples.purchasing:agent: 1 to change" in said


def test_faults_are_a_document_for_programs() -> None:
    Path("bad.yaml").write_text(GOOD.replace("amount", "amont"), encoding="utf-8")
    code, said = run("check", "bad.yaml", "--json")
    document = json.loads(said)
    assert (code, document["looked_up_in_slack"]) == (1, False)
    (fault,) = document["faults"]
    assert (fault["file"], fault["line"], fault["field"]) == ("bad.yaml", 5, "when")
    assert "did you mean `amount`?" in fault["problem"]


def test_one_mistake_in_a_rule_for_many_tools_is_one_row() -> None:
    every = GOOD.replace("tool: place_order", "tool: '*'", 1).replace("amount >", "surprise >")
    Path("bad.yaml").write_text(every, encoding="utf-8")
    (fault,) = json.loads(run("check", "bad.yaml", "--json")[1])["faults"]
    assert fault["problem"] == (
        "column 1: nothing is called `surprise` (for place_order, cancel_order, "
        "wait_for_confirmation)"
    )


def test_a_rule_for_every_tool_that_waits_says_that_it_is_not_about_a_free_one() -> None:
    Path("policy.yaml").write_text(GOOD.replace("orders, tool: place_order", "all, tool: '*'"))
    _, said = run("explain", "--tool", "check_budget", "--requester", "U0ALICE")
    assert "`all` does not match: it is about tools that ask for approval by their own word" in said


def test_a_file_that_is_not_there_is_said_to_be_missing() -> None:
    code, said = run("check", "none.yaml", "--json")
    assert code == 2
    assert "cannot be read" in json.loads(said)["error"]


def test_an_explanation_tells_each_rule_and_what_happens() -> None:
    code, said = run("explain", *CALL, "--amount", "4120")
    assert code == 0
    for words in (
        "`amount > 1000` is true",
        "`orders-over-1000` decided",
        "Rule `orders-over-1000` matches: `amount > 1000` is true.",
        "Rule `orders` is not reached: `orders-over-1000` decided.",
        "It waits for approval.",
        "2 approvals from S0FINANCE",
        "C0FINANCE, or else thread",
        "after 3d",
        "after 1d 12h",
    ):
        assert words in said


def test_an_explanation_is_a_document_for_programs() -> None:
    code, said = run("explain", *CALL, "--amount", "500", "--json")
    document = json.loads(said)
    assert code == 0
    assert [step["fate"] for step in document["steps"]] == ["condition not true", "matched"]
    assert document["ruling"]["rule"]["name"] == "orders"
    assert document["ruling"]["verdict"] == "ask"


def test_a_call_whose_amount_is_not_known_is_explained_as_denied() -> None:
    _, said = run("explain", *CALL)
    assert "Rule `orders-over-1000` cannot be judged: the call has no `amount`." in said
    assert "It is denied while that is not known." in said
    assert "Rule `orders-over-1000` asks for `amount`; give --amount 4120." in said


BY_CHANNEL = GOOD.replace("amount > 1000", "channel.is_private || requester.groups == ['S0OPS']")


def test_without_a_channel_it_is_explained_as_far_as_it_can_be_and_which_option_is_missing() -> (
    None
):
    code, said = run("explain", *CALL[:4], "--amount", "5")
    assert code == 0
    for words in (
        "Asked in Slack; no --channel was given.",
        "Rule `orders-over-1000` does not match: `amount > 1000` is not true.",
        "one approval from anyone in the channel where it is asked",
        "Add --channel C… (or D…, a direct message) to see who and where `here` is.",
    ):
        assert words in said
    assert "denied" not in said


def test_a_condition_about_a_channel_that_was_not_given_names_the_option() -> None:
    Path("policy.yaml").write_text(BY_CHANNEL, encoding="utf-8")
    _, said = run("explain", *CALL[:4])
    assert "the call has no `channel.is_private`." in said
    assert "asks for `channel.is_private`; give --channel C…, and --private or --shared" in said
    assert "Taken as in no user group; add --group S…" in said
    document = json.loads(run("explain", *CALL[:4], "--json")[1])
    assert len(document["missing"]) == 2
    assert json.loads(run("explain", *CALL, "--group", "S0OPS", "--json")[1])["missing"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Give --tool place_order and --requester U0123ABCD too. An example: countersign"),
        (("--tool", "place_order"), "Give --requester U0123ABCD too."),
    ],
)
def test_what_has_to_be_given_is_named_at_once(arguments: tuple[str, ...], words: str) -> None:
    code, said = run("explain", *arguments)
    assert code == 2
    assert words in said


def test_an_argument_that_a_condition_asks_for_is_named() -> None:
    Path("policy.yaml").write_text(GOOD.replace("amount", "args.quantity"), encoding="utf-8")
    _, said = run("explain", *CALL[:6])
    assert """give --args '{"quantity": …}'""" in said


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--amount", "1000"), ("1,000.00 in all within 1d", "Rule `orders-over-1000` asks")),
        (
            ("--amount", "400", "--total", "900"),
            ("900.00 in all", "Rule `orders` asks"),
        ),
        (
            ("--amount", "400", "--total", "1400.5"),
            ("1,400.50 in all", "`orders-over-1000` asks"),
        ),
        (("--amount", "400", "--total", "300"), ("at least --amount",)),
        (("--total", "300"), ("at least --amount",)),
        ((), ("denied", "asks for `total_today`; give --amount 4120")),
    ],
)
def test_an_explanation_says_what_it_comes_to_with_those_before(
    given: tuple[str, ...], words: tuple[str, ...]
) -> None:
    counting = GOOD.replace("amount > 1000", "total_today >= 1000")
    Path("policy.yaml").write_text(counting, encoding="utf-8")
    _, said = run("explain", *CALL, *given)
    for word in words:
        assert word in said


def test_guests_are_explained_as_guests() -> None:
    _, said = run("explain", *CALL, "--amount", "1", "--guest")
    assert "does not let guests ask" in said


ELSEWHERE = (
    *("explain", "--tool", "place_order", "--origin", "agentex"),
    *("--args", '{"sku": "widget", "quantity": 9}'),
)


@pytest.mark.parametrize("requester", ["alice@acme.example", "agentex:alice@acme.example"])
def test_a_call_that_is_asked_in_agentex_is_explained(requester: str) -> None:
    asks = (*ELSEWHERE, "--amount", "4120", "--requester", requester)
    code, said = run(*asks)
    assert code == 0
    assert said.startswith("Asked in AgentEx.\n")
    assert "seen in lists by  agentex:alice@acme.example, S0FINANCE" in said
    document = json.loads(run(*asks, "--json")[1])
    assert (document["origin"], document["ruling"]["verdict"]) == ("agentex", "ask")


def test_it_is_explained_that_nobody_is_here_in_agentex() -> None:
    _, said = run(*ELSEWHERE, "--amount", "1", "--requester", "alice")
    assert "nobody in Slack; an operator decides" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--origin", "agentx"), "There is no origin 'agentx'; there are slack, agentex."),
        (("--channel", "C0OPS"), "AgentEx has no channels"),
        (("--group", "S0OPS"), "AgentEx has no channels, groups or guests"),
        (("--guest",), "Leave all but --requester out"),
    ],
)
def test_agentex_has_nothing_of_slack(arguments: tuple[str, ...], words: str) -> None:
    code, said = run(*ELSEWHERE, "--requester", "alice", *arguments)
    assert code == 1
    assert words in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--args", "{"], "--args is not JSON"),
        (["--args", "[]"], "--args has to be an object"),
        (["--requester", "@alice"], "Copy member ID"),
        (["--channel", "#ops"], "is not the id of a channel"),
        (["--group", "finance"], "is not the id of a user group"),
        (["--tool", "rm"], "There is no tool 'rm'"),
        (["--file", "none.yaml"], "cannot be read"),
    ],
)
def test_a_wrong_option_is_told_with_what_to_write(arguments: list[str], words: str) -> None:
    code, said = run("explain", *CALL, *arguments)
    assert code in {1, 2}
    assert words in " ".join(said.split())
