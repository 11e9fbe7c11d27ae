"""Access for phones: a one-time link, shown as a QR code in the studio, and the pass that replaces it.

The pass is no session. It is a cookie of the player's own addresses, for one project, with which that project's runes
are run and its results are shown in the same person's studio; it opens no page, reads no file and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forge.accounts.errors import LinkEnded
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import acting_as
from forge.accounts.tokens import hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.audit import write_entry
from forge.core.delivery import deliver
from forge.core.errors import DomainError, Moved
from forge.player.models import PhonePass
from forge.projects.access import find_project, require
from forge.projects.models import Project

COOKIE_PREFIX = "phone_"
"""A phone may hold passes for several projects; the cookie's name ends with the project's id."""
COOKIES = 50
"""Passes that are looked at; a phone that holds more scans again."""
LINK_LIFE = timedelta(minutes=5)
PASS_LIFE = timedelta(days=7)

_ENDED = "The code was used already, or is older than 5 minutes. Show a new code in the studio and scan it."


def player_path(project: Project) -> str:
    """Where the player of a project is."""
    return f"/player/{project.full_name}"


def cookie_name(project_id: UUID | str) -> str:
    """The cookie in which a phone holds its pass for a project."""
    return f"{COOKIE_PREFIX}{project_id}"


def phones_group(user_id: UUID | str, project_id: UUID | str) -> str:
    """The group of a person's phones on a project."""
    return f"phones.{user_id}.{project_id}"


@transaction.atomic
def make_phone_link(actor: Actor, project: Project) -> str:
    """A link that lets one phone in, once, within 5 minutes. Raises `Forbidden` and what `require` does."""
    require(actor, Verb.READ, project)
    now = timezone.now()
    secret = new_secret()
    PhonePass.objects.create(
        link_hash=hash_secret(secret),
        user=actor.person,
        project=project,
        session_hash=actor.person.get_session_auth_hash(),
        link_expires=now + LINK_LIFE,
    )
    return f"{settings.PUBLIC_URL}{player_path(project)}#token={secret}"


def delete_ended_passes() -> None:
    """Deletes links that nobody used in time, and passes whose time is over."""
    now = timezone.now()
    PhonePass.objects.filter(used__isnull=True, link_expires__lt=now).delete()
    PhonePass.objects.filter(expires__lt=now).delete()


@transaction.atomic
def redeem_phone_link(secret: str, organisation: str, name: str) -> tuple[PhonePass, str]:
    """The pass that a link is changed for, with its secret. Works once, at its own project. Raises `LinkEnded`."""
    now = timezone.now()
    kept = new_secret()
    # Taking it comes first and only succeeds once, whoever else redeems it at this moment.
    unused = PhonePass.objects.filter(link_hash=hash_secret(secret), used__isnull=True, link_expires__gt=now)
    if not unused.update(used=now, expires=now + PASS_LIFE, secret_hash=hash_secret(kept)):
        raise LinkEnded(_ENDED)
    phone = find_pass({cookie_name(""): kept}, organisation, name)
    if phone is None:
        raise LinkEnded(_ENDED)
    write_entry(acting_as(phone.user, phone), "phone.enter", f"project:{phone.project_id}")
    return phone, kept


def find_pass(cookies: Mapping[str, str], organisation: str, name: str) -> PhonePass | None:
    """The living pass among a phone's cookies that is for the project at this address, also a former one."""
    held = [secret for cookie, secret in cookies.items() if cookie.startswith(COOKIE_PREFIX)][:COOKIES]
    if not held:
        return None
    found = PhonePass.objects.alive().select_related("user", "project__organisation")
    passes = found.filter(secret_hash__in=[hash_secret(secret) for secret in held])
    return next((phone for phone in passes if is_good(phone) and _leads_to(phone, organisation, name)), None)


def is_good(phone: PhonePass) -> bool:
    """Whether the pass's person still has an account, the password of then, and a role in the project."""
    if not phone.user.is_active or phone.session_hash != phone.user.get_session_auth_hash():
        return False
    return phone.project.deleted_at is None and can(acting_as(phone.user, phone), Verb.READ, phone.project)


def _leads_to(phone: PhonePass, organisation: str, name: str) -> bool:
    try:
        return find_project(acting_as(phone.user, phone), organisation, name, Verb.READ).pk == phone.project_id
    except Moved as moved:
        return moved.location == phone.project.get_absolute_url()
    except DomainError:
        return False


@transaction.atomic
def end_pass(phone: PhonePass) -> None:
    """Ends a pass; the phone's socket is closed."""
    PhonePass.objects.filter(pk=phone.pk).delete()
    _tell(phone.user_id, phone.project_id)


@transaction.atomic
def end_phones(actor: Actor, project: Project) -> int:
    """Ends all passes of a person for a project, and links that wait; answers how many phones were let in."""
    require(actor, Verb.READ, project)
    mine = PhonePass.objects.visible_to(actor).filter(project=project)
    count = mine.alive().count()
    mine.delete()
    if count:
        write_entry(actor, "phone.end", f"project:{project.pk}", phones=count)
    _tell(actor.pk, project.pk)
    return count


def phones_of(actor: Actor, project: Project) -> int:
    """How many phones hold a pass of the person for the project."""
    return PhonePass.objects.visible_to(actor).alive().filter(project=project).count()


def _tell(user_id: UUID, project_id: UUID) -> None:
    transaction.on_commit(lambda: deliver(phones_group(user_id, project_id), {"what": "look"}), robust=True)
