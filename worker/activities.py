"""Puts the activities of one agent together."""

from collections.abc import Sequence

from worker.agent import AgentRunner
from worker.agent_code import AgentCode
from worker.agents import OpenAgent
from worker.cards.activities import SlackCards
from worker.conclusion import Conclusion
from worker.directory import SlackDirectory
from worker.earlier import EarlierConversations
from worker.home_publisher import HomePublisher
from worker.known import Known
from worker.lifecycle import TemporalLifecycle
from worker.runtime import Activities
from worker.settings import WorkerSettings
from worker.shown_calls import ShownEnds, ShownReviews, ShownTools
from worker.surface import Surfaces
from worker.turns import TurnSteps
from worker.vote_checks import VoteChecks
from workflows.redaction import Secrets


def build_activities(
    settings: WorkerSettings, it: OpenAgent, known: Known, homes: HomePublisher | None
) -> Sequence[Activities]:
    """Everything that workflows of one agent may ask of this worker."""
    policy = it.found.policy
    surfaces = Surfaces(known.around.surfaces)
    runner = build_runner(settings, it)
    people = SlackDirectory(known.directory)
    lifecycle = ShownEnds(TemporalLifecycle(known.temporal), surfaces)
    cards = SlackCards(
        known.around.slack,
        known.directory,
        surfaces,
        settings.deployment,
        homes.changed if homes else ignore,
        settings.agentex_card_channel,
    )
    earlier = EarlierConversations(known.temporal, surfaces)
    steps = TurnSteps(runner.describe, runner, policy, surfaces, earlier)
    return [
        ShownTools(runner, surfaces, runner.masked),
        AgentCode(it.found.catalogue, it.context),
        cards,
        surfaces,
        people,
        lifecycle,
        ShownReviews(steps, surfaces, runner.masked),
        policy,
        VoteChecks(runner, policy, people, lifecycle),
        Conclusion(cards, lifecycle),
    ]


def build_runner(settings: WorkerSettings, it: OpenAgent) -> AgentRunner:
    """The agent, of which the tools that the policy has rules for are guarded too."""
    found = it.found
    return AgentRunner(
        found.catalogue,
        it.context,
        settings.openai_model,
        gated=found.policy.mentions,
        secrets=Secrets(settings.secret_names),
        servers=found.servers,
        hosted=found.hosted,
        limits=settings.turn_limits,
        output_limit=settings.tool_output_characters,
    )


def ignore(_: object) -> None:
    """Where nobody has to know of changes."""
