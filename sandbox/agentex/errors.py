"""What the backend refuses, as values that its edge turns into answers."""


class RefusedError(Exception):
    """A request that the backend refuses, with its HTTP status; inside RPC a JSON-RPC error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class ShapeError(Exception):
    """What was sent does not have the shape that agentex-sdk describes."""

    def __init__(self, where: str, problems: list[str]) -> None:
        super().__init__(f"{where}: {'; '.join(problems)}")
        self.where = where
        self.problems = problems


class AgentError(Exception):
    """The agent could not be reached, or answered with an error."""


def missing(id_: str) -> RefusedError:
    """The answer for an id that nobody knows."""
    return RefusedError(404, f"Item with id '{id_}' does not exist.")


def missing_name(name: str) -> RefusedError:
    """The answer for a name that nobody knows."""
    return RefusedError(404, f"Item with name '{name}' does not exist.")
