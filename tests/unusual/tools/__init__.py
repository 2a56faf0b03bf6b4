"""An agent whose tools answer much, or nothing that can be written down, or break."""

from tests.unusual.tools.unusual import agent

__all__ = ["agent"]
