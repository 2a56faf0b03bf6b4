"""Why an agent cannot be used."""


class AgentError(Exception):
    """What `AGENT` names cannot be used. The text is one line that says why."""


class NoAgentError(AgentError):
    """There is none at that place."""


class NotKeptError(AgentError):
    """It has something that would not be kept: whoever relied on it would be misled."""


class DuplicateToolError(AgentError):
    """Two tools have one name; neither the model nor a rule could tell them apart."""


class DuplicateAgentError(AgentError):
    """Two agents have one name; neither a card nor the record could tell them apart."""
