"""The rooms of this process: entered, closed once everyone left, and told what is stored elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from uuid import UUID

from forge.collab.room.room import Room
from forge.collab.room.submissions import FromElsewhere, RoomMember
from forge.collab.room.writer import writer
from forge.collab.watch import watch
from forge.core.events.delivery import listen, stop_listening

_log = logging.getLogger(__name__)


class Rooms:
    """The rooms of this process. They belong to one event loop, that of the server."""

    def __init__(self) -> None:
        self._rooms: dict[UUID, tuple[Room, asyncio.Future[None], asyncio.Task[None]]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def enter(self, project_id: UUID, member: RoomMember) -> Room:
        """The project's room with the member in it; loads it for the first."""
        self._loop = asyncio.get_running_loop()
        if project_id not in self._rooms or self._rooms[project_id][0].is_broken:
            room = Room(project_id)
            self._forget(project_id)
            listen(room.group, room.receive_from_process)
            loading = asyncio.ensure_future(room.load())
            # In the register before it is loaded: what is written meanwhile waits in its queue.
            self._rooms[project_id] = (room, loading, asyncio.create_task(self._serve(room, loading)))
        room, load_future, _ = self._rooms[project_id]
        room.join(member)
        try:
            await asyncio.shield(load_future)
        except BaseException:
            await self.leave(room, member)
            raise
        return room

    async def leave(self, room: Room, member: RoomMember) -> None:
        """Takes the member out; the last one's room closes once all is stored."""
        room.leave(member)
        if room.is_empty:
            await self._close_if_idle(room)

    async def _serve(self, room: Room, load_future: asyncio.Future[None]) -> None:
        with contextlib.suppress(Exception):  # those who enter hear of it
            await asyncio.shield(load_future)
        if _has_succeeded(load_future):
            # Not before: the watch compares its number with that of the document.
            watch.follow_document(room.project_id, room.notice)
            await room.work()

    async def _close_if_idle(self, room: Room) -> None:
        entry = self._rooms.get(room.project_id)
        if not room.is_broken and entry is not None and entry[0] is room and _has_succeeded(entry[1]):
            await room.drained()
        if not room.is_empty:
            return
        entry = self._rooms.get(room.project_id)
        if entry is not None and entry[0] is room:
            self._forget(room.project_id)

    def _forget(self, project_id: UUID) -> None:
        """Ends the work of a project's room, if there is one."""
        entry = self._rooms.pop(project_id, None)
        if entry is not None:
            room, _, work = entry
            stop_listening(room.group, room.receive_from_process)
            watch.leave_document(project_id)
            work.cancel()

    def forward(self, project_id: UUID, item: FromElsewhere) -> None:
        """Hands a stored update to the project's room, if there is one. Safe from any thread; never waits."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            try:
                loop.call_soon_threadsafe(self._forward, project_id, item)
            except RuntimeError:
                _log.info("The server is shutting down; a stored update was not announced")

    def _forward(self, project_id: UUID, item: FromElsewhere) -> None:
        if project_id in self._rooms:
            self._rooms[project_id][0].submit_stored(item)

    def close_from_thread(self, seconds: float = 10.0) -> None:
        """Stores the pending updates of all rooms and ends the writer; for another thread, when the server stops."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            asyncio.run_coroutine_threadsafe(self.close(), loop).result(seconds)

    async def close(self) -> None:
        """Stores the pending updates of all rooms, and ends the writer."""
        for room, load_future, _ in tuple(self._rooms.values()):
            if _has_succeeded(load_future) and not room.is_broken:
                await room.drained()
            self._forget(room.project_id)
        watch.close()
        await asyncio.to_thread(writer.close)


def _has_succeeded(future: asyncio.Future[None]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


rooms = Rooms()
"""The rooms of this process."""
