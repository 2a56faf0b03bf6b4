"""What a package of tools is made of: `from countersign.tools import Context, Preview, tool`."""

from countersign.tools.resources import Resource
from countersign.tools.toolkit import Context, Preview, ToolError, tool
from workflows.contracts.core import ArgumentField

__all__ = ["ArgumentField", "Context", "Preview", "Resource", "ToolError", "tool"]
