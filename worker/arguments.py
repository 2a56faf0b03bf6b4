"""A call's arguments as the text of one JSON object, whatever the model sent.

What cannot be run becomes an object that says why: the call stays in the model's own record,
is never run, and its answer tells the model what to mend. Left as it was, it could not even be
given back: servers with chat templates refuse a history in which arguments are no object.
"""

import json
from typing import Any

from countersign.tools.text import cut, encodable
from workflows.contracts.not_run import NOT_RUN

LIMIT = 40_000
"""Longest arguments, in characters: more than anybody reads before approving, and it is stored
with the call, with its card and in the model's memory."""
DEPTH_LIMIT = 50
"""Levels of nesting; parsers on the way give up at different depths."""
_SHOWN = 300
"""How much of unreadable arguments the model is shown again."""


class _TooDeepError(ValueError):
    """Nested deeper than `DEPTH_LIMIT`."""


def arguments_text(given: Any, limit: int = LIMIT) -> str:
    """The text of one JSON object: encodable, in one form, no longer than `limit`."""
    try:
        text = given if isinstance(given, str) else _dump({} if given is None else given)
        if len(text) > limit:
            return not_run(f"The arguments are {len(text):,} characters long; {limit:,} are read.")
        read = _load(text.strip() or "{}")
        if not isinstance(read, dict):
            return not_run("The arguments are no JSON object.", text)
        return _within(_dump(read), limit)
    except _TooDeepError:
        return not_run(f"The arguments are nested more than {DEPTH_LIMIT} levels deep.")
    except (ValueError, TypeError, RecursionError) as error:
        return not_run(f"The arguments are no JSON object: {error}.", given)


def not_run(why: str, given: Any = "") -> str:
    """Arguments of a call that is not run; `given` is shown to the model as far as it is short."""
    told = {NOT_RUN: encodable(why)[:_SHOWN]}
    if isinstance(given, str) and given:
        told["given"] = cut(encodable(given), _SHOWN)
    return json.dumps(told, ensure_ascii=False)


def _within(text: str, limit: int) -> str:
    """Escapes make text longer when it is written in one form."""
    if len(text) > limit:
        return not_run(f"The arguments are {len(text):,} characters long; {limit:,} are read.")
    return text


def _load(text: str) -> Any:
    """Read JSON; an object that was written twice over, as some servers do, is read twice."""
    read = json.loads(text, parse_constant=_refuse)
    return json.loads(read, parse_constant=_refuse) if isinstance(read, str) else read


def _dump(read: Any) -> str:
    return json.dumps(_clean(read, DEPTH_LIMIT), ensure_ascii=False, allow_nan=False)


def _clean(value: Any, levels: int) -> Any:
    if levels < 0:
        raise _TooDeepError
    match value:
        case dict():
            return {encodable(str(key)): _clean(it, levels - 1) for key, it in value.items()}
        case list() | tuple():
            return [_clean(it, levels - 1) for it in value]
        case str():
            return encodable(value)
        case _:
            return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")
