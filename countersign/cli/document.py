"""An approval as a program reads it, without its secrets."""

from collections.abc import Callable
from typing import Any

from workflows.contracts.approvals import ApprovalStatus
from workflows.redaction import NAMES, Secrets, typed_as_secret

ARGUMENTS = "arguments"


def document(status: ApprovalStatus) -> dict[str, Any]:
    """The whole state as JSON; arguments are masked wherever it holds them."""
    known = {
        call.arguments: prepared.arguments
        for call, prepared in (
            (status.request.call, status.request.prepared),
            (status.call, status.shown),
        )
        if prepared.arguments
    }

    def shown(arguments: str) -> str:
        if arguments in known:
            return known[arguments]
        return Secrets(NAMES).of(arguments, _secret_names(status)).mask_arguments(arguments)

    return _with_arguments(status.model_dump(mode="json"), shown)


def _secret_names(status: ApprovalStatus) -> frozenset[str]:
    prepared = status.request.prepared
    fields = (*prepared.fields, *status.shown.fields)
    return frozenset({field.name for field in fields if field.is_secret}) | typed_as_secret(
        prepared.parameters
    )


def _with_arguments(value: Any, shown: Callable[[str], str]) -> Any:
    match value:
        case dict():
            return {
                key: shown(inner)
                if key == ARGUMENTS and isinstance(inner, str) and inner
                else _with_arguments(inner, shown)
                for key, inner in value.items()
            }
        case list():
            return [_with_arguments(inner, shown) for inner in value]
        case _:
            return value
