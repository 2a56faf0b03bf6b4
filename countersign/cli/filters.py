"""Filters of a list as they are typed: what could match nothing is refused with what to write."""

import re

import typer

from workflows.listing.queries import REQUESTER_ID

_ID = re.compile(r"[A-Z0-9]+")
_TOOL = re.compile(r"[A-Za-z0-9_.-]+")


def slack_id(typed: str | None) -> str | None:
    """A Slack id, or nothing."""
    if typed and not _ID.fullmatch(typed):
        raise typer.BadParameter(
            "that is not a Slack id; one looks like U0123ABCD or T0123ABCD. In a person's profile, "
            'the menu has "Copy member ID".'
        )
    return typed


def requester_id(typed: str) -> str:
    """A Slack id, or the id of somebody elsewhere, such as `agentex:alice`, or nothing."""
    if not REQUESTER_ID.fullmatch(typed):
        slack_id(typed)
    return typed


def tool_name(typed: str) -> str:
    """A tool's name, or nothing."""
    if typed and not _TOOL.fullmatch(typed):
        raise typer.BadParameter("that is not the name of a tool; one looks like place_order.")
    return typed
