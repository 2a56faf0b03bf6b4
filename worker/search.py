"""Makes the search attributes exist by which approvals are found."""

from collections.abc import Sequence
from typing import Any

import structlog
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from countersign.runtime.preflight import PreflightError, answered
from workflows.listing.search_attributes import ALL

log = structlog.get_logger(__name__)


async def register_search_attributes(temporal: Client) -> None:
    """Add what is missing. Several workers may do so at once.

    Raises:
        AwayError: Temporal does not work just now.
        PreflightError: some are missing and this client may not add them, as on Temporal
            Cloud; the text names them with their types.
    """
    operator = temporal.service_client.operator_service
    try:
        known = await answered(
            lambda: operator.list_search_attributes(
                ListSearchAttributesRequest(namespace=temporal.namespace)
            )
        )
        present = set(known.custom_attributes)
    except RPCError as error:
        log.info("search attributes cannot be listed", code=error.status.name)
        present = set[str]()
    missing = [key for key in ALL if key.name not in present]
    if not missing:
        return
    try:
        await answered(lambda: operator.add_search_attributes(_request(temporal, missing)))
    except RPCError as error:
        if error.status is RPCStatusCode.ALREADY_EXISTS:
            return
        wanted = ", ".join(f"{key.name} ({key.indexed_value_type.name})" for key in missing)
        raise PreflightError(
            f"Temporal lacks these search attributes and does not let me add them: {wanted}. "
            f"Create them in namespace {temporal.namespace} ({error.status.name})."
        ) from error
    log.info("search attributes registered", names=[key.name for key in missing])


def _request(
    temporal: Client, keys: Sequence[SearchAttributeKey[Any]]
) -> AddSearchAttributesRequest:
    types = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in keys}
    return AddSearchAttributesRequest(namespace=temporal.namespace, search_attributes=types)
