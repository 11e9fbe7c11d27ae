"""Making an organisation, and renaming it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from django.db import IntegrityError, transaction
from rest_framework.fields import CharField

from forge.accounts.access import require_in, require_may_create, require_operator, require_person, require_scope
from forge.accounts.announcements import MEMBERS_CHANGED, ORGANISATION_CHANGED
from forge.accounts.errors import NameInUse, OwnSecondFactorNeeded, TooManyNames
from forge.accounts.models import FormerOrganisationName, Membership, Organisation, Role, User
from forge.accounts.names import check_organisation_name
from forge.accounts.organisations.etag_facets import organisation_facets
from forge.accounts.organisations.name_reservations import (
    MAX_NAMES,
    has_reserved_names,
    is_reserved_by_another,
    lock_names,
    names_of,
    reserve_names,
)
from forge.accounts.organisations.serializers import CHANGED_ORGANISATION
from forge.accounts.permissions import Verb
from forge.accounts.place import ORGANISATION
from forge.accounts.quotas.limits import QuotaResource, limit_of, locked
from forge.accounts.scopes import Scope
from forge.core.actors import Actor
from forge.core.api.acts import act
from forge.core.api.states import IF_MATCH
from forge.core.audit.entries import write_entry
from forge.core.errors import Conflict, Invalid, QuotaReached
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition

MAX_TITLE_LENGTH = 80
"""Characters of what an organisation is called on pages."""


@transaction.atomic
def create_organisation(actor: Actor, name: str, title: str = "") -> Organisation:
    """Makes an organisation, whose owner is the person.

    Raises `Forbidden`, `QuotaReached`, `BadName`, `NameInUse` and `Invalid`.
    """
    require_scope(actor, Scope.ORGANISATION_CREATE)
    require_may_create(actor)
    _require_another(actor.person)
    return _create(actor, actor.person, name, title)


@transaction.atomic
def create_organisation_for(actor: Actor, owner: User, name: str, title: str = "") -> Organisation:
    """Makes an organisation for a person: the operator's, by a command. Raises what `create_organisation` raises."""
    require_operator(actor)
    return _create(actor, owner, name, title)


def _create(actor: Actor, owner: User, name: str, title: str) -> Organisation:
    name = check_organisation_name(name)
    _take_name(name, None)
    with _unique_name(name):
        organisation = Organisation.objects.create(name=name, title=_checked_title(title))
    Membership.objects.create(organisation=organisation, user=owner, role=Role.OWNER)
    subject = f"organisation:{organisation.pk}"
    write_entry(actor, "organisation.create", subject, organisation.place, name=name, owner=str(owner.pk))
    return organisation


@act(
    "PATCH",
    ORGANISATION,
    "",
    "organisations_partial_update",
    verb=Verb.RENAME_ORGANISATION,
    state=IF_MATCH,
    answer=CHANGED_ORGANISATION,
    raises=(Conflict,),
)
@transaction.atomic
def update_organisation(
    actor: Actor,
    organisation: Organisation,
    *,
    name: Annotated[str | None, CharField()] = None,
    title: Annotated[str | None, CharField(allow_blank=True)] = None,
    precondition: Precondition = None,
) -> Organisation:
    """Renames an organisation, or gives it another title. Its former name leads to it, until someone takes it where
    nothing was published."""
    organisation = lock_names(organisation.pk)
    require_precondition(organisation_facets(organisation), precondition)
    before = {"name": organisation.name, "title": organisation.title}
    if name is not None and name != organisation.name:
        name = check_organisation_name(name)
        had = names_of(organisation)
        if name not in had and len(had) >= MAX_NAMES:
            raise TooManyNames(organisation.name, sorted(had))
        _take_name(name, organisation)
        FormerOrganisationName.objects.create(name=organisation.name, organisation=organisation)
        organisation.name = name
    if title is not None:
        organisation.title = _checked_title(title)
    after = {"name": organisation.name, "title": organisation.title}
    if after != before:
        with _unique_name(organisation.name):
            organisation.save(update_fields=["name", "title"])
        if has_reserved_names(organisation):
            reserve_names(organisation)
        subject = f"organisation:{organisation.pk}"
        write_entry(actor, "organisation.update", subject, organisation.place, before=before, after=after)
        append_event(organisation.stream, ORGANISATION_CHANGED(name=organisation.name, title=organisation.title), actor)
    return organisation


def _require_another(user: User) -> None:
    """Raises `QuotaReached` for the owner of as many as one may own. Call it in the transaction that makes one."""
    locked(user)
    limit = limit_of(user.stream, QuotaResource.ORGANISATIONS)
    if Membership.objects.filter(user=user, role=Role.OWNER).count() >= limit:
        raise QuotaReached(f"You own {limit} organisations, which is the limit. Ask the operator for more.")


def _checked_title(title: str) -> str:
    title = " ".join(title.split())
    if len(title) > MAX_TITLE_LENGTH:
        raise Invalid(
            f"A title has at most {MAX_TITLE_LENGTH} characters; this one has {len(title)}.",
            errors={"title": [f"At most {MAX_TITLE_LENGTH}."]},
        )
    return title


def _take_name(name: str, organisation: Organisation | None) -> None:
    """Makes sure that a name is free for an organisation, or for a new one; as a former name it no longer leads
    anywhere. Raises `NameInUse`.
    """
    # Locked first and looked at afterwards: a request that publishes at this moment holds the names that lead to them.
    FormerOrganisationName.objects.select_for_update().filter(name=name).first()
    if is_reserved_by_another(name, organisation) or Organisation.objects.filter(name=name).exists():
        raise _name_in_use(name)
    FormerOrganisationName.objects.filter(name=name).delete()


@contextmanager
def _unique_name(name: str) -> Iterator[None]:
    """Raises `NameInUse` where a name that was free a moment ago is written and is in use by now."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise _name_in_use(name) from None


def _name_in_use(name: str) -> NameInUse:
    """The same for a name in use and for one that is held: a stranger learns neither who has it nor what is there."""
    return NameInUse(f"The name {name} is not available. Choose another name.")


@transaction.atomic
def require_second_factor(actor: Actor, organisation: Organisation, *, required: bool) -> Organisation:
    """Keeps members without a second factor out until they have set one up, or lets them in again.

    Who requires it has one, so that an organisation always has an owner who can take it back.
    Raises `Forbidden`, `NotFound` and `OwnSecondFactorNeeded`.
    """
    require_in(actor, Verb.MANAGE_MEMBERS, organisation)
    require_person(actor)
    if required and not actor.person.has_second_factor:
        raise OwnSecondFactorNeeded(
            "You would lose access yourself. Set up your own second factor under Security first."
        )
    if organisation.requires_second_factor != required:
        organisation.requires_second_factor = required
        organisation.save(update_fields=["requires_second_factor"])
        write_entry(
            actor,
            "organisation.second-factor",
            f"organisation:{organisation.pk}",
            organisation.place,
            **_second_factor_change(required),
        )
        append_event(organisation.stream, MEMBERS_CHANGED(), actor)
    return organisation


def _second_factor_change(required: bool) -> dict[str, dict[str, str]]:
    """Returns the changed setting as the audit log names it."""
    words = ("optional", "required")
    return {"before": {"second factor": words[not required]}, "after": {"second factor": words[required]}}
