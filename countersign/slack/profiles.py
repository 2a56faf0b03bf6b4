"""What Slack says of people and of the conversations they are in."""

from dataclasses import dataclass


class DirectoryError(Exception):
    """Slack did not say, so nothing is known. `code` is its word for why."""

    def __init__(self, code: str, seconds: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.seconds = seconds
        """After how long to ask again, where Slack said so."""


class GoneError(DirectoryError):
    """Slack has nobody and nothing with this id, or shows it to us no more."""

    def __init__(self, code: str, id_: str) -> None:
        super().__init__(code)
        self.id = id_


@dataclass(frozen=True, slots=True)
class Installation:
    """The workspace that installed us, and who we are in it."""

    team: str
    enterprise: str = ""
    bot_user: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """One account. Somebody external is of another workspace, by way of Slack Connect."""

    user: str
    team: str
    name: str = ""
    is_guest: bool = False
    is_external: bool = False
    is_bot: bool = False
    is_deactivated: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """One conversation. `is_shared` is one that other workspaces are in, or are invited to."""

    id: str
    name: str = ""
    is_direct: bool = False
    is_private: bool = False
    is_shared: bool = False
    is_archived: bool = False
