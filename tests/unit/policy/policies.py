"""What tests of the policy share: two small tools, and the shortest policies about them."""

from collections.abc import Container, Mapping, Sequence
from datetime import timedelta

from countersign.policy.engine import Policy
from countersign.policy.facts import Facts, Requester, Venue
from countersign.policy.faults import Fault, PolicyError
from countersign.policy.loading import load
from countersign.slack.directory import Channel, DirectoryError, GoneError, Installation, Profile
from workflows.contracts.activity_inputs import PolicyQuery
from workflows.contracts.core import Call, ToolSpec

OPS = Venue("C0OPS")
DIRECT = Venue("D0ALICE", is_direct=True, is_private=True)
ALICE = Requester("U0ALICE", team="T0ACME", name="alice")


def a_tool(name: str, needs_approval: bool = True, **properties: object) -> ToolSpec:
    """A tool with these arguments, each a JSON schema."""
    return ToolSpec(
        name=name,
        description=name,
        parameters={"type": "object", "properties": properties},
        needs_approval=needs_approval,
        title=name,
        status="…",
    )


TOOLS = {
    spec.name: spec
    for spec in (
        a_tool(
            "place_order",
            sku={"type": "string"},
            quantity={"type": "integer"},
            weight={"type": "number"},
            note={"anyOf": [{"type": "string"}, {"type": "null"}]},
            express={"type": "boolean", "default": False},
            tags={"type": "array", "items": {"type": "string"}},
            amount={"type": "integer"},
        ),
        a_tool("cancel_order", order_id={"type": "integer"}),
        a_tool("search", needs_approval=False, query={"type": "string"}),
    )
}


def a_policy(text: str) -> Policy:
    """A policy from YAML without its version."""
    return load(f"version: 7\n{text}", "policy.yaml", TOOLS)


def one_rule(body: str, more: str = "") -> Policy:
    """A policy of one rule for every tool; `body` is lines of YAML below its name."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    tool = "" if "tool:" in body else '    tool: "*"\n'
    who = "" if "approvers" in body or "panels" in body or "auto" in body else PEOPLE
    return a_policy(f"{more}rules:\n  - name: it\n{tool}{lines}{who}")


PEOPLE = "    approvers: {users: [U0BOB]}\n"


def faults_if_any(text: str) -> tuple[Fault, ...]:
    """What is wrong with a policy."""
    try:
        load(text, "policy.yaml", TOOLS)
    except PolicyError as error:
        return error.faults
    return ()


def faults(text: str) -> tuple[Fault, ...]:
    """What is wrong with a policy; fails if nothing is."""
    found = faults_if_any(text)
    assert found, "the policy was taken"
    return found


def an_order(
    amount: float | None = 4_120.0,
    requester: Requester = ALICE,
    channel: Venue = OPS,
    arguments: Mapping[str, object] | None = None,
) -> Facts:
    """An order of a hundred widgets, with what a test cares about."""
    given = {"sku": "widget", "quantity": 100, **(arguments or {})}
    return Facts("place_order", requester, channel, given, amount)


class InMemoryDirectory:
    """Slack's directory as a test has it; an id in `broken` answers with that code."""

    def __init__(self) -> None:
        self.people = {user: Profile(user, "T0ACME") for user in ("U0ALICE", "U0BOB", "U0CAROL")}
        self.groups = {"S0FINANCE": frozenset({"U0BOB", "U0CAROL"})}
        self.channels = {"C0OPS": frozenset({"U0ALICE", "U0BOB", "U0BOT"})}
        self.places = {
            "C0OPS": Channel("C0OPS", "ops"),
            "D0ALICE": Channel("D0ALICE", is_direct=True),
        }
        self.broken: dict[str, str] = {}
        self.broken_for: dict[str, tuple[str, int]] = {}
        """The same, for so many questions."""
        self.seconds: float | None = None
        """When to ask again."""
        self.answers_so_many = 0
        """How many questions it answers before it refuses one; without limit if nothing."""
        self.asked: list[str] = []

    def put(self, *profiles: Profile) -> None:
        """Replace accounts."""
        self.people |= {profile.user: profile for profile in profiles}

    async def home(self) -> Installation:
        """The workspace of the tests."""
        return Installation("T0ACME", bot_user="U0BOT")

    async def person(self, user: str, team: str = "") -> Profile:
        """One account."""
        self._answer(user, self.people)
        return self.people[user]

    async def members_of_group(self, group: str) -> frozenset[str]:
        """Who is in a group."""
        self._answer(group, self.groups)
        return self.groups[group]

    async def handles(self) -> Mapping[str, str]:
        """What groups are called."""
        self._answer("handles", ("handles",))
        return {group: group.removeprefix("S0").lower() for group in self.groups}

    async def groups_of(self, user: str) -> tuple[str, ...]:
        """The groups of somebody."""
        self._answer(f"groups of {user}", (f"groups of {user}",))
        return tuple(group for group, users in self.groups.items() if user in users)

    async def channel(self, channel: str) -> Channel:
        """One channel."""
        self._answer(channel, self.places)
        return self.places[channel]

    async def members(self, channel: str) -> frozenset[str]:
        """Who is in a channel."""
        self._answer(f"members of {channel}", [f"members of {it}" for it in self.channels])
        return self.channels[channel]

    def _answer(self, what: str, known: Container[str]) -> None:
        self.asked.append(what)
        if what in self.broken:
            raise DirectoryError(self.broken[what], self.seconds)
        code, times = self.broken_for.get(what, ("", 0))
        if times:
            self.broken_for[what] = (code, times - 1)
            raise DirectoryError(code)
        if self.answers_so_many and len(self.asked) % self.answers_so_many == 0:
            raise DirectoryError("ratelimited")
        if what not in known:
            raise GoneError("not_found", what)


class Counted:
    """What was asked before, as a test has it; it notes what it was asked."""

    def __init__(self, *costs: float, error: Exception | None = None) -> None:
        self.costs = costs
        self.error = error
        self.asked: list[tuple[str, timedelta]] = []

    async def costs_before(self, query: PolicyQuery, window: timedelta) -> Sequence[float]:
        return self._answer(query.call, window)

    async def costs_ahead_of(self, call: Call, window: timedelta) -> Sequence[float]:
        return self._answer(call, window)

    def _answer(self, call: Call, window: timedelta) -> Sequence[float]:
        self.asked.append((call.tool, window))
        if self.error is not None:
            raise self.error
        return self.costs
