"""A tool of the Agents SDK as Countersign uses it: read, previewed and run in an activity.

```python
@annotate(title="Place an order", status="is placing the order…")
@function_tool(needs_approval=True)
async def place_order(ctx: RunContextWrapper[Shop], sku: str, quantity: int) -> str:
    '''Order something from the catalogue. …'''
```

The SDK's decorator alone is enough. What `annotate` and `preview` add is for the people who
approve.
"""

import inspect
import json
from collections.abc import Callable, Mapping
from copy import copy, deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from agents import Agent, FunctionTool, RunContextWrapper
from agents.exceptions import ModelBehaviorError, ToolTimeoutError
from agents.function_schema import FuncSchema, function_schema
from agents.tool import (
    invoke_function_tool,
    maybe_invoke_function_tool_failure_error_function,
    set_function_tool_failure_error_function,
)
from agents.tool_context import ToolContext
from pydantic import ValidationError

from countersign.tools.annotations import Annotations, Preview, PreviewBody, annotations_of
from countersign.tools.argument_faults import in_words, in_words_by_schema
from countersign.tools.current_call import calling
from countersign.tools.errors import ToolError
from countersign.tools.guardrails import check_input, checked_output
from countersign.tools.schema import (
    OWN_REASON,
    fault_of,
    for_model,
    guarded,
    says_why,
    secret_fault,
)
from countersign.tools.text import encodable
from workflows.contracts.core import ArgumentField, Call, ToolSpec
from workflows.contracts.not_run import NOT_RUN, is_marked, told_not_run
from workflows.contracts.replacing import REPLACES
from workflows.digest import REASON, tool_fingerprint
from workflows.redaction import typed_as_secret

RESERVED = (REASON, REPLACES, NOT_RUN)
MOST_SCHEMAS = 1_000
WORKING = "is at work…"


class UnusableToolError(Exception):
    """A function tool that nobody could be asked about. The text is one line that says why."""


class ReservedNameError(UnusableToolError):
    """A tool has a parameter that every guarded tool is given, such as `replaces`."""


class SchemaError(UnusableToolError):
    """What a tool takes cannot be shown to people or to a model."""


class PreviewError(UnusableToolError):
    """The preview of a tool could never be made."""


class SecretNameError(UnusableToolError):
    """What somebody called secret is no parameter of the tool, so nothing would be masked."""


class ArgumentsError(ToolError):
    """The model's arguments do not fit the tool."""


class UnansweredError(Exception):
    """A call was sent that cannot be known again, and nobody knows what came of it."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """A call's arguments, checked against the tool's schema."""

    own: str
    """JSON of those that are the tool's."""
    shown: dict[str, Any]
    """With defaults filled in, as they may be shown once secrets are masked."""
    reason: str


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing the agent can do."""

    function: FunctionTool
    schema: FuncSchema | None = None
    """Of the Python function behind it, where there is one."""
    server: str = ""
    """The MCP server that has it, if one does."""
    called: str = ""
    """What the model calls it, where that is not its name."""
    hint: str = ""
    """What its server says of it, such as that it only reads. Nothing is decided by it."""
    runs: str = ""
    """The agent whose run begins once it was run, if one's does."""

    @classmethod
    def of(cls, function: FunctionTool) -> "Tool":
        """A tool of the SDK.

        Raises:
            SchemaError: what it takes cannot be shown.
            ReservedNameError: one of its parameters has a name that is ours.
            PreviewError: its preview asks for what its calls do not have.
            SecretNameError: what is said to be secret is not among its parameters.
        """
        if fault := fault_of(function.params_json_schema):
            raise SchemaError(f"{function.name}: {fault}")
        taken = function.params_json_schema.get("properties", {}).keys()
        for name in RESERVED:
            if name in taken:
                raise ReservedNameError(
                    f"{function.name}: call its parameter something else than {name}"
                )
        tool = cls(function, _schema_of(function))
        if fault := tool.preview_fault:
            raise PreviewError(f"{function.name}: {fault}")
        if fault := tool.secret_fault:
            raise SecretNameError(f"{function.name}: {fault}")
        return tool

    @property
    def name(self) -> str:
        """What the model and the policy call it."""
        return self.function.name

    @property
    def title(self) -> str:
        """What it does, for people."""
        return self._said.title or self.name.replace("_", " ").strip().capitalize()

    @property
    def needs_approval(self) -> bool:
        """Whether it may ask for approval itself, whatever the policy says; see `asks`."""
        return self.function.needs_approval is not False

    @property
    def has_preview(self) -> bool:
        """Whether it can say what a call would do."""
        return self._said.preview is not None

    @property
    def preview_fault(self) -> str:
        """Why its preview could never be made; empty if it can, or if there is none."""
        body = self._said.preview
        return _preview_fault(body, self.function.params_json_schema) if body else ""

    @property
    def secret_fault(self) -> str:
        """Why a name that was called secret masks nothing; empty if each does, or none was."""
        return secret_fault(self._said.secret, self.function.params_json_schema)

    @property
    def parameters(self) -> dict[str, Any]:
        """JSON schema of its arguments, without the reason."""
        return deepcopy(self.function.params_json_schema)

    @property
    def secret_names(self) -> frozenset[str]:
        """Names of parameters that are secret by their type or because somebody said so."""
        return typed_as_secret(self.function.params_json_schema) | self._said.secret

    @property
    def reason_argument(self) -> str:
        """Which argument tells people why it is called: its own, where it has one in words."""
        schema, is_secret = self.function.params_json_schema, OWN_REASON in self.secret_names
        return OWN_REASON if says_why(schema) and not is_secret else REASON

    @property
    def knows_calls(self) -> bool:
        """Whether a call that comes again can be known by its key. MCP has nothing for that."""
        return not self.server

    @property
    def fingerprint(self) -> str:
        """Of what may change while a call waits, since it is not ours; else empty."""
        return tool_fingerprint(self.server, self.name, self.parameters) if self.server else ""

    @property
    def notes(self) -> tuple[ArgumentField, ...]:
        """What people read of every call, below its arguments."""
        return ()

    @property
    def place(self) -> str:
        """Where it comes from: `acme.buyer.place_order`, `the MCP server deploys`, an agent."""
        if self.server:
            return f"the MCP server {self.server}"
        if self.runs:
            return f"the agent {self.runs} as a tool"
        body = inspect.unwrap(self.body) if self.body else None
        module = getattr(body, "__module__", "")
        return f"{module}.{getattr(body, '__qualname__', self.name)}" if module else self.name

    @property
    def body(self) -> Callable[..., Any] | None:
        """The Python function behind it, where there is one."""
        try:
            return self.function.__wrapped__
        except AttributeError:
            return None

    @property
    def spec(self) -> ToolSpec:
        """What the model and the workflow see, where no policy says more."""
        return self.described(needs_approval=self.needs_approval)

    def described(self, *, needs_approval: bool) -> ToolSpec:
        """The same if a person has to approve each call, which then takes a reason too."""
        parameters = for_model(self.function.params_json_schema)
        return ToolSpec(
            name=self.name,
            description=encodable(self.function.description or self.title),
            parameters=self._guarded(parameters) if needs_approval else parameters,
            needs_approval=needs_approval,
            title=self.title,
            status=self._said.status or WORKING,
            called=self.called,
            strict=self.function.strict_json_schema,
        )

    def read(self, arguments: str) -> Arguments:
        """Check what the model wrote.

        Raises:
            ArgumentsError: it is not JSON, or does not fit; the text says what to mend.
        """
        try:
            given = json.loads(arguments or "{}")
            if not isinstance(given, dict):
                raise ArgumentsError("The arguments have to be a JSON object.")
            if is_marked(given):
                raise ArgumentsError(told_not_run(given))
            asked = given.pop(REASON, None)
            shown = self._checked(given)
            why = asked if self.reason_argument == REASON else given.get(OWN_REASON)
            reason = encodable(str(why or "")).strip()
            return Arguments(json.dumps(given, ensure_ascii=False), shown, reason)
        except (ValueError, RecursionError, ModelBehaviorError) as error:
            raise ArgumentsError("The arguments could not be read as JSON.") from error

    async def asks(self, call: Call, read: Arguments, context: object) -> bool:
        """Whether it asks for approval of this call, whatever the policy says.

        Raises:
            Exception: its author's code cannot say so.
        """
        asked = self.function.needs_approval
        if not callable(asked):
            return self.needs_approval
        with calling(call):
            told: Any = asked(RunContextWrapper(context), json.loads(read.own), call.id)
            return bool(await told if inspect.isawaitable(told) else told)

    async def run(self, call: Call, context: object, agent: Agent[Any] | None = None) -> Any:
        """Do it. What comes back is whatever the tool's author returned.

        Args:
            call: what is to be done.
            context: the agent's own object.
            agent: the agent that calls it.

        Raises:
            ToolError: it cannot be done as asked, or the tool has words of its own for an error.
        """
        read = self.read(call.arguments)
        within = ToolContext(
            context=context,
            tool_name=self.name,
            tool_call_id=call.id,
            tool_arguments=read.own,
            agent=agent,
        )
        with calling(call):
            await check_input(self.function, within, agent)
            answer = await self._invoke(within, read)
            return await checked_output(self.function, within, agent, answer)

    async def _invoke(self, within: ToolContext[Any], read: Arguments) -> Any:
        """Run the function behind it.

        Raises:
            ToolError: the tool has words of its own for an error.
        """
        try:
            return await invoke_function_tool(
                function_tool=_raising(self.function), context=within, arguments=read.own
            )
        except (ToolError, ToolTimeoutError, UnansweredError):  # these may have been done
            raise
        except Exception as error:
            told = await maybe_invoke_function_tool_failure_error_function(
                function_tool=self.function, context=within, error=error
            )
            if told is None:
                raise
            raise ToolError(told) from error

    async def describe(self, call: Call, context: object) -> tuple[Preview, Arguments]:
        """Say what a call would do, and change nothing.

        Raises:
            ToolError: it could not be done as asked, so nobody has to be bothered with it.
        """
        read = self.read(call.arguments)
        body = self._said.preview
        if body is None:
            return Preview(summary=self.title), read
        schema = _preview_schema(body)
        try:
            given = schema.params_pydantic_model.model_validate(json.loads(read.own))
        except ValidationError as error:
            told = in_words(error, self.parameters)
            raise ToolError(f"The preview of {self.name} cannot be made. {told}") from error
        positional, named = schema.to_call_args(given)
        wrapped = [RunContextWrapper(context)] if schema.takes_context else []
        with calling(call):
            preview: Any = await body(*wrapped, *positional, **named)
        if not isinstance(preview, Preview):
            raise ToolError(f"The preview of {self.name} does not say what would be done.")
        return preview, read

    def _guarded(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return guarded(parameters, reason=self.reason_argument == REASON)

    @property
    def _said(self) -> Annotations:
        return annotations_of(self.function)

    def _checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with what was left out, if they fit.

        Raises:
            ArgumentsError: they do not.
        """
        if self.schema is None:
            if told := in_words_by_schema(given, self.parameters):
                raise ArgumentsError(told)
            return dict(given)
        try:
            model = self.schema.params_pydantic_model.model_validate(given)
        except ValidationError as error:
            raise ArgumentsError(in_words(error, self.parameters)) from error
        return model.model_dump(mode="json")


def _schema_of(function: FunctionTool) -> FuncSchema | None:
    """The schema by which the SDK itself reads a function's arguments."""
    try:
        body = function.__wrapped__
    except AttributeError:  # made by hand, or by a server: there is only its JSON schema
        return None
    return _body_schema(body, function.name, strict=function.strict_json_schema)


@lru_cache(maxsize=MOST_SCHEMAS)
def _body_schema(body: Callable[..., Any], name: str, *, strict: bool) -> FuncSchema:
    """Made once for each function: a start looks at the tools several times."""
    return function_schema(
        body, name_override=name, strict_json_schema=strict, use_docstring_info=False
    )


@lru_cache(maxsize=MOST_SCHEMAS)
def _preview_schema(body: PreviewBody) -> FuncSchema:
    """How a preview is called. Made once for each, since pydantic takes milliseconds for it."""
    return function_schema(body, strict_json_schema=False, use_docstring_info=False)


def _preview_fault(body: PreviewBody, takes: Mapping[str, Any]) -> str:
    """Why a preview could never be made, or not of every call; empty if it can.

    Args:
        body: makes it.
        takes: JSON schema of the tool's arguments.
    """
    try:
        wanted = _preview_schema(body)
    except Exception as error:  # noqa: BLE001 - somebody's signature, and pydantic's own errors
        return f"its preview cannot be called: {' '.join(str(error).split())}"
    needed = wanted.params_json_schema.get("required", ())
    for name in needed:
        if name not in takes.get("properties", {}):
            return f"its preview takes {name}, which the tool does not"
        if name not in takes.get("required", ()):
            return f"its preview needs a default for {name}, which a call may leave out"
    return ""


def _raising(function: FunctionTool) -> FunctionTool:
    """The same tool, which raises where it would put an error in words as if it were a result."""
    raising = set_function_tool_failure_error_function(copy(function), None)
    raising.timeout_behavior = "raise_exception"
    return raising
