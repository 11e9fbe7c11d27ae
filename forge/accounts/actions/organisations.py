"""Making an organisation, and renaming it."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.access import require_in, require_scope
from forge.accounts.errors import NameTaken
from forge.accounts.events import ORGANISATION_CHANGED
from forge.accounts.models import FormerOrganisationName, Membership, Organisation, Role
from forge.accounts.names import check_organisation_name
from forge.accounts.permissions import Verb
from forge.accounts.scopes import Scope
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.events import append_event


@transaction.atomic
def create_organisation(actor: Actor, name: str, title: str = "") -> Organisation:
    """Makes an organisation, whose owner is the person. Raises `BadName` and `NameTaken`."""
    require_scope(actor, Scope.ORGANISATION_CREATE)
    name = check_organisation_name(name)
    _take_name(name)
    organisation = Organisation.objects.create(name=name, title=" ".join(title.split())[:80])
    Membership.objects.create(organisation=organisation, user=actor.person, role=Role.OWNER)
    write_entry(actor, "organisation.create", f"organisation:{organisation.pk}", name=name)
    return organisation


@transaction.atomic
def update_organisation(
    actor: Actor, organisation: Organisation, *, name: str | None = None, title: str | None = None
) -> Organisation:
    """Renames an organisation; its former name leads to it until someone takes it.

    Raises `Forbidden`, `BadName` and `NameTaken`.
    """
    require_in(actor, Verb.RENAME_ORGANISATION, organisation)
    before = {"name": organisation.name, "title": organisation.title}
    if name is not None and name != organisation.name:
        name = check_organisation_name(name)
        _take_name(name)
        FormerOrganisationName.objects.create(name=organisation.name, organisation=organisation)
        organisation.name = name
    if title is not None:
        organisation.title = " ".join(title.split())[:80]
    after = {"name": organisation.name, "title": organisation.title}
    if after != before:
        organisation.save(update_fields=["name", "title"])
        write_entry(actor, "organisation.update", f"organisation:{organisation.pk}", before=before, after=after)
        append_event(organisation.stream, ORGANISATION_CHANGED, after, actor)
    return organisation


def _take_name(name: str) -> None:
    """Makes sure that a name is free; as a former name it no longer leads anywhere. Raises `NameTaken`."""
    if Organisation.objects.filter(name=name).exists():
        raise NameTaken(f"There is an organisation {name} already. Choose another name.")
    FormerOrganisationName.objects.filter(name=name).delete()
