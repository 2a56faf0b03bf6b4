"""`countersign agent check`: what an agent can do, and everything that would be refused of it."""

import json
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from typer.testing import CliRunner

from countersign.cli.agent import app

HEAD = """
import sys
from contextlib import contextmanager
from agents import Agent, FunctionTool, WebSearchTool, function_tool
from countersign.tools import Preview, annotate, preview
print("noise of an import")

@annotate(title="Water a plant", secret=["code"])
@function_tool(needs_approval=True)
def water(plant: str, code: str) -> str:
    '''Water a plant.'''
    return plant

@preview(water)
async def preview_water(plant: str) -> Preview:
    return Preview(summary=plant)

@function_tool
def look() -> str:
    '''Look.'''
    return "green"

@function_tool(needs_approval=True)
def cut(plant: str) -> str:
    '''Cut a plant.'''
    return plant

async def run(ctx, arguments):
    return "done"

def by_hand(**schema):
    return FunctionTool("odd", "Odd", schema, run, strict_json_schema=False)

agent = Agent(name="Gardener", tools=[water, look, cut])
"""
POLICY = """version: 4
deny: [{name: no-roses, tool: cut, when: plant == 'rose', because: We keep the roses.}]
rules:
  - {name: much, tool: water, when: plant == 'oak', approvers: {channels: [here]}, quorum: 2}
  - {name: watering, tool: water, approvers: {channels: [here]}}
  - {name: others, tool: water, when: plant == 'ivy', approvers: {channels: [here]}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """Where a stranger works: their modules, their policy, no settings."""
    for name in ("AGENT", "POLICY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    policy = POLICY.replace("  - {name: others", "#")
    (tmp_path / "policy.yaml").write_text(policy, encoding="utf-8")
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(body: str = "") -> None:
    Path("garden.py").write_text(HEAD + dedent(body), encoding="utf-8")


def run(*more: str, agent: str = "garden:agent") -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", "--agent", agent, *more])
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout


def refusals(agent: str = "garden:agent") -> list[str]:
    code, said = run("--json", agent=agent)
    found: list[str] = json.loads(said)["refusals"]
    assert (code == 1) is bool(found)
    return found


def tools(tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for tool in tree["tools"]:
        yield tool["name"], tool["why"]


def test_every_tool_is_shown_with_its_place_and_what_stands_before_it() -> None:
    write()
    code, said = run()
    assert code == 0
    for line in (
        "Gardener  garden:agent",
        "water  Water a plant",
        "from garden.water",
        "waits by much, where its condition is true; otherwise waits by watering",
        "never shown: code",
        "free: it asks for no approval, and no rule names it",
        "forbidden by no-roses, where its condition is true; otherwise not done",
        "Nothing is refused. The rules are those of policy.yaml, version 4.",
    ):
        assert line in said
    assert "no preview" not in said  # nobody reads what is free, or never done


def test_nothing_is_called_free_under_a_policy_that_cannot_be_used() -> None:
    write()
    Path("policy.yaml").write_text("rules: [", encoding="utf-8")
    code, said = run()
    assert code == 1
    assert "free" not in said
    assert said.count("not known: the policy cannot be used") == 3


def test_a_program_gets_one_document() -> None:
    write()
    _, said = run("--json")
    found = json.loads(said)
    assert (found["agent"], found["policy"], found["version"]) == (
        "garden:agent",
        "policy.yaml",
        "4",
    )
    water, look, cut = found["tree"]["tools"]
    assert water["rules"] == ["much", "watering"]
    assert water["secrets"] == ["code"]
    assert [it["is_free"] for it in (water, look, cut)] == [False, True, False]
    assert [it["waits"] for it in (water, look, cut)] == [True, False, False]
    assert [it["has_preview"] for it in (water, look, cut)] == [True, False, False]
    assert found["tree"]["agents"] == []


def test_what_the_settings_call_secret_is_listed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    write("""
        from pydantic import BaseModel

        class Card(BaseModel):
            holder: str
            cardPIN: str

        @function_tool
        def pay(card: Card, api_key: str, amount: int) -> str:
            return "paid"

        agent.tools = [water, pay]
    """)
    _, said = run()
    assert "never shown: api_key" in said
    monkeypatch.setenv("SECRET_ARGUMENTS", "plant,card_pin")
    _, said = run()
    assert "never shown: code, plant" in said
    assert "never shown: cardPIN" in said


def test_a_tool_that_asks_for_approval_and_has_no_rule_is_said_to_be_never_done() -> None:
    write()
    Path("policy.yaml").write_text(POLICY.split("deny", maxsplit=1)[0] + "rules:\n" + dedent("""\
      - {name: watering, tool: water, approvers: {channels: [here]}}
    """), encoding="utf-8")  # fmt: skip
    _, said = run("--json")
    why = dict(tools(json.loads(said)["tree"]))
    assert why["cut"] == "never done: it asks for approval, and no rule says whose"


def test_everything_that_would_be_refused_is_told_at_once() -> None:
    write(
        """
        @function_tool(name_override="water")
        def flood() -> str:
            return "wet"

        @function_tool
        def explain(replaces: str) -> str:
            return replaces

        agent.tools += [flood, explain, WebSearchTool(), by_hand(type="array")]
        agent.tool_use_behavior = print
        """
    )
    Path("policy.yaml").write_text(POLICY.replace("tool: water", "tool: drown"), encoding="utf-8")
    told = "\n".join(refusals())
    for line in (
        "AGENT: Gardener has a tool_use_behavior that is a function, which is not supported",
        "AGENT: two tools are called water: garden.water and garden.flood",
        "AGENT: explain: call its parameter something else than replaces",
        "AGENT: a tool of type WebSearchTool is not supported; use a function tool",
        "AGENT: odd: its schema is not that of a JSON object",
        "policy.yaml:4: rule much, tool: there is no tool `drown`",
        "policy.yaml:5: rule watering, tool: there is no tool `drown`",
    ):
        assert line in told


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ("type='object'", ""),
        ("type='object', properties={}", ""),
        ("title='nothing'", "its schema is not that of a JSON object"),
        ("type='object', properties=['a']", "`properties` are not schemas by name"),
        ("type='object', properties={'a': 'text'}", "`properties` are not schemas by name"),
        ("type='object', required='a'", "its schema is broken at required: 'a' is not of type"),
        ("type='object', title=chr(0xd800)", "its schema has halves of characters"),
        ("type='object', default={1, 2}", "its schema is no JSON: Object of type set"),
        ("type='object', default=float('nan')", "its schema is no JSON"),
        ("type='object', description='x' * 100_000", "there is room for 100,000"),
    ],
)
def test_a_schema_that_cannot_be_shown_is_refused(schema: str, told: str) -> None:
    write(f"agent.tools.append(by_hand({schema}))")
    found = refusals()
    assert bool(found) is bool(told)
    assert told in "".join(found)


@pytest.mark.parametrize(
    ("taken", "told"),
    [
        ("context: RunContextWrapper, plant: str", ""),
        ("plant: str, pot: str = 'round'", ""),
        ("plant: str, pot: str", "AGENT: cut: its preview takes pot, which the tool does not"),
        ("plant: sys", "AGENT: cut: its preview cannot be called: "),
    ],
)
def test_a_preview_that_could_never_be_made_is_refused(taken: str, told: str) -> None:
    write(f"""
        from agents import RunContextWrapper

        @preview(cut)
        async def preview_cut({taken}) -> Preview:
            return Preview(summary=plant)
    """)
    found = refusals()
    assert bool(found) is bool(told)
    assert told in "".join(found)


@pytest.mark.parametrize(
    ("agent", "body", "told"),
    [
        ("nowhere:agent", "", "there is no module nowhere; searched . (/"),
        ("..garden:agent", "", "'..garden:agent' names no agent; write it like acme.buyer:agent"),
        ("./garden.py:agent", "", "'./garden.py:agent' names a file; name its module instead"),
        ("garden", "", "'garden' names no agent; write it like acme.buyer:agent"),
        ("garden:look", "", "is no agents.Agent and makes none, but a FunctionTool"),
        ("garden:it", "def it(): raise OSError('no well')", "garden.py, line 35: OSError: no well"),
        ("garden:it", "def it(): raise OSError", "garden.py, line 35: OSError"),
        ("garden:it", "def it(what): return agent", "it failed: TypeError: it() missing 1 require"),
        ("garden:it", "def it(): yield agent", "but a generator; put @contextmanager above it"),
        ("garden:it", "async def it(): yield agent", "put @asynccontextmanager above it"),
        ("garden:it", "def it(): pass", "is no agents.Agent and makes none, but None"),
        (
            "garden:it",
            "def it(): raise ExceptionGroup('all', [OSError('no well')])",
            "it failed: OSError: no well",
        ),
        (
            "garden:it",
            "class Odd(Exception):\n    __str__ = None\n\ndef it(): raise Odd",
            "Odd: [unreadable: a Odd, TypeError]",
        ),
        ("garden:it", "def it(): sys.exit(3)", "garden.py, line 35: SystemExit: 3"),
        ("garden:agent", "import os; os.environ['NO']", "garden.py, line 35: KeyError: 'NO'"),
        ("garden:agent", "def", "SyntaxError"),
        (
            "garden:it",
            "@contextmanager\ndef it():\n    yield agent\n    raise OSError('stuck')",
            "the end of garden:it failed in ",
        ),
    ],
)
def test_a_strangers_fault_is_one_line(agent: str, body: str, told: str) -> None:
    write(body)
    (line,) = refusals(agent)
    assert line.startswith("AGENT: ")
    assert told in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("agent.tools = [1]", "a tool of type int is not supported; use a function tool"),
        ("agent.tools.append(cut)", "Gardener has the tool cut twice"),
        ("cut.name = 'two words'", "a tool is called 'two words'; providers take 1 to 64 letters"),
        ("cut.name = chr(0xd800)", "a tool is called '\N{REPLACEMENT CHARACTER}'; providers"),
        ("agent.name = ' '", "the agent has no name; give it one"),
        ("agent.name = 'A' * 201", "the agent has a name that cards have no room for"),
        ("agent.name = chr(0xd800)", "the agent has a name that cards have no room for"),
        (
            "agent.handoffs = [Agent(name='')]",
            "the agent that is a handoff of Gardener has no name",
        ),
    ],
)
def test_what_nobody_could_be_told_of_is_refused(body: str, told: str) -> None:
    write(body)
    Path("policy.yaml").write_text("version: 1\n", encoding="utf-8")
    assert f"AGENT: {told}" in "\n".join(refusals())
    code, said = run()
    assert (code, "\ud800" in said) == (1, False)


def test_a_policy_that_is_not_there_is_one_line() -> None:
    write()
    Path("policy.yaml").unlink()
    assert refusals() == ["the policy policy.yaml cannot be read (No such file or directory)"]


SERVER = """
from agents.mcp import MCPServerStdio
from tests.support import mcp_server

def serving(name, arguments):
    return MCPServerStdio({"command": sys.executable, "args": arguments}, name=name)

agent.mcp_servers = [
    serving("deploys", [mcp_server.__file__, "."]),
    serving("broken", ["-c", "1 / 0"]),
]
"""


def test_servers_are_named_and_asked_only_if_that_is_wanted() -> None:
    write(SERVER)
    policy = Path("policy.yaml").read_text(encoding="utf-8")
    rule = "  - {name: deploying, tool: deploys.*, approvers: {channels: [here]}}\n"
    Path("policy.yaml").write_text(f"{policy}\n{rule}", encoding="utf-8")

    code, said = run()
    assert code == 0
    assert "deploys  an MCP server" in said
    assert "its tools are not known: it was not asked; --servers starts it and asks" in said

    code, said = run("--servers")
    assert code == 0
    assert "from the MCP server deploys" in said
    assert "waits by deploying" in said
    assert "no preview: people read its arguments" in said
    assert "broken  an MCP server" in said


def test_what_is_said_of_a_tool_that_a_server_does_not_have_is_refused() -> None:
    write(f"{SERVER}\nfor name in ('roll_back', 'rol_back'):\n"
          "    annotate(agent.mcp_servers[0], name, title='Back it goes')")  # fmt: skip
    assert refusals() == []  # nobody was asked
    code, said = run("--servers")
    assert code == 1
    assert "deploys.roll_back  Back it goes" in said
    assert "AGENT: annotate names the tool rol_back, which the MCP server deploys does not" in said


LISTS = """
import json
tools = [{"name": f"t{number}", "inputSchema": {"type": "object"}} for number in range(130)]
tools += [
    {"name": "two words \\x1b[31m", "inputSchema": {"type": "object"}},
    {"name": "t1", "inputSchema": {"type": "object"}},
    {"name": "either", "inputSchema": {"type": "object", "anyOf": [{"required": ["a"]}]}},
]
with open("tools.json", "w") as file:
    json.dump(tools, file)
agent.mcp_servers.pop()
"""


def test_tools_of_a_server_that_are_left_out_are_named_with_why() -> None:
    write(SERVER + LISTS)
    code, said = run("--servers")
    assert code == 0
    assert "deploys.two words [31m  left out" in said
    assert "the model is not given it: its name has characters other than letters" in said
    assert "deploys.either  left out" in said
    assert "the model is not given it: its schema has anyOf at the top" in said
    assert "13 more tools are left out; --json names all" in said

    _, said = run("--servers", "--json")
    tree = json.loads(said)["tree"]
    left_out = dict(tree["left_out"])
    assert len(left_out) == 33
    assert left_out["deploys.t129"] == "a server may have 100 tools"
    assert left_out["deploys.t1"] == "it is listed twice"
    assert len([it for it in tree["tools"] if it["name"].startswith("deploys.")]) == 100


def test_what_is_called_secret_and_is_no_parameter_is_refused() -> None:
    write("annotate(cut, secret=['plnt', 'Plant'])")
    (told,) = refusals()  # and not that the policy names a tool that is not there
    why = "annotate calls plnt secret, which the tool does not take; perhaps plant is meant"
    assert told == f"AGENT: cut: {why}"


def test_what_is_called_secret_and_a_server_does_not_take_is_refused() -> None:
    write(f"{SERVER}\nannotate(agent.mcp_servers[0], 'roll_back', secret=['servce', 'STEPS'])")
    assert refusals() == []  # nobody was asked
    code, said = run("--servers")
    assert code == 1
    why = "annotate calls servce secret, which the tool does not take; perhaps service is meant"
    assert f"AGENT: deploys.roll_back: {why}" in said


def test_the_policy_is_the_one_beside_the_module_unless_another_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write()
    (folder / "plants").mkdir()
    Path("garden.py").rename(folder / "plants/garden.py")
    rules = Path("policy.yaml").read_text(encoding="utf-8")
    Path("plants/policy.yaml").write_text(rules.replace("version: 4", "version: 5"))
    assert "plants/policy.yaml, version 5." in run(agent="plants.garden:agent")[1]
    assert (
        " policy.yaml, version 4." in run("--policy", "policy.yaml", agent="plants.garden:agent")[1]
    )
    monkeypatch.setenv("POLICY_FILE", "policy.yaml")
    assert " policy.yaml, version 4." in run(agent="plants.garden:agent")[1]


def test_a_server_that_cannot_be_used_is_refused_beside_the_rest() -> None:
    write(SERVER.replace('"broken"', '"deploys"') + "\nagent.tool_use_behavior = print")
    told = refusals()
    assert told == [
        "AGENT: Gardener has a tool_use_behavior that is a function, which is not supported",
        "AGENT: two MCP servers are called deploys",
    ]


HOSTED = """
    from agents import HostedMCPTool

    def hosted(**more):
        place = {"type": "mcp", "server_label": "deploys", "server_url": "https://mcp.test/key"}
        return HostedMCPTool(tool_config={**place, **more})

    agent.tools.append(hosted(require_approval=%s, authorization="a-token"%s))
"""


def test_a_server_of_the_providers_is_shown_without_its_secrets() -> None:
    write(HOSTED % ('"always"', ""))
    code, said = run()
    assert code == 0, said
    assert "deploys  an MCP server" in said
    assert "the model's provider lists and runs them" in said
    assert "a-token" not in said
    assert "/key" not in said


def test_its_tools_are_shown_where_they_are_allowed_by_name() -> None:
    write(HOSTED % ('"always"', ', allowed_tools=["roll_back"]'))
    rule = (
        "{name: back, tool: deploys.roll_back, when: args.steps > 1, approvers: {users: [U0BOB]}}"
    )
    Path("policy.yaml").write_text(f"version: 1\nrules:\n  - {rule}\n", encoding="utf-8")
    code, said = run()
    assert code == 0, said
    assert "from the hosted MCP server deploys" in said
    assert "waits by back, where its condition is true; otherwise not done" in said


@pytest.mark.parametrize(
    ("approval", "named"),
    [
        ("None", "no require_approval"),
        ("'never'", "require_approval='never'"),
        ("{'never': {'tool_names': ['list']}}", "a require_approval that names some tools only"),
    ],
)
def test_a_server_of_the_providers_that_does_not_always_ask_is_refused(
    approval: str, named: str
) -> None:
    write(HOSTED % (approval, ""))
    (refusal,) = refusals()
    assert refusal == (
        f'AGENT: the hosted MCP server deploys has {named}; set require_approval="always", so '
        "that each of its calls waits for the policy"
    )
