"""Download Temporal's dev server with the SDK: `python -m dev.sdk_download <folder> <version>`.

A process of its own, since the SDK waits for a silent network for ever.
"""

import asyncio
import sys

from temporalio.testing import WorkflowEnvironment


async def fetch(to: str, version: str) -> None:
    """The SDK downloads only in order to start a server, so one is started and stopped."""
    server = await WorkflowEnvironment.start_local(
        download_dest_dir=to,
        dev_server_download_version=f"v{version}",
        dev_server_log_level="error",
    )
    await server.shutdown()


def main() -> None:
    """Fetch, or say in one line why not."""
    try:
        asyncio.run(fetch(*sys.argv[1:3]))
    except RuntimeError as error:  # the SDK's only word for whatever went wrong
        sys.exit(str(error).partition(" (http")[0])


if __name__ == "__main__":
    main()
