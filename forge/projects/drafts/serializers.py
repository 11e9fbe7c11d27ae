"""Drafts as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.core.api.acts import ActAnswer
from forge.core.api.json_types import Timestamp
from forge.projects.models import Draft


class DraftJson(TypedDict):
    """A draft of a project's files."""

    number: int
    title: str
    request: Annotated[str, "the task that the person gave, as the agent quotes it"]
    by: PersonJson | None
    agent_name: Annotated[str, "the name of the agent that writes it; empty for a person's draft"]
    files: Annotated[str, "the address of its files, `organisation/name`: files, checks and previews are read there"]
    created: Timestamp
    changed: Timestamp
    url: str


def draft_to_json(draft: Draft) -> DraftJson:
    """Returns a draft as the API shows it."""
    files = draft.files
    return {
        "number": draft.number,
        "title": draft.title,
        "request": draft.request,
        "by": person_to_json(files.created_by) if files.created_by else None,
        "agent_name": draft.agent_name,
        "files": files.full_name,
        "created": files.created.isoformat(),
        "changed": files.changed.isoformat(),
        "url": draft.get_absolute_url(),
    }


DRAFT_ANSWER = ActAnswer(draft_to_json, status=201)
