"""Access for phones: a one-time link, shown as a QR code in the studio, and the pass that replaces it.

The pass is no session. It is a cookie of the player's own addresses, for one project, with which that project's runes
are run and its results are shown in the same person's studio; it opens no page, reads no file and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import acting_as
from forge.accounts.tokens.secrets import hash_secret
from forge.core.actors import Actor
from forge.core.errors import AddressChanged, DomainError
from forge.player.models import PhonePass
from forge.projects.access import find_project
from forge.projects.models import Project

COOKIE_PREFIX = "phone_"
"""A phone may hold passes for several projects; the cookie's name ends with the project's id."""
COOKIES = 50
"""Passes that are looked at; a phone that holds more scans again."""


def player_path(project: Project) -> str:
    """Returns the address of a project's player."""
    return f"/player/{project.full_name}"


def cookie_name(project_id: UUID | str) -> str:
    """The cookie in which a phone holds its pass for a project."""
    return f"{COOKIE_PREFIX}{project_id}"


def phones_group(user_id: UUID | str, project_id: UUID | str) -> str:
    """The group of a person's phones on a project."""
    return f"phones.{user_id}.{project_id}"


def find_pass(cookies: Mapping[str, str], organisation: str, name: str) -> PhonePass | None:
    """The living pass among a phone's cookies that is for the project at this address, also a former one."""
    secrets = [secret for cookie, secret in cookies.items() if cookie.startswith(COOKIE_PREFIX)][:COOKIES]
    if not secrets:
        return None
    alive = PhonePass.objects.alive().select_related("user", "project__organisation")
    passes = alive.filter(secret_hash__in=[hash_secret(secret) for secret in secrets])
    return next((phone for phone in passes if is_good(phone) and _leads_to(phone, organisation, name)), None)


def is_good(phone: PhonePass) -> bool:
    """Returns whether the pass's person still has an account, the same password, and a role in the project."""
    if not phone.user.is_active or phone.session_hash != phone.user.get_session_auth_hash():
        return False
    return phone.project.deleted_at is None and can(acting_as(phone.user, phone), Verb.READ, phone.project)


def is_alive(pass_id: UUID) -> bool:
    """Returns whether a pass that was good still opens the player."""
    phone = PhonePass.objects.alive().select_related("user", "project__organisation").filter(pk=pass_id).first()
    return phone is not None and is_good(phone)


def _leads_to(phone: PhonePass, organisation: str, name: str) -> bool:
    try:
        return find_project(acting_as(phone.user, phone), organisation, name, Verb.READ).pk == phone.project_id
    except AddressChanged as error:
        return error.location == phone.project.get_absolute_url()
    except DomainError:
        return False


def phones_of(actor: Actor, project: Project) -> int:
    """Returns how many phones hold a pass of the person for the project."""
    return PhonePass.objects.visible_to(actor).alive().filter(project=project).count()
