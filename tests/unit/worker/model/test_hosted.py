"""Hosted MCP servers where the model is called: what is sent, what is read, and what is not."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from agents import HostedMCPTool, ModelResponse
from openai.types.responses.response_output_item import McpApprovalRequest, McpCall
from structlog.testing import capture_logs
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from countersign.agents.hosted.servers import HostedServer
from countersign.messages.model_answers import requests_left_out
from tests.unit.worker.model.served import Server, ask, said
from worker.arguments import LIMIT
from worker.model.given import sendable
from worker.model.hosted import HIDDEN, with_settings, without_secrets
from worker.model.provider import ByTaskQueue, ReadModel
from workflows.contracts.decisions import Execution
from workflows.contracts.model_faults import ModelFault
from workflows.conversation.hosted import NOT_ANSWERED, execution_of

TOKEN = "a-token"
CONFIG: Mapping[str, Any] = {
    "type": "mcp",
    "server_label": "deploys",
    "server_url": "https://mcp.example.com/key/mcp",
    "require_approval": "always",
    "authorization": TOKEN,
    "headers": {"X-Key": f"{TOKEN}-and-more"},
}
DEPLOYS = HostedServer("deploys", CONFIG)
YES = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}


def asks(**more: Any) -> dict[str, Any]:
    item = {"type": "mcp_approval_request", "id": "mcpr_1", "server_label": "deploys"}
    return {**item, "name": "roll_back", "arguments": '{"service":  "shop"}', **more}


def ran(**more: Any) -> dict[str, Any]:
    return {**asks(), "type": "mcp_call", "id": "mcp_1", "approval_request_id": "mcpr_1", **more}


def described(ref: str) -> HostedMCPTool:
    config: Any = {"type": "mcp", "server_label": "deploys", "server_url": ref}
    return HostedMCPTool(tool_config=config)


async def read(*items: Any) -> ModelResponse:
    """What becomes of an answer with these items, where the model was given the server."""
    server, servers = Server({"output": list(items)}), {DEPLOYS.ref: DEPLOYS}
    return await ask(server.model(servers=servers), tools=[described(DEPLOYS.ref)])


def requests(answer: ModelResponse) -> list[McpApprovalRequest]:
    return [it for it in answer.output if isinstance(it, McpApprovalRequest)]


async def test_a_request_is_read_to_the_letter() -> None:
    (request,) = requests(await read({"type": "mcp_list_tools", "tools": []}, asks()))
    assert request.model_dump() == asks()


@pytest.mark.parametrize(
    "odd",
    [
        {"id": ""},
        {"id": None},
        {"id": "x" * 300},
        {"name": ""},
        {"server_label": 7},
        {"server_label": "another"},
        {"arguments": {"service": "shop"}},
        {"arguments": "\ud800"},
        {"arguments": "x" * (LIMIT + 1)},
    ],
)
async def test_what_cannot_be_given_back_as_it_was_is_left_out_and_said_to_be(
    odd: dict[str, Any],
) -> None:
    answer = await read(asks(**odd), said("Rolling back."))
    assert requests(answer) == []
    assert requests_left_out(1) in str(answer.output)


async def test_the_same_request_twice_is_one_and_another_under_its_id_is_an_error() -> None:
    assert len(requests(await read(asks(), asks()))) == 1
    with pytest.raises(ApplicationError) as raised:
        await read(asks(), asks(name="drop_database"))
    assert raised.value.type == ModelFault.UNREADABLE


@pytest.mark.parametrize(
    ("more", "execution"),
    [
        ({"output": "41"}, Execution.DONE),
        ({"output": None, "status": "completed"}, Execution.DONE),
        ({"status": "calling"}, Execution.PASSED_ON),
        ({"status": "of next year"}, Execution.DONE),
        ({"error": {"type": "mcp_tool_execution_error", "content": []}}, Execution.FAILED),
        (
            {"error": {"type": "mcp_protocol_error", "code": -3, "message": "no"}},
            Execution.FAILED,
        ),
        ({"error": {"type": "http_error", "code": 504, "message": "?"}}, Execution.PASSED_ON),
        ({"error": "it broke off"}, Execution.PASSED_ON),
        ({"error": {"type": "http_error", "code": True}}, Execution.PASSED_ON),
    ],
)
async def test_what_the_provider_says_of_a_call_is_no_more_than_it_says(
    more: dict[str, Any], execution: Execution
) -> None:
    (call,) = (await read(ran(**more))).output
    assert isinstance(call, McpCall)
    assert execution_of(call.model_dump()) is execution


async def test_an_output_is_bounded() -> None:
    (call,) = (await read(ran(output="x" * 100_000))).output
    assert isinstance(call, McpCall)
    assert len(call.output or "") < 21_000


def test_settings_are_put_back_and_what_is_not_known_is_not_sent() -> None:
    servers = {DEPLOYS.ref: DEPLOYS}
    (whole,) = with_settings([described(DEPLOYS.ref)], servers)
    assert whole.tool_config == CONFIG
    with capture_logs() as logs:
        assert with_settings([described("hosted:another")], servers) == []
    assert TOKEN not in str(logs)


async def test_agents_that_have_one_server_are_sent_their_own_secrets() -> None:
    provider = Server({"output": [said("Hello.")]})
    own = {name: replace(DEPLOYS, config={**CONFIG, "authorization": name}) for name in ("a", "b")}
    assert own["a"].ref == own["b"].ref
    providers = {name: provider.provider(servers={it.ref: it}) for name, it in own.items()}
    models = ByTaskQueue({**providers, "none": provider.provider()})

    async def ask_as_agent() -> None:
        await ask(models.get_model("m"), tools=[described(DEPLOYS.ref)])

    env = ActivityEnvironment()
    for name in ("a", "b", "none"):
        env.info = replace(env.info, task_queue=name)
        await env.run(ask_as_agent)
    sent = [[tool["authorization"] for tool in it.get("tools", ())] for it in provider.asked]
    assert sent == [["a"], ["b"], []]


def test_a_server_that_forgot_to_ask_is_told_to() -> None:
    lax = replace(DEPLOYS, config={**CONFIG, "require_approval": "never"})
    (whole,) = with_settings([described("r")], {"r": lax})
    assert whole.tool_config["require_approval"] == "always"


async def test_an_error_that_quotes_a_secret_is_told_and_logged_without_it() -> None:
    async def fail(_: dict[str, Any]) -> Any:
        raise ValueError(f"could not send {TOKEN}-and-more and {TOKEN}")

    model = ReadModel(fail, servers={DEPLOYS.ref: DEPLOYS})
    with capture_logs() as logs, pytest.raises(ApplicationError) as raised:
        await model.get_response(input="hello", tools=[described(DEPLOYS.ref)])
    assert TOKEN not in f"{raised.value} {raised.value.__cause__} {logs}"
    assert without_secrets(f"{TOKEN}-and-more", {DEPLOYS.ref: DEPLOYS}) == HIDDEN
    assert TOKEN not in repr(DEPLOYS)


def _live(*more: Any) -> list[Any]:
    return [{"role": "user", "content": "roll back"}, asks(), YES, *more]


@pytest.mark.parametrize("status", [429, 500, 502])
async def test_what_lets_a_call_run_is_sent_once(status: int) -> None:
    server = Server({"error": {"message": "no"}}, status=status)
    env = ActivityEnvironment()
    first, second = env.info, replace(env.info, attempt=2)
    for info, again in ((first, False), (second, False)):
        env.info = info
        with pytest.raises(ApplicationError) as raised:
            await env.run(_ask, server, _live())
        assert raised.value.non_retryable is not again
    assert len(server.asked) == 1

    env.info = second
    with pytest.raises(ApplicationError):
        await env.run(_ask, server, _live({"role": "assistant", "content": "It is back."}))
    assert len(server.asked) == 2  # it was told before, so nothing runs


async def _ask(server: Server, given: list[Any]) -> ModelResponse:
    return await ask(server.model(), given)


def test_a_request_that_nobody_answered_is_refused_and_an_answer_to_nothing_is_left_out() -> None:
    other = {**YES, "approval_request_id": "mcpr_2"}
    sent = sendable([{"role": "user", "content": "x"}, asks(), other])
    assert sent[1:] == [
        asks(),
        {
            "type": "mcp_approval_response",
            "approval_request_id": "mcpr_1",
            "approve": False,
            "reason": NOT_ANSWERED,
        },
    ]


def test_what_is_to_be_run_is_sent_to_the_letter() -> None:
    arguments = '{"text":  "' + "x" * 70_000 + '"}'
    sent = sendable([asks(arguments=arguments), YES])
    assert sent == [asks(arguments=arguments), YES]
