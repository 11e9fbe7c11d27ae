"""Entries of the audit log as JSON, and the filters of a query."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, TypedDict
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime

from forge.accounts.audit.log import EntryFilter
from forge.accounts.audit.sentences import RenderedEntry
from forge.accounts.people.serializers import PersonJson, person_to_json
from forge.accounts.principals import PrincipalKind
from forge.core.api.json_types import Timestamp, Uuid, choices, utc_timestamp
from forge.core.errors import Invalid

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
    """Who did what to what, where, and when."""

    id: Uuid
    at: Timestamp
    action: str
    sentence: Annotated[str, "the entry in words, with names of today"]
    person: PersonJson | None
    principal: AuditPrincipalJson
    subject: Annotated[str, "a key like `project:<id>`"]
    project: AuditProjectJson | None
    data: Annotated[dict[str, AuditValueJson], "what else is known of it, by the action"]


def entry_to_json(rendered: RenderedEntry) -> AuditEntryJson:
    """An entry. Its person was read with it."""
    entry = rendered.entry
    project: AuditProjectJson | None = None
    if entry.project:
        thing = rendered.project
        project = {"id": str(entry.project), "name": thing.name if thing else "", "url": thing.url if thing else ""}
    return {
        "id": str(entry.pk),
        "at": utc_timestamp(entry.at),
        "action": entry.action,
        "sentence": rendered.sentence,
        "person": person_to_json(entry.actor) if entry.actor else None,
        "principal": {
            "kind": entry.principal_kind,
            "id": entry.principal_id,
            "name": rendered.by if entry.principal_kind == PrincipalKind.TOKEN else "",
        },
        "subject": entry.subject,
        "project": project,
        "data": entry.data,
    }


def entry_filter_of(query: Mapping[str, str]) -> EntryFilter:
    """Which entries a query wants: `who`, `what`, `since`, `until`, `project`; what is empty wants any.

    A date without a time is the whole day in UTC, also as the end. Raises `Invalid`.
    """
    return EntryFilter(
        who=_uuid(query, "who"),
        what=query.get("what", "").strip(),
        since=_moment(query, "since", timedelta()),
        until=_moment(query, "until", timedelta(days=1)),
        project=_uuid(query, "project"),
    )


def _uuid(query: Mapping[str, str], name: str) -> UUID | None:
    text = query.get(name, "").strip()
    try:
        return UUID(text) if text else None
    except ValueError:
        raise _bad(name, f"`{name}` is an id.") from None


def _moment(query: Mapping[str, str], name: str, of_a_day: timedelta) -> datetime | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        if (day := parse_date(text)) is not None:
            return datetime.combine(day, time(), UTC) + of_a_day
        # In an address, a plus is a space.
        moment = parse_datetime(text.replace(" ", "+"))
        # Near the ends of the calendar, a time has no counterpart in UTC.
        moment = moment and (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise _bad(name, f"`{name}` is a date or a time like 2026-11-21 or 2026-11-21T08:30:00Z.")
    return moment


def _bad(name: str, message: str) -> Invalid:
    return Invalid(message, errors={name: [message]})
