"""A Yjs client over a socket in this process, for tests: what it types, what it hears, and how it is sent away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, cast

from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from pycrdt import Doc, Map, Text

from forge.collab.protocol.frames import (
    Awareness,
    ClientState,
    Frame,
    SyncStep1,
    Update,
    awareness_frame,
    read_frame,
    step_1_frame,
    step_2_frame,
    update_frame,
)
from forge.collab.routing import websocket_urlpatterns
from forge.collab.watch import watch
from forge.core.events import delivery
from tests.support.patience import PATIENCE

ROUTER = URLRouter(websocket_urlpatterns)


class Socket:
    """A socket to the server's consumers, opened by a person."""

    router = ROUTER

    def __init__(self, user: Any, path: str) -> None:
        path, _, query = path.partition("?")
        scope = {"type": "websocket", "path": path, "query_string": query.encode(), "headers": [], "user": user}
        # asgiref's testing helpers have no types.
        self._communicator: Any = cast(Any, ApplicationCommunicator)(self.router, scope)

    async def __aenter__(self) -> Any:
        await self._communicator.send_input({"type": "websocket.connect"})
        assert (await self.message())["type"] == "websocket.accept"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._communicator.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._communicator.wait(PATIENCE)

    async def send(self, data: bytes | str) -> None:
        kind = "bytes" if isinstance(data, bytes) else "text"
        await self._communicator.send_input({"type": "websocket.receive", kind: data})

    async def message(self) -> dict[str, Any]:
        """The next message, a frame or the end."""
        message: dict[str, Any] = await self._communicator.receive_output(PATIENCE)
        return message

    async def is_silent(self) -> bool:
        return bool(await self._communicator.receive_nothing(0.15, 0.01))

    async def closed(self) -> tuple[int, str]:
        """Returns how the server closes the socket; frames before that are passed over."""
        while (message := await self.message())["type"] != "websocket.close":
            pass
        return message["code"], message["reason"]

    async def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads((await self.message())["text"])
        return event


def listeners() -> int:
    """Returns how many there are in this process, of streams and of the watch."""
    return sum(len(each) for table in (delivery._listeners, watch._streams) for each in table.values())


class YjsClient(Socket):
    """A document that follows a project's room."""

    def __init__(self, user: Any, project: Any) -> None:
        super().__init__(user, f"/ws/projects/acme/{project.name}/collab")
        self.doc: Doc[Any] = Doc()
        self.present: dict[int, Any] = {}

    async def __aenter__(self) -> YjsClient:
        await super().__aenter__()
        await self.synchronise()
        return self

    async def synchronise(self) -> None:
        """Asks for what is missing and takes it."""
        await self.send(step_1_frame(self.doc.get_state()))
        while not isinstance(await self.receive(), Update):
            pass

    async def receive(self) -> Frame:
        """Takes the next frame as a client does."""
        message = await self.message()
        assert message["type"] == "websocket.send", message
        frame = read_frame(message["bytes"])
        match frame:
            case Update(update):
                self.doc.apply_update(update)
            case SyncStep1(state):
                await self.send(step_2_frame(self.doc.get_update(state)))
            case Awareness(clients):
                for client in clients:
                    self.present[client.client] = json.loads(client.state)
        return frame

    async def until(self, holds: Callable[[], bool]) -> None:
        """Hears frames until something holds."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await self.receive()

    def change(self, edit: Callable[[Doc[Any]], object]) -> bytes:
        """Edits the document and answers the update."""
        before = self.doc.get_state()
        with self.doc.transaction():
            edit(self.doc)
        return self.doc.get_update(before)

    async def type(self, text: str, path: str = "Runefile.yml") -> None:
        """Types at the end of a file."""
        await self.send(update_frame(self.change(lambda doc: text_of(doc, path).__iadd__(text))))

    async def be_present(self, client: int, clock: int, state: Any) -> None:
        await self.send(awareness_frame([ClientState(client, clock, json.dumps(state))]))

    def text(self, path: str = "Runefile.yml") -> str:
        """A file's text; nothing when there is no such file yet."""
        is_there = any(value.get("path") == path for value in self.doc.get("files", type=Map).values())
        return str(text_of(self.doc, path)) if is_there else ""


def text_of(doc: Doc[Any], path: str) -> Text:
    """A file's shared text."""
    files = doc.get("files", type=Map)
    texts = [value["text"] for value in files.values() if value["path"] == path]
    assert len(texts) == 1, texts
    text: Text = texts[0]
    return text
