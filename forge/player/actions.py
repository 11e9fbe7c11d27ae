"""Letting phones in by a one-time link, and ending their passes."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_person
from forge.accounts.errors import LinkEnded
from forge.accounts.permissions import Verb
from forge.accounts.principals import acting_as
from forge.accounts.tokens.secrets import hash_secret, new_secret
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.events.delivery import deliver
from forge.player.models import PhonePass
from forge.player.passes import cookie_name, find_pass, phones_group, player_path
from forge.projects.access import require
from forge.projects.actions import note_download
from forge.projects.models import Project, Visibility

LINK_LIFE = timedelta(minutes=5)
PASS_LIFE = timedelta(days=7)

_CODE_ENDED = "The code was used already, or is older than 5 minutes. Show a new code in the studio and scan it."


@transaction.atomic
def make_phone_link(actor: Actor, project: Project, studio_key: str = "") -> str:
    """A link that lets one phone in, once, within 5 minutes. Raises `Forbidden` and what `require` does.

    `studio_key` is the public key of a studio that wants the phone's sensors: the phone encrypts for it.
    """
    require(actor, Verb.READ, project)
    require_person(actor)
    now = timezone.now()
    secret = new_secret()
    PhonePass.objects.create(
        link_hash=hash_secret(secret),
        user=actor.person,
        project=project,
        session_hash=actor.person.get_session_auth_hash(),
        link_expires=now + LINK_LIFE,
    )
    key = f"&studio={studio_key}" if studio_key else ""
    return f"{settings.PUBLIC_URL}{player_path(project)}#token={secret}{key}"


def delete_ended_passes() -> None:
    """Deletes links that nobody used in time, and passes whose time is over."""
    now = timezone.now()
    PhonePass.objects.filter(used__isnull=True, link_expires__lt=now).delete()
    PhonePass.objects.filter(expires__lt=now).delete()


@transaction.atomic
def redeem_phone_link(secret: str, organisation: str, name: str) -> tuple[PhonePass, str]:
    """The pass that a link is changed for, with its secret. Works once, at its own project. Raises `LinkEnded`."""
    now = timezone.now()
    pass_secret = new_secret()
    # Taking it comes first and only succeeds once, no matter who else redeems it at this moment.
    unused_links = PhonePass.objects.filter(link_hash=hash_secret(secret), used__isnull=True, link_expires__gt=now)
    if not unused_links.update(used=now, expires=now + PASS_LIFE, secret_hash=hash_secret(pass_secret)):
        raise LinkEnded(_CODE_ENDED)
    phone = find_pass({cookie_name(""): pass_secret}, organisation, name)
    if phone is None:
        raise LinkEnded(_CODE_ENDED)
    write_entry(acting_as(phone.user, phone), "phone.enter", f"project:{phone.project_id}", phone.project.place)
    return phone, pass_secret


@transaction.atomic
def end_pass(phone: PhonePass) -> None:
    """Ends a pass that its phone gives back; the phone's socket is closed."""
    count, _ = PhonePass.objects.filter(pk=phone.pk).delete()
    if count:
        write_entry(acting_as(phone.user, phone), "phone.leave", f"project:{phone.project_id}", phone.project.place)
    _notify_sockets(phone.user_id, phone.project_id)


@transaction.atomic
def end_phones(actor: Actor, project: Project) -> int:
    """Ends all passes of a person for a project, and links that wait; answers how many phones were let in."""
    require(actor, Verb.READ, project)
    mine = PhonePass.objects.visible_to(actor).filter(project=project)
    count = mine.alive().count()
    mine.delete()
    if count:
        write_entry(actor, "phone.end", f"project:{project.pk}", project.place, phones=count)
    _notify_sockets(actor.pk, project.pk)
    return count


def note_run(actor: Actor, project: Project, digest: str) -> None:
    """Writes down that someone's player fetches a rune of a project that is not public.

    Raises `Forbidden` and `NotFound`.
    """
    if project.visibility != Visibility.PUBLIC:
        note_download(actor, project, "player.download", digest=digest)


def _notify_sockets(user_id: UUID, project_id: UUID) -> None:
    transaction.on_commit(lambda: deliver(phones_group(user_id, project_id), {"what": "look"}), robust=True)
