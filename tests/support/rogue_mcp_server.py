"""An MCP server that floods: `python tests/support/rogue_mcp_server.py HOW`.

It has one tool, and lists it, except for `pages`, of which there is always one more, and for
`line`, which never ends. Besides that, `notices` writes notifications before it answers,
`nonsense` lines that are no JSON, and `errors` some megabytes to standard error.
"""

import json
import sys
from itertools import count
from typing import Any

ONE = {"name": "wait", "description": "Wait.", "inputSchema": {"type": "object"}}
NOTICE = {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}
BEFORE = {"notices": json.dumps(NOTICE), "nonsense": "hello there"}


def main(how: str) -> None:
    """Answer what is asked, in its own way."""
    if how == "errors":
        sys.stderr.write(("e" * 999 + "\n") * 2_000)
    for number in count():
        asked = json.loads(sys.stdin.readline() or sys.exit())
        if "id" not in asked:
            continue
        while how == "line" and asked["method"] == "tools/list":
            sys.stdout.write("x" * 100_000)
        sys.stdout.write(f"{BEFORE[how]}\n" * 2_000 if how in BEFORE else "")
        answer = {"jsonrpc": "2.0", "id": asked["id"], "result": _result(how, asked, number)}
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


def _result(how: str, asked: Any, number: int) -> dict[str, Any]:
    if asked["method"] == "initialize":
        info = {"name": "rogue", "version": "1"}
        version = asked["params"]["protocolVersion"]
        return {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info}
    return {"tools": [ONE], **({"nextCursor": str(number)} if how == "pages" else {})}


if __name__ == "__main__":
    main(sys.argv[1])
