"""Memory of a page of Chromium after its garbage is collected: its own thread, its frames, its workers.

Asked over the DevTools protocol beside the driver of the page, because workers of frames are reported to nobody else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from typing import Any, Self
from urllib.request import ProxyHandler, build_opener

from websockets.sync.client import ClientConnection, connect

PARTS = ("usedSize", "embedderHeapUsedSize", "backingStorageSize")
"""The parts of a heap: JavaScript's objects, the page's (nodes and the like), and buffers, WebAssembly's too."""
_ATTACH = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True}


@dataclass(frozen=True)
class Heap:
    """One thread's memory in bytes."""

    kind: str
    parts: Mapping[str, int]

    @property
    def size(self) -> int:
        return sum(self.parts.values())


class BrowserMemory:
    """Looks into all pages of a Chromium that was started with `--remote-debugging-port`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._numbers = count(1)
        self._sessions: dict[str, str] = {}

    def __enter__(self) -> Self:
        opener = build_opener(ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}/json/version", timeout=30) as answer:
            address = json.load(answer)["webSocketDebuggerUrl"]
        self._stack = ExitStack()
        self._socket: ClientConnection = self._stack.enter_context(connect(address, max_size=None, proxy=None))
        for target in self._ask("Target.getTargets")["targetInfos"]:
            if target["type"] == "page":
                self._ask("Target.attachToTarget", {"targetId": target["targetId"], "flatten": True})
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def heaps(self) -> tuple[Heap, ...]:
        """Every thread's memory, after its garbage was collected."""
        heaps = []
        for session in list(self._sessions):
            for _ in range(2):  # what the first round ends may free more
                self._ask("HeapProfiler.collectGarbage", session=session)
        for session, kind in list(self._sessions.items()):
            usage = self._ask("Runtime.getHeapUsage", session=session)
            heaps.append(Heap(kind, {part: int(usage.get(part, 0)) for part in PARTS}))
        return tuple(heaps)

    def _ask(self, method: str, parameters: Mapping[str, Any] | None = None, session: str | None = None) -> Any:
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters or {}}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        sessions = []
        while True:
            answer = json.loads(self._socket.recv(timeout=60))
            if answer.get("method") == "Target.attachedToTarget":
                sessions.append((answer["params"]["sessionId"], answer["params"]["targetInfo"]["type"]))
            elif answer.get("method") == "Target.detachedFromTarget":
                self._sessions.pop(answer["params"]["sessionId"], None)
            elif answer.get("id") == number:
                break
        for child, kind in sessions:
            self._sessions[child] = kind
            self._ask("Target.setAutoAttach", _ATTACH, child)
        # A thread that ended while it was asked has nothing any more.
        return answer.get("result", {})
