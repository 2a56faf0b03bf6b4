"""Temporal's workflow sandbox, entered once for each step of a workflow."""

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import Info

NOWHERE = StorageDriverStoreContext(target=None)


class ContextFreeRunner(SandboxedWorkflowRunner):
    """The sandbox, without a serialization context for each payload.

    Temporal enters the sandbox twice more for each payload to ask for one, which took a third of
    a worker's time. Our data converter reads none: a codec that does needs the plain runner.
    """

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """The workflow in its sandbox."""
        return _ContextFree(super().create_instance(det))


class _ContextFree(WorkflowInstance):
    def __init__(self, sandboxed: WorkflowInstance) -> None:
        self._sandboxed = sandboxed

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        return self._sandboxed.activate(act)

    def get_serialization_context(self, command_info: object) -> None:
        """Nothing depends on it."""

    def get_external_store_context(self, command_info: object) -> StorageDriverStoreContext:  # noqa: ARG002
        """Nothing is stored outside Temporal."""
        return NOWHERE

    def get_info(self) -> Info:
        return self._sandboxed.get_info()

    def get_thread_id(self) -> int | None:
        return self._sandboxed.get_thread_id()
