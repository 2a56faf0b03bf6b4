"""What an agent's tools may add: `from countersign.tools import Preview, annotate, preview`."""

from countersign.tools.annotations import Preview, annotate, preview
from countersign.tools.current_call import current_call
from countersign.tools.toolkit import ToolError
from workflows.contracts.core import ArgumentField

__all__ = ["ArgumentField", "Preview", "ToolError", "annotate", "current_call", "preview"]
