"""Finds the conversation that a message goes on with, although said outside of its thread."""

from dataclasses import dataclass

from temporalio.client import Client

from worker.surface import Surfaces
from workflows.agent_queues import AgentQueues
from workflows.client import Conversations
from workflows.contracts.activity_inputs import Earlier, EarlierQuery
from workflows.contracts.origins import SLACK

DIRECT = "D"
"""First letter of the ids of direct messages between the bot and one person."""


@dataclass(eq=False)
class EarlierConversations:
    """Asks Temporal what there is, so that no program has to remember it."""

    temporal: Client
    surfaces: Surfaces

    async def __call__(self, query: EarlierQuery) -> Earlier:
        """See `TurnActivities.find_earlier`."""
        origin = query.origin
        if origin.kind != SLACK or not origin.channel.startswith(DIRECT):
            return Earlier()
        conversations = Conversations(self.temporal, AgentQueues.single(""))
        found = await conversations.earlier(query)
        if found is None:
            return Earlier()
        return Earlier(origin=found, link=await self.surfaces.of(SLACK).link(found))
