"""The model's last words where an agent wants an object: the same words, in its schema's shape."""

import json
from typing import Any, cast

from sandbox.model.tools import Json

_DEEPEST = 20
"""Levels; a schema that needs more of itself has no value."""


def in_shape(words: str, request: Json) -> str:
    """The words as they are, or in the first text that the wanted object has."""
    wanted: Json = (request.get("text") or {}).get("format") or {}
    if wanted.get("type") != "json_schema":
        return words
    return json.dumps(_Shape(words, wanted["schema"]).filled(), ensure_ascii=False)


class _Shape:
    """Fills a schema: one text has the words, all else is the least that it may be."""

    def __init__(self, words: str, schema: Json) -> None:
        self._words = words
        self._schema = schema

    def filled(self) -> object:
        return self._value(self._schema, 0)

    def _value(self, schema: Json, depth: int) -> object:
        schema = self._resolved(schema)
        if "const" in schema or schema.get("enum"):
            return schema.get("const", (schema.get("enum") or [None])[0])
        if depth > _DEEPEST:
            return None
        kind = _kind(schema)
        if kind == "object":
            fields = cast("Json", schema.get("properties") or {})
            return {name: self._value(it, depth + 1) for name, it in fields.items()}
        if kind == "array":
            each: Json = schema.get("items") or {}
            return [self._value(each, depth + 1) for _ in range(schema.get("minItems", 0))]
        return self._plain(kind, schema)

    def _plain(self, kind: str, schema: Json) -> object:
        least: dict[str, object] = {"boolean": False, "null": None}
        if kind in {"integer", "number"}:
            return schema.get("minimum", 0)
        if kind in least:
            return least[kind]
        words, self._words = self._words, ""
        return words

    def _resolved(self, schema: Json) -> Json:
        """Without references and alternatives; of those, nothing at all if that is one."""
        for _ in range(_DEEPEST):
            others: Any = schema.get("anyOf") or schema.get("oneOf")
            if name := str(schema.get("$ref", "")).rpartition("/")[2]:
                schema = self._schema.get("$defs", {}).get(name, {})
            elif others:
                schema = next((it for it in others if _kind(it) == "null"), others[0])
            else:
                break
        return schema


def _kind(schema: Json) -> str:
    kind: Any = schema.get("type") or ("object" if "properties" in schema else "string")
    return str(kind if isinstance(kind, str) else ("null" if "null" in kind else kind[0]))
