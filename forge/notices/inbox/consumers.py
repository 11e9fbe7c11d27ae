"""The socket of a person's inbox: it says how many notices are unread, at first and whenever that changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.collab.following import FollowingSocket, Streams
from forge.collab.reader import reader
from forge.notices.access import unread_count
from forge.notices.announcements import inbox_stream
from forge.projects.access import organisations_of_projects


class InboxSocket(FollowingSocket):
    """Follows the inboxes of a person: one's own, and those of organisations."""

    _sent_count = -1

    def streams(self) -> Streams | None:
        principal = self.principal
        person = principal.insist()
        organisations = {*principal.roles, *organisations_of_projects(principal)}
        inboxes = [inbox_stream(person.pk), *(inbox_stream(each) for each in organisations)]
        return Streams.of(inboxes, [person.stream])

    async def report(self) -> Mapping[str, Any] | None:
        count = await reader.ask(self._unread_count)
        if count == self._sent_count:
            return None
        self._sent_count = count
        return {"type": "inbox", "unread": count}

    def _unread_count(self) -> int:
        return unread_count(self.principal.afresh())
