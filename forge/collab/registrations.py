"""The hooks that collab registers with lower floors: a file written over the API reaches the open rooms."""

from __future__ import annotations

import logging
from uuid import UUID

from forge.accounts.models import Organisation
from forge.accounts.quotas.limits import QuotaResource
from forge.accounts.quotas.usage import Counts, organisation_counts
from forge.collab.open_sockets import sockets_of_organisations
from forge.collab.room.submissions import FromElsewhere
from forge.collab.rooms import rooms
from forge.core.http.asgi.lifespan import server_stopping
from forge.projects.hooks import document_changed

_log = logging.getLogger(__name__)


def follow_document(sender: object, project_id: UUID, sequence: int, update: bytes, origin: str, **_: object) -> None:
    """Tells the room of an update, unless the room stored it itself."""
    if origin != "socket":
        rooms.forward(project_id, FromElsewhere(update, sequence))


@organisation_counts.register
def open_sockets_of(organisation: Organisation) -> Counts:
    """Returns how many sockets an organisation has open here."""
    return {QuotaResource.SOCKETS: sockets_of_organisations.in_use_by(organisation.stream)}


document_changed.connect(follow_document, dispatch_uid="collab.follow_document")


@server_stopping.register
def flush_pending() -> None:
    """The server ends: what people typed last is stored before."""
    try:
        rooms.close_from_thread()
    except Exception:
        # The others that end with the server still have their turn.
        _log.exception("The last edits could not all be stored")
