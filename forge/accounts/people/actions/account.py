"""Actions of a person on their own account."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from forge.accounts.announcements import PROFILE_CHANGED, SESSIONS_CHANGED
from forge.accounts.errors import BadAccount
from forge.accounts.grants.access import created_by_tokens, links_for_anyone
from forge.accounts.models import ApiToken, BrowserSession, DeviceSignIn, SignInLink, User
from forge.accounts.people.access import MAX_ABOUT_LENGTH
from forge.accounts.people.checks import ADDRESS_IN_USE, name_errors, password_errors
from forge.core.audit.entries import write_entry
from forge.core.events.log import append_event
from rune.wording import counted


def make_account(email: str, name: str, password: str | None = None) -> User:
    """An account with an address that was free a moment ago. Raises `BadAccount`: it may be somebody's by now."""
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=name)
    except IntegrityError:
        raise BadAccount("Check the fields below.", errors={"email": [ADDRESS_IN_USE]}) from None


@transaction.atomic
def update_profile(user: User, *, name: str) -> User:
    """Changes what a person is called. Raises `BadAccount`."""
    name = " ".join(name.split())
    errors = name_errors(name)
    if errors:
        raise BadAccount("Check the fields below.", errors=errors)
    if name != user.name:
        user.name = name
        user.save(update_fields=["name"])
        write_entry(user, "profile.update", f"user:{user.pk}", user.place)
        append_event(user.stream, PROFILE_CHANGED(), user)
    return user


@transaction.atomic
def update_page(user: User, *, about: str, shows_page: bool) -> User:
    """Changes what a person's page says of them, and whether it is for everybody. Raises `BadAccount`."""
    about = " ".join(about.split())
    if len(about) > MAX_ABOUT_LENGTH:
        message = f"At most {MAX_ABOUT_LENGTH} characters; you wrote {len(about)}."
        raise BadAccount("Check the fields below.", errors={"about": [message]})
    before = {"about": user.about, "for everybody": "yes" if user.shows_page else "no"}
    user.about, user.shows_page = about, shows_page
    after = {"about": about, "for everybody": "yes" if shows_page else "no"}
    if after != before:
        user.save(update_fields=["about", "shows_page"])
        write_entry(user, "page.update", user.stream, user.place, before=before, after=after)
    return user


@transaction.atomic
def set_password(user: User, password: str) -> None:
    """Gives a person a password. The caller keeps the session alive. Raises `BadAccount`."""
    errors = password_errors(password, user)
    if errors:
        raise BadAccount("This password cannot be used.", errors=errors)
    user.set_password(password)
    user.save(update_fields=["password"])
    write_entry(user, "password.set", f"user:{user.pk}", user.place)
    end_connections(user)


@transaction.atomic
def end_sessions_and_tokens(user: User) -> None:
    """Ends all tokens and sessions of a person whose password was changed, and what would become one; who changed it
    goes on with a new session. What the tokens made ends too, and so do links that let in anybody who has them:
    somebody with a session that was stolen may have made one for themself.

    Django calls it by `forge.accounts.sign_in.passwords`, no matter who stores a new password, and how.
    """
    end_claims(user)
    tokens = ApiToken.objects.visible_to(user)
    names = [token.name for token in tokens]
    sessions = BrowserSession.objects.visible_to(user).count()
    things = {
        each.grant.id: each
        for each in (*links_for_anyone(user), *created_by_tokens(user, [token.pk for token in tokens]))
    }
    for thing in things.values():
        thing.kind.end([thing.grant.id])
    if names or sessions or things:
        facts = {
            "tokens": counted(len(names), "token"),
            "sessions": counted(sessions, "session"),
            "names": names,
            "things": [each.grant.title for each in things.values()],
        }
        write_entry(user, "password.end", user.stream, user.place, **facts)
        tokens.delete()
        Session.objects.filter(browser__user=user).delete()


def end_claims(user: User) -> None:
    """Ends what was begun in a person's name and would become a session or a token of theirs: links that sign them in,
    and programs that they allowed a token which these have not fetched."""
    now = timezone.now()
    first = User.objects.order_by("joined").values_list("pk", flat=True).first()
    # A link without an address signs in the first person.
    addresses = [user.email, ""] if first == user.pk else [user.email]
    SignInLink.objects.filter(email__in=addresses, used__isnull=True).update(used=now)
    DeviceSignIn.objects.filter(person=user, redeemed__isnull=True).update(expires=now)


def end_connections(user: User) -> None:
    """Tells the person's open sockets that a session ended; clients with a valid session reconnect."""
    append_event(user.stream, SESSIONS_CHANGED(), user)
