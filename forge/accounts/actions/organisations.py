"""Making an organisation, and renaming it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from forge.accounts.access import require_in, require_scope
from forge.accounts.errors import NameTaken
from forge.accounts.events import ORGANISATION_CHANGED
from forge.accounts.models import FormerOrganisationName, Membership, Organisation, Role
from forge.accounts.names import check_organisation_name
from forge.accounts.permissions import Verb
from forge.accounts.scopes import Scope
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.errors import Invalid
from forge.core.events import append_event

LONGEST_TITLE = 80
"""Characters of what an organisation is called on pages."""


@transaction.atomic
def create_organisation(actor: Actor, name: str, title: str = "") -> Organisation:
    """Makes an organisation, whose owner is the person. Raises `BadName`, `NameTaken` and `Invalid`."""
    require_scope(actor, Scope.ORGANISATION_CREATE)
    name = check_organisation_name(name)
    _take_name(name)
    with _one_of_the_name(name):
        organisation = Organisation.objects.create(name=name, title=_checked_title(title))
    Membership.objects.create(organisation=organisation, user=actor.person, role=Role.OWNER)
    write_entry(actor, "organisation.create", f"organisation:{organisation.pk}", organisation.place, name=name)
    return organisation


@transaction.atomic
def update_organisation(
    actor: Actor, organisation: Organisation, *, name: str | None = None, title: str | None = None
) -> Organisation:
    """Renames an organisation; its former name leads to it until someone takes it.

    Raises `Forbidden`, `BadName`, `NameTaken` and `Invalid`.
    """
    require_in(actor, Verb.RENAME_ORGANISATION, organisation)
    before = {"name": organisation.name, "title": organisation.title}
    if name is not None and name != organisation.name:
        name = check_organisation_name(name)
        _take_name(name)
        FormerOrganisationName.objects.create(name=organisation.name, organisation=organisation)
        organisation.name = name
    if title is not None:
        organisation.title = _checked_title(title)
    after = {"name": organisation.name, "title": organisation.title}
    if after != before:
        with _one_of_the_name(organisation.name):
            organisation.save(update_fields=["name", "title"])
        subject = f"organisation:{organisation.pk}"
        write_entry(actor, "organisation.update", subject, organisation.place, before=before, after=after)
        append_event(organisation.stream, ORGANISATION_CHANGED(name=organisation.name, title=organisation.title), actor)
    return organisation


def _checked_title(title: str) -> str:
    title = " ".join(title.split())
    if len(title) > LONGEST_TITLE:
        raise Invalid(
            f"A title has at most {LONGEST_TITLE} characters, this one has {len(title)}.",
            errors={"title": [f"At most {LONGEST_TITLE}."]},
        )
    return title


def _take_name(name: str) -> None:
    """Makes sure that a name is free; as a former name it no longer leads anywhere. Raises `NameTaken`."""
    if Organisation.objects.filter(name=name).exists():
        raise _taken(name)
    FormerOrganisationName.objects.filter(name=name).delete()


@contextmanager
def _one_of_the_name(name: str) -> Iterator[None]:
    """For writing a name that was free a moment ago. Raises `NameTaken`."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise _taken(name) from None


def _taken(name: str) -> NameTaken:
    return NameTaken(f"There is an organisation {name} already. Choose another name.")
