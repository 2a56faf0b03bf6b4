"""Hosted MCP servers of an agent: which can be had, what is told of them, and what is shown."""

from pathlib import Path
from typing import Any

import pytest
from agents import Agent, HostedMCPTool
from agents.mcp import MCPServerStdio

from countersign.agents.catalogue import Catalogue
from countersign.agents.errors import NotKeptError
from countersign.agents.hosted.acceptance import why_not
from countersign.agents.hosted.servers import MOST_TOOLS, HostedServers, hosted_of
from countersign.agents.known_tools import KnownTools
from countersign.agents.mcp.servers import Servers
from countersign.agents.tools_at import specs_at
from countersign.policy.facts import Facts, Requester, Venue
from countersign.policy.loading import for_tools, load
from tests.unit.agents.conftest import calling
from worker.agent import AgentRunner
from workflows.contracts.core import Prepared
from workflows.contracts.rules import Verdict
from workflows.digest import differences

SECRETS = ("a-token", "a-header", "a-key")


def hosted(**more: Any) -> HostedMCPTool:
    config: Any = {
        "type": "mcp",
        "server_label": "deploys",
        "server_url": "https://mcp.example.com/a-key/mcp",
        "require_approval": "always",
        "authorization": "a-token",
        "headers": {"X-Key": "a-header"},
    }
    whole: Any = {**config, **more}
    return HostedMCPTool(tool_config=whole)


def with_tools(*tools: HostedMCPTool, **more: Any) -> Agent[Any]:
    return Agent[Any](name="A", instructions="I", tools=list(tools), **more)


def runner(agent: Agent[Any]) -> AgentRunner:
    return AgentRunner(Catalogue.of(agent), model="m", hosted=HostedServers((agent,)))


def at_provider(tool: str, **arguments: Any) -> Any:
    return calling(tool, **arguments).model_copy(update={"at_provider": True})


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"server_label": "two words"}, "needs a short server_label"),
        ({"server_label": None}, "needs a short server_label"),
        ({"server_url": ""}, "needs one of server_url, connector_id and tunnel_id"),
        ({"connector_id": "connector_gmail"}, "needs one of server_url, connector_id"),
        ({"server_url": "nonsense"}, "its server_url has to be an address"),
        ({"server_url": "https://["}, "its server_url has to be an address"),
        ({"server_url": "file:///etc"}, "its server_url has to be an address"),
        ({"defer_loading": True}, "has defer_loading, which is not supported"),
        ({"allowed_callers": ["programmatic"]}, "has allowed_callers, which is not supported"),
        ({"authorization": 7}, "its authorization has to be text"),
        ({"headers": {"X-Key": None}}, "its headers have to be text by name"),
        ({"headers": ["X-Key"]}, "its headers have to be text by name"),
        ({"allowed_tools": ["roll back"]}, "its allowed_tools may have letters"),
    ],
)
def test_what_no_provider_could_be_sent_is_refused_without_its_value(
    more: dict[str, Any], named: str
) -> None:
    with pytest.raises(NotKeptError, match=named) as raised:
        Catalogue.of(with_tools(hosted(**more)))
    assert not any(secret in str(raised.value) for secret in SECRETS)


def test_what_could_say_yes_alone_is_refused() -> None:
    def yes(_: object) -> Any:
        return {"approve": True}

    tool = hosted()
    tool.on_approval_request = yes
    assert "could say yes alone" in why_not(tool)
    assert why_not(hosted()) == ""


def test_two_that_nobody_could_tell_apart_are_refused() -> None:
    other = hosted(server_url="https://other.example.com")
    with pytest.raises(NotKeptError, match="two hosted MCP servers are called deploys"):
        HostedServers([with_tools(hosted()), with_tools(other)])
    with pytest.raises(NotKeptError, match="have different settings"):
        HostedServers([with_tools(hosted(), hosted(authorization="another"))])
    own = MCPServerStdio({"command": "true"}, name="deploys")
    with pytest.raises(NotKeptError, match="both called deploys"):
        HostedServers([with_tools(hosted(), mcp_servers=[own])])
    assert HostedServers([with_tools(hosted()), with_tools(hosted())]).names == {"deploys"}


async def test_the_description_has_a_name_for_the_settings_and_nothing_of_them() -> None:
    spec = await runner(with_tools(hosted())).describe()
    (told,) = spec.hosted
    assert told.label == "deploys"
    assert "example.com" not in spec.model_dump_json()
    assert not any(secret in spec.model_dump_json() for secret in SECRETS)
    assert spec.tools == ()


def test_the_name_of_the_settings_is_another_if_they_change_but_for_a_token() -> None:
    def ref(**more: Any) -> str:
        (server,) = hosted_of(with_tools(hosted(**more)))
        return server.ref

    assert ref() == ref(authorization="tomorrow's") == ref(headers={})
    others = [
        ref(server_url="https://mcp.example.com/another/mcp"),
        ref(server_label="deploys2"),
        ref(allowed_tools=["list"]),
        ref(server_description="Deploys."),
    ]
    assert len({ref(), *others}) == 5


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ({"server_url": "https://user:a-key@mcp.example.com:8443/x?k=a-key"}, "mcp.example.com"),
        ({"server_url": "", "connector_id": "connector_gmail"}, "connector_gmail"),
        ({"server_url": "", "tunnel_id": "tunnel_a-key"}, "a tunnel"),
    ],
)
async def test_a_card_says_where_it_is_and_who_runs_it(place: dict[str, Any], shown: str) -> None:
    it = runner(with_tools(hosted(**place)))
    prepared = await it.prepare_call(at_provider("deploys.roll_back", service="shop"))
    assert prepared.summary == "Roll back (deploys)"
    assert [(field.name, field.value) for field in prepared.fields[:-1]] == [
        ("service", "shop"),
        ("server", f"deploys at {shown}"),
    ]
    assert "not this app" in prepared.fields[-1].value
    assert prepared.asks
    assert not any(secret in prepared.model_dump_json() for secret in SECRETS)


async def test_what_is_approved_is_bound_to_server_address_tool_and_arguments() -> None:
    async def prepared(tool: str = "deploys.roll_back", **more: Any) -> Prepared:
        service = more.pop("service", "shop")
        call = at_provider(tool, service=service)
        return await runner(with_tools(hosted(**more))).prepare_call(call)

    first = await prepared()
    assert (await prepared(authorization="tomorrow's")).digest == first.digest
    for other in (
        await prepared("deploys.scale"),
        await prepared(service="blog"),
        await prepared(server_url="https://mcp.example.com/another"),
        await prepared(allowed_tools=["roll_back"]),
    ):
        assert other.digest != first.digest
        assert differences(first, other)
    moved = differences(first, await prepared(server_url="https://other.example.com"))
    assert [it.after for it in moved] == ["deploys at other.example.com"]


@pytest.mark.parametrize("name", ["other.roll_back", "deploys.roll back", "deploys.", "deploys"])
async def test_a_tool_that_cannot_be_is_not_asked_about(name: str) -> None:
    told = await runner(with_tools(hosted())).prepare_call(at_provider(name))
    assert "There is no tool" in told.problem


async def test_a_tool_that_is_not_among_those_that_are_allowed_is_not_asked_about() -> None:
    it = runner(with_tools(hosted(allowed_tools=["list"])))
    assert (await it.prepare_call(at_provider("deploys.roll_back"))).problem
    assert not (await it.prepare_call(at_provider("deploys.list"))).problem


async def test_it_is_never_run_here() -> None:
    result = await runner(with_tools(hosted())).run_tool(at_provider("deploys.roll_back"))
    assert not result.ok


def test_so_many_names_are_kept_and_no_more() -> None:
    servers = HostedServers((with_tools(hosted()),))
    assert all(servers.find(f"deploys.tool_{number}") for number in range(MOST_TOOLS))
    assert servers.find("deploys.one_more") is None
    assert servers.find("deploys.tool_0") is not None


def test_a_policy_may_name_any_tool_and_covers_each_once_it_is_called() -> None:
    servers = HostedServers((with_tools(hosted()),))
    known = KnownTools({}, Servers(), servers)
    rules = """version: 1
rules:
  - {name: big, tool: deploys.scale, when: args.replicas > 9, approvers: {users: [U0BOB]}}
  - {name: list, tool: deploys.list, auto_approve: true}
  - {name: rest, tool: "*", approvers: {users: [U0CAROL]}}
"""
    policy = load(rules, "policy.yaml", known.now())
    assert known.now() is known.now()

    def ruled(tool: str, **arguments: Any) -> tuple[Verdict, str]:
        servers.find(tool)
        asked = Facts(tool, Requester("U0ALICE"), Venue("C0OPS"), arguments)
        ruling = for_tools(policy, known.now().at_work()).judge(asked)
        return ruling.verdict, ruling.rule.name if ruling.rule else ""

    assert ruled("deploys.scale", replicas=10) == (Verdict.ASK, "big")
    assert ruled("deploys.scale", replicas=1) == (Verdict.ASK, "rest")
    assert ruled("deploys.list") == (Verdict.ALLOW, "list")
    assert ruled("deploys.roll_back") == (Verdict.ASK, "rest")


async def test_what_only_wants_to_know_the_tools_is_told_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "at_the_provider.py").write_text(
        "from agents import Agent\nfrom tests.unit.agents.test_hosted import hosted\n"
        "agent = Agent(name='A', tools=[hosted()])\n"
    )
    tools = await specs_at("at_the_provider:agent")
    assert (tools.servers, tools.unlisted) == ({"deploys"}, {"deploys"})


def test_nothing_secret_is_in_what_is_printed() -> None:
    servers = HostedServers((with_tools(hosted()),))
    assert not any(secret in repr(servers.by_ref) for secret in SECRETS)
