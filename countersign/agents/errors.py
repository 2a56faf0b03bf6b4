"""Why an agent cannot be used."""


class AgentError(Exception):
    """What `AGENT` names cannot be used. The text is one line that says why.

    Where one tool is to blame, `tool` is its name.
    """

    def __init__(self, told: str, *, tool: str = "") -> None:
        super().__init__(told)
        self.tool = tool


class NoAgentError(AgentError):
    """There is none at that place."""


class NotKeptError(AgentError):
    """It has something that would not be kept: whoever relied on it would be misled."""


class DuplicateToolError(AgentError):
    """Two tools have one name; neither the model nor a rule could tell them apart."""


class DuplicateAgentError(AgentError):
    """Two agents have one name; neither a card nor the record could tell them apart."""
