"""Failures on demand: which call or delivery fails next, how, and how often."""

from dataclasses import asdict, dataclass
from typing import Literal

from sandbox.errors import ControlError
from sandbox.json_types import Json

API_KINDS = frozenset(
    {"http_429", "http_500", "error", "timeout", "drop", "delay", "unknown_method", "html_404"}
)
DELIVERY_KINDS = frozenset({"drop", "timeout", "duplicate", "delay", "out_of_order"})
DELIVERIES = frozenset({"events", "interactive", "slash_commands"})
DEFAULT_SECONDS = {"timeout": 30.0, "delay": 1.0, "out_of_order": 5.0}


@dataclass(slots=True)
class Fault:
    """One kind of failure, armed for a method, for `*` (any method) or for deliveries.

    With a `channel` only calls about that channel fail.
    """

    method: str
    kind: str
    count: int = 1
    retry_after: int = 1
    error: str = "internal_error"
    seconds: float = 1.0
    when: Literal["before", "after"] = "before"
    channel: str = ""
    used: int = 0

    def matches(self, method: str, channel: str = "") -> bool:
        """Whether it is armed for `method` there; deliveries are never meant by `*`."""
        if self.channel and self.channel != channel:
            return False
        return self.method == method or (self.method == "*" and method not in DELIVERIES)


def parse_fault(body: Json) -> Fault:
    """Read a fault from a control request.

    Raises:
        ControlError: no such kind of failure for that method.
    """
    method, kind = str(body.get("method", "")), str(body.get("kind", ""))
    possible = DELIVERY_KINDS if method in DELIVERIES else API_KINDS
    if not method or kind not in possible:
        known = ", ".join(sorted(possible))
        raise ControlError("invalid_fault", f"{method or 'A method'} can fail with: {known}.")
    return Fault(
        method=method,
        kind=kind,
        count=int(_number(body, "count", 1)),
        retry_after=int(_number(body, "retry_after", 1)),
        error=str(body.get("error", "internal_error")),
        seconds=_number(body, "seconds", DEFAULT_SECONDS.get(kind, 1.0)),
        when="after" if body.get("when") == "after" else "before",
        channel=str(body.get("channel", "")),
    )


def _number(body: Json, name: str, default: float) -> float:
    try:
        return float(body.get(name, default))
    except (TypeError, ValueError) as error:
        raise ControlError("invalid_fault", f"{name} must be a number.") from error


class Faults:
    """All armed faults; the oldest that matches is used first."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        """Make a failure happen from now on."""
        self._armed.append(fault)

    def take(self, method: str, channel: str = "") -> Fault | None:
        """Return the fault for this call, if any, and use it up by one."""
        fault = next((fault for fault in self._armed if fault.matches(method, channel)), None)
        if fault is None:
            return None
        fault.used += 1
        if fault.count and fault.used >= fault.count:
            self._armed.remove(fault)
        return fault

    def clear(self) -> None:
        """Disarm everything."""
        self._armed.clear()

    def listed(self) -> list[Json]:
        """What is still armed."""
        return [asdict(fault) for fault in self._armed]
