"""Logging for every process: structured, and without secrets."""

import logging
import math
import sys
from typing import Any

import structlog
from aiohttp.http_exceptions import HttpProcessingError

from countersign.runtime.settings import LogFormat
from workflows.redaction import hide_tokens

OURS = ("bot", "countersign", "dev", "worker", "workflows")
"""Only these go below INFO. At DEBUG libraries print what they send and get: tokens, messages,
the arguments of tools, whole histories. A library that comes later is as quiet by itself."""
NOISY = ("slack_sdk", "openai", "httpx", "httpcore", "httpx2", "aiosqlite", "asyncio")
"""Libraries that print bodies, tokens or nothing of use below WARNING."""
SECONDS_BETWEEN = 60
CAUSE_LIMIT = 200


def set_up(level: str, format_: LogFormat) -> None:
    """Send structlog's and the libraries' lines to stderr, masked."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Any = structlog.processors.JSONRenderer()
    if format_ is LogFormat.CONSOLE:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
                _mask,  # the whole line, so that nothing inside it is forgotten
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    handler.addFilter(_shorten)
    root.setLevel(max(logging.getLevelNamesMapping()[level], logging.INFO))
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("mcp.client.stdio").addFilter(_Rarely("an MCP server writes no MCP"))


class _Rarely(logging.Filter):
    """One line a minute, without a traceback, for what a stranger's program may do endlessly."""

    def __init__(self, told: str) -> None:
        super().__init__()
        self._told = told
        self._again = -math.inf

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is said."""
        if record.created < self._again:
            return False
        self._again = record.created + SECONDS_BETWEEN
        cause = " ".join(str(record.exc_info[1] if record.exc_info else "").split())
        record.msg, record.args, record.exc_info = f"{self._told}: {cause[:CAUSE_LIMIT]}", (), None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


def _shorten(record: logging.LogRecord) -> bool:
    """A request that is none is one line: its bytes and aiohttp's traceback tell us nothing."""
    cause = record.exc_info[1] if record.exc_info else None
    if isinstance(cause, HttpProcessingError):
        record.msg, record.args, record.exc_info = "malformed request refused", (), None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def _mask(logger: Any, name: str, line: Any) -> str:
    del logger, name
    return hide_tokens(str(line))
