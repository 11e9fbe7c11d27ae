"""Reading the audit log: whose entries are whose.

Owners read what happened in their organisation, and how people signed in while they were its members; everyone reads
what happened to their own account. Owners read what a stranger was refused, and the stranger never does, who would
learn by it that there is something.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from forge.accounts.access import require_in, require_scope
from forge.accounts.models import Membership, Organisation, User
from forge.accounts.permissions import Verb
from forge.accounts.scopes import Scope
from forge.core.actors import Actor
from forge.core.models import AuditEntry

_OF_ACCOUNTS_TOO = ("sign-in", "sign-out", "sign-in.fail", "grant.leave")
"""Actions whose entry in an organisation is also one of the person's account."""


def organisation_entries(actor: Actor, organisation: Organisation) -> QuerySet[AuditEntry]:
    """Returns the events of an organisation, and the sign-ins of its members, newest first.

    Raises `Forbidden` and `NotFound`.
    """
    require_in(actor, Verb.READ_AUDIT, organisation)
    return entries_of_organisation(organisation)


def own_entries(actor: Actor) -> QuerySet[AuditEntry]:
    """Returns the events of the person's own account, newest first. Raises `Forbidden`."""
    require_scope(actor, Scope.AUDIT_READ)
    own = AuditEntry.objects.filter(person=actor.pk) if actor.is_authenticated else AuditEntry.objects.none()
    return own.select_related("actor")


def entries_of_organisation(organisation: Organisation) -> QuerySet[AuditEntry]:
    """The same for the operators of the installation."""
    return AuditEntry.objects.filter(organisation=organisation.pk).select_related("actor")


def all_entries() -> QuerySet[AuditEntry]:
    """Returns the entries of the whole installation, for its operators; each sign-in once, and not for each
    organisation."""
    once = AuditEntry.objects.exclude(action__in=_OF_ACCOUNTS_TOO, organisation__isnull=False)
    return once.select_related("actor")


def people_in(organisation: Organisation) -> QuerySet[User]:
    """Returns the people who acted in an organisation or are members of it: former members stay among them."""
    own_entries = AuditEntry.objects.filter(organisation=organisation.pk, actor=OuterRef("pk"))
    member = Membership.objects.filter(organisation=organisation, user=OuterRef("pk"))
    return User.objects.filter(Exists(own_entries) | Exists(member)).order_by("name", "email")
