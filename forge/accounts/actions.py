"""Actions on organisations, members, tokens and a person's own account.

Each function checks the permission, does it, and writes the audit entry and, where others watch, the event.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from forge.accounts.access import refusal, require_scope
from forge.accounts.errors import BadAccount, LastOwner, NameTaken
from forge.accounts.events import MEMBERS_CHANGED, ORGANISATION_CHANGED, SESSIONS_CHANGED
from forge.accounts.models import ApiToken, FormerOrganisationName, Membership, Organisation, Role, User
from forge.accounts.names import check_organisation_name
from forge.accounts.permissions import Verb, can
from forge.accounts.scopes import ASKABLE, Scope, spelled_out
from forge.accounts.tokens import PREFIX, hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.errors import Invalid, NotFound
from forge.core.events import append_event

LONGEST_EMAIL = 254
"""Characters of an address."""

LONGEST_TOKEN = timedelta(days=366)
"""A token ends at the latest after this time."""


@transaction.atomic
def create_organisation(actor: Actor, name: str, title: str = "") -> Organisation:
    """Makes an organisation, whose owner is the person. Raises `BadName` and `NameTaken`."""
    require_scope(actor, Scope.ORGANISATION_CREATE)
    name = check_organisation_name(name)
    take_name(name)
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
    _require(actor, Verb.RENAME_ORGANISATION, organisation)
    before = {"name": organisation.name, "title": organisation.title}
    if name is not None and name != organisation.name:
        name = check_organisation_name(name)
        take_name(name)
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


def take_name(name: str) -> None:
    """Makes sure that a name is free; as a former name it no longer leads anywhere. Raises `NameTaken`."""
    if Organisation.objects.filter(name=name).exists():
        raise NameTaken(f"There is an organisation {name} already. Choose another name.")
    FormerOrganisationName.objects.filter(name=name).delete()


@transaction.atomic
def change_role(actor: Actor, organisation: Organisation, member_id: UUID, role: str) -> Membership:
    """Gives a member another role. Raises `Forbidden`, `NotFound`, `LastOwner` and `Invalid`."""
    _require(actor, Verb.MANAGE_MEMBERS, organisation)
    membership = _membership(organisation, member_id)
    new_role = checked_role(role)
    if membership.role == Role.OWNER and new_role != Role.OWNER:
        _keep_an_owner(organisation, membership)
    before, membership.role = membership.role, new_role
    membership.save(update_fields=["role"])
    subject = f"organisation:{organisation.pk}"
    write_entry(actor, "member.role", subject, member=str(member_id), before=before, after=str(new_role))
    append_event(organisation.stream, MEMBERS_CHANGED, {}, actor)
    return membership


@transaction.atomic
def remove_member(actor: Actor, organisation: Organisation, member_id: UUID) -> None:
    """Takes a member out; anyone may leave by themselves. Raises `Forbidden`, `NotFound` and `LastOwner`."""
    require_scope(actor, Scope.MEMBER_MANAGE)
    if member_id != actor.pk:
        _require(actor, Verb.MANAGE_MEMBERS, organisation)
    membership = _membership(organisation, member_id)
    if membership.role == Role.OWNER:
        _keep_an_owner(organisation, membership)
    membership.delete()
    write_entry(actor, "member.remove", f"organisation:{organisation.pk}", member=str(member_id))
    append_event(organisation.stream, MEMBERS_CHANGED, {}, actor)


def _membership(organisation: Organisation, member_id: UUID) -> Membership:
    # All rows are locked: of two owners who leave at once, the second must see that the first has gone.
    rows = list(Membership.objects.select_for_update().filter(organisation=organisation).select_related("user"))
    for membership in rows:
        if membership.user_id == member_id:
            return membership
    raise NotFound(f"{organisation.name} has no such member.")


def _keep_an_owner(organisation: Organisation, leaving: Membership) -> None:
    others = Membership.objects.filter(organisation=organisation, role=Role.OWNER).exclude(pk=leaving.pk)
    if not others.exists():
        raise LastOwner(f"{organisation.name} would have no owner. Make someone else an owner first.")


def checked_role(role: str) -> Role:
    """The role of this name. Raises `Invalid`."""
    if role not in Role.values:
        choices = ", ".join(Role.values)
        raise Invalid(f"A role is one of {choices}.", errors={"role": [f"One of {choices}."]})
    return Role(role)


def _require(actor: Actor, verb: Verb, organisation: Organisation) -> None:
    if not can(actor, verb, organisation):
        raise refusal(actor, verb) if can(actor, Verb.SEE_ORGANISATION, organisation) else NotFound()


@transaction.atomic
def create_token(actor: Actor, name: str, scopes: Sequence[str], expires: datetime | None) -> tuple[ApiToken, str]:
    """Makes a token and gives it with its secret, which is shown this once.

    `scopes` are names out of `scopes.ASKABLE`. A token makes tokens with its own scopes only.
    Raises `Invalid` and `Forbidden`.
    """
    require_scope(actor, Scope.TOKEN_CREATE)
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise Invalid("Say what the token is for, in at most 80 characters.", errors={"name": ["1 to 80 characters"]})
    unknown = sorted(set(scopes) - set(ASKABLE))
    if unknown or not scopes:
        raise Invalid(f"A token needs one or more of the scopes {', '.join(ASKABLE)}.", errors={"scopes": unknown})
    wanted = spelled_out(scopes)
    for scope in wanted:
        require_scope(actor, Scope(scope))
    now = timezone.now()
    expires = expires or now + timedelta(days=90)
    if not now < expires <= now + LONGEST_TOKEN:
        raise Invalid("A token expires within a year from now.", errors={"expires": ["within a year from now"]})
    secret = new_secret(PREFIX)
    token = ApiToken.objects.create(
        token_hash=hash_secret(secret),
        hint=secret[-4:],
        name=name,
        owner=actor.person,
        scopes=wanted,
        expires=expires,
    )
    write_entry(actor, "token.create", f"token:{token.pk}", name=name, scopes=token.scopes)
    return token, secret


@transaction.atomic
def delete_token(actor: Actor, token_id: UUID) -> None:
    """Deletes one of the person's own tokens. Raises `NotFound`."""
    require_scope(actor, Scope.ACCOUNT_WRITE)
    token = ApiToken.objects.visible_to(actor).filter(pk=token_id).first()
    if token is None:
        raise NotFound("You have no such token.")
    token.delete()
    write_entry(actor, "token.delete", f"token:{token_id}", name=token.name)


@transaction.atomic
def update_profile(user: User, *, name: str, email: str) -> User:
    """Changes what a person is called and the address that they sign in with. Raises `BadAccount`."""
    name, email = " ".join(name.split()), email.strip().lower()
    errors: dict[str, list[str]] = {}
    if not 0 < len(name) <= 80:
        errors["name"] = ["Your name has 1 to 80 characters."]
    if email != user.email:
        errors |= email_errors(email)
    if errors:
        raise BadAccount("Check the fields below.", errors=errors)
    user.name, user.email = name, email
    user.save(update_fields=["name", "email"])
    write_entry(user, "profile.update", f"user:{user.pk}")
    return user


@transaction.atomic
def set_password(user: User, password: str) -> None:
    """Gives a person a password. The caller keeps the session alive. Raises `BadAccount`."""
    errors = password_errors(password, user)
    if errors:
        raise BadAccount("This password cannot be used.", errors=errors)
    user.set_password(password)
    user.save(update_fields=["password"])
    write_entry(user, "password.set", f"user:{user.pk}")
    end_connections(user)


def end_connections(user: User) -> None:
    """Tells the person's open sockets that a session ended; clients with a valid session reconnect."""
    append_event(user.stream, SESSIONS_CHANGED, {}, user)


def email_errors(email: str) -> dict[str, list[str]]:
    """What keeps an address from being a new account's; empty when nothing does."""
    try:
        validate_email(email)
    except ValidationError:
        return {"email": ["This does not look like an email address."]}
    if len(email) > LONGEST_EMAIL:
        return {"email": [f"An email address has at most {LONGEST_EMAIL} characters."]}
    if User.objects.filter(email=email).exists():
        return {"email": ["An account with this address exists already. Sign in with it, or use another address."]}
    return {}


def password_errors(password: str, user: Any) -> dict[str, list[str]]:
    """What keeps a password from being used; empty when nothing does."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {"password": [str(message) for message in error.messages]}
    return {}
