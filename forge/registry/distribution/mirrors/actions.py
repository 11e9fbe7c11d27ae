"""Setting and removing a project's mirrors, and copying to one now. Each act checks the permission and is audited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.utils import timezone

from forge.accounts.organisations.access import require_person
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.preconditions import Facet, Precondition, require_precondition, require_precondition_to_replace
from forge.core.sealing import seal
from forge.jobs.models import Job, WorkerCapability
from forge.jobs.workers.slots import notify_workers
from forge.projects.access import require
from forge.projects.models import Project
from forge.registry.distribution.mirrors.access import PASSWORD_PURPOSE, find_mirror
from forge.registry.distribution.mirrors.addresses import checked_registry, checked_repository
from forge.registry.distribution.mirrors.copying import state_of
from forge.registry.distribution.mirrors.errors import BadMirror
from forge.registry.distribution.mirrors.jobs import cancel_copies, request_copy
from forge.registry.distribution.mirrors.models import Mirror, MirrorDirection
from forge.registry.models import Repository

LONGEST_USER = 200
"""Characters."""
LONGEST_PASSWORD = 2_000
"""Characters: tokens of some registries are long."""


@dataclass(frozen=True)
class MirrorSettings:
    """Another registry as somebody describes it. A password of None keeps the stored one."""

    registry: str
    repository: str
    user: str = ""
    password: str | None = None


@transaction.atomic
def set_mirror(
    actor: Actor,
    project: Project,
    direction: MirrorDirection,
    new_settings: MirrorSettings,
    *,
    precondition: Precondition = None,
) -> Mirror:
    """Sets a project's mirror in one direction, in place of the one before. Who sets it takes it over.

    A password is kept for the same registry and user alone: it is never sent elsewhere than where it was entered for.
    Raises `Forbidden`, `PersonNeeded`, `Stale`, `PreconditionRequired` and `BadMirror`.
    """
    require(actor, Verb.MANAGE, project)
    require_person(actor)
    registry, repository = checked_registry(new_settings.registry), checked_repository(new_settings.repository)
    user, password = _checked_sign_in(new_settings)
    Project.objects.lock(project.pk)
    mirror = Mirror.objects.filter(project=project, direction=direction).first()
    require_precondition_to_replace(mirror_facets(mirror), precondition, exists=mirror is not None)
    mirror = mirror or Mirror(project=project, direction=direction)
    if password is not None or (mirror.registry, mirror.user) != (registry, user):
        mirror.sealed_password = seal(password, PASSWORD_PURPOSE) if password else ""
    mirror.registry, mirror.repository, mirror.user = registry, repository, user
    mirror.author, mirror.created, mirror.ended = actor.person, timezone.now(), None
    mirror.copied_state, mirror.problem, mirror.changed = "", "", None
    mirror.save()
    Repository.objects.get_or_create(project=project)
    write_entry(
        actor, "mirror.set", project.stream, project.place, direction=str(direction.label), address=mirror.address
    )
    return mirror


@transaction.atomic
def remove_mirror(
    actor: Actor, project: Project, direction: MirrorDirection, *, precondition: Precondition = None
) -> None:
    """Removes a mirror, and cancels copies to it. What was copied stays there, and what was fetched stays here.

    Raises `Forbidden`, `Stale`, `PreconditionRequired` and `NoSuchMirror`.
    """
    require(actor, Verb.MANAGE, project)
    Project.objects.lock(project.pk)
    mirror = find_mirror(actor, project, direction)
    require_precondition(mirror_facets(mirror), precondition)
    write_entry(
        actor, "mirror.remove", project.stream, project.place, direction=str(direction.label), address=mirror.address
    )
    cancel_copies(mirror, str(actor.person))
    mirror.delete()


@transaction.atomic
def copy_now(actor: Actor, project: Project) -> Job:
    """Asks for a copy to the project's mirror. Raises `Forbidden`, `NoSuchMirror` and `BadMirror`."""
    require(actor, Verb.MANAGE, project)
    mirror = find_mirror(actor, project, MirrorDirection.TO)
    if mirror.ended is not None:
        raise BadMirror(
            "The person who set up this mirror may no longer manage the project, or ended it. Set it up again."
        )
    repository, _ = Repository.objects.get_or_create(project=project)
    job = request_copy(mirror, state_of(repository).digest, actor.person.pk if actor.person else None)
    write_entry(actor, "mirror.copy", project.stream, project.place, address=mirror.address)
    transaction.on_commit(lambda: notify_workers(WorkerCapability.SEND))
    return job


def mirror_facets(mirror: Mirror | None) -> tuple[Facet, ...]:
    """Returns the facets that changing a mirror depends on."""
    values = [] if mirror is None else [mirror.registry, mirror.repository, mirror.user, str(mirror.ended)]
    return (Facet("mirror", values, "The mirror changed."),)


def _checked_sign_in(new_settings: MirrorSettings) -> tuple[str, str | None]:
    user, password = new_settings.user.strip(), new_settings.password
    if len(user) > LONGEST_USER or ":" in user or not user.isprintable():
        raise _bad("user", f"A user has at most {LONGEST_USER} visible characters, and no colon.")
    if password is not None and (len(password) > LONGEST_PASSWORD or not password.isprintable()):
        raise _bad("password", f"A password has at most {LONGEST_PASSWORD:,} visible characters.")
    if password and not user:
        raise _bad("user", "Enter the user that the password is for. Registries with tokens take any name.")
    return user, password


def _bad(field: Literal["user", "password"], message: str) -> BadMirror:
    return BadMirror(message, errors={field: [message]})
