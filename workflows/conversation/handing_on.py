"""A first message that goes on with what was talked about before, in another thread."""

from dataclasses import dataclass

from temporalio import exceptions, workflow
from temporalio.exceptions import ActivityError

from workflows.contracts.activities import TurnActivities
from workflows.contracts.activity_inputs import Earlier, EarlierQuery
from workflows.contracts.core import SAY_SIGNAL, Message, Origin
from workflows.contracts.notices import NoticeCode
from workflows.conversation.intents import Following, read_following
from workflows.conversation.memory import Answer
from workflows.timeouts import ask_now


@dataclass(frozen=True, slots=True)
class HandedOn:
    """Where a message is answered, and what is said where it was said."""

    to: Origin
    answer: Answer


async def hand_on(origin: Origin, message: Message) -> HandedOn | None:
    """Hand a message to the conversation that it goes on with; None if it is to be answered here.

    Nobody has to know beforehand which one that is: it is looked up when it is needed.
    """
    following = read_following(message.text)
    if following is None:
        return None
    is_about = following is Following.REQUEST
    earlier = await _find(EarlierQuery(origin=origin, by=message.author, of_a_request=is_about))
    if earlier.origin is None:
        return None
    handle = workflow.get_external_workflow_handle(earlier.origin.workflow_id)
    try:
        await handle.signal(SAY_SIGNAL, message)
    except exceptions.ApplicationError:
        workflow.logger.info("The earlier conversation has ended meanwhile")
        return None
    return HandedOn(earlier.origin, Answer.of(NoticeCode.GOES_ON, link=earlier.link))


async def _find(query: EarlierQuery) -> Earlier:
    try:
        return await ask_now(TurnActivities.find_earlier, query)
    except ActivityError:
        workflow.logger.warning("Earlier conversations cannot be found", exc_info=True)
        return Earlier()
