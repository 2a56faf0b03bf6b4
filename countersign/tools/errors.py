"""Why a tool does not do what it was asked."""


class ToolError(Exception):
    """The tool cannot do what was asked. Its text is for the model, which tells the person."""
