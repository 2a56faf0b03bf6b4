"""Findings about a payload, worded as Slack words them."""

from typing import Any, cast

from sandbox.json_types import Json


class Report:
    """Collects `[ERROR] … [json-pointer:/…]` lines."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def add(self, pointer: str, what: str) -> None:
        """Note a problem."""
        self.messages.append(f"[ERROR] {what} [json-pointer:{pointer}]")

    def object(self, value: Any, pointer: str) -> Json | None:
        """Return the value if it is an object."""
        if isinstance(value, dict):
            return cast("Json", value)
        self.add(pointer, "must provide an object")
        return None

    def items(self, value: Any, pointer: str, least: int, most: int) -> list[Any]:
        """Return the value if it is an array; its size is checked too."""
        if not isinstance(value, list):
            self.add(pointer, "must provide an array")
            return []
        items = cast("list[Any]", value)
        if len(items) < least:
            self.add(pointer, f"no fewer than {least} items allowed")
        if len(items) > most:
            self.add(pointer, f"no more than {most} items allowed")
        return items

    def string(self, value: Any, pointer: str, most: int, least: int = 0) -> None:
        """Check a string and its length."""
        if not isinstance(value, str):
            self.add(pointer, "must be a string")
            return
        if len(value) > most:
            self.add(pointer, f"must be less than {most + 1} characters")
        if len(value) < least:
            self.add(pointer, f"must be more than {least - 1} characters")
