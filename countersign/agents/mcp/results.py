"""What an MCP server answers, as text for a model, which is bounded."""

import json
from collections.abc import Iterator

from mcp.types import (
    AudioContent,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
)

from countersign.tools.text import cut, cut_mark, text_of

ROOM = 100_000
"""Characters that are looked at; what a model is given is cut further."""


def as_text(result: CallToolResult, *, structured: bool) -> str:
    """The answer in words. Pictures and sounds are named and left out.

    Args:
        result: the server's.
        structured: whether its structured content is wanted where there is some.
    """
    content = result.structured_content
    if content is not None and not result.is_error and (structured or not result.content):
        return cut(json.dumps(content, ensure_ascii=False, default=text_of), ROOM)
    return "\n".join(_bounded(_told(block) for block in result.content))


def _bounded(texts: Iterator[str]) -> Iterator[str]:
    left = ROOM
    for number, text in enumerate(texts, 1):
        if left <= 0:
            yield f"[cut: all after part {number - 1} is left out]"
            return
        yield (
            text if len(text) <= left else f"{text[:left]}\n{cut_mark(len(text) - left, len(text))}"
        )
        left -= len(text) + 1


def _told(block: ContentBlock) -> str:
    match block:
        case TextContent():
            return block.text
        case ImageContent() | AudioContent():
            size = len(block.data) * 3 // 4
            return f"[{block.type}: {block.mime_type}, {size:,} bytes, left out]"
        case ResourceLink():
            return f"[link: {block.title or block.name}, {block.uri}]"
        case EmbeddedResource(resource=TextResourceContents() as resource):
            return resource.text
        case EmbeddedResource():
            return f"[file: {block.resource.uri}, left out]"
