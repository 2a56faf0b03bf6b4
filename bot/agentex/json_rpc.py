"""Reading a JSON-RPC call of AgentEx."""

import json
from collections.abc import Mapping
from typing import Any, cast

from agentex.lib.sdk.fastacp.base.constants import (
    FASTACP_HEADER_SKIP_EXACT,
    FASTACP_HEADER_SKIP_PREFIXES,
)
from agentex.protocol.acp import PARAMS_MODEL_BY_METHOD, RPCMethod
from agentex.protocol.json_rpc import JSONRPCRequest
from pydantic import BaseModel, ValidationError

from bot.agentex.refusals import BAD_PARAMS, NO_CALL, NO_JSON, NO_METHOD, RefusedError

LARGEST_BODY = 4 * 1024 * 1024
"""Bytes; a text that is twenty times too long is still answered."""
CREDENTIALS = ("x-acting-", "x-api-key")
"""Beginnings of the names of headers with which somebody could act as the person who asks."""
CONTENT = ("event", "content")


def read_call(body: bytes) -> JSONRPCRequest:
    """Read the body of a request.

    Raises:
        RefusedError: it is no call.
    """
    try:
        return JSONRPCRequest.model_validate(json.loads(body))
    except ValidationError as error:
        raise RefusedError(NO_CALL, "This is no JSON-RPC call.") from error
    except (ValueError, RecursionError) as error:
        raise RefusedError(NO_JSON, "This is no JSON.") from error


def read_method(name: str) -> RPCMethod:
    """Read which method is called.

    Raises:
        RefusedError: AgentEx has no such method.
    """
    try:
        return RPCMethod(name)
    except ValueError as error:
        raise RefusedError(NO_METHOD, "There is no such method.") from error


def read_params(
    method: RPCMethod, params: Mapping[str, Any], headers: Mapping[str, str]
) -> BaseModel:
    """Read what a method is called with; content of a kind that nobody knows is left out.

    Raises:
        RefusedError: something is missing or of another kind.
    """
    given = {**params, "request": {"headers": harmless(headers)}}
    model = PARAMS_MODEL_BY_METHOD[method]
    try:
        return model.model_validate(given)
    except ValidationError as error:
        places = [fault["loc"] for fault in error.errors(include_input=False, include_url=False)]
        if all(place[:2] == CONTENT for place in places):
            event = cast("Mapping[str, Any]", given["event"])
            return model.model_validate({**given, "event": {**event, "content": None}})
        named = ", ".join(sorted({".".join(map(str, place[:2])) for place in places}))
        raise RefusedError(BAD_PARAMS, f"The call cannot be read: {named}.") from error


def harmless(headers: Mapping[str, str]) -> dict[str, str]:
    """Those that the SDK hands on, and of these none that is a credential."""
    low = {name.lower(): value for name, value in headers.items()}
    prefixes = (*FASTACP_HEADER_SKIP_PREFIXES, *CREDENTIALS)
    return {
        name: value
        for name, value in low.items()
        if name.startswith("x-")
        and name not in FASTACP_HEADER_SKIP_EXACT
        and not name.startswith(prefixes)
    }
