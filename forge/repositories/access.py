"""Reading linked branches and pulls, and what a project and its branch have in common."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.projects.access import require
from forge.projects.git.remote import SharedCommit
from forge.projects.models import Project, Version
from forge.repositories.models import LinkedBranch, Pull, RemoteRequest
from forge.reviews.changes.models import ChangeState

PULLS_SHOWN = 10


@dataclass(frozen=True)
class SharedVersion:
    """The newest commit whose files a project has, and the version with them."""

    commit: str
    version: Version
    pushed_up_to: int
    """The last version of which the branch needs no commit."""


def find_link(actor: Actor, project: Project) -> LinkedBranch | None:
    """The branch that a project follows, for who edits it. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.EDIT, project)
    links = LinkedBranch.objects.visible_to(actor).select_related("project__organisation", "linked_by", "version")
    return links.filter(project=project).first()


def pulls_of(actor: Actor, project: Project) -> list[Pull]:
    """The newest pulls, for who edits the project. Raises `Forbidden` or `NotFound`."""
    require(actor, Verb.EDIT, project)
    pulls = Pull.objects.filter(project=project).select_related(
        "job__requested_by", "version", "change_request__project__organisation"
    )
    return list(pulls[:PULLS_SHOWN])


def shared_with(link: LinkedBranch) -> SharedVersion | None:
    """Returns the common version of a project and its branch: the last one pulled, pushed or merged."""
    merged_requests = RemoteRequest.objects.filter(
        project=link.project_id, url=link.url, ref=link.ref, change_request__state=ChangeState.MERGED
    ).select_related("change_request__offered", "change_request__merged_version")
    newest = merged_requests.order_by("-change_request__decided").first()
    change = None if newest is None else newest.change_request
    decided_at = None if change is None else change.decided
    is_newest = decided_at is not None and (link.shared is None or decided_at > link.shared)
    if is_newest and change is not None and change.offered is not None and change.merged_version is not None:
        return SharedVersion(change.offered.commit, change.offered, change.merged_version.number - 1)
    return None if link.version is None else SharedVersion(link.commit, link.version, link.version.number)


def open_request(link: LinkedBranch, refs: Collection[str] = ()) -> RemoteRequest | None:
    """The open change request of the linked branch itself, or of one of these refs of its repository."""
    requests = RemoteRequest.objects.filter(
        project=link.project_id, url=link.url, ref__in=refs or (link.ref,), change_request__state=ChangeState.OPEN
    )
    return requests.select_related("change_request__project__organisation").first()


def shared_commit(project: Project, url: str, branch: str) -> SharedCommit | None:
    """Returns the commit of others on which a push to a branch may be based: the one whose files the project has."""
    link = LinkedBranch.objects.select_related("version", "project").filter(project=project, folder="").first()
    if link is None or (link.url, link.branch) != (url, branch):
        return None
    shared_version = shared_with(link)
    return (
        None
        if shared_version is None or not shared_version.commit
        else SharedCommit(shared_version.commit, shared_version.pushed_up_to)
    )
