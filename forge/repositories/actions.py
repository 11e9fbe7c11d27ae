"""Linking a project to a branch, pulling it, and what a pull changes. Each act checks the permission and is audited."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from forge.accounts.access import require_person
from forge.accounts.permissions import Verb
from forge.compute.parties import party_of
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.core.events.log import append_event
from forge.core.preconditions import Precondition, require_precondition, require_precondition_to_replace
from forge.core.sealing import seal
from forge.jobs.kinds import kind_of
from forge.jobs.models import Job
from forge.jobs.queue import announce, create_job
from forge.projects.access import require
from forge.projects.announcements import VERSION_SAVED
from forge.projects.git.remote import OutsideCommit, Remote
from forge.projects.models import Project, Version
from forge.repositories.access import find_link, open_request
from forge.repositories.errors import NotLinked, PullRunning, RepositoryLinkEnded
from forge.repositories.etag_facets import link_facets
from forge.repositories.kinds import PULL_KIND, TOKEN_PURPOSE
from forge.repositories.models import LinkedBranch, Pull, RemoteRequest
from forge.repositories.request_refs import number_of, request_refs
from forge.reviews.actions import bring_from_outside, bring_newer
from forge.reviews.change_requests.actions.outside import OutsideOrigin
from forge.reviews.changes.edits import Edits, apply_edits
from forge.reviews.changes.models import ChangeRequest


@transaction.atomic
def link_branch(actor: Actor, project: Project, remote: Remote, *, precondition: Precondition = None) -> LinkedBranch:
    """Makes a project follow a branch, in place of the one that it followed. Who links takes the link over.

    It works with their right for good, so no token makes it: it would outlive the token. Raises `Forbidden`,
    `PersonNeeded`, `Invalid`, `Stale` and `PreconditionRequired`.
    """
    require(actor, Verb.EDIT, project)
    require_person(actor)
    if not remote.branch:
        raise Invalid("Enter a branch.", errors={"branch": ["Enter a branch."]})
    Project.objects.lock(project.pk)
    link = LinkedBranch.objects.filter(project=project).first()
    require_precondition_to_replace(link_facets(link), precondition, exists=link is not None)
    link = link or LinkedBranch(project=project)
    if (link.url, link.branch, link.folder) != (remote.url, remote.branch, remote.folder):
        link.url, link.branch, link.folder = remote.url, remote.branch, remote.folder
        link.commit, link.version, link.shared = "", None, None
    link.linked_by, link.linked, link.ended = actor.person, timezone.now(), None
    link.save()
    write_entry(
        actor, "git.link", project.stream, project.place, url=remote.url, branch=remote.branch, folder=remote.folder
    )
    return link


@transaction.atomic
def unlink_branch(actor: Actor, project: Project, *, precondition: Precondition = None) -> None:
    """Makes a project follow no branch. Its files and change requests stay.

    Raises `Forbidden`, `NotLinked`, `Stale` and `PreconditionRequired`.
    """
    require(actor, Verb.EDIT, project)
    Project.objects.lock(project.pk)
    link = _link(actor, project)
    require_precondition(link_facets(link), precondition)
    write_entry(actor, "git.unlink", project.stream, project.place, url=link.url, branch=link.branch)
    link.delete()


@transaction.atomic
def pull(
    actor: Actor, project: Project, token: str = "", request: str = "", *, precondition: Precondition = None
) -> Pull:
    """Queues a pull of the linked branch, or of a request of its repository (`forge.repositories.request_refs`).

    A token is for the link that was seen: it is not sent to another address. Answers the same pull where it is queued
    already. Raises `Forbidden`, `Invalid`, `NotLinked`, `RepositoryLinkEnded`, `Stale`, `PreconditionRequired`,
    and `PullRunning` where another one is.
    """
    require(actor, Verb.EDIT, project)
    Project.objects.lock(project.pk)
    link = _link(actor, project)
    require_precondition(link_facets(link), precondition)
    if link.ended is not None:
        raise RepositoryLinkEnded(
            "The person who linked this branch may no longer edit the project, or ended the link. Link it again."
        )
    unfinished_jobs = Job.objects.unfinished().filter(kind=PULL_KIND, project=project)
    existing = Pull.objects.select_related("job").filter(job__in=unfinished_jobs).first()
    refs = list(request_refs(request))
    if existing is not None:
        if existing.job.spec.get("refs", []) == refs:
            return existing
        raise PullRunning("Another pull of this repository is not finished. Wait for its end, and pull again.")
    party = party_of(actor, project.organisation_id)
    branch = {"url": link.url, "branch": link.branch, "folder": link.folder}
    spec: dict[str, object] = {"project": str(project.pk), **branch, "refs": refs}
    kind, key = kind_of(PULL_KIND), f"git:{project.pk}"
    job = create_job(kind, project.organisation_id, spec, party=party, project=project, key=key)
    sealed_token = seal(token, TOKEN_PURPOSE) if token else ""
    new_pull = Pull.objects.create(job=job, project=project, sealed_token=sealed_token)
    write_entry(actor, "git.pull", project.stream, project.place, url=link.url, branch=link.branch)
    announce(job)
    return new_pull


@dataclass(frozen=True)
class IncomingCommit:
    """Files of a commit as a version of the project, and what the repository tells of it."""

    version: Version
    newest: OutsideCommit
    skipped_paths: tuple[str, ...] = ()


@transaction.atomic
def update_files(actor: Actor, link: LinkedBranch, incoming: IncomingCommit, edits: Edits) -> None:
    """Makes the project's files those of a commit, since they had no change of their own since the last one.

    Raises `Forbidden`, and `FileChanged` where somebody edits at this moment.
    """
    project = link.project
    require(actor, Verb.EDIT, project)
    apply_edits(actor, project, edits)
    Version.objects.filter(pk=incoming.version.pk).update(sequence=project.sequence, is_proposed=False)
    _note_shared(link, incoming)
    append_event(project.stream, VERSION_SAVED(number=incoming.version.number), actor)
    facts = {"branch": link.branch, "url": link.url, "commit": incoming.newest.commit}
    write_entry(actor, "git.update", project.stream, project.place, version=incoming.version.number, **facts)


@transaction.atomic
def note_shared(actor: Actor, link: LinkedBranch, incoming: IncomingCommit) -> None:
    """The project has a commit's files already. Raises `Forbidden`."""
    require(actor, Verb.EDIT, link.project)
    Version.objects.filter(pk=incoming.version.pk).update(is_proposed=False)
    _note_shared(link, incoming)
    facts = {"branch": link.branch, "url": link.url, "commit": incoming.newest.commit}
    write_entry(actor, "git.same", link.project.stream, link.project.place, version=incoming.version.number, **facts)


@transaction.atomic
def offer_commit(actor: Actor, link: LinkedBranch, ref: str, base: Version, incoming: IncomingCommit) -> ChangeRequest:
    """Makes a change request of a commit of this ref of the repository, or another round of the one that is open.

    Raises `Forbidden` and `TooManyOffers`.
    """
    project, newest = link.project, incoming.newest
    require(actor, Verb.EDIT, project)
    existing = open_request(link, [ref])
    if existing is not None:
        bring_newer(actor, existing.change_request, incoming.version, newest.subject)
        RemoteRequest.objects.filter(pk=existing.pk).update(commit=newest.commit)
        return existing.change_request
    number = number_of(ref)
    origin = OutsideOrigin(newest.author, f"request {number} of {link.address}" if number else link.place)
    title = newest.subject or f"Commit {newest.commit[:12]}"
    change = bring_from_outside(actor, project, origin, title, base=base, offered_version=incoming.version)
    RemoteRequest.objects.create(change_request=change, project=project, url=link.url, ref=ref, commit=newest.commit)
    return change


def _note_shared(link: LinkedBranch, incoming: IncomingCommit) -> None:
    link.commit, link.version, link.shared = incoming.newest.commit, incoming.version, timezone.now()
    link.save(update_fields=["commit", "version", "shared"])


def _link(actor: Actor, project: Project) -> LinkedBranch:
    link = find_link(actor, project)
    if link is None:
        raise NotLinked("This project follows no branch. Link one first.")
    return link
