"""Names for JSON as it comes from and goes to Slack apps."""

from typing import Any

Json = dict[str, Any]
"""An object on the wire; Slack's own shapes are documented by Slack, not here."""
