"""One turn of a conversation: a message, what the agent makes of it, and the answer."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from agents import InputGuardrailTripwireTriggered, OutputGuardrailTripwireTriggered

    from workflows.contracts.core import MESSAGE_LIMIT, Message, StopRequest
    from workflows.contracts.notices import Notice, NoticeCode, has_news
    from workflows.conversation.agent_runs import AgentRuns
    from workflows.conversation.handing_on import hand_on
    from workflows.conversation.hands import TurnStoppedError
    from workflows.conversation.hosted import settled
    from workflows.conversation.memory import Answer, TurnState, noted
    from workflows.conversation.model_errors import apology, check_in
    from workflows.conversation.model_messages import ended_early_note, stopped_note
    from workflows.conversation.run_results import Thought
    from workflows.conversation.state import ConversationState
    from workflows.conversation.text_decisions import TypedDecision
    from workflows.conversation.voice import Voice


class Turn:
    """What one message leads to, however long that takes.

    `state` holds all that it has come to between two steps, so that another run of the
    conversation can go on with it.
    """

    def __init__(
        self, conversation: ConversationState, state: TurnState, *, resumed: bool = False
    ) -> None:
        self.state = state
        self._conversation = conversation
        self._voice = Voice(conversation, state, resumed=resumed)
        self._runs = AgentRuns(conversation, state, self._voice, resumed=resumed)

    @property
    def is_parked(self) -> bool:
        """Whether the turn only waits, so that it can be carried to another run as it is."""
        return not self._voice.busy and not self._runs.gate.starting

    def stop(self, request: StopRequest) -> None:
        """Leave off an answer that is not there yet, and take back what is asked for it."""
        if self.state.answer is None:
            self.state.stopped = True
            self._runs.gate.stop(request, self.state.open_calls())
            self._runs.cancel()

    async def take(self) -> None:
        """Answer the message. Whatever fails, something is said; never raises."""
        try:
            if self.state.answer is None:
                answer = await self._answer()
                self.state.answer = answer.model_copy(update={"at": workflow.now()})
            if not self.state.answer.is_empty:
                await self._voice.post_answer(self.state.answer)
        except Exception:
            workflow.logger.exception("A turn could not be answered")

    async def _answer(self) -> Answer:
        """The answer; none where the message was about what waits and is dealt with."""
        state = self.state
        try:
            if not state.begun:
                with self._voice.at_work():
                    if await TypedDecision(self._conversation, state.message).handle():
                        return Answer()
                    if handed_on := await self._hand_on():
                        return handed_on
            return _canned(state.message) or self._answer_of(await self._runs.think(state))
        except TurnStoppedError:
            return self._left_off()
        except Exception as error:
            # Whatever it is ends this turn in words, and leaves thread, siblings and approvals.
            _log(error)
            return self._failed(error)

    def _answer_of(self, thought: Thought | None) -> Answer:
        """What the agent said, once the thread remembers it."""
        self._conversation.add(*settled(self.state.items[1:], is_over=True))
        if thought is None:
            return Answer()
        effects = tuple(self.state.effects)
        if not thought.words:
            return Answer.of(NoticeCode.SILENT, effects=effects)
        is_told = thought.is_whole or not has_news(effects)
        notices = () if is_told else (Notice(code=NoticeCode.EFFECTS, effects=effects),)
        return Answer(text=thought.words, notices=notices)

    def _failed(self, error: Exception) -> Answer:
        """What is said of a turn that failed; what became of its calls is remembered."""
        self._runs.settle_up(self.state)
        if isinstance(error, InputGuardrailTripwireTriggered):
            self._conversation.withhold(self.state.position)
        effects = tuple(self.state.effects)
        self._conversation.add(noted(ended_early_note(effects)))
        waits = bool(self._conversation.waiting)
        return Answer(notices=(apology(error, effects, waits=waits),))

    async def _hand_on(self) -> Answer | None:
        """Leave a message to the conversation that it goes on with, if this one begins with it."""
        if self.state.number > 1:
            return None
        handed_on = await hand_on(self._conversation.origin, self.state.message)
        if handed_on is None:
            return None
        self._conversation.handed_on = handed_on.to
        return handed_on.answer

    def _left_off(self) -> Answer:
        """What is said of a turn that was stopped; what became of its calls is remembered."""
        self._runs.settle_up(self.state)
        effects = tuple(self.state.effects)
        self._conversation.add(noted(stopped_note(effects)))
        return Answer.of(NoticeCode.STOPPED, effects=effects)


def _log(error: Exception) -> None:
    """A guardrail that holds something does what it is for; all else is a failure."""
    match error:
        case InputGuardrailTripwireTriggered() | OutputGuardrailTripwireTriggered():
            workflow.logger.info("A guardrail held something: %s", check_in(error))
        case _:
            workflow.logger.error("The agent's run failed", exc_info=error)


def _canned(message: Message) -> Answer | None:
    """The answer to a message that needs no model."""
    if (length := max(message.length, len(message.text))) > MESSAGE_LIMIT:
        return Answer.of(NoticeCode.TOO_LONG, count=length)
    if message.text.strip():
        return None
    return Answer.of(NoticeCode.FILES_ONLY if message.files else NoticeCode.HELP)
