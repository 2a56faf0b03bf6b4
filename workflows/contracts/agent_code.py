"""What workflows ask of an agent's own code, apart from its tools.

Stored in histories, so from the first tag on it only grows, like `workflows.contracts.core`.
"""

from typing import Any

from pydantic import BaseModel


class InputCheck(BaseModel, frozen=True):
    """A guardrail is asked about what an agent was given."""

    agent: str
    guardrail: str
    given: tuple[dict[str, Any], ...]
    """Items of the Responses API's `input`."""


class OutputCheck(BaseModel, frozen=True):
    """A guardrail is asked about what an agent wants to answer."""

    agent: str
    guardrail: str
    answer: str
    """JSON, where the agent has an output type."""


class Checked(BaseModel, frozen=True):
    """What a guardrail says. What nobody said anything of is stopped."""

    is_stopped: bool = True


class HandingOver(BaseModel, frozen=True):
    """The code of a handoff is to run."""

    agent: str
    """The agent that hands over."""
    tool: str
    """What the model called for it."""
    arguments: str
    """JSON as the model wrote it."""


UNREADABLE = "ModelBehaviorError"
"""Type of the failure where what the model wrote does not fit; the SDK's own name for it."""
