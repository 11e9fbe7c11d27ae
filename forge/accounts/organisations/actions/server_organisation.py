"""The server's own organisation. It has no members, so nobody signs in as it, invites to it or changes its projects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db import transaction

from forge.accounts.models import Membership, Organisation, Role, Standing
from forge.accounts.names import SERVER_ORGANISATION
from forge.accounts.principals import INSTALLATION, Principal, PrincipalKind
from forge.core.audit.entries import write_entry

TITLE = "Templates"


@dataclass(frozen=True)
class ServerPrincipal(Principal):
    """The installation, with a role in its own organisation and nowhere else. No request becomes one."""

    organisation: UUID | None = None

    @cached_property
    def _standing(self) -> Standing:
        roles = {} if self.organisation is None else {self.organisation: Role.MAINTAINER}
        return Standing(roles, {}, frozenset())


@transaction.atomic
def server_organisation() -> Organisation | None:
    """The server's own organisation, which is made where it is missing.

    None where people took the name before it was reserved: what they have stays theirs.
    """
    organisation, is_new = Organisation.objects.get_or_create(name=SERVER_ORGANISATION, defaults={"title": TITLE})
    if is_new:
        subject = f"organisation:{organisation.pk}"
        write_entry(INSTALLATION, "organisation.create", subject, organisation.place, name=organisation.name)
    elif Membership.objects.filter(organisation=organisation).exists():
        return None
    return organisation


def acting_for(organisation: Organisation) -> ServerPrincipal:
    """The installation, acting in its own organisation."""
    return ServerPrincipal(PrincipalKind.INSTALLATION, organisation=organisation.pk)
