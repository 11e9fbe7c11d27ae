"""The filters of the audit log: on its pages, in the API, of its files and of `manage.py audit`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import Field
from django.utils.dateparse import parse_date, parse_datetime
from django_filters import CharFilter, Filter, UUIDFilter

from forge.core.audit.messages import AuditTopic, actions_of, audit_sentences
from forge.core.http.filters import ListFilter
from forge.core.models import AuditEntry

TOPICS = ", ".join(AuditTopic)


class DayOrTimeField(Field):
    """A date, or a time in UTC."""

    def to_python(self, value: Any) -> date | datetime | None:
        """Returns a `datetime` for a time and else a `date`. Raises `ValidationError`."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            moment = parse_date(text) or _in_utc(text)
            # A date needs a next day: its end is the start of that.
            _end_of(moment)
        except (ValueError, OverflowError):
            raise ValidationError("Enter a date or a time like 2026-11-21 or 2026-11-21T08:30:00Z.") from None
        return moment


class SinceFilter(Filter):
    """Keeps the rows from a time, or from the start of a day in UTC."""

    field_class = DayOrTimeField

    def filter(self, qs: QuerySet[Any], value: date | datetime | None) -> QuerySet[Any]:
        """Returns the rows; all of them without a value."""
        return qs if value is None else qs.filter(**{f"{self.field_name}__gte": _start_of(value)})


class UntilFilter(Filter):
    """Keeps the rows before a time, or until the end of a day in UTC."""

    field_class = DayOrTimeField

    def filter(self, qs: QuerySet[Any], value: date | datetime | None) -> QuerySet[Any]:
        """Returns the rows; all of them without a value."""
        return qs if value is None else qs.filter(**{f"{self.field_name}__lt": _end_of(value)})


def require_action(what: str) -> None:
    """Checks that a text is a topic or an action of the log. Raises `ValidationError`."""
    if what not in set(AuditTopic) and what not in audit_sentences():
        raise ValidationError(f"{what[:60]} is neither a topic nor an action of the audit log. Topics: {TOPICS}.")


class EntryFilter(ListFilter):
    """Entries of the audit log."""

    who = UUIDFilter(method="of_person", help_text="the id of the person who acted, or whose account it was")
    what = CharFilter(method="of_action", validators=[require_action], help_text=f"an action, or a topic: {TOPICS}")
    since = SinceFilter("at", help_text="a date or a time; the entries from then on")
    until = UntilFilter("at", help_text="a date, which is meant whole, or a time; the entries before")
    project = UUIDFilter("project", help_text="the id of a project")

    def of_person(self, entries: QuerySet[AuditEntry], name: str, person: object) -> QuerySet[AuditEntry]:
        """Keeps the entries of a person who acted, by themself or by a token, or whose account it was."""
        return entries.filter(Q(actor=person) | Q(subject=f"user:{person}"))

    def of_action(self, entries: QuerySet[AuditEntry], name: str, what: str) -> QuerySet[AuditEntry]:
        """Keeps the entries of an action, or of the actions about a topic."""
        actions = actions_of(AuditTopic(what)) if what in set(AuditTopic) else [what]
        return entries.filter(action__in=actions)


def _in_utc(text: str) -> datetime:
    # In an address, a plus is a space.
    moment = parse_datetime(text.replace(" ", "+"))
    if moment is None:
        raise ValueError(text)
    # Near the ends of the calendar, a time has no counterpart in UTC.
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _start_of(moment: date | datetime) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), UTC)


def _end_of(moment: date | datetime) -> datetime:
    return moment if isinstance(moment, datetime) else _start_of(moment) + timedelta(days=1)
