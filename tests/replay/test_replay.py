"""What older releases left waiting goes on with the code of today."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.openai_agents import ModelActivityParameters, OpenAIAgentsPlugin
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from tests.replay.record import HISTORIES
from tests.support.scripted_model import Script
from worker.runtime import RESTRICTIONS
from workflows.approval.workflow import ApprovalWorkflow
from workflows.conversation.workflow import ConversationWorkflow

RECORDED = sorted(HISTORIES.glob("*.json"))


def test_there_is_something_to_replay() -> None:
    assert {path.stem.split("-", 1)[1] for path in RECORDED} >= {
        "approval-waiting",
        "approved-done",
        "conversation-done",
        "conversation-waiting",
        "rejected-done",
        "renewed-done",
        "renewed-waiting",
    }


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_a_recorded_history_is_replayed(path: Path) -> None:
    text = path.read_text()  # noqa: ASYNC240 - a small file
    replayer = Replayer(
        workflows=[ApprovalWorkflow, ConversationWorkflow],
        workflow_runner=SandboxedWorkflowRunner(restrictions=RESTRICTIONS),
        plugins=[
            OpenAIAgentsPlugin(
                model_params=ModelActivityParameters(),
                model_provider=Script(),
                add_temporal_spans=False,
            )
        ],
    )
    await replayer.replay_workflow(WorkflowHistory.from_json("recorded", text))
