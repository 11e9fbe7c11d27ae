"""The stock Yjs client under Node as a Python object."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from tests.support.servers.live_server import LiveServer

SCRIPT = Path(__file__).with_name("y_websocket_client.mjs")


class StockClient:
    """One client of a project's document, in the session of the person who is signed in to the server."""

    def __init__(
        self,
        server: LiveServer,
        project: str,
        *,
        cookie: str | None = None,
        origin: str | None = None,
        address: str | None = None,
    ) -> None:
        """`address` is that of another process of the installation."""
        self._server = server
        at = address or server.address
        cookies = "; ".join(f"{name}={value}" for name, value in server.http.cookies.items())
        configuration = {
            "url": at.replace("http", "ws"),
            "project": project,
            "cookie": cookies if cookie is None else cookie,
            "origin": origin or at,
        }
        node = shutil.which("node")
        if node is None:
            pytest.fail("Node is missing; make setup brings one")
        self._process = subprocess.Popen(
            [node, "--experimental-websocket", "--no-warnings", str(SCRIPT), json.dumps(configuration)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> StockClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:
            self._process.kill()

    def do(self, command: str, **arguments: Any) -> Any:
        """Tells the client to do something; answers what it sees then."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": command, **arguments}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def type(self, text: str, path: str = "Runefile.yml") -> str:
        """Types at the end of a file; answers the file's text as this client has it."""
        result: str = self.do("type", path=path, text=text)["text"]
        return result

    def until(self, **expected: Any) -> Any:
        """Looks until the client sees this."""

        def looked() -> Any:
            state = self.do("look")
            return state if all(state[name] == value for name, value in expected.items()) else None

        return self._server.until(looked, 20)
