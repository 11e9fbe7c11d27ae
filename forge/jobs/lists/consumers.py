"""The socket of an organisation's jobs: it says that one changed. The page reads the list again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forge.accounts.access import find_organisation
from forge.collab.following import FollowingSocket, Streams
from forge.core.errors import DomainError
from forge.jobs.announcements import jobs_stream


class JobsSocket(FollowingSocket):
    """Follows the stream of an organisation's jobs."""

    missing = "There is no such organisation."

    def streams(self) -> Streams | None:
        principal = self.principal
        try:
            organisation = find_organisation(principal, self.scope["url_route"]["kwargs"]["organisation"])
        except DomainError:
            return None
        return Streams.of([jobs_stream(organisation.pk)], [organisation.stream, principal.insist().stream])

    async def report(self) -> Mapping[str, Any] | None:
        return {"type": "jobs"}
