"""Routes about the messages of a task."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, TypedDict, cast

from agentex.types.message_create_params import MessageCreateParams
from agentex.types.message_list_paginated_params import MessageListPaginatedParams
from agentex.types.message_list_paginated_response import MessageListPaginatedResponse
from agentex.types.message_list_params import MessageListParams
from agentex.types.message_list_response import MessageListResponse
from agentex.types.message_update_params import MessageUpdateParams
from agentex.types.messages.batch_create_params import BatchCreateParams
from agentex.types.messages.batch_create_response import BatchCreateResponse
from agentex.types.messages.batch_update_params import BatchUpdateParams
from agentex.types.messages.batch_update_response import BatchUpdateResponse
from agentex.types.task_message import TaskMessage
from agentex.types.task_message_content import TaskMessageContent

from sandbox.agentex.core import Backend, Call, Route
from sandbox.agentex.errors import RefusedError, missing
from sandbox.agentex.shapes import content_of, moment_of
from sandbox.agentex.store import MOST_MESSAGES, as_kept, make_room, now, page
from sandbox.json_types import Json

Streaming = Literal["IN_PROGRESS", "DONE"]


class MessageFilter(TypedDict, total=False):
    """One of the `filters` of a list; the SDK's types call all of them one string."""

    content: dict[str, Any] | None
    streaming_status: Streaming | None
    exclude: bool


async def create(call: Call) -> TaskMessage:
    """Add a message; the answer has its moment as it was sent, a list as it was kept."""
    content = content_of(call.body["content"], call.route)
    moment = moment_of(call.body.get("created_at"), call.route) or now()
    return add(call, content, moment, call.body.get("streaming_status"))


async def batch_create(call: Call) -> list[TaskMessage]:
    """Add messages, each a millisecond after the one before."""
    contents = [content_of(content, call.route) for content in call.body["contents"]]
    first = moment_of(call.body.get("created_at"), call.route) or now()
    return [
        add(call, content, first + timedelta(milliseconds=place), None)
        for place, content in enumerate(contents)
    ]


def add(
    call: Call, content: TaskMessageContent, moment: datetime, streaming: Streaming | None
) -> TaskMessage:
    """Add a message to the task that the call names."""
    messages = call.store.messages[call.task().id]
    make_room(messages, MOST_MESSAGES)
    message = TaskMessage(
        id=call.store.next_message_id(),
        task_id=call.task().id,
        content=content,
        streaming_status=streaming,
        created_at=as_kept(moment),
        updated_at=as_kept(moment),
    )
    _keep(call.backend, message)
    return message.model_copy(update={"created_at": moment, "updated_at": moment})


async def update(call: Call) -> TaskMessage:
    """Replace the content of a message."""
    content = content_of(call.body["content"], call.route)
    streaming = call.body.get("streaming_status")
    return _change(call, call.path["message_id"], content, streaming)


async def batch_update(call: Call) -> list[TaskMessage]:
    """Replace the contents of messages."""
    contents = {
        id_: content_of(content, call.route) for id_, content in call.body["updates"].items()
    }
    return [_change(call, id_, content, None) for id_, content in contents.items()]


def _change(
    call: Call, id_: str, content: TaskMessageContent, streaming: Streaming | None
) -> TaskMessage:
    message = call.store.messages[call.task().id].get(id_)
    if message is None:
        raise missing(id_)
    changes = {"content": content, "updated_at": as_kept(now())}
    status = {"streaming_status": streaming} if streaming else {}
    return _keep(call.backend, message.model_copy(update={**changes, **status}))


def _keep(backend: Backend, message: TaskMessage) -> TaskMessage:
    backend.store.messages[message.task_id][str(message.id)] = message
    backend.changes.tell(("message", message.task_id), message)
    return message


async def retrieve(call: Call) -> TaskMessage:
    """Return a message by its id."""
    return call.store.message(call.path["message_id"])


async def list_(call: Call) -> list[TaskMessage]:
    """Return a page of a task's messages, newest first unless told otherwise."""
    return page(_wanted(call), call.query, "created_at", newest=True)


async def list_paginated(call: Call) -> MessageListPaginatedResponse:
    """Return messages from a cursor on, newest first."""
    limit, cursor = int(call.query.get("limit", 50)), call.query.get("cursor")
    everything = page(_wanted(call), {"limit": MOST_MESSAGES}, "created_at", newest=True)
    ids = [message.id for message in everything]
    place = ids.index(str(cursor)) if cursor in ids else None
    if call.query.get("direction") == "newer":
        rest = everything if place is None else everything[:place]
    else:
        rest = everything if place is None else everything[place + 1 :]
    more = len(rest) > limit
    last = rest[:limit][-1].id if more else None
    return MessageListPaginatedResponse(data=rest[:limit], has_more=more, next_cursor=last)


def _wanted(call: Call) -> list[TaskMessage]:
    messages = call.store.messages[call.task().id].values()
    filters = _filters(call)
    return [message for message in messages if _passes(message, filters)]


def _filters(call: Call) -> list[MessageFilter]:
    sent = call.query.get("filters")
    if not sent:
        return []
    try:
        read: object = json.loads(str(sent))
    except ValueError as error:
        raise RefusedError(400, f"Invalid JSON in filters parameter: {error}") from error
    return call.check(list[MessageFilter], read if isinstance(read, list) else [read])


def _passes(message: TaskMessage, filters: Sequence[MessageFilter]) -> bool:
    """Whether one of those that include fits, if there are any, and none that excludes."""
    shown = message.model_dump(mode="json")
    including = [each for each in filters if not each.get("exclude")]
    excluding = [each for each in filters if each.get("exclude")]
    is_meant = not including or any(_fits(each, shown) for each in including)
    return is_meant and not any(_fits(each, shown) for each in excluding)


def _fits(wanted: MessageFilter, shown: Json) -> bool:
    fields = {key: value for key, value in wanted.items() if key != "exclude"}
    return _is_within(fields, shown)


def _is_within(wanted: object, there: object) -> bool:
    """Whether all of `wanted` is in `there`, at any depth; None asks for nothing."""
    if wanted is None:
        return True
    if isinstance(wanted, dict) and isinstance(there, dict):
        asked, given = cast("Json", wanted), cast("Json", there)
        return all(_is_within(value, given.get(key)) for key, value in asked.items())
    return wanted == there


ROUTES = (
    Route(
        "messages.batch.create",
        "POST",
        "/messages/batch",
        batch_create,
        BatchCreateResponse,
        BatchCreateParams,
    ),
    Route(
        "messages.batch.update",
        "PUT",
        "/messages/batch",
        batch_update,
        BatchUpdateResponse,
        BatchUpdateParams,
    ),
    Route("messages.create", "POST", "/messages", create, TaskMessage, MessageCreateParams),
    Route("messages.list", "GET", "/messages", list_, MessageListResponse, query=MessageListParams),
    Route(
        "messages.list_paginated",
        "GET",
        "/messages/paginated",
        list_paginated,
        MessageListPaginatedResponse,
        query=MessageListPaginatedParams,
    ),
    Route("messages.retrieve", "GET", "/messages/{message_id}", retrieve, TaskMessage),
    Route(
        "messages.update", "PUT", "/messages/{message_id}", update, TaskMessage, MessageUpdateParams
    ),
)
