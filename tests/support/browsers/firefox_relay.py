"""Starts Firefox and stands between it and Playwright: answers what this Firefox does not know and nothing hangs on.

Playwright drives a Firefox of Debian by WebDriver BiDi, but asks each new context for media features (the scheme of
colours), which the long-term release does not know yet, and gives up. Run as the browser's program: `python -m
tests.support.browsers.firefox_relay <arguments of Firefox>`, with the program's path in FIREFOX.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

NOT_KNOWN = {"emulation.setMediaFeaturesOverride"}
"""Commands that are answered here: with them or without, the page is in the scheme of its profile."""
_LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


async def main(arguments: list[str]) -> int:
    firefox = await asyncio.create_subprocess_exec(
        os.environ["FIREFOX"], *arguments, stderr=asyncio.subprocess.PIPE, limit=2**20
    )
    assert firefox.stderr is not None
    async with asyncio.TaskGroup() as group:
        async for line in firefox.stderr:
            match = _LISTENS.search(line.decode(errors="replace"))
            if match is None:
                continue
            relay = group.create_task(_relay(match[1]))
        status = await firefox.wait()
        relay.cancel()
    return status


async def _relay(address: str) -> None:
    """Serves one address for Playwright, and says it in Firefox's words."""

    async def pair(client: ServerConnection) -> None:
        path = client.request.path if client.request else "/session"
        async with connect(address + path, max_size=None, compression=None, ping_interval=None) as browser:

            async def to_browser() -> None:
                async for message in client:
                    command = json.loads(message)
                    if command["method"] in NOT_KNOWN:
                        await client.send(json.dumps({"type": "success", "id": command["id"], "result": {}}))
                    else:
                        await browser.send(message)

            async def to_client() -> None:
                async for message in browser:
                    await client.send(message)

            ways = [asyncio.create_task(to_browser()), asyncio.create_task(to_client())]
            _, waiting = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in waiting:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async with serve(pair, "127.0.0.1", 0, max_size=None, compression=None, ping_interval=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(f"WebDriver BiDi listening on ws://127.0.0.1:{port}", file=sys.stderr, flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main(sys.argv[1:])))
    except ConnectionClosed:
        sys.exit(1)
