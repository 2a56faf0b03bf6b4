"""The policy in force: gathers the facts it asks about, and judges calls."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from countersign.policy.clauses import Tools
from countersign.policy.engine import Policy
from countersign.policy.facts import Facts
from countersign.policy.faults import PolicyError
from countersign.policy.loading import for_tools, load_file
from countersign.policy.naming import with_names
from countersign.policy.totals import total
from countersign.runtime.preflight import PreflightError
from countersign.runtime.waiting import AwayError, Waiting
from countersign.slack.directory import UNREACHABLE, DirectoryError, GoneError
from countersign.slack.id_checks import Directory, IdChecks, verify_ids
from countersign.slack.web_client import CONFIGURATION, UNKNOWN
from worker.inquiry import ArgumentsUnreadableError, NobodyError, facts_of
from worker.slack import CONFIGURATION_DELAY
from worker.totals import (
    UNCOUNTABLE,
    KnownTotals,
    NoTotals,
    Totals,
    TotalsAwayError,
    UncountableError,
)
from workflows.contracts.activities import PolicyActivities
from workflows.contracts.activity_inputs import PolicyQuery, Recount, Recounted
from workflows.contracts.core import ToolSpec
from workflows.contracts.origins import SLACK
from workflows.contracts.rules import POLICY_UNAVAILABLE, Outage, Ruling, Verdict

log = structlog.get_logger(__name__)

RELOAD_SECONDS = 2
FACTS_SECONDS = 7.5
"""How long a call waits for what a changed file and the policy ask about: together less than the
ten seconds after which somebody is told that it takes longer."""
Edition = tuple[int, int]
"""When a file was changed, and its size: if either differs, the file is read again."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A policy as it was read."""

    policy: Policy
    names: Mapping[str, str]
    """Names of the people, groups and channels in it, by id."""
    edition: Edition | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy that was read, and what Slack has said so far of those whom it means."""

    policy: Policy
    edition: Edition | None
    checks: IdChecks = field(default_factory=IdChecks)

    async def check(self, directory: Directory) -> Reading:
        """Ask Slack about the rest of them.

        Raises:
            PolicyError: somebody is not there, or there are not enough.
            DirectoryError: Slack did not say.
        """
        roll = await verify_ids(self.policy, directory, self.checks)
        if roll.faults:
            raise PolicyError(roll.faults)
        return Reading(self.policy, roll.names, self.edition)


class PolicyFile(PolicyActivities):
    """Judges by the file as it is now. A faulty change leaves the old policy in force."""

    def __init__(
        self,
        path: Path,
        tools: Mapping[str, ToolSpec],
        directory: Directory,
        read: Reading,
        room: str = "",
    ) -> None:
        """`room` is the channel for the cards of what is asked outside Slack."""
        self._path = path
        self._tools = tools
        self._tools_now: Callable[[], Mapping[str, ToolSpec]] = lambda: tools
        self._directory = directory
        self._read = read
        self._totals: Totals = NoTotals()
        self._room = room
        self._edition = read.edition
        self._draft: Draft | None = None
        self._reading = asyncio.Lock()

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._read.policy

    def count_by(self, totals: Totals) -> None:
        """Have totals counted from here on; until then, what asks for one is not judged."""
        self._totals = totals

    def follow(self, tools: Callable[[], Tools]) -> None:
        """Have the tools asked for here from now on, since MCP servers change theirs.

        It gives the same object for as long as nothing has changed.
        """
        self._tools_now = tools

    def mentions(self, tool: str) -> bool:
        """Whether calls of this tool have to be judged."""
        return self.policy.mentions(tool)

    @activity.defn
    async def judge(self, query: PolicyQuery) -> Ruling:
        """Say what the policy says of a call, or deny if what it asks about cannot be known.

        Raises:
            ApplicationError: of type `POLICY_UNAVAILABLE`; it may be known later.
        """
        await self._read_again()
        return await self._judged(query, self._totals)

    @activity.defn
    async def recount(self, recount: Recount) -> Recounted:
        """See `PolicyActivities`. Without Slack, unless there is more than was known."""
        try:
            before = await self._totals.costs_ahead_of(recount.call, self.policy.window)
        except (TotalsAwayError, UncountableError) as error:
            raise ApplicationError(str(error)) from error
        by_now = total([recount.prepared.amount or 0.0, *before])
        if by_now <= recount.counted:
            return Recounted(total=by_now)
        query = PolicyQuery(call=recount.call, prepared=recount.prepared)
        ruling = await self._judged(query, KnownTotals(before))
        rule = ruling.rule.name if ruling.rule and ruling.verdict is Verdict.ASK else None
        return Recounted(total=by_now, is_ruled_alike=rule == recount.rule)

    async def _judged(self, query: PolicyQuery, totals: Totals) -> Ruling:
        """The ruling by the policy as it is in memory, and by these totals."""
        read = self._read
        try:
            facts = await self._facts(query, read.policy, totals)
        except DirectoryError as error:
            if isinstance(error, GoneError) or error.code in UNKNOWN:
                return _deny(_unknown(error.code), failed=True)
            raise _unavailable(error, read.policy, query.call.tool) from error
        except UncountableError as error:
            return _deny(str(error), failed=True)
        except ArgumentsUnreadableError:
            return _deny("The call's arguments cannot be read, so it is not done.", failed=True)
        except NobodyError:
            return _deny("Apps and deactivated accounts can't ask for anything.")
        ruling = with_names(read.policy.judge(facts), read.names, facts)
        if query.call.origin.kind == SLACK:
            return ruling
        return ruling.model_copy(update={"team": await self._home()})

    async def _facts(self, query: PolicyQuery, policy: Policy, totals: Totals) -> Facts:
        """What is asked about a call, in good time.

        Raises:
            ApplicationError: it is not known now what was asked before.
            DirectoryError: Slack did not say, or takes too long.
        """
        try:
            async with asyncio.timeout(FACTS_SECONDS):
                return await facts_of(query, policy, self._directory, totals, self._room)
        except TimeoutError as error:
            raise DirectoryError(UNREACHABLE) from error
        except TotalsAwayError as error:
            raise _uncounted(error, policy, query.call.tool) from error

    async def _home(self) -> str:
        """The workspace in which people decide what was asked elsewhere, if there is one."""
        try:
            return (await self._directory.home()).team
        except DirectoryError as error:
            log.info("no workspace is known, so no list has it", code=error.code)
            return ""

    async def _read_again(self) -> None:
        """Take a changed file if it is sound; approvals that wait keep the rule they have."""
        async with self._reading:
            await self._take_changed_tools()
            edition = _edition(self._path)
            if edition == self._edition:
                return
            problem = ""
            try:
                read = await self._checked(edition)
                edition = read.edition
            except (DirectoryError, TimeoutError) as error:
                why = str(error) or "no answer yet"
                log.warning("changed policy not checked yet, the old one stays", cause=why)
                return
            except (PolicyError, OSError) as error:
                problem = str(error)
            else:
                self._replace(read)
            self._edition, self._draft = edition, None
        if problem:
            log.error("changed policy refused, the old one stays", faults=problem)

    async def _take_changed_tools(self) -> None:
        """Have the policy in force cover what MCP servers have now, such as a tool that is new."""
        tools = self._tools_now()
        if tools is self._tools:
            return
        self._tools, self._draft = tools, None
        lenient = tools.at_work() if isinstance(tools, Tools) else tools
        problem = ""
        try:
            policy = await asyncio.to_thread(for_tools, self.policy, lenient)
        except PolicyError as error:
            problem = str(error)
        else:
            self._read = Reading(policy, self._read.names, self._read.edition)
        if problem:
            log.error("the policy does not fit the tools of the MCP servers", faults=problem)

    async def _checked(self, edition: Edition | None) -> Reading:
        """The changed file. A call waits for it only for a moment; the next one goes on."""
        if self._draft is None or self._draft.edition != edition:
            self._draft = await _draft(self._path, self._tools)
        async with asyncio.timeout(RELOAD_SECONDS):
            return await self._draft.check(self._directory)

    def _replace(self, read: Reading) -> None:
        version = read.policy.version
        if version == self.policy.version:
            log.warning("the policy changed but not its version", version=version)
        log.info("policy changed", version=version)
        self._read = read


async def open_policy(
    path: str | Path,
    tools: Mapping[str, ToolSpec],
    directory: Directory,
    waiting: Waiting,
    room: str = "",
) -> PolicyFile:
    """Read the policy and check with Slack that whom it names is there, however long that takes.

    `room` is the channel for the cards of what is asked outside Slack.

    Raises:
        PreflightError: it cannot be honoured exactly; one line a fault.
    """
    file = Path(path)
    try:
        draft = await _draft(file, tools)
        read = await waiting.for_("Slack", lambda: _looked_up(draft, directory))
    except OSError as error:
        raise PreflightError(
            f"the policy {path} cannot be read ({error.strerror}); set POLICY_FILE to its path."
        ) from error
    except PolicyError as error:
        raise PreflightError(f"the policy cannot be used.\n{error}") from error
    policy = read.policy
    log.info("policy", version=policy.version, rules=len(policy.rules), denials=len(policy.denials))
    return PolicyFile(file, tools, directory, read, room)


async def _looked_up(draft: Draft, directory: Directory) -> Reading:
    try:
        return await draft.check(directory)
    except DirectoryError as error:
        if error.code in CONFIGURATION:
            raise PreflightError(
                f"Slack does not say whether the people in the policy exist ({error.code}). "
                "An administrator has to mend the app."
            ) from error
        raise AwayError(error.code, error.seconds) from error


async def _draft(path: Path, tools: Mapping[str, ToolSpec]) -> Draft:
    """Read a file. That may take a second, in which the worker has other things to do."""
    edition = _edition(path)
    return Draft(await asyncio.to_thread(load_file, path, tools), edition)


def _edition(path: Path) -> Edition | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _unavailable(error: DirectoryError, policy: Policy, tool: str) -> ApplicationError:
    """What is not known now, and for how long it is worth asking again."""
    told = None if error.seconds is None else timedelta(seconds=error.seconds)
    outage = Outage(
        patience_seconds=policy.patience(tool).total_seconds(),
        cause=error.code,
        because=_unknown(error.code),
    )
    return ApplicationError(
        f"Slack does not say what the policy asks: {error.code}",
        outage.model_dump(),
        type=POLICY_UNAVAILABLE,
        next_retry_delay=CONFIGURATION_DELAY if error.code in CONFIGURATION else told,
    )


def _uncounted(error: TotalsAwayError, policy: Policy, tool: str) -> ApplicationError:
    """The same of what was asked before, which Temporal lists."""
    cause = str(error)
    outage = Outage(
        patience_seconds=policy.patience(tool).total_seconds(),
        cause=cause,
        because=f"{UNCOUNTABLE} Try again in a minute.",
    )
    said = f"Temporal does not say what was asked before: {cause}"
    return ApplicationError(said, outage.model_dump(), type=POLICY_UNAVAILABLE)


def _unknown(code: str) -> str:
    if code == "missing_scope":
        return (
            "I couldn't check who is asking, because the app lacks a permission in Slack. "
            "Nobody was asked. An administrator has to install the app again."
        )
    if code in CONFIGURATION:
        return (
            f"I couldn't check who is asking, because Slack refuses my token ({code}). "
            "Nobody was asked. An administrator has to fix the app."
        )
    return f"I couldn't check who is asking ({code}), so nobody was asked. Try again in a minute."


def _deny(because: str, *, failed: bool = False) -> Ruling:
    return Ruling(verdict=Verdict.DENY, because=because, failed=failed)
