"""Reading mirrors, and opening the repository that one names."""

from __future__ import annotations

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, acting_as
from forge.core.actors import Actor
from forge.core.sealing import unseal
from forge.projects.access import require
from forge.projects.models import Project
from forge.registry.distribution.mirrors.addresses import is_named
from forge.registry.distribution.mirrors.connection import MirrorCredentials, RemoteConnection
from forge.registry.distribution.mirrors.errors import NoSuchMirror, RemoteFailed
from forge.registry.distribution.mirrors.models import Mirror, MirrorDirection
from forge.registry.distribution.mirrors.remote import RemoteRepository

PASSWORD_PURPOSE = "mirror password"  # noqa: S105 (what a seal is for)
_ACTIONS = {MirrorDirection.TO: "pull,push", MirrorDirection.FROM: "pull"}


def mirrors_of(actor: Actor, project: Project) -> list[Mirror]:
    """The mirrors of a project, for who manages it. Raises `Forbidden`."""
    require(actor, Verb.MANAGE, project)
    return list(Mirror.objects.visible_to(actor).filter(project=project).select_related("author"))


def find_mirror(actor: Actor, project: Project, direction: str) -> Mirror:
    """A project's mirror in one direction. Raises `Forbidden` and `NoSuchMirror`."""
    mirror = next((each for each in mirrors_of(actor, project) if each.direction == direction), None)
    if mirror is None:
        raise NoSuchMirror("The project has no such mirror.")
    return mirror


def principal_of_mirror(mirror: Mirror) -> Principal | None:
    """The person with whose rights a mirror works; None where they may no longer manage the project."""
    author = mirror.author
    if author is None or not can(acting_as(author), Verb.MANAGE, mirror.project):
        return None
    return acting_as(author)


def open_remote(mirror: Mirror, seconds: float) -> RemoteRepository:
    """The repository of the other registry, to be used for at most `seconds`. Raises `RemoteFailed`."""
    credentials = None
    if mirror.sealed_password:
        password = unseal(mirror.sealed_password, PASSWORD_PURPOSE)
        if password is None:
            raise RemoteFailed("The stored password cannot be read any more. Enter it again.")
        credentials = MirrorCredentials(mirror.user, password)
    scope = f"repository:{mirror.repository}:{_ACTIONS[MirrorDirection(mirror.direction)]}"
    anywhere = is_named(mirror.registry)
    connection = RemoteConnection(mirror.registry, credentials, scope, anywhere=anywhere, seconds=seconds)
    return RemoteRepository(connection, mirror.repository)
