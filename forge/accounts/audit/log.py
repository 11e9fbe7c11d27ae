"""Reading the audit log: whose entries are whose, and filters.

Owners read what happened in their organisation, and how people signed in while they were its members; everyone reads
what happened to their own account. Owners read what a stranger was refused, and the stranger never does, who would
learn by it that there is something.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from forge.accounts.models import Membership, Organisation, User
from forge.accounts.organisations.access import require_in, require_scope
from forge.accounts.permissions import Verb
from forge.accounts.tokens.scopes import Scope
from forge.core.actors import Actor
from forge.core.audit.messages import AuditTopic, actions_of, declared
from forge.core.errors import Invalid
from forge.core.models import AuditEntry

_OF_ACCOUNTS_TOO = ("sign-in", "sign-out", "sign-in.fail", "grant.leave")
"""Actions whose entry in an organisation is also one of the person's account."""


@dataclass(frozen=True)
class EntryFilter:
    """Which entries are read; an empty filter keeps all."""

    who: UUID | None = None
    """The person who acted, by themself or by a token; or the person whose account it was."""
    what: str = ""
    """A topic, or an action."""
    since: datetime | None = None
    until: datetime | None = None
    project: UUID | None = None

    def condition(self) -> Q:
        """Returns the filter of entries. Raises `Invalid` for an unknown topic or action."""
        condition = Q()
        if self.who is not None:
            condition &= Q(actor=self.who) | Q(subject=f"user:{self.who}")
        if self.what:
            condition &= Q(action__in=_actions(self.what))
        if self.since is not None:
            condition &= Q(at__gte=self.since)
        if self.until is not None:
            condition &= Q(at__lt=self.until)
        if self.project is not None:
            condition &= Q(project=self.project)
        return condition


def organisation_entries(actor: Actor, organisation: Organisation, filters: EntryFilter) -> QuerySet[AuditEntry]:
    """Returns the events of an organisation, and the sign-ins of its members, newest first.

    Raises `Forbidden`, `NotFound` and `Invalid`.
    """
    require_in(actor, Verb.READ_AUDIT, organisation)
    return entries_of_organisation(organisation, filters)


def own_entries(actor: Actor, filters: EntryFilter) -> QuerySet[AuditEntry]:
    """Returns the events of the person's own account, newest first. Raises `Forbidden` and `Invalid`."""
    require_scope(actor, Scope.AUDIT_READ)
    own = AuditEntry.objects.filter(person=actor.pk) if actor.is_authenticated else AuditEntry.objects.none()
    return own.filter(filters.condition()).select_related("actor")


def entries_of_organisation(organisation: Organisation, filters: EntryFilter) -> QuerySet[AuditEntry]:
    """The same for the operators of the installation."""
    entries = AuditEntry.objects.filter(organisation=organisation.pk)
    return entries.filter(filters.condition()).select_related("actor")


def all_entries(filters: EntryFilter) -> QuerySet[AuditEntry]:
    """Those of the whole installation, for its operators; each sign-in once, and not for each organisation."""
    once = AuditEntry.objects.exclude(action__in=_OF_ACCOUNTS_TOO, organisation__isnull=False)
    return once.filter(filters.condition()).select_related("actor")


def people_in(organisation: Organisation) -> QuerySet[User]:
    """Who acted in an organisation, or is a member of it: who left stays among them."""
    acted = AuditEntry.objects.filter(organisation=organisation.pk, actor=OuterRef("pk"))
    member = Membership.objects.filter(organisation=organisation, user=OuterRef("pk"))
    return User.objects.filter(Exists(acted) | Exists(member)).order_by("name", "email")


def _actions(what: str) -> list[str]:
    if what in set(AuditTopic):
        return actions_of(AuditTopic(what))
    if what in declared():
        return [what]
    topics = ", ".join(AuditTopic)
    raise Invalid(f"{what[:60]} is neither a topic nor an action of the audit log. Topics: {topics}.")
