"""A project's current state: what a client reads before it follows the event log."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from forge.accounts.people.serializers import person_to_json
from forge.accounts.permissions import verbs_on
from forge.accounts.serializers import names_of
from forge.core.actors import Actor
from forge.core.events.log import last_sequence
from forge.projects.hooks import state_parts
from forge.projects.models import Project
from forge.projects.serializers import ProjectStateJson, draft_frame, project_summary


def project_state(project: Project, actor: Actor) -> dict[str, Any]:
    """The state, with the number of the last event that is in it.

    The number is read first: an event that falls between is then seen twice and never missed.
    """
    own: ProjectStateJson = {
        "sequence": last_sequence(project.stream),
        "project": project_summary(project),
        "me": person_to_json(actor.person),
        "may": names_of(verbs_on(actor, project)),
        "draft": draft_frame(project),
        "public_url": settings.PUBLIC_URL,
        "public_url_is_loopback": settings.PUBLIC_URL_IS_LOOPBACK,
        "upload_limit": settings.UPLOAD_LIMIT,
    }
    state: dict[str, Any] = {**own}
    for part in state_parts.call(project, actor):
        state |= part
    return state
