"""Finding a person for their page: one's own, a colleague's, or one that shows itself to everybody."""

from __future__ import annotations

from uuid import UUID

from forge.accounts.access import nothing_here
from forge.accounts.models import Membership, Organisation, User
from forge.accounts.permissions import Verb, organisations_where
from forge.core.actors import Actor

MAX_ABOUT_LENGTH = 300
"""Characters of what a person says of themself."""


def find_person(actor: Actor, person_id: UUID) -> User:
    """The person, if who asks may see their page.

    Raises `SignInNeeded` for a visitor and `NotFound` for anybody else, whether there is such a person or not.
    """
    person = User.objects.filter(pk=person_id).first()
    if person is None or not _sees(actor, person):
        raise nothing_here(actor)
    return person


def is_among_colleagues(actor: Actor, person: User) -> bool:
    """Returns whether it is their own page, or they share an organisation. One query at most."""
    return person.pk == actor.pk or Membership.objects.filter(user=person, organisation__in=_of(actor)).exists()


def shared_organisations(actor: Actor, person: User) -> list[Organisation]:
    """The organisations of a person in which who asks is a member too, by name."""
    return list(Organisation.objects.filter(memberships__user=person, pk__in=_of(actor)).order_by("name"))


def _sees(actor: Actor, person: User) -> bool:
    return (person.shows_page and person.is_active) or is_among_colleagues(actor, person)


def _of(actor: Actor) -> tuple[UUID, ...]:
    return organisations_where(actor, Verb.SEE_ORGANISATION)
