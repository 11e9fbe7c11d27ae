"""The names of what somebody reported, as the person who reported it reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from forge.accounts.models import User
from forge.accounts.permissions import Verb, can
from forge.core.actors import Actor
from forge.core.models import AuditEntry
from forge.moderation.access import Subject, key_of, name_of, subject_of
from forge.moderation.models import Report


def names_of(actor: Actor, reports: Iterable[Report]) -> Mapping[UUID, str]:
    """Returns the names by the ids of the reports: the name of today where the person may see the page.

    Otherwise it is the name that they reported, which the log of their account has, or "" where the log ended.
    """
    subjects = {report.pk: subject_of(report) for report in reports}
    hidden_keys = {key_of(subject) for subject in subjects.values() if not _sees(actor, subject)}
    reported_names = _reported_names(actor, hidden_keys)
    return {
        pk: reported_names.get(key_of(subject), "") if key_of(subject) in hidden_keys else name_of(subject)
        for pk, subject in subjects.items()
    }


def _sees(actor: Actor, subject: Subject) -> bool:
    if isinstance(subject, User):
        return subject.shows_page and subject.is_active and subject.page_taken_down is None
    return subject.deleted_at is None and can(actor, Verb.SEE, subject)


def _reported_names(actor: Actor, keys: Collection[str]) -> Mapping[str, str]:
    if not keys:
        return {}
    entries = AuditEntry.objects.filter(person=actor.pk, action="report.make", subject__in=keys)
    return {subject: str(data["about"]) for subject, data in entries.order_by("at").values_list("subject", "data")}
