"""The front door for AgentEx, as `agentex agents run` starts it: `uvicorn bot.agentex.acp:acp`."""

import logging
import os
import sys

# Or LiteLLM, which comes with the SDK, fetches a price list three times.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

from agentex.lib.utils.logging import route_loggers_to_root

from bot.agentex.front_door import FrontDoor
from countersign.agentex.settings import AgentexSettings
from countersign.runtime.logs import set_up
from countersign.runtime.process import BAD_START
from countersign.runtime.settings import SettingsError


def build() -> FrontDoor:
    """Read the environment and build the server; no I/O.

    Raises:
        SystemExit: the environment cannot be used; one line said why.
    """
    try:
        settings = AgentexSettings.read()
    except SettingsError as error:
        sys.stderr.write(f"countersign: {error}\n")
        raise SystemExit(BAD_START) from error
    set_up(settings.log_level, settings.log_format)
    _route_to_root()
    return FrontDoor(settings)


def _route_to_root() -> None:
    """Have the SDK's and uvicorn's lines in our format, once, and none for each request."""
    route_loggers_to_root()
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)


acp = build()
