"""`files.*`: uploads in three steps, as `files_upload_v2` does them."""

from sandbox import messages
from sandbox.errors import SlackError
from sandbox.files import file_object
from sandbox.json_types import Json
from sandbox.state import BOT_USER
from sandbox.web_api.call import Call, Method, Methods, invalid


def get_upload_url(call: Call) -> Json:
    """Return where to send a file's bytes."""
    length = call.number("length", 0)
    if length <= 0:
        raise invalid("must be greater than 0", "/length")
    upload = call.core.uploads.begin(call.need("filename"), length)
    return {"file_id": upload.id, "upload_url": f"{call.core.base_url}/upload/{upload.id}"}


def complete_upload(call: Call) -> Json:
    """Share what was uploaded; without a channel it stays private."""
    listed = call.objects("files")
    files: list[Json] = []
    for item in listed:
        upload = call.core.uploads.by_id.get(str(item.get("id")))
        if upload is None:
            raise SlackError("file_not_found")
        described = file_object(
            upload.id, upload.name, "text/plain", upload.length, BOT_USER, call.core.base_url
        )
        files.append({**described, "title": item.get("title") or upload.name})
    if call.text("channel_id"):
        _share(call, files)
    return {"files": files}


def _share(call: Call, files: list[Json]) -> None:
    channel = call.joined("channel_id")
    content = {"text": call.text("initial_comment"), "files": files, "upload": True}
    body = messages.bot_body(call.core, content)
    if thread_ts := call.text("thread_ts"):
        body["thread_ts"] = thread_ts
    messages.post(call.core, channel.id, body)


METHODS: Methods = {
    "files.getUploadURLExternal": Method(get_upload_url, "files:write"),
    "files.completeUploadExternal": Method(complete_upload, "files:write"),
}
