"""A conversation with the scripted model, as the Agents SDK would lead it."""

import json
from typing import Any

from openai.types.responses import Response

from sandbox.model.answers import answer

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
NULLABLE: Json = {"anyOf": [TEXT, {"type": "null"}]}


def a_tool(name: str, about: str = "", *, optional: tuple[str, ...] = (), **fields: Json) -> Json:
    """A function tool as a request offers it."""
    required = [field for field in fields if field not in optional]
    schema = {"type": "object", "properties": fields, "required": required}
    return {"type": "function", "name": name, "description": about, "parameters": schema}


def a_count(about: str, most: int = 10_000) -> Json:
    return {"type": "integer", "minimum": 1, "maximum": most, "description": about}


ORDER_ID = a_count("Order number, without the #.", 2**31 - 1)
TOOLS = [
    a_tool(
        "search_catalog",
        "Find items with their price and stock. An empty query lists everything.",
        query=TEXT,
    ),
    a_tool("check_budget", "Say how much of this quarter's purchasing budget is left."),
    a_tool("order_status", "Say what an order is for and where it stands.", order_id=ORDER_ID),
    a_tool(
        "place_order",
        "Order something from the catalogue. A person has to approve it first; just call it.",
        sku={**TEXT, "title": "item"},
        quantity=a_count("How many pieces."),
        approval_reason=TEXT,
        replaces=NULLABLE,
    ),
    a_tool(
        "cancel_order", "Cancel an order that was placed. Just call it.",
        order_id=ORDER_ID, approval_reason=TEXT,
    ),
    a_tool(
        "wait_for_confirmation", "Ask a person to confirm something before you go on.",
        question=TEXT, approval_reason=TEXT,
    ),
]  # fmt: skip
"""The tools of `examples/purchasing`, but for the next."""
LISTING = a_tool(
    "list_orders",
    "List what the person you are talking to has ordered.",
    optional=("since",),
    since={"enum": ["today", "this week", "ever"], "type": "string", "default": "ever"},
)


class Thread:
    """What was said and done in it; the last answer is in `output`."""

    def __init__(self, *notes: str, tools: list[Json] | None = None) -> None:
        self.items: list[Json] = [{"role": "developer", "content": note} for note in notes]
        self.tools = TOOLS if tools is None else tools

    def say(self, text: str) -> "Thread":
        self.items.append({"role": "user", "content": text})
        return self._step()

    def answer(self, *outputs: str) -> "Thread":
        """Give the outputs of the calls that were just made."""
        for call, output in zip(self.made, outputs, strict=True):
            self.items.append(
                {"type": "function_call_output", "call_id": call["call_id"], "output": output}
            )
        return self._step()

    @property
    def text(self) -> str:
        return "".join(it["content"][0]["text"] for it in self.output if it["type"] == "message")

    @property
    def arguments(self) -> list[Json]:
        return [json.loads(call["arguments"]) for call in self.made]

    @property
    def calls(self) -> list[str]:
        """Calls without their reasons: `place_order widget 100`."""
        given = (
            [str(it[key]) for key in it if key != "approval_reason" and it[key] is not None]
            for it in self.arguments
        )
        return [
            " ".join([call["name"], *values]) for call, values in zip(self.made, given, strict=True)
        ]

    @property
    def reasons(self) -> list[str]:
        return [arguments["approval_reason"] for arguments in self.arguments]

    def _step(self) -> "Thread":
        told = answer({"input": self.items, "tools": self.tools, "instructions": "Buy things."})
        Response.model_validate(told, strict=True)
        self.output: list[Json] = told["output"]
        self.made = [it for it in self.output if it["type"] == "function_call"]
        self.items.extend(self.output)
        return self
