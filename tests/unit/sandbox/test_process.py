"""`python -m sandbox` as a process."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from sandbox.client import SandboxClient
from tests.unit.sandbox.slack_app import ALICE, APP_TOKEN, BOT_TOKEN, MANIFEST, SIGNING_SECRET

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {
    "SANDBOX_BOT_TOKEN": BOT_TOKEN,
    "SANDBOX_APP_TOKEN": APP_TOKEN,
    "SANDBOX_SIGNING_SECRET": SIGNING_SECRET,
}


async def start(*arguments: str, manifest: Path = MANIFEST) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "sandbox", "--manifest", str(manifest), "--data", "", *arguments),
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=PIPE,
        stderr=PIPE,
    )


async def test_it_says_once_when_it_is_ready_and_stops_cleanly() -> None:
    process = await start("--port", "0")
    assert process.stdout is not None
    ready = json.loads(await process.stdout.readline())
    async with SandboxClient.from_page_url(ready["url"]) as people:
        assert (await people.state(ALICE))["me"] == ALICE
    process.send_signal(signal.SIGTERM)
    out, err = await process.communicate()

    assert ready["ready"]
    assert f":{ready['port']}/?token=" in ready["url"]
    assert (process.returncode, out, err) == (0, b"", b"")


async def test_a_busy_port_is_one_clear_line() -> None:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        process = await start("--port", str(port))
        out, err = await process.communicate()

    assert (process.returncode, out) == (2, b"")
    assert err.decode().startswith(f"sandbox: Cannot listen on 127.0.0.1:{port}: ")
    assert err.count(b"\n") == 1


async def test_a_missing_manifest_is_one_clear_line(tmp_path: Path) -> None:
    process = await start("--port", "0", manifest=tmp_path / "none.yml")
    _, err = await process.communicate()

    assert process.returncode == 2
    assert err.count(b"\n") == 1
