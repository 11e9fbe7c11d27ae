"""Setting and removing a project's mirrors, and copying to one now. Each act checks the permission and is audited."""

from __future__ import annotations

from typing import Annotated, Literal

from django.db import transaction
from django.utils import timezone
from rest_framework.fields import CharField

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.api.acts import DONE, act
from forge.core.api.states import IF_MATCH, IF_MATCH_TO_REPLACE, WORKS
from forge.core.audit.entries import write_entry
from forge.core.preconditions import Precondition, require_precondition, require_precondition_to_replace
from forge.core.sealing import seal
from forge.jobs.models import Job, WorkerCapability
from forge.jobs.workers.slots import notify_workers
from forge.projects.models import Project
from forge.projects.place import PROJECT_OF_PEOPLE
from forge.registry.distribution.mirrors.access import PASSWORD_PURPOSE, find_mirror
from forge.registry.distribution.mirrors.addresses import checked_registry, checked_repository
from forge.registry.distribution.mirrors.copying import state_of
from forge.registry.distribution.mirrors.errors import BadMirror, NoSuchMirror
from forge.registry.distribution.mirrors.jobs import cancel_copies, request_copy
from forge.registry.distribution.mirrors.models import LONGEST_ADDRESS, LONGEST_NAME, Mirror, MirrorDirection
from forge.registry.distribution.mirrors.serializers import COPY, MIRROR, mirror_facets
from forge.registry.models import Repository

LONGEST_USER = 200
"""Characters."""
LONGEST_PASSWORD = 2_000
"""Characters: tokens of some registries are long."""
Password = Annotated[
    str | None,
    CharField(
        max_length=LONGEST_PASSWORD,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        help_text="`null` keeps the stored one, where registry and user stay the same.",
    ),
]


@act(
    "PUT",
    PROJECT_OF_PEOPLE,
    "mirrors/<str:direction>",
    "mirrors_set",
    verb=Verb.MANAGE,
    state=IF_MATCH_TO_REPLACE,
    answer=MIRROR,
    raises=(BadMirror,),
)
@transaction.atomic
def set_mirror(
    actor: Actor,
    project: Project,
    direction: str,
    registry: Annotated[str, CharField(max_length=LONGEST_ADDRESS)],
    repository: Annotated[str, CharField(max_length=LONGEST_NAME)],
    user: Annotated[str, CharField(max_length=LONGEST_USER, allow_blank=True)] = "",
    password: Password = None,
    *,
    precondition: Precondition = None,
) -> Mirror:
    """Sets the mirror: what is published is copied within a minute, or what is lacking is fetched when pulled. In place
    of another one it takes the `ETag` of that. Who sets it takes it over. A password is never sent elsewhere than where
    it was entered for."""
    way = _checked_direction(direction)
    registry, repository = checked_registry(registry), checked_repository(repository)
    user, password = _checked_sign_in(user.strip(), password)
    Project.objects.lock(project.pk)
    mirror = Mirror.objects.filter(project=project, direction=way).first()
    require_precondition_to_replace(mirror_facets(mirror), precondition, exists=mirror is not None)
    mirror = mirror or Mirror(project=project, direction=way)
    if password is not None or (mirror.registry, mirror.user) != (registry, user):
        mirror.sealed_password = seal(password, PASSWORD_PURPOSE) if password else ""
    mirror.registry, mirror.repository, mirror.user = registry, repository, user
    mirror.author, mirror.created, mirror.ended = actor.person, timezone.now(), None
    mirror.copied_state, mirror.problem, mirror.changed = "", "", None
    mirror.save()
    Repository.objects.get_or_create(project=project)
    write_entry(actor, "mirror.set", project.stream, project.place, direction=str(way.label), address=mirror.address)
    return mirror


@act(
    "DELETE",
    PROJECT_OF_PEOPLE,
    "mirrors/<str:direction>",
    "mirrors_remove",
    verb=Verb.MANAGE,
    state=IF_MATCH,
    answer=DONE,
    raises=(NoSuchMirror,),
)
@transaction.atomic
def remove_mirror(actor: Actor, project: Project, direction: str, *, precondition: Precondition = None) -> None:
    """Removes the mirror, and cancels copies to it. What was copied or fetched stays."""
    way = _checked_direction(direction)
    Project.objects.lock(project.pk)
    mirror = find_mirror(actor, project, way)
    require_precondition(mirror_facets(mirror), precondition)
    write_entry(actor, "mirror.remove", project.stream, project.place, direction=str(way.label), address=mirror.address)
    cancel_copies(mirror, str(actor.person))
    mirror.delete()


@act(
    "POST",
    PROJECT_OF_PEOPLE,
    "mirrors/to/copy",
    "mirrors_copy",
    verb=Verb.MANAGE,
    state=WORKS,
    answer=COPY,
    raises=(NoSuchMirror, BadMirror),
)
@transaction.atomic
def copy_now(actor: Actor, project: Project) -> Job:
    """Copies what the mirror lacks, as it happens within a minute after each publication."""
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


def _checked_direction(text: str) -> MirrorDirection:
    if text not in MirrorDirection.values:
        raise NoSuchMirror("A project is mirrored `to` another registry or `from` one.")
    return MirrorDirection(text)


def _checked_sign_in(user: str, password: str | None) -> tuple[str, str | None]:
    if len(user) > LONGEST_USER or ":" in user or not user.isprintable():
        raise _bad("user", f"A user has at most {LONGEST_USER} visible characters, and no colon.")
    if password is not None and (len(password) > LONGEST_PASSWORD or not password.isprintable()):
        raise _bad("password", f"A password has at most {LONGEST_PASSWORD:,} visible characters.")
    if password and not user:
        raise _bad("user", "Enter the user that the password is for. Registries with tokens take any name.")
    return user, password


def _bad(field: Literal["user", "password"], message: str) -> BadMirror:
    return BadMirror(message, errors={field: [message]})
