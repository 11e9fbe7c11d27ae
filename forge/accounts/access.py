"""Finding organisations for a person: unknown and forbidden look the same, a former name redirects."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import F, Q, QuerySet

from forge.accounts.errors import SecondFactorNeeded
from forge.accounts.models import FormerOrganisationName, Invitation, Membership, Organisation, Role, User
from forge.accounts.names import is_name
from forge.accounts.permissions import SCOPES_OF, Verb, can, organisations_where, scope_of
from forge.accounts.principals import PrincipalKind
from forge.accounts.scopes import Scope, allowed_scopes
from forge.core.actors import Actor
from forge.core.audit.denials import Denial
from forge.core.audit.entries import NOWHERE, AuditPlace
from forge.core.errors import AddressChanged, Forbidden, NotFound, PersonNeeded, SignInNeeded


def find_organisation(actor: Actor, name: str, verb: Verb = Verb.SEE_ORGANISATION) -> Organisation:
    """The organisation, if the person may do `verb` to it.

    Raises `SignInNeeded` for a visitor, `NotFound` for what is not there or not theirs, `Forbidden` for a member
    whose role does not include the verb, and `AddressChanged` for a former name of one that they may see.
    """
    organisation = Organisation.objects.filter(name=name).first() if is_name(name) else None
    has_moved = organisation is None
    if organisation is None and is_name(name):
        former = FormerOrganisationName.objects.select_related("organisation").filter(name=name).first()
        organisation = former.organisation if former else None
    if organisation is None or not can(actor, Verb.SEE_ORGANISATION, organisation):
        raise nothing_for(actor, verb, name, organisation.place if organisation else NOWHERE)
    if has_moved:
        raise AddressChanged(organisation.get_absolute_url())
    if not can(actor, verb, organisation):
        raise refusal(actor, verb, name, organisation.place)
    return organisation


def organisations_of(actor: Actor, verb: Verb = Verb.SEE_ORGANISATION) -> QuerySet[Organisation]:
    """The organisations to which who acts may do `verb` as a member, by name."""
    return Organisation.objects.filter(pk__in=organisations_where(actor, verb))


def organisations_requiring_second_factor(actor: Actor) -> QuerySet[Organisation]:
    """The organisations where who acts has a role, and which want a second factor first."""
    return Organisation.objects.filter(pk__in=actor.blocked_organisations)


def members_of(organisation: Organisation) -> QuerySet[Membership]:
    """Returns the members with their people, the first one first. The caller has checked the right to see them."""
    return organisation.memberships.select_related("user")


def find_member(organisation: Organisation, person: UUID | None) -> Membership:
    """Returns the membership of a person. The caller has checked the right to see it. Raises `NotFound`."""
    membership = members_of(organisation).filter(user=person).first()
    if membership is None:
        raise NotFound(f"{organisation.name} has no such member.")
    return membership


def people_beside(actor: Actor, words: Sequence[str]) -> QuerySet[Membership]:
    """The memberships of people whose name or address has these words in it, in the person's own organisations."""
    memberships = Membership.objects.filter(
        organisation__in=organisations_where(actor, Verb.SEE_ORGANISATION), user__is_active=True
    )
    for word in words:
        memberships = memberships.filter(Q(user__name__icontains=word) | Q(user__email__icontains=word))
    return memberships.select_related("user", "organisation").order_by("user__name", "organisation__name")


def open_invitations(organisation: Organisation, project: UUID | None = None) -> QuerySet[Invitation]:
    """Invitations to an organisation, or to one of its projects, whose links still work, newest first.

    The caller may manage the people.
    """
    invitations = Invitation.objects.open().filter(organisation=organisation, project=project)
    return invitations.select_related("invited_by")


def require_in(actor: Actor, verb: Verb, organisation: Organisation) -> None:
    """Raises what `find_organisation` would when the person may not do `verb` to it; actions begin with it."""
    if can(actor, verb, organisation):
        return
    answer = refusal if can(actor, Verb.SEE_ORGANISATION, organisation) else nothing_for
    raise answer(actor, verb, organisation.name, organisation.place)


def nothing_here(actor: Actor) -> SignInNeeded | NotFound:
    """Returns the error for a thing that does not exist or is hidden; asks a visitor to sign in."""
    return NotFound() if actor.is_authenticated else SignInNeeded("Sign in to see this page, if it exists.")


def nothing_for(
    actor: Actor, verb: Verb, where: str, place: AuditPlace
) -> SignInNeeded | SecondFactorNeeded | NotFound:
    """The same answer for unknown and forbidden. A person's asking is written down, for both.

    A member who is kept out of the organisation hears that it takes a second factor.

    `where` is what was asked for, as it was asked; `place` where that is, or `NOWHERE`.
    """
    is_blocked = place.organisation in actor.blocked_organisations
    nothing = SecondFactorNeeded() if is_blocked else nothing_here(actor)
    if actor.is_authenticated:
        nothing.denial = Denial(actor, verb, where, place)
    return nothing


def refusal(actor: Actor, verb: Verb, where: str, place: AuditPlace) -> Forbidden:
    """Returns the error for a member whose role, or whose token's scopes, do not include the verb."""
    if actor.scopes is not None and not SCOPES_OF[verb] & actor.scopes:
        error = scope_needed(scope_of(verb))
    else:
        error = Forbidden(f"Your role does not let you {verb}. Ask an owner of the organisation.")
    error.denial = Denial(actor, verb, where, place)
    return error


def scope_needed(scope: str) -> Forbidden:
    """Returns the error for a token that lacks a scope."""
    return Forbidden(
        f"This token's scopes do not allow this, which takes {scope}. Create a token with it on the page Tokens of "
        "your account."
    )


def may_create_organisations(actor: Actor) -> bool:
    """Returns whether the actor may create organisations on this installation, as far as its settings say."""
    return actor.is_authenticated and settings.EVERYONE_CREATES_ORGANISATIONS


def require_may_create(actor: Actor) -> None:
    """Raises `Forbidden` where organisations are the operator's to create."""
    if not may_create_organisations(actor):
        raise Forbidden("On this server, the operator creates organisations. Ask them for one.")


def require_operator(actor: Actor) -> None:
    """Raises `Forbidden` for a principal that acts over the network: for what is done by commands where the server
    runs."""
    if actor.kind != PrincipalKind.INSTALLATION:
        raise Forbidden("Only the operator of this server can do this, by a command on its machine.")


def person_needed() -> PersonNeeded:
    """Returns the error for a token where a person must act."""
    return PersonNeeded("A token cannot do this, whatever its scopes are. Sign in and do it on the page.")


def require_person(actor: Actor) -> None:
    """Raises `PersonNeeded` for a token or a pass: an act that concerns a person's identity or the owners of an
    organisation."""
    if actor.kind != PrincipalKind.PERSON:
        raise person_needed()


def require_scope(actor: Actor, scope: Scope) -> None:
    """Raises `Forbidden` for a token without the scope: an act that belongs to no organisation."""
    if (actor.scopes is not None and scope not in actor.scopes) or scope not in allowed_scopes(actor.restriction):
        raise scope_needed(scope)


def is_confirmed(person: User) -> bool:
    """Returns whether the person's address is confirmed."""
    return bool(EmailAddress.objects.filter(user=person, email=person.email, verified=True).exists())


def confirmed_addresses(people: Collection[User]) -> dict[UUID, str]:
    """The address of each person who has confirmed it, in small letters. One query."""
    rows = EmailAddress.objects.filter(user__in=people, email=F("user__email"), verified=True)
    return {person: email.lower() for person, email in rows.values_list("user", "email")}


def wanted_address(person: User) -> str:
    """The address that the person asked for and has not confirmed yet; "" without one."""
    address = EmailAddress.objects.filter(user=person, verified=False).exclude(email=person.email).first()
    return address.email if address else ""


def organisations_left_alone(person: User) -> list[Organisation]:
    """The organisations of which this person is an owner, and nobody else who can sign in."""
    owned_organisations = person.memberships.filter(role=Role.OWNER).values("organisation")
    others = Membership.objects.filter(role=Role.OWNER, user__is_active=True).exclude(user=person)
    return list(Organisation.objects.filter(pk__in=owned_organisations).exclude(pk__in=others.values("organisation")))
