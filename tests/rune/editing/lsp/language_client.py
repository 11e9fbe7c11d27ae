"""A client of the Language Server Protocol, bytes on pipes, that knows nothing of the server."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Self

SECONDS = 30.0


class ServerError(Exception):
    """The server answered with an error."""


class LanguageClient:
    """Starts `rune lsp` and talks to it. Requests of the server are answered with null."""

    def __init__(self, folder: Path, capabilities: dict[str, Any] | None = None) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rune.tools.cli", "lsp", "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._messages: Queue[dict[str, Any]] = Queue()
        self._previous: list[dict[str, Any]] = []
        self._number = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        parameters = {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities or {}}
        self.capabilities = self.ask("initialize", parameters)["capabilities"]
        self.notify("initialized", {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        # It reads to the end of what was said: a pipe that is closed under a reader ends it with any error.
        self._reader.join(SECONDS)
        assert not self._reader.is_alive()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def stop(self) -> int:
        """Shuts the server down as an editor does; its exit status."""
        self.ask("shutdown", None)
        self.notify("exit", None)
        return self._process.wait(SECONDS)

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str, language: str = "yaml") -> str:
        """Opens a document; its URI."""
        item = {"uri": self.uri(name), "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return self.uri(name)

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})

    def at(self, method: str, uri: str, line: int, character: int, **more: Any) -> Any:
        """A request about a position."""
        position = {"line": line, "character": character}
        return self.ask(f"textDocument/{method}", {"textDocument": {"uri": uri}, "position": position, **more})

    def about(self, method: str, uri: str, **more: Any) -> Any:
        """A request about a document."""
        return self.ask(f"textDocument/{method}", {"textDocument": {"uri": uri}, **more})

    def diagnostics(self, uri: str, predicate: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """The next diagnostics of a document that fulfil the predicate."""

        def is_wanted(message: dict[str, Any]) -> bool:
            is_published = (
                message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri
            )
            return bool(is_published and predicate(message["params"]["diagnostics"]))

        diagnostics: list[dict[str, Any]] = self.wait(is_wanted)["params"]["diagnostics"]
        return diagnostics

    def ask(self, method: str, params: Any) -> Any:
        """A request; its result. Raises `ServerError`."""
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        answer = self.wait(lambda message: message.get("id") == number and "method" not in message)
        if "error" in answer:
            raise ServerError(answer["error"]["message"])
        return answer["result"]

    def notify(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def wait(self, is_wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message that is as wanted; others are kept for later."""
        for message in self._previous:
            if is_wanted(message):
                self._previous.remove(message)
                return message
        while True:
            try:
                message = self._messages.get(timeout=SECONDS)
            except Empty:
                raise AssertionError("the server did not say what was waited for") from None
            if "id" in message and "method" in message:
                self._send({"id": message["id"], "result": None})
            if is_wanted(message):
                return message
            self._previous.append(message)

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while True:
            length = 0
            while (line := stream.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            body = stream.read(length)
            if not length or len(body) < length:
                return
            self._messages.put(json.loads(body))
