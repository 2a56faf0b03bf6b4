"""How a Python function becomes a tool of the agent.

```python
@tool(title="Place an order", status="is placing the order…", needs_approval=True)
async def place_order(ctx: Context, sku: str, quantity: int) -> str:
    '''Order something from the catalogue. …'''
```

That is all a tool needs. `place_order.preview` may add a function that says in plain words
what a call would do, which is what an approver reads.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeVar

from agents import RunContextWrapper
from agents.exceptions import ModelBehaviorError
from agents.function_schema import FuncSchema, function_schema
from pydantic import ValidationError

from countersign.tools.argument_faults import in_words
from countersign.tools.schema import for_model, guarded
from countersign.tools.text import encodable
from workflows.contracts.core import ArgumentField, Call, ToolSpec
from workflows.contracts.not_run import NOT_RUN, is_marked, told_not_run
from workflows.contracts.replacing import REPLACES
from workflows.digest import REASON
from workflows.redaction import typed_as_secret

T = TypeVar("T")


class ReservedNameError(Exception):
    """A tool has a parameter that every tool is given, such as `reason` or `replaces`."""


class ToolError(Exception):
    """The tool cannot do what was asked. Its text is for the model, which tells the person."""


class ArgumentsError(ToolError):
    """The model's arguments do not fit the tool."""


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may use."""

    call: Call
    resources: Sequence[object] = ()

    def resource(self, kind: type[T]) -> T:
        """What the worker has open of this kind, such as a database (see `Resource`).

        Raises:
            LookupError: the package of the tool has declared none.
        """
        for it in self.resources:
            if isinstance(it, kind):
                return it
        raise LookupError(f"No {kind.__name__} is open")


Context = RunContextWrapper[ToolContext]
"""First parameter of every tool, by the convention of the Agents SDK; not in its schema."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a call would do, in plain words: one sentence, its cost, and more lines if useful.

    All of it is what people approve: if it has changed by the time the call would run, they are
    asked again. A line that may change meanwhile, such as a budget, is not `is_bound`. One that
    the sentence says already is `in_summary`: a card leaves it out, *Details* shows it.
    """

    summary: str
    cost: str = ""
    fields: tuple[ArgumentField, ...] = ()
    amount: float | None = None
    """The cost in whole units of the currency, for rules."""
    left: float | None = None
    """What it leaves of a budget, in the same units: several at once are reckoned up with it."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """A call's arguments, checked against the tool's signature."""

    positional: tuple[Any, ...]
    named: dict[str, Any]
    shown: dict[str, Any]
    reason: str


Body = Callable[..., Awaitable[str]]
PreviewBody = Callable[..., Awaitable[Preview]]


@dataclass
class Tool:
    """One thing the agent can do."""

    body: Body
    title: str
    status: str
    needs_approval: bool
    schema: FuncSchema
    _preview: PreviewBody | None = field(default=None, init=False)

    @property
    def parameters(self) -> dict[str, Any]:
        """JSON schema of its arguments, without the reason."""
        return deepcopy(self.schema.params_json_schema)

    @property
    def secret_names(self) -> frozenset[str]:
        """Names of parameters that are typed as `SecretStr`."""
        return typed_as_secret(self.schema.params_json_schema)

    @property
    def spec(self) -> ToolSpec:
        """What the model and the workflow see, where no policy says more."""
        return self.described(needs_approval=self.needs_approval)

    def described(self, *, needs_approval: bool) -> ToolSpec:
        """The same if a person has to approve each call, which then takes a reason too."""
        parameters = for_model(self.schema.params_json_schema)
        return ToolSpec(
            name=self.schema.name,
            description=self.schema.description or self.title,
            parameters=guarded(parameters) if needs_approval else parameters,
            needs_approval=needs_approval,
            title=self.title,
            status=self.status,
        )

    def preview(self, body: PreviewBody) -> PreviewBody:
        """Decorator: `body` takes the tool's own parameters and returns a `Preview`."""
        self._preview = body
        return body

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
            reason = encodable(str(given.pop(REASON, None) or "")).strip()
            model = self.schema.params_pydantic_model.model_validate(given)
            positional, named = self.schema.to_call_args(model)
        except ValidationError as error:
            raise ArgumentsError(in_words(error, self.parameters)) from error
        except (ValueError, RecursionError, ModelBehaviorError) as error:
            raise ArgumentsError("The arguments could not be read as JSON.") from error
        return Arguments(tuple(positional), named, model.model_dump(mode="json"), reason)

    async def run(self, context: ToolContext) -> Any:
        """Do it. What comes back is whatever the tool's author returned.

        Raises:
            ToolError: it cannot be done as asked.
        """
        read = self.read(context.call.arguments)
        return await self.body(RunContextWrapper(context), *read.positional, **read.named)

    async def describe(self, context: ToolContext) -> tuple[Preview, Arguments]:
        """Say what a call would do, and change nothing.

        Raises:
            ToolError: it could not be done as asked, so nobody has to be bothered with it.
        """
        read = self.read(context.call.arguments)
        if self._preview is None:
            return Preview(summary=self.title), read
        wrapped = RunContextWrapper(context)
        preview: Any = await self._preview(wrapped, *read.positional, **read.named)
        if not isinstance(preview, Preview):
            raise ToolError(f"The preview of {self.schema.name} does not say what would be done.")
        return preview, read


def tool(*, title: str, status: str, needs_approval: bool = False) -> Callable[[Body], Tool]:
    """Make a tool of an async function; its docstring is what the model reads.

    Args:
        title: what it does, for people: "Place an order".
        status: shown in the thread while it runs: "is placing the order…".
        needs_approval: whether a person has to approve each call, whatever the policy says.
    """

    def make(body: Body) -> Tool:
        schema = function_schema(body)
        taken = schema.params_json_schema.get("properties", {}).keys()
        for name in {REASON, REPLACES, NOT_RUN} & taken:
            raise ReservedNameError(f"{schema.name}: call its parameter something else than {name}")
        return Tool(body, title, status, needs_approval, schema)

    return make
