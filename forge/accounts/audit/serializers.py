"""Entries of the audit log as JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.accounts.audit.sentences import NAMED_CREDENTIALS, RenderedEntry
from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.accounts.principals import PrincipalKind
from forge.core.api.json_types import Timestamp, Uuid, choices, utc_timestamp

AuditValueJson = str | int | bool | list[str] | dict[str, str | None] | None
"""A value of an entry's data."""


class AuditPrincipalJson(TypedDict):
    """The actor: a person, a token, a phone's pass, a visitor, or the installation."""

    kind: Annotated[str, choices("PrincipalKind", PrincipalKind)]
    id: Annotated[str, "of the person, the token or the pass; empty for the others"]
    name: Annotated[str, "what a token is called today; empty for a person"]


class AuditProjectJson(TypedDict):
    """The project in which something happened, as it is called today; both are empty when it is gone."""

    id: Uuid
    name: str
    url: str


class AuditEntryJson(TypedDict):
    """An entry of the audit log: who did what to what, where, and when."""

    id: Uuid
    at: Timestamp
    action: str
    sentence: Annotated[str, "the entry in words, with names of today"]
    person: PersonJson | None
    principal: AuditPrincipalJson
    subject: Annotated[str, "a key like `project:<id>`"]
    project: AuditProjectJson | None
    data: Annotated[dict[str, AuditValueJson], "what else is known of it, by the action"]


def entry_to_json(rendered_entry: RenderedEntry) -> AuditEntryJson:
    """An entry. Its person was read with it."""
    entry = rendered_entry.entry
    project: AuditProjectJson | None = None
    if entry.project:
        thing = rendered_entry.project
        project = {"id": str(entry.project), "name": thing.name if thing else "", "url": thing.url if thing else ""}
    return {
        "id": str(entry.pk),
        "at": utc_timestamp(entry.at),
        "action": entry.action,
        "sentence": rendered_entry.sentence,
        "person": person_to_json(entry.actor) if entry.actor else None,
        "principal": {
            "kind": entry.principal_kind,
            "id": entry.principal_id,
            "name": rendered_entry.by if entry.principal_kind in NAMED_CREDENTIALS else "",
        },
        "subject": entry.subject,
        "project": project,
        "data": entry.data,
    }
