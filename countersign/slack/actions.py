"""The names under which Slack tells us what was pressed. An id that was posted never changes.

The `value` of every button about one approval is the approval's id and nothing else, but for
`EDIT_AGAIN`. What else a press has to say is in its block:
`<place>:<edition>:<digest>:<deployment>`.
"""

from dataclasses import dataclass

APPROVE = "approval_approve"
REJECT = "approval_reject"
OPEN_CARD = "approval_open_card"
REQUEST_CHANGES = "approval_request_changes"
REVIEW = "approval_review"
DETAILS = "approval_details"
EDIT = "approval_edit"
EDIT_AGAIN = "approval_edit_again"
"""Its value is `<approval id>|<JSON of what was typed>`, see `countersign.slack.modals.typed`."""
ALWAYS = "approval_always"
HAND_OVER = "approval_hand_over"
BREAK_GLASS = "approval_break_glass"
WITHDRAW = "approval_withdraw"
NUDGE = "approval_nudge"
ASK_AGAIN = "approval_ask_again"
MORE = "approval_more"
"""The overflow menu; each option's value is `<action>|<approval id>`."""
APPROVE_ALL = "approval_approve_all"
"""Its value is the ids of a batch, separated by commas."""
REVOKE = "grant_revoke"
"""Its value is `<conversation workflow id>|<grant id>`."""
LIST_PAGE = "list_page"
LIST_FILTER = "list_filter"
LIST_AGENT = "list_agent"
LIST_REFRESH = "list_refresh"

MODALS = {
    REJECT: "modal_reject",
    REQUEST_CHANGES: "modal_request_changes",
    REVIEW: "modal_review",
    DETAILS: "modal_details",
    EDIT: "modal_edit",
    ALWAYS: "modal_always",
    HAND_OVER: "modal_hand_over",
    BREAK_GLASS: "modal_break_glass",
    APPROVE_ALL: "modal_approve_all",
}
"""Callback ids of the modals, by the action that opens them."""

CARD = "decide"
LIST = "list"
PROMPT = "prompt"
VIEW = "view"
HOME = "home"


@dataclass(frozen=True, slots=True)
class BlockId:
    """Where a button is, as its `block_id` says."""

    kind: str
    edition: int = 0
    digest: str = ""
    deployment: str = ""
    row: str = ""
    """Makes the id unique within a message of several approvals."""

    @property
    def block_id(self) -> str:
        """At most 255 characters, Slack's limit."""
        parts = (self.kind, str(self.edition), self.digest[:16], self.deployment, self.row)
        return ":".join(parts).rstrip(":")

    @classmethod
    def read(cls, block_id: str) -> "BlockId":
        """Read what `block_id` wrote."""
        kind, edition, digest, deployment, row, *_ = (*block_id.split(":"), "", "", "", "", "")
        return cls(kind, int(edition) if edition.isdecimal() else 0, digest, deployment, row)
