"""Serves the built front end before Django: without session or database, streamed from a thread.

WhiteNoise knows which files there are, their types, and how to answer conditional and range requests; its Django
middleware is not used, since under ASGI it would hold each file in memory.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

from whitenoise import WhiteNoise

from forge.core.http.asgi.lifespan import Receive, Scope, Send

_CHUNK = 128 * 1024
_HASHED_PATH = re.compile(r"/build/assets/[^/]+-[\w-]{8,}\.\w+$|/language/[0-9a-f]{16}/[\w.-]+$")
"""Addresses that hold a digest: what is behind them never changes."""
_REVALIDATION = ("etag", "last-modified")
"""Headers by which a browser asks whether a file has changed, which it never does of an immutable one: a first load has
some forty of those."""
_COMPILING_WORKER = re.compile(r"/build/(language|learner)\.js$")
_COMPILING_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
"""A worker has the policy of its own answer: these may compile WebAssembly, which no page of ours may."""


def _is_immutable(_path: str, url: str) -> bool:
    return _HASHED_PATH.search(url) is not None


def _add_headers(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if _COMPILING_WORKER.search(url):
        headers["Content-Security-Policy"] = _COMPILING_POLICY


class StaticFiles:
    """ASGI middleware that answers `prefix` from a folder. `autorefresh` looks at the disk each time (for DEBUG)."""

    def __init__(self, application: Any, folder: Path, prefix: str, autorefresh: bool) -> None:
        self._application = application
        self._prefix = prefix
        self._files = WhiteNoise(
            None,
            autorefresh=autorefresh,
            max_age=60,
            allow_all_origins=False,
            charset="utf-8",
            immutable_file_test=_is_immutable,
            add_headers_function=_add_headers,
            mimetypes={".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"},
        )
        if folder.is_dir():
            self._files.add_files(str(folder), prefix=prefix)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._application(scope, receive, send)
            return
        file = self._find(scope["path"]) if scope["method"] in ("GET", "HEAD") else None
        if file is None:
            await _answer(send, 404, [("Content-Type", "text/plain"), ("X-Content-Type-Options", "nosniff")], None)
            return
        environ = {
            "HTTP_" + name.decode("latin-1").upper().replace("-", "_"): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        response = await asyncio.to_thread(file.get_response, scope["method"], environ)
        headers = list(response.headers)
        if _is_immutable(scope["path"], scope["path"]):
            headers = [(name, value) for name, value in headers if name.lower() not in _REVALIDATION]
        await _answer(send, int(response.status), headers, response.file)

    def _find(self, path: str) -> Any:
        if self._files.autorefresh:
            return self._files.find_file(path)
        return self._files.files.get(path)


async def _answer(send: Send, status: int, headers: list[tuple[str, str]], file: Any) -> None:
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    try:
        while file is not None and (chunk := await asyncio.to_thread(file.read, _CHUNK)):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    finally:
        if file is not None:
            file.close()
    await send({"type": "http.response.body", "body": b""})
