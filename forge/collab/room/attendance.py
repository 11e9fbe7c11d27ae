"""The visitors of one room: shown among its people, and gone when their time is over."""

from __future__ import annotations

from uuid import UUID

from channels.db import database_sync_to_async

from forge.collab.protocol.frames import ClientState
from forge.collab.room.presence import Presence
from forge.collab.room.visitors import Visitor, VisitorOwner, present_visitors

News = tuple[ClientState, ...]


class Attendance:
    """Keeps the visitors of a room. Each method returns the news for its people."""

    def __init__(self, project_id: UUID, presence: Presence) -> None:
        self._project_id = project_id
        self._presence = presence
        self._visitors: dict[VisitorOwner, Visitor] = {}

    async def load(self) -> News:
        """Shows who came before the room opened, or by a process whose messages do not arrive here."""
        answers = await database_sync_to_async(present_visitors.call, thread_sensitive=False)(self._project_id)
        return tuple(entry for answer in answers for visitor in answer for entry in self.show(visitor))

    def show(self, visitor: Visitor) -> News:
        """Shows a visitor; one whose time is over leaves."""
        if visitor.has_left:
            return self._leave(visitor.owner)
        current = self._visitors.get(visitor.owner)
        if current is None or current.seen <= visitor.seen:
            self._visitors[visitor.owner] = visitor
        return self._presence.receive(visitor.owner, visitor.user, [visitor.client])

    def end_visits(self) -> News:
        """Lets those leave whose time is over."""
        owners = [owner for owner, visitor in self._visitors.items() if visitor.has_left]
        return tuple(entry for owner in owners for entry in self._leave(owner))

    def _leave(self, owner: VisitorOwner) -> News:
        self._visitors.pop(owner, None)
        return self._presence.leave(owner)
