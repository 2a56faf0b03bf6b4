"""Reads what a model answered, whatever its server made of the form.

Everything behind this module meets only what it has built: messages with one text, calls with
an id of their own and a JSON object, reasoning that can be given back. What is dropped is logged.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

import structlog
from agents import ModelResponse, Usage
from agents.models.fake_id import FAKE_RESPONSES_ID
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseReasoningItem,
)
from openai.types.responses.response_output_item import McpApprovalRequest

from countersign.messages.model_answers import (
    ANSWER_CUT_OFF,
    ANSWER_FILTERED,
    calls_left_out,
    requests_left_out,
)
from countersign.tools.text import cut_mark, encodable, text_of
from worker.arguments import LIMIT as ARGUMENTS_LIMIT
from worker.arguments import arguments_text, not_run
from worker.model import hosted
from worker.model.errors import NoAnswerError, explained_body
from workflows.contracts.model_faults import ModelFault
from workflows.contracts.not_run import why_not_run
from workflows.digest import call_digest

TEXT_LIMIT = 40_000
"""Characters of all texts of one answer: ten long messages in Slack."""
REASONING_LIMIT = 100_000
"""Characters of reasoning of one answer; what is longer is not given back to the model."""
ALL_ARGUMENTS_LIMIT = 200_000
"""Characters of all arguments of one answer, which one history event has to carry."""
CALLS_LIMIT = 32
"""Calls of one answer; more are a loop, and each may ask a person."""
ITEMS_LIMIT = 200
TWICE = (
    "It is the very same call as one before it in this answer. The two count as one: see the "
    "output of the other."
)
TOO_LONG_TOGETHER = "The arguments of one answer are too long together. Make fewer calls at once."
NAME_LIMIT = 64
"""Longest name of a tool that the API takes."""
ID_LIMIT = 200
TOKENS_LIMIT = 2**53
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")

Json = Mapping[str, Any]
_Phase = Literal["commentary", "final_answer"]
log = structlog.get_logger(__name__)


def read(content: bytes) -> Json:
    """The JSON object that a server sent.

    Raises:
        NoAnswerError: it is something else, such as a web page or nothing.
    """
    try:
        whole = json.loads(content.decode(errors="replace"))
    except (ValueError, RecursionError) as error:
        shown = content[:100].decode(errors="replace")
        raise NoAnswerError(ModelFault.UNREADABLE, f"no JSON: {shown}", passes=True) from error
    if not isinstance(whole, dict):
        raise NoAnswerError(ModelFault.UNREADABLE, f"a {type(whole).__name__} in JSON", passes=True)
    return whole


def well_formed(whole: Json, servers: Collection[str] = ()) -> ModelResponse:
    """The answer as everything behind the model may rely on it.

    Args:
        whole: what the server sent.
        servers: labels of the hosted MCP servers that the model was given.

    Raises:
        NoAnswerError: it is an error, or it was ended before there was anything in it.
    """
    _raise_errors(whole)
    answer = _Answer(servers)
    given = _listed(whole.get("output"), whole.get("output_text"))
    for item in given[:ITEMS_LIMIT]:
        answer.take(item)
    if len(given) > ITEMS_LIMIT:
        log.warning("items of an answer were dropped", items=len(given), kept=ITEMS_LIMIT)
    return ModelResponse(
        output=answer.finished(_ending(whole)),
        usage=_usage(whole.get("usage")),
        response_id=_id(whole.get("id")) or None,
    )


@dataclass
class _Said:
    """A message that is still gathered."""

    id: str
    text: str
    phase: _Phase | None = None
    is_whole: bool = True
    """Whether it is the model's answer, and not a refusal or what is left of one."""

    @property
    def item(self) -> ResponseOutputMessage:
        """The message as the SDK has it."""
        part = {"type": "output_text", "text": self.text, "annotations": []}
        status = "completed" if self.is_whole else "incomplete"
        given = {"type": "message", "role": "assistant", "status": status, "content": [part]}
        given |= {"id": self.id or FAKE_RESPONSES_ID}
        given |= {"phase": self.phase} if self.phase else {}
        return ResponseOutputMessage.model_validate(given)


@dataclass
class _Answer:
    """What is taken over of one answer, item by item."""

    servers: Collection[str] = ()
    items: list[_Said | ResponseOutputItem] = field(default_factory=list)
    written: int = 0
    """Characters of text that the model wrote."""
    arguments_left: int = ALL_ARGUMENTS_LIMIT
    reasoning_left: int = REASONING_LIMIT
    known: set[str] = field(default_factory=set[str])
    """Digests of the calls so far, and ids of the items."""
    calls: int = 0
    requests: dict[str, McpApprovalRequest] = field(default_factory=dict[str, McpApprovalRequest])
    """What the provider asks whether it may run it, by id."""
    unreadable: int = 0
    """Such requests that are left out, so that nobody is asked."""
    has_all_reasoning: bool = True
    """An item's id refers to the reasoning before it: without that, the id has to go too."""

    def take(self, item: Any) -> None:
        """Take over one item of the answer."""
        given: Json = {"content": item} if isinstance(item, str) else item
        kind = _kind(given)
        match kind:
            case "message":
                self._say(given)
            case "function_call" | "custom_tool_call" | "tool_call" | "function":
                self._call(_called(given))
            case "reasoning":
                self._reason(given)
            case "mcp_approval_request":
                self._request(given)
            case "mcp_call":
                self._ran(given)
            case "mcp_list_tools":
                pass  # it is long, and the provider asks its server anew where it is missing
            case _:
                log.warning("an item of an answer was dropped", kind=text_of(kind)[:NAME_LIMIT])

    def finished(self, ending: str) -> list[ResponseOutputItem]:
        """All of it, with a sentence where something of it is missing.

        Raises:
            NoAnswerError: it was ended before there was anything in it.
        """
        while self.items and isinstance(self.items[-1], ResponseReasoningItem):
            self.items.pop()  # the API refuses reasoning that nothing follows
        if ending and not self.items:
            fault = ModelFault.FILTERED if ending == ANSWER_FILTERED else ModelFault.CUT_OFF
            raise NoAnswerError(fault, "the answer ended before there was any text")
        if self.written > TEXT_LIMIT:
            self._note(cut_mark(self.written - TEXT_LIMIT, self.written))
        if ending and (last := self._last_said) is not None:
            last.is_whole = False
            self._note(ending)
        self._note(calls_left_out(self.calls - CALLS_LIMIT) if self.calls > CALLS_LIMIT else "")
        self._note(requests_left_out(self.unreadable) if self.unreadable else "")
        return [it.item if isinstance(it, _Said) else it for it in self.items]

    @property
    def _last_said(self) -> _Said | None:
        return next((it for it in reversed(self.items) if isinstance(it, _Said)), None)

    def _note(self, sentence: str) -> None:
        if not sentence:
            return
        if (last := self._last_said) is not None:
            last.text += f"\n\n{sentence}"
        else:
            self.items.insert(0, _Said("", sentence))

    def _say(self, given: Json) -> None:
        text = encodable(_words(given.get("content")) or _words(given.get("refusal")))
        if not text.strip():
            return
        fits = text[: max(0, TEXT_LIMIT - self.written)]
        self.written += len(text)
        if fits:
            phase, whole = _phase(given.get("phase")), not _refuses(given)
            self.items.append(_Said(self._id_of(given), fits, phase, is_whole=whole))

    def _call(self, given: Json) -> None:
        name = _NO_NAME.sub("-", text_of(given.get("name") or "").strip())[:NAME_LIMIT]
        arguments = self._arguments(given)
        self.calls += 1
        if self.calls > CALLS_LIMIT:
            return
        if why_not_run(arguments) is None:
            digest = call_digest(name, arguments)
            arguments = not_run(TWICE) if digest in self.known else arguments
            self.known.add(digest)
        self.arguments_left -= len(arguments)
        call = {"type": "function_call", "call_id": f"call_{uuid4().hex}", "arguments": arguments}
        call |= {"name": name or "unnamed"}
        call |= {"id": id_} if (id_ := self._id_of(given)) else {}
        self.items.append(ResponseFunctionToolCall.model_validate(call))

    def _arguments(self, given: Json) -> str:
        if given.get("status") == "incomplete":
            return not_run("The answer ended before the arguments did.")
        arguments = arguments_text(given.get("arguments"), ARGUMENTS_LIMIT)
        if len(arguments) > self.arguments_left:
            return not_run(TOO_LONG_TOGETHER)
        return arguments

    def _request(self, given: Json) -> None:
        """The provider asks whether it may run a call. It is given back as it was, or not at all.

        Raises:
            NoAnswerError: two have one id, so that nobody could say which of them is allowed.
        """
        request = hosted.request(given, self.arguments_left)
        if request is None or request.server_label not in self.servers:
            self.unreadable += 1
            return
        if known := self.requests.get(request.id):
            if known != request:
                told = "two different requests of the provider's have one id"
                raise NoAnswerError(ModelFault.UNREADABLE, told, passes=True)
            return
        self.calls += 1
        if self.calls <= CALLS_LIMIT:
            self.arguments_left -= len(request.arguments)
            self.requests[request.id] = request
            self.items.append(request)

    def _ran(self, given: Json) -> None:
        if (ran := hosted.ran(given)) is not None:
            self.items.append(ran)

    def _reason(self, given: Json) -> None:
        """Reasoning is given back as it was, or not at all."""
        id_, sealed = self._id_of(given), given.get("encrypted_content")
        summary, content = (_texts(given.get(name)) for name in ("summary", "content"))
        sealed = encodable(sealed) if isinstance(sealed, str) else ""
        self.reasoning_left -= sum(map(len, (*summary, *content, sealed)))
        if not id_ or self.reasoning_left < 0:
            self.has_all_reasoning = False
            log.info("reasoning was dropped", has_id=bool(id_))
            return
        told = [{"type": "summary_text", "text": it} for it in summary]
        thought = [{"type": "reasoning_text", "text": it} for it in content]
        whole = {"type": "reasoning", "id": id_, "summary": told}
        whole |= {"content": thought} if thought else {}
        whole |= {"encrypted_content": sealed} if sealed else {}
        self.items.append(ResponseReasoningItem.model_validate(whole))

    def _id_of(self, given: Json) -> str:
        """An item's own id; none if it has none, or not for itself."""
        id_ = _id(given.get("id"))
        if id_ in self.known or not self.has_all_reasoning:
            return ""
        self.known.add(id_)
        return id_


def _raise_errors(whole: Json) -> None:
    if whole.get("status") == "failed" or (whole.get("error") and not whole.get("output")):
        raise explained_body(whole.get("error") or "the provider gave no reason")
    if not whole.keys() & {"output", "output_text", "status"}:
        told = f"no answer of the Responses API, but {text_of(list(whole))[:200]}"
        raise NoAnswerError(ModelFault.UNREADABLE, told, passes=True)


def _ending(whole: Json) -> str:
    """The sentence for an answer that was not finished, else nothing."""
    details = whole.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else details
    if reason == "content_filter":
        return ANSWER_FILTERED
    return ANSWER_CUT_OFF if reason or whole.get("status") == "incomplete" else ""


def _called(given: Json) -> Json:
    """A call in the form of today, where a server uses that of another API."""
    inner = given.get("function")
    whole = {**given, **inner} if isinstance(inner, Mapping) else given
    return whole if "arguments" in whole else {**whole, "arguments": whole.get("input")}


def _phase(given: Any) -> _Phase | None:
    match given:
        case "commentary" | "final_answer":
            return given
        case _:
            return None


def _listed(given: Any, otherwise: Any = None) -> list[Any]:
    match given:
        case list() | tuple():
            return list(given)
        case None:
            return [] if otherwise is None else [otherwise]
        case _:
            return [given]


def _kind(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return type(given).__name__
    if given.get("role") in ("user", "system", "developer"):
        return "message of somebody else"
    return given.get("type") or ("message" if "content" in given else None)


def _texts(parts: Any) -> list[str]:
    return [text for it in _listed(parts) if (text := encodable(_words(it)))]


def _words(content: Any) -> str:
    """The text of content of any shape; a refusal's own words are its text."""
    match content:
        case str():
            return content
        case list() | tuple():
            return "".join(map(_words, content[:ITEMS_LIMIT]))
        case {"text": str(text)} | {"text": {"value": str(text)}} | {"refusal": str(text)}:
            return text
        case None:
            return ""
        case _:
            log.warning(
                "a part of an answer was dropped", kind=text_of(_kind(content))[:NAME_LIMIT]
            )
            return ""


def _refuses(given: Json) -> bool:
    """Whether the model says in a message that it will not do what it was asked to."""
    parts = (given, *_listed(given.get("content")))
    return any(isinstance(it, Mapping) and isinstance(it.get("refusal"), str) for it in parts)


def _id(given: Any) -> str:
    """An id that can be given back; one that had to be mended would be another one."""
    fits = isinstance(given, str) and len(given) <= ID_LIMIT and given.isascii()
    return given if fits and given.isprintable() else ""


def _usage(given: Any) -> Usage:
    tokens = given if isinstance(given, Mapping) else {}
    return Usage(
        requests=1,
        input_tokens=_tokens(tokens.get("input_tokens")),
        output_tokens=_tokens(tokens.get("output_tokens")),
        total_tokens=_tokens(tokens.get("total_tokens")),
    )


def _tokens(given: Any) -> int:
    return given if isinstance(given, int) and 0 <= given < TOKENS_LIMIT else 0
