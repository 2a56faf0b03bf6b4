"""What Temporal keeps of workflows, as text that can be searched."""

import json
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from temporalio.client import Client


async def written_of(temporal: Client, *ids: str) -> str:
    """The histories of these workflows with their payloads in plain text."""
    handles = map(temporal.get_workflow_handle, ids)
    histories = [json.loads((await it.fetch_history()).to_json()) for it in handles]
    return "\n".join(_texts(histories))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case {"metadata": _, "data": str(data)}:
            yield b64decode(data).decode(errors="replace")
        case dict():
            for name, it in value.items():
                yield str(name)
                yield from _texts(it)
        case list():
            for it in value:
                yield from _texts(it)
        case _:
            yield str(value)
