"""A Slack thread as the origin of a conversation."""

from workflows.contracts.core import Origin
from workflows.contracts.origins import SLACK


def slack_thread(team: str, channel: str, ts: str) -> Origin:
    """The thread that begins with the message of this `ts`."""
    return Origin(kind=SLACK, team=team, channel=channel, id=ts)
