"""What people call a tool's arguments, on cards, in forms and in what is wrong with them."""

from collections.abc import Mapping
from typing import Any


def title_of(name: str, schema: Mapping[str, Any]) -> str:
    """The title of its schema, if the tool's author gave it one; else its name in words."""
    title, plain = str(schema.get("title") or ""), name.replace("_", " ")
    is_given = title and title.casefold().replace("_", " ") != plain.casefold()
    return title if is_given else plain
