"""How an MCP server may fail a call that is none of the call's fault."""


class ServerAwayError(Exception):
    """It cannot be reached, or does not list its tools. Nothing was asked of it."""

    def __init__(self, server: str, why: str) -> None:
        super().__init__(f"the MCP server {server} cannot be reached ({why})")
        self.server = server
        self.why = why
