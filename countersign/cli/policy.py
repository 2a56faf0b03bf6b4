"""`countersign policy`: whether a policy can be used, and what it says of a call."""

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import typer
from pydantic import SecretStr
from rich.console import Group, RenderableType
from rich.text import Text

from countersign.cli.common import AgentSettings, AnyAgent, Json
from countersign.cli.errors import MISUSED, REFUSED, UNREACHABLE, CommandError
from countersign.cli.missing import missing_flags
from countersign.cli.rulings import asked, explained, faults_table
from countersign.cli.screen import screen
from countersign.policy.clauses import Tools
from countersign.policy.engine import Policy
from countersign.policy.facts import UNKNOWN, Facts, Requester, Venue, requester_from
from countersign.policy.faults import Fault, PolicyError
from countersign.policy.ids import CHANNEL, GROUP, USER, Kind
from countersign.policy.loading import load_file
from countersign.runtime.agents_file import NamedAgent
from countersign.slack.directory import Directory, DirectoryError
from countersign.slack.id_checks import IdChecks, verify_ids
from countersign.slack.web_client import build_client
from workflows.contracts.core import ToolSpec
from workflows.contracts.origins import NAMES, SLACK

DIRECT_PREFIX = "D"
MOST_PAUSES = 20
NOT_CHECKED = (
    "Users, groups and channels were not looked up in Slack, since SLACK_BOT_TOKEN is not set."
)
CHECKED = "Its users, groups and channels exist in Slack."

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False
)


class PolicySettings(AgentSettings):
    """The same, and how Slack is asked about the people in a policy."""

    slack_bot_token: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"


@app.command()
def check(
    file: Annotated[str, typer.Argument(help="The policy; POLICY_FILE if left out.")] = "",
    agent: AnyAgent = "",
    as_json: Json = False,
) -> None:
    """Say everything that is wrong with a policy, with file, line, rule and field."""
    settings = PolicySettings()
    with screen(as_json) as out:
        found = [_checked(settings, it) for it in _wanted(settings, file, agent)]
        documents = [it.document for it in found]
        if len(found) == 1:
            out.show(documents[0], found[0].told)
        else:
            out.show({"policies": documents}, Group(*(it.told for it in found)))
        if any(it.faults for it in found):
            raise typer.Exit(REFUSED)


@dataclass(frozen=True, slots=True)
class _Checked:
    """What is wrong with one policy."""

    path: str
    agent: str
    """Whose tools it was checked with, as `AGENT` names it."""
    version: str
    faults: tuple[Fault, ...]
    looked_up: bool
    """Whether Slack was asked about its ids."""
    unlisted: Collection[str]
    """MCP servers that did not say what tools they have."""

    @property
    def told(self) -> RenderableType:
        if self.faults:
            return faults_table(f"{self.path}, for {self.agent}", self.faults)
        looked_up = CHECKED if self.looked_up else NOT_CHECKED
        sound = f"{self.path}, version {self.version}: no faults, for {self.agent}. {looked_up}"
        return Text(sound + _not_listed(self.unlisted))

    @property
    def document(self) -> dict[str, Any]:
        return {
            "file": self.path,
            "agent": self.agent,
            "version": self.version,
            "faults": [_as_document(fault) for fault in self.faults],
            "looked_up_in_slack": self.looked_up,
            "servers_away": sorted(self.unlisted),
        }


def _wanted(settings: PolicySettings, file: str, agent: str) -> Sequence[NamedAgent]:
    """The agents whose policies are meant; a file is taken for the policy of the only agent.

    Raises:
        CommandError: there are several, and none of them has this file, or none this name.
    """
    if agent:
        meant = settings.any_agent(agent)
        return [replace(meant, policy=Path(file)) if file else meant]
    agents = settings.named_agents()
    if not file:
        return agents
    if not agents[0].name:
        return [replace(agents[0], policy=Path(file))]
    meant = [it for it in agents if it.policy.resolve() == Path(file).resolve()]
    if not meant:
        raise CommandError(f"No agent in {settings.agents} has the policy {file}.", REFUSED)
    return meant


def _checked(settings: PolicySettings, it: NamedAgent) -> _Checked:
    path, token = str(it.policy), settings.slack_bot_token.get_secret_value()
    version, faults = "", tuple[Fault, ...]()
    tools = _tools(it.agent)
    try:
        policy = _load(path, tools)
        version = policy.version
        if token:
            faults = asyncio.run(_looked_up(policy, token, settings.slack_api_url))
    except PolicyError as error:
        faults = error.faults
    return _Checked(path, it.agent, version, faults, bool(token and version), tools.unlisted)


@app.command()
def explain(  # noqa: PLR0913 the facts of a call are many, and each is an option
    *,
    tool: Annotated[str, typer.Option(help="The tool that is called.")] = "",
    requester: Annotated[str, typer.Option(help="Who asks: U…, or a name in another origin.")] = "",
    args: Annotated[str, typer.Option(help="The tool's arguments, as JSON.")] = "{}",
    origin: Annotated[str, typer.Option(help=f"Where it is asked: {', '.join(NAMES)}.")] = SLACK,
    channel: Annotated[
        str,
        typer.Option(help="In which channel: C…, or D… for a direct message. Without it, any."),
    ] = "",
    amount: Annotated[float | None, typer.Option(help="What it costs, in whole units.")] = None,
    total: Annotated[
        float | None,
        typer.Option(help="What it and those before it cost together; --amount if left out."),
    ] = None,
    group: Annotated[list[str] | None, typer.Option(help="A group they are in: S….")] = None,
    member_of: Annotated[
        list[str] | None, typer.Option(help="A channel they are in, where may_request names it.")
    ] = None,
    guest: Annotated[bool, typer.Option("--guest", help="They are a guest.")] = False,
    external: Annotated[
        bool, typer.Option("--external", help="They are of another workspace.")
    ] = False,
    private: Annotated[bool, typer.Option("--private", help="The channel is private.")] = False,
    shared: Annotated[
        bool, typer.Option("--shared", help="Another workspace is in the channel.")
    ] = False,
    file: Annotated[str, typer.Option(help="The policy; POLICY_FILE if left out.")] = "",
    agent: AnyAgent = "",
    as_json: Json = False,
) -> None:
    """Say what the policy rules of a call: every rule in order, and what then happens.

    Slack is not asked; the options say what it would answer.
    """
    with screen(as_json) as out:
        _require({"--tool place_order": tool, "--requester U0123ABCD": requester})
        meant = PolicySettings().any_agent(agent)
        policy = _sound(file or str(meant.policy), meant.agent)
        if tool not in policy.tools:
            known = ", ".join(policy.tools)
            raise CommandError(f"There is no tool {tool!r}; the tools are {known}.", REFUSED)
        if origin == SLACK:
            who = Requester(
                _id(USER, requester),
                is_guest=guest,
                is_external=external,
                groups=tuple(_id(GROUP, it) for it in group or ()),
                channels=tuple(_id(CHANNEL, it) for it in member_of or ()),
            )
        else:
            said = (channel, group, member_of, guest, external, private, shared)
            who = _from_elsewhere(origin, requester, has_more=any(said))
        venue = _venue(channel, origin, is_private=private, is_shared=shared)
        facts = Facts(tool, who, venue, _arguments(args), amount, origin)
        if policy.needs(tool).total:
            facts = replace(facts, total=_total(amount, total))
        explanation = policy.explain(facts)
        steps = [
            {"part": it.part, "name": it.name, "fate": it.fate, "why": it.why}
            for it in explanation.steps
        ]
        ruling = explanation.ruling.model_dump(mode="json")
        missing = list(missing_flags(policy, facts, explanation))
        document = {
            "policy": policy.version,
            "origin": origin,
            "steps": steps,
            "ruling": ruling,
            "missing": missing,
        }
        where = asked(origin, channel, explanation.ruling.total, policy.window)
        out.show(document, explained(explanation, where, missing))


def _require(options: Mapping[str, str]) -> None:
    """Say which options have to be there and are not, all at once.

    Raises:
        CommandError: one is missing.
    """
    if missing := [flag for flag, value in options.items() if not value]:
        raise CommandError(
            f"Give {' and '.join(missing)} too. An example: countersign policy explain --tool "
            "place_order --requester U0123ABCD --channel C0123ABCD --amount 4120",
            MISUSED,
        )


def _venue(channel: str, origin: str, *, is_private: bool, is_shared: bool) -> Venue:
    """Where it is asked. In Slack, a channel that is not said is one of which nothing is known."""
    if not channel:
        return UNKNOWN if origin == SLACK else Venue("")
    is_direct = channel.startswith(DIRECT_PREFIX)
    return Venue(
        channel if is_direct else _id(CHANNEL, channel),
        is_direct=is_direct,
        is_private=is_private or is_direct,
        is_shared=is_shared,
    )


def _sound(path: str, agent: str) -> Policy:
    """Read a policy that has no faults.

    Raises:
        CommandError: it has some, or cannot be read.
    """
    try:
        return _load(path, _tools(agent))
    except PolicyError as error:
        raise CommandError(str(error), REFUSED) from error


def _load(path: str, tools: Mapping[str, ToolSpec]) -> Policy:
    """Read a policy for these tools.

    Raises:
        PolicyError: it cannot be used.
        CommandError: it cannot be read.
    """
    try:
        return load_file(Path(path), tools)
    except OSError as error:
        raise CommandError(f"{path} cannot be read ({error.strerror}).", UNREACHABLE) from error


def _not_listed(servers: Collection[str]) -> str:
    """A note on MCP servers that could not be asked what tools they have; empty if all could."""
    if not servers:
        return ""
    names = ", ".join(sorted(servers))
    return f" The names of tools of {names} were not checked, since they are not known here."


def _tools(agent: str) -> Tools:
    """The tools of an agent. Its MCP servers are started to be asked for theirs."""
    # Loaded late: the Agents SDK takes seconds, and `--help` should not.
    tools = import_module("countersign.agents.tools_at")
    try:
        found: Tools = asyncio.run(tools.specs_at(agent))
    except tools.REFUSALS as error:
        raise CommandError(f"{error}.", UNREACHABLE) from error
    return found


async def _looked_up(policy: Policy, token: str, url: str) -> tuple[Fault, ...]:
    """What Slack says of the ids. It lets one ask about so many a minute, and a policy has more."""
    async with aiohttp.ClientSession() as session:
        directory, checks = Directory(build_client(token, url, session)), IdChecks()
        for _ in range(MOST_PAUSES):
            try:
                return (await verify_ids(policy, directory, checks)).faults
            except DirectoryError as error:
                if error.seconds is None:
                    raise _not_said(error) from error
                await asyncio.sleep(error.seconds)
        raise _not_said(DirectoryError("ratelimited"))


def _not_said(error: DirectoryError) -> CommandError:
    return CommandError(
        f"Slack did not say whether the ids exist ({error.code}). Try again, or unset "
        "SLACK_BOT_TOKEN to check everything else.",
        UNREACHABLE,
    )


def _id(kind: Kind, text: str) -> str:
    if not kind.fits(text):
        raise CommandError(f"{text!r} is not the id of {kind.noun}. {kind.where}", REFUSED)
    return text


def _from_elsewhere(origin: str, name: str, *, has_more: bool) -> Requester:
    """Somebody who is not in Slack, by their name there or their whole id.

    Raises:
        CommandError: there is no such origin, or it has not got what the options say.
    """
    if origin not in NAMES:
        raise CommandError(f"There is no origin {origin!r}; there are {', '.join(NAMES)}.", REFUSED)
    if has_more:
        raise CommandError(
            f"{NAMES[origin]} has no channels, groups or guests. Leave all but --requester out.",
            REFUSED,
        )
    return requester_from(f"{origin}:{name.removeprefix(f'{origin}:')}")


def _total(amount: float | None, total: float | None) -> float | None:
    """What a call and those before it cost together.

    Raises:
        CommandError: that is less than the call alone.
    """
    if total is not None and (amount is None or total < amount):
        raise CommandError(
            "--total counts this call too, so it is at least --amount. Write both.", REFUSED
        )
    return amount if total is None else total


def _arguments(text: str) -> dict[str, Any]:
    try:
        arguments: Any = json.loads(text)
    except ValueError as error:
        raise CommandError(f"--args is not JSON: {error}.", REFUSED) from error
    if not isinstance(arguments, dict):
        raise CommandError('--args has to be an object, such as {"quantity": 9}.', REFUSED)
    return arguments


def _as_document(fault: Fault) -> dict[str, Any]:
    return {
        "file": fault.file,
        "line": fault.line,
        "rule": fault.rule,
        "field": fault.field,
        "problem": fault.problem,
        "example": fault.example,
    }
