"""Files: what Slack says about them, and uploads that are not finished yet."""

from dataclasses import dataclass, field

from sandbox.ids import make_id
from sandbox.json_types import Json


@dataclass(slots=True)
class Upload:
    """A file between `files.getUploadURLExternal` and `files.completeUploadExternal`."""

    id: str
    name: str
    length: int
    content: bytes = b""


@dataclass(slots=True)
class Uploads:
    """Uploads by file id; kept in memory only."""

    by_id: dict[str, Upload] = field(default_factory=dict[str, Upload])

    def begin(self, name: str, length: int) -> Upload:
        """Promise a place for a file."""
        upload = Upload(make_id("F"), name, length)
        self.by_id[upload.id] = upload
        return upload


def file_object(
    file_id: str, name: str, mimetype: str, size: int, user: str, base_url: str
) -> Json:
    """Return Slack's description of a file."""
    return {
        "id": file_id,
        "name": name,
        "title": name,
        "mimetype": mimetype,
        "filetype": name.rpartition(".")[2] or "binary",
        "size": size,
        "mode": "hosted",
        "user": user,
        "is_external": False,
        "url_private": f"{base_url}/files/{file_id}/{name}",
        "permalink": f"{base_url}/files/{file_id}/{name}",
    }
