"""The runs of agents in one turn: each until it has an answer, waiting for people between steps.

An agent that another calls as a tool has a run of its own inside that of the other, so that it
waits, and is carried to another run of the conversation, just like the outer one.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from agents import (
    Agent,
    InputGuardrailTripwireTriggered,
    MaxTurnsExceeded,
    OutputGuardrailTripwireTriggered,
    RunContextWrapper,
    Runner,
    RunResult,
)
from temporalio import workflow

from workflows.contracts.activities import TurnActivities
from workflows.contracts.activity_inputs import StatusLine
from workflows.contracts.approvals import ApprovalStatus
from workflows.contracts.core import AgentSpec, TurnLimits
from workflows.contracts.notices import Effect, Notice, NoticeCode
from workflows.contracts.replacing import split_replaces
from workflows.conversation.agent import build_agents, going_on
from workflows.conversation.approval_gate import Gate
from workflows.conversation.batch_summary import Summary
from workflows.conversation.floor import Floor
from workflows.conversation.hands import TurnHands, TurnStoppedError
from workflows.conversation.hosted import (
    LATER,
    answer_to,
    approved_requests,
    begun,
    came_of,
    full_name,
    held_back,
    matched,
    not_told,
    requested,
    settled,
    unasked_effect,
)
from workflows.conversation.inner_runs import approved_run, inner_run, limited, transfer_outputs
from workflows.conversation.last_words import last_words
from workflows.conversation.memory import (
    TURN_LIMIT,
    AgentRun,
    GuardedCall,
    InnerRun,
    Item,
    TurnState,
    noted,
    output,
    said,
    shrunk,
)
from workflows.conversation.model_calls import allowed, left, run_config
from workflows.conversation.model_errors import CheckFailedError, OutOfStepsError, check_in
from workflows.conversation.model_messages import (
    agent_stopped_for_model,
    no_answer_of_agent_for_model,
    out_of_steps_for_model,
    waiting_note,
)
from workflows.conversation.run_results import (
    Thought,
    handings_of,
    place_in,
    plain,
    thought_of,
)
from workflows.conversation.state import ConversationState
from workflows.conversation.voice import POSTING, Voice
from workflows.timeouts import call_slack

THINKING = "is thinking…"
DESCRIBED_LATELY = timedelta(minutes=1)
"""For how long a turn that goes on after an approval uses the agent as it was described."""
CHECKS = (InputGuardrailTripwireTriggered, OutputGuardrailTripwireTriggered, CheckFailedError)
"""What is raised where a guardrail does not let something through."""


class AgentRuns:
    """All runs of one turn, whose state is the outermost of them."""

    def __init__(
        self, conversation: ConversationState, state: TurnState, voice: Voice, *, resumed: bool
    ) -> None:
        self.gate = Gate(conversation, voice.tell_delay)
        self._conversation = conversation
        self._state = state
        self._voice = voice
        self._resumed = resumed
        self._hands = TurnHands(conversation.origin, state, voice)
        self._described: tuple[datetime, AgentSpec] | None = None
        self._at_work: set[asyncio.Task[Any]] = set()
        self._floor = Floor(conversation)

    def cancel(self) -> None:
        """Leave off what the agents are at."""
        for task in self._at_work:
            task.cancel()

    async def think(self, run: AgentRun) -> Thought | None:
        """Run an agent until it has an answer; None where what it asked for is another turn's now.

        Raises:
            TurnStoppedError: somebody stopped the turn.
        """
        while True:
            if run.last_words:
                return await self._end(run)
            if not run.is_open:
                thought = await self._run(run)
                if thought.is_last:
                    return thought
                await asyncio.gather(self._say(run, thought.words), self._settle_all(run))
            else:
                await self._settle_all(run)
            self._hands.heed_stop()
            if self._state.gave_way:
                return None

    async def _end(self, run: AgentRun) -> Thought:
        """End a run with the answer of a tool, which is checked like one in words.

        Raises:
            OutputGuardrailTripwireTriggered: a guardrail stops it.
        """
        with self._voice.at_work():
            agent = self._agent(run, await self._describe(), begins=False)
            for guardrail in agent.output_guardrails:
                context = RunContextWrapper[None](None)
                checked = await guardrail.run(context, agent, run.last_words)
                if checked.output.tripwire_triggered:
                    raise OutputGuardrailTripwireTriggered(checked)
        return Thought(run.last_words, is_whole=True, is_last=True)

    def settle_up(self, run: AgentRun) -> None:
        """Note what the calls of a run's last answer have come to."""
        pending = ApprovalStatus.pending
        ends = [it.status or (pending(it.asked) if it.asked else None) for it in run.calls]
        self._state.effects += [not_told(Effect.of(it)) for it in ends if it]
        run.calls = []

    async def _say(self, run: AgentRun, words: str) -> None:
        """What an agent says beside its calls; one that is a tool speaks to the outer agent."""
        if run is self._state:
            await self._voice.say(words)

    async def _run(self, run: AgentRun) -> Thought:
        """Let an agent go on until it needs people or has an answer.

        Raises:
            TurnStoppedError: somebody stopped the turn meanwhile.
        """
        self._hands.heed_stop()
        task = asyncio.current_task()
        if task is not None:
            self._at_work.add(task)
        try:
            return await self._run_agent(run)
        except asyncio.CancelledError:
            if self._state.stopped and task is not None:
                task.uncancel()
            self._hands.heed_stop()
            raise
        except Exception:
            self._hands.heed_stop()
            raise
        finally:
            if task is not None:
                self._at_work.discard(task)

    async def _run_agent(self, run: AgentRun) -> Thought:
        async with self._floor.taken():
            return await self._run_on_floor(run)

    async def _run_on_floor(self, run: AgentRun) -> Thought:
        with self._voice.at_work():
            # What was typed just before may still be on its way into what is remembered.
            # What was approved goes to the server that it was approved for, or to none.
            spec = await self._describe(anew=bool(run.allowed))
            begins = not run.begun
            self._pass_on(run, spec)
            given = [*self._before(run), *run.items]
            agent = self._agent(run, spec, begins=begins)
            result = await self._ask(run, agent, given, spec.limits)
            unasked = self._note(run, result, spec, len(given) - len(run.items))
            await self._tell_unasked(unasked)
            return thought_of(result, spec)

    async def _ask(
        self, run: AgentRun, agent: Agent[None], given: list[Item], limits: TurnLimits
    ) -> RunResult:
        """Have the SDK run an agent.

        Raises:
            OutOfStepsError: it made as many model calls as it may, and wants to go on.
        """
        config, most = run_config(run, self._state, limits), left(run, limits)
        try:
            return await Runner.run(agent, cast(Any, given), max_turns=most, run_config=config)
        except MaxTurnsExceeded as error:
            raise OutOfStepsError(allowed(run, limits)) from error

    def _before(self, run: AgentRun) -> list[Item]:
        """What is told before a run's own items; a turn begins with the first time."""
        state, conversation = self._state, self._conversation
        notes = [] if run.begun else self._notes()
        if run is not state:
            run.begun = True
            return notes
        if not state.begun:
            state.begun = True
            state.position = conversation.length
            state.items = [said(state.message.text)]
            state.agent = conversation.agent
            conversation.add(said(state.message.text))
        return [*conversation.before(state.position), *notes]

    def _notes(self) -> list[Item]:
        waiting = tuple(self._conversation.waiting.values())
        return [noted(waiting_note(waiting, self._state.message.author))] if waiting else []

    def _agent(self, run: AgentRun, spec: AgentSpec, *, begins: bool) -> Agent[None]:
        agents = build_agents(spec, self._hands)
        run.agent = spec.named(run.agent).name
        agent = agents[run.agent]
        return agent if begins else going_on(agent, acted=run.agent in run.acted)

    async def _describe(self, *, anew: bool = False) -> AgentSpec:
        """The agent as a worker describes it; a description from a moment ago may do."""
        known = None if anew else self._described
        if known is None or workflow.now() - known[0] > DESCRIBED_LATELY:
            thinking = StatusLine(origin=self._conversation.origin, text=THINKING)
            spec = await call_slack(TurnActivities.start_thinking, thinking, POSTING)
            self._described = known = workflow.now(), spec
            self._hands.limits = spec.limits
        return known[1]

    def _pass_on(self, run: AgentRun, spec: AgentSpec) -> None:
        """What the provider may run it is told now, unless its server has changed meanwhile."""
        run.items = held_back(run.items, run.allowed, spec.named(run.agent))
        self._state.effects = begun(self._state.effects, run.items)
        run.allowed = {}

    def _note(self, run: AgentRun, result: RunResult, spec: AgentSpec, own: int) -> Sequence[Item]:
        """Keep what an agent has come to; its own items begin at `own`.

        Returns:
            What the provider ran that nobody had allowed.
        """
        run.model_calls += len(result.raw_responses)
        new = [plain(item) for item in result.to_input_list()[own:]]
        ran, unasked = matched(new)
        known = came_of(self._state.effects, ran)
        self._state.effects = [*known, *map(unasked_effect, unasked)]
        run.items = shrunk(settled(new), TURN_LIMIT)
        self._give_to(run, result.last_agent.name)
        for item in sorted(result.interruptions, key=place_in(new)):
            self._note_call(run, item, spec)
        run.handings = handings_of(result, run.items) if run.is_open else []
        return unasked

    def _note_call(self, run: AgentRun, item: Any, spec: AgentSpec) -> None:
        caller, name = str(item.agent.name), str(item.name)
        arguments, call_id = str(item.arguments), str(item.call_id)
        request = requested(item.raw_item)
        tool = spec.named(caller).tool(name)
        if caller not in run.acted:
            run.acted = [*run.acted, caller]
        who = "" if caller == spec.name else caller
        if request is not None:
            call = self._hands.call(who, full_name(request), request["id"], request["arguments"])
            at_provider = call.model_copy(update={"at_provider": True})
            run.calls = [*run.calls, GuardedCall(call=at_provider)]
            return
        ends_run = spec.named(caller).stops(name)
        runs = limited(tool.runs, spec.limits) if tool and tool.runs else None
        if tool is not None and runs is not None and not tool.needs_approval:
            call = self._hands.call("", tool.name, call_id, arguments)
            inner = inner_run(runs, call, tool.parameters)
            inner.ends_run = ends_run
            run.inner = [*run.inner, inner]
            return
        own, replaced = split_replaces(arguments)
        call = self._hands.call(who, tool.name if tool else name, call_id, own)
        it = GuardedCall(call=call, instead_of=replaced, ends_run=ends_run, runs=runs)
        run.calls = [*run.calls, it]

    def _give_to(self, run: AgentRun, agent: str) -> None:
        """An agent goes on with a run; a thread stays with the one it was handed over to."""
        run.agent = agent
        if run is self._state:
            self._conversation.agent = agent

    async def _settle_all(self, run: AgentRun) -> None:
        """Have all calls of one model answer settled side by side, then hand over if asked to."""
        where = f"/{run.call_id}" if isinstance(run, InnerRun) else ""
        key = f"{self._voice.key}{where}/{run.batch}"
        summary = Summary(self._conversation.origin, key, run, again=self._resumed)
        inner = (self._answer(it) for it in run.inner)
        await asyncio.gather(summary.keep_true(), self.gate.settle(run.calls), *inner)
        self._note_ends(run)
        await self._tell_grants()
        if run.handings and not run.inner:
            self._hands.heed_stop()
            await self._hand_over(run)

    def _note_ends(self, run: AgentRun) -> None:
        inner = {it.call.id: own for it in run.calls if (own := approved_run(it))}
        run.items += [answer_to(it) for it in run.calls if it.call.id not in inner]
        run.allowed = approved_requests(run.calls)
        run.items += [output(it.call_id, it.words) for it in run.inner]
        run.last_words = "" if inner else last_words(run)
        is_alone = run is self._state and not (run.batch or run.inner or run.handings)
        self._state.gave_way = is_alone and all(it.gave_way for it in run.calls)
        self.settle_up(run)
        run.inner = list(inner.values())
        run.batch += 1
        run.batch_ts = ""

    async def _hand_over(self, run: AgentRun) -> None:
        """Do what a run without guarded calls would have done by itself.

        What its provider may run is told to the same agent first, which then hands over.
        """
        if run.allowed:
            run.items += [output(it.call_id, LATER) for it in run.handings]
            run.handings = []
            return
        first = run.handings[0]
        with self._voice.at_work():
            spec = (await self._describe()).named(run.agent)
            handoff = spec.handoff(first.tool)
            if handoff is not None:
                await self._hands.hand_over(spec.name, handoff, first.arguments)
            run.items += transfer_outputs(run.handings, handoff)
            run.handings = []
            if handoff is not None:
                self._give_to(run, handoff.to)

    async def _answer(self, run: InnerRun) -> None:
        """Have an agent answer that was called as a tool. Never raises: its `words` say what fails.

        What fails in it ends this one call, and leaves those beside it alone.
        """
        if run.words:
            return
        agent = run.agent
        try:
            thought = await self.think(run)
            run.words = thought.words if thought else ""
            run.is_answered = bool(run.words)
        except CHECKS as error:
            self.settle_up(run)
            run.words = agent_stopped_for_model(agent, check_in(error))
        except TurnStoppedError:
            self.settle_up(run)
        except OutOfStepsError as error:
            self.settle_up(run)
            run.words = out_of_steps_for_model(agent, error.limit)
        except Exception:
            workflow.logger.exception("An agent that was called as a tool did not answer")
            self.settle_up(run)
        run.words = run.words or no_answer_of_agent_for_model(agent)

    async def _tell_unasked(self, unasked: Sequence[Item]) -> None:
        """What its provider ran of itself is said at once: nobody could hold it."""
        if unasked:
            names = tuple(dict.fromkeys(map(full_name, unasked)))
            workflow.logger.error("The model's provider ran %s without asking", names)
            notice = Notice(code=NoticeCode.RAN_UNASKED, calls=names)
            await self._voice.notify(notice, key=f"{self._state.number}/ran/{unasked[0]['id']}")

    async def _tell_grants(self) -> None:
        while self.gate.granted:
            grant = self.gate.granted.pop(0)
            notice = Notice(code=NoticeCode.GRANTED, grant=grant)
            await self._voice.notify(notice, key=grant.id)
