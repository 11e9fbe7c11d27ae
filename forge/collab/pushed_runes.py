"""The runes of previews on their way to open studios: as soon as they are compiled, before they are stored.

Nothing depends on it: the event of the preview follows, and a page that lacks its rune fetches that.
"""

from __future__ import annotations

import json
from uuid import UUID

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal
from forge.collab.reader import reader
from forge.core.errors import DomainError
from forge.core.events.delivery import deliver
from forge.projects.lifecycle.actions.downloads import note_download
from forge.projects.models import Project

PREVIEW_DOWNLOAD = "preview.download"
"""The action of the audit log: somebody takes out the runes of a project's previews."""
LARGEST_PUSHED = 512 * 1024
"""The largest rune, in bytes, that the server sends without a request. Clients fetch larger ones."""


def runes_group(project_id: UUID) -> str:
    """The group of the sockets that want a project's runes."""
    return f"runes.{project_id}"


def push_rune(project_id: UUID, *, sequence: int, version: str, digest: str, rune: bytes) -> None:
    """Sends the rune of a project's text to the studios that show it. `sequence` is the number of the text's last
    update, `version` the digest of its files. Never waits and never raises."""
    header = {"sequence": sequence, "version": version, "digest": digest}
    frame = json.dumps(header, separators=(",", ":")).encode() + b"\n" + rune
    deliver(runes_group(project_id), {"rune": frame})


async def may_take_runes(principal: Principal, project_id: UUID) -> bool:
    """Returns whether the person may have the runes of a project's previews now; the audit log records that they take
    them out."""
    return await reader.ask(_note, principal.afresh(), project_id)


def _note(principal: Principal, project_id: UUID) -> bool:
    project = Project.objects.alive().select_related("organisation").filter(pk=project_id).first()
    if project is None or not can(principal, Verb.READ, project):
        return False
    try:
        note_download(principal, project, PREVIEW_DOWNLOAD)
    except DomainError:
        return False
    return True
