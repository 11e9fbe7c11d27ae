"""The official TypeScript clients of the Model Context Protocol under Node, as a Python object."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from tests.support.servers.live_server import LiveServer

SCRIPT = Path(__file__).with_name("mcp_client.mjs")


class StockAssistant:
    """A connection of a client that shows a token. `library` is the name of its package, without the organisation;
    `mode` how it negotiates the version of the protocol, where it does."""

    def __init__(self, server: LiveServer, token: str, *, library: str = "client", mode: Any = None) -> None:
        node = shutil.which("node")
        if node is None:
            pytest.fail("Node is missing; make setup brings one")
        configuration = {"library": library, "address": f"{server.address}/mcp", "token": token, "mode": mode}
        self._process = subprocess.Popen(
            [node, "--no-warnings", str(SCRIPT), json.dumps(configuration)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> StockAssistant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:
            self._process.kill()

    def do(self, command: str, **arguments: Any) -> Any:
        """Tells the client to do something, and returns what it got. Fails where the client raised an error."""
        row = self._ask(command, arguments)
        assert "error" not in row, row["error"]
        return row["answer"]

    def call(self, tool: str, **arguments: Any) -> Any:
        """Calls a tool and returns its answer as data, which the client has checked against the tool's schema."""
        result = self.do("call", name=tool, arguments=arguments)
        assert not result.get("isError"), result
        return result["structuredContent"]

    def refusal(self, tool: str, **arguments: Any) -> Any:
        """Calls a tool that refuses, and returns the error as data."""
        result = self.do("call", name=tool, arguments=arguments)
        assert result["isError"], result
        return result["structuredContent"]

    def error(self, command: str, **arguments: Any) -> str:
        """Tells the client to do something that fails, and returns its error."""
        return str(self._ask(command, arguments)["error"])

    def _ask(self, command: str, arguments: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": command, **arguments}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())
