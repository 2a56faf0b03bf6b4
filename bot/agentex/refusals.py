"""What is not done, as JSON-RPC tells it: a code, and one sentence for whoever called."""

from agentex.protocol.json_rpc import JSONRPCError

NO_JSON = -32700
NO_CALL = -32600
NO_METHOD = -32601
BAD_PARAMS = -32602
UNFORESEEN = -32603
NOT_NOW = -32000
"""It may work when it is tried again."""
ENDED = -32001

OTHER_AGENT = "This is the agent {ours}, and the call is for {theirs}. Nothing was done."
UNKNOWN_TASK = "AgentEx knows no task {id} of this agent. Nothing was done; create a task first."
TASK_ENDED = "This task has ended. Create a new one."
TEMPORAL_AWAY = "I can't reach Temporal, so this was not taken. Try again in a minute."
UNREGISTERED = "I am not registered with AgentEx yet. Try again in a minute."
UNAUTHORIZED = "Unauthorized"
"""As AgentEx's SDK says it, with the code of an unknown method."""


class RefusedError(Exception):
    """A call is not taken. The text is the sentence that the caller gets."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code

    @property
    def answer(self) -> JSONRPCError:
        """As it goes out."""
        return JSONRPCError(code=self.code, message=str(self))
