"""Who may ask for what a rule covers."""

from countersign.policy.document import RuleEntry
from countersign.policy.facts import Requester


def why_not(rule: RuleEntry, requester: Requester, tool: str, solo: str | None) -> str:
    """Why somebody may not ask, as a sentence for them, or nothing if they may."""
    if solo and requester.id == solo:
        return ""
    who = rule.may_request
    if requester.is_external and not who.outsiders:
        return (
            f"Rule `{rule.name}` does not let people from other workspaces ask for `{tool}`. "
            "A member of this workspace has to ask."
        )
    if requester.is_guest and not who.guests:
        return (
            f"Rule `{rule.name}` does not let guests ask for `{tool}`. "
            "A full member of this workspace has to ask."
        )
    is_named = (
        requester.id in who.users
        or any(group in who.groups for group in requester.groups)
        or any(channel in who.channels for channel in requester.channels)
    )
    if who.ids and not is_named:
        return (
            f"Rule `{rule.name}` names who may ask for `{tool}`, and this person is not one "
            "of them. Somebody else has to ask."
        )
    return ""
