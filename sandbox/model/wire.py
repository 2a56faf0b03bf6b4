"""OpenAI's Responses API on the wire: the response object and the events of a stream.

platform.openai.com/docs/api-reference/responses
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

Json = dict[str, Any]

CREATED_AT = 1_767_225_600
"""The same request gets the same answer to the last byte, so the clock stays out of it."""

_ECHOED = [
    "instructions",
    "max_output_tokens",
    "metadata",
    "model",
    "parallel_tool_calls",
    "previous_response_id",
    "reasoning",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_p",
    "truncation",
    "user",
]


def digest(request: Mapping[str, Any]) -> str:
    """A name for a request, from all that an answer may depend on."""
    asked = {key: request.get(key) for key in ("input", "instructions", "tools", "model")}
    return sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def message(text: str, name: str) -> Json:
    """An answer in words."""
    return {
        "id": f"msg_{name[:32]}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [_text_part(text)],
    }


def function_call(tool: str, arguments: str, name: str, index: int) -> Json:
    """A call of a tool; ids differ between the calls of one answer and between requests."""
    return {
        "id": f"fc_{name[:30]}{index:02}",
        "type": "function_call",
        "status": "completed",
        "call_id": f"call_{name[:22]}{index:02}",
        "name": tool,
        "arguments": arguments,
    }


def response(request: Mapping[str, Any], output: Sequence[Json], name: str) -> Json:
    """The whole response object."""
    echoed = {key: request[key] for key in _ECHOED if request.get(key) is not None}
    return {
        "id": f"resp_{name[:32]}",
        "object": "response",
        "created_at": CREATED_AT,
        "completed_at": CREATED_AT,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": "scripted",
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        **echoed,
        "output": list(output),
        "usage": _usage(request, output),
    }


def events(whole: Json) -> Iterator[Json]:
    """A response as the events of a stream, in the order that OpenAI sends them."""
    started = {**whole, "status": "in_progress", "output": [], "usage": None, "completed_at": None}
    parts = [
        {"type": "response.created", "response": started},
        {"type": "response.in_progress", "response": started},
        *(event for index, item in enumerate(whole["output"]) for event in _item(item, index)),
        {"type": "response.completed", "response": whole},
    ]
    return ({**event, "sequence_number": number} for number, event in enumerate(parts))


def sse(event: Json) -> bytes:
    """One event as bytes of `text/event-stream`."""
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _item(item: Json, index: int) -> Iterator[Json]:
    place = {"output_index": index, "item_id": item["id"]}
    is_message = item["type"] == "message"
    blank = {"content": []} if is_message else {"arguments": ""}
    started = {**item, **blank, "status": "in_progress"}
    yield {"type": "response.output_item.added", "output_index": index, "item": started}
    yield from _words(item, place) if is_message else _arguments(item, place)
    yield {"type": "response.output_item.done", "output_index": index, "item": item}


def _words(item: Json, place: Json) -> Iterator[Json]:
    place = {**place, "content_index": 0}
    part = item["content"][0]
    yield {"type": "response.content_part.added", **place, "part": _text_part("")}
    for delta in re.findall(r"\s*\S+\s*?|\s+", part["text"]):
        yield {"type": "response.output_text.delta", **place, "delta": delta, "logprobs": []}
    yield {"type": "response.output_text.done", **place, "text": part["text"], "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}


def _arguments(item: Json, place: Json) -> Iterator[Json]:
    kind = "response.function_call_arguments"
    text = item["arguments"]
    for start in range(0, len(text), 16):
        yield {"type": f"{kind}.delta", **place, "delta": text[start : start + 16]}
    yield {"type": f"{kind}.done", **place, "arguments": text}


def _text_part(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _usage(request: Mapping[str, Any], output: Sequence[Json]) -> Json:
    """About four characters are a token."""
    asked = [request.get(key) for key in ("input", "instructions", "tools")]
    given, made = len(json.dumps(asked)) // 4 + 8, len(json.dumps(list(output))) // 8 + 4
    return {
        "input_tokens": given,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": made,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": given + made,
    }
