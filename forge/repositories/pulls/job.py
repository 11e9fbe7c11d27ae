"""A pull is a job of servers, which alone have a way out: fetches the branch, and brings what came into the project.

Nothing of it is lost when a process dies: what is stored is found again, and the rest is done anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import acting_as
from forge.core.actors import Actor
from forge.core.errors import DomainError, TooOften
from forge.core.sealing import unseal
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed, JobKind, JobTitle
from forge.jobs.models import Job, WorkerCapability
from forge.projects.errors import FileChanged
from forge.projects.files.contents import StoredFile
from forge.projects.files.extract_archive import extract_file
from forge.projects.files.storage import delete_on_failure
from forge.projects.git.remote import HISTORY_DEPTH, FetchedBranch, Looking, fetch_newer
from forge.projects.git.repository import may_be_in_git
from forge.projects.models import Project, Version
from forge.projects.versions.outside import store_outside_version
from forge.projects.versions.store import Manifest, WorkingTree, available_files, working_tree
from forge.repositories.access import SharedVersion, open_request, shared_with
from forge.repositories.actions import IncomingCommit, note_shared, offer_commit, update_files
from forge.repositories.errors import NothingToPull
from forge.repositories.kinds import PULL_KIND, TOKEN_PURPOSE
from forge.repositories.models import LinkedBranch, Pull, PullOutcome
from forge.repositories.request_refs import number_of
from forge.reviews.changes.edits import edits_between
from forge.reviews.changes.merging import is_of, merging
from rune.wording import counted

LEASE = timedelta(seconds=60)
ATTEMPTS = 4
BACK_OFF = timedelta(seconds=10)


def run_pull_job(job: JobContext) -> Mapping[str, Any]:
    """Fetches the branch, and brings what came into the project."""
    pull = Pull.objects.select_related("job__requested_by").get(pk=job.job_id)
    link = LinkedBranch.objects.active().select_related("project__organisation", "linked_by", "version")
    linked_branch = link.filter(project=pull.project_id).first()
    if linked_branch is None or (linked_branch.url, linked_branch.branch, linked_branch.folder) != tuple(
        job.spec[key] for key in ("url", "branch", "folder")
    ):
        raise JobFailed("The project no longer follows this branch.")
    actor = _actor_of(pull, linked_branch)
    try:
        return _pull(job, pull, linked_branch, actor)
    except TooOften as error:
        raise AttemptFailed(error.detail) from None
    except FileChanged:
        raise AttemptFailed("Somebody edited the files at the same time.") from None
    except DomainError as error:
        raise JobFailed(error.detail) from None


def _actor_of(pull: Pull, link: LinkedBranch) -> Actor:
    """Returns the actor who requested it, while they and the person who linked the branch may still edit the
    project."""
    asker, linker = pull.job.requested_by, link.linked_by
    if linker is None or not can(acting_as(linker), Verb.EDIT, link.project):
        raise JobFailed("The person who linked this branch may no longer edit the project. Link it again.")
    if asker is None or not can(acting_as(asker), Verb.EDIT, link.project):
        raise JobFailed("The person who started this pull may no longer edit the project.")
    return acting_as(asker)


def _pull(job: JobContext, pull: Pull, link: LinkedBranch, actor: Actor) -> Mapping[str, Any]:
    token = unseal(pull.sealed_token, TOKEN_PURPOSE) if pull.sealed_token else ""
    if token is None:
        raise JobFailed("The token of this pull cannot be read any more. Pull again, and type it again.")
    refs: Sequence[str] = job.spec.get("refs", [])
    shared_version, existing = shared_with(link), open_request(link, refs)
    newest = (
        existing.commit if existing is not None else "" if shared_version is None or refs else shared_version.commit
    )
    known_commits = (
        {shared_version.commit}
        if shared_version is not None
        else set(_first(link.project).values_list("commit", flat=True))
    )
    looking = Looking(refs, str(link.project_id), known_commits, newest, HISTORY_DEPTH)
    place = f"a request of {link.address}" if refs else link.place
    job.report(0.1, f"Fetching {place}")
    job.tick()
    with fetch_newer(link.remote(token), looking, job.tick) as fetch:
        if fetch is None:
            return _end(job, pull, PullOutcome.UNCHANGED, "Nothing came since the last pull.", commit=newest)
        job.log(f"{counted(fetch.commit_count, 'commit')} came; the newest is {fetch.commit[:12]}.")
        for each in fetch.skipped_paths:
            job.log(f"{each} is a link or a submodule, and was left out.", "warning")
        job.report(0.5, "Storing the files")
        job.tick()
        with extract_file(fetch.archive) as files:
            stored_files = tuple(file.store() for file in files)
    with delete_on_failure([file.blob.digest for file in stored_files]):
        return _bring(job, pull, link, actor, fetch, stored_files, shared_version)


def _bring(
    job: JobContext,
    pull: Pull,
    link: LinkedBranch,
    actor: Actor,
    fetch: FetchedBranch,
    stored_files: Collection[StoredFile],
    shared_version: SharedVersion | None,
) -> Mapping[str, Any]:
    project = link.project
    ours = working_tree(project)
    base = _base(project, fetch, shared_version)
    theirs = _with_what_git_lacks(stored_files, base.manifest if base else ours.manifest)
    job.tick()
    version = store_outside_version(actor, project, theirs, fetch.newest, f"{fetch.commit[:12]} of {link.place}")
    is_request = fetch.ref != link.ref
    incoming = IncomingCommit(version, fetch.newest, fetch.skipped_paths)
    facts = {
        "commit": fetch.commit,
        "commits": [asdict(each) for each in fetch.commits],
        "commit_count": fetch.commit_count,
        "skipped_paths": list(fetch.skipped_paths),
        "version": version,
    }
    if is_of(version, ours) or (base is not None and available_files(base) == available_files(version)):
        with transaction.atomic():
            if not is_request:
                note_shared(actor, link, incoming)
            return _end(job, pull, PullOutcome.UNCHANGED, "The project has all of it already.", **facts)
    if not is_request and base is not None and is_of(base, ours) and open_request(link) is None:
        result = merging(base, ours, version, {}).result
        edits = edits_between(ours, result)
        with transaction.atomic():
            update_files(actor, link, incoming, edits)
            summary = f"{counted(len(edits.paths), 'file')} changed: version {version.number}."
            return _end(job, pull, PullOutcome.UPDATED, summary, **facts)
    base = base or _in_common(actor, project, ours, theirs, link)
    with transaction.atomic():
        change = offer_commit(actor, link, fetch.ref, base, incoming)
        summary = (
            f"Change request {change.number} offers request {number_of(fetch.ref)} here."
            if is_request
            else f"Both sides have changes: change request {change.number} merges them."
        )
        return _end(job, pull, PullOutcome.OFFERED, summary, change_request=change, **facts)


def _first(project: Project) -> QuerySet[Version]:
    """The version with which a project of a Git repository began. Others that have a commit need not be in its files:
    an offer may be open, or closed."""
    return Version.objects.filter(project=project, number=1).exclude(commit="")


def _base(project: Project, fetch: FetchedBranch, shared_version: SharedVersion | None) -> Version | None:
    """The version that both sides had last: of the newest commit of the history that the project has."""
    of_history = fetch.shared_commit
    if of_history is not None and of_history.version is not None:
        own = Version.objects.filter(project=project, number=of_history.version).first()
        if own is not None:
            return own
    if shared_version is not None:
        # Also where the history was written anew there, or goes back too far: what came last is still the nearest.
        return shared_version.version
    return None if of_history is None else _first(project).filter(commit=of_history.commit).first()


def _with_what_git_lacks(stored_files: Collection[StoredFile], before: Manifest) -> Manifest:
    """The files of a commit as a manifest, with those of the project that no commit can have."""
    theirs = {path: entry for path, entry in before.items() if not may_be_in_git(path)}
    return theirs | {file.path: {"digest": file.blob.digest, "size": file.blob.size} for file in stored_files}


def _in_common(actor: Actor, project: Project, ours: WorkingTree, theirs: Manifest, link: LinkedBranch) -> Version:
    """Returns the files that are the same on both sides, for two histories without a common version."""
    same = {path: file for path, file in ours.manifest.items() if theirs.get(path, {}).get("digest") == file["digest"]}
    message = f"What the project and {link.place} have in common"
    return store_outside_version(actor, project, same, None, message)


def _end(job: JobContext, pull: Pull, outcome: PullOutcome, summary: str, **facts: Any) -> Mapping[str, Any]:
    """Writes what a pull did, under its lease. Raises `LeaseLost`."""
    job.log(summary)
    with transaction.atomic():
        job.confirm_lease()
        for key, value in facts.items():
            setattr(pull, key, value)
        pull.outcome, pull.sealed_token = outcome, ""
        pull.save()
    return {"outcome": outcome.value, "commit": pull.commit, "summary": summary}


def _titles(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    pulls = Pull.objects.select_related("project__organisation").filter(pk__in=[job.pk for job in jobs])
    return {
        each.pk: JobTitle(f"Pull into {each.project.full_name}", f"{each.project.get_absolute_url()}/push")
        for each in pulls
    }


def forget_token(job: Job) -> None:
    """A token is there no longer than its pull."""
    if job.is_finished:
        Pull.objects.filter(pk=job.pk).exclude(sealed_token="").update(sealed_token="")


def require_link(actor: Actor, job: Job) -> None:
    """Requires the branch that the project follows: only that is pulled again. Raises `NothingToPull`."""
    if not LinkedBranch.objects.active().filter(project=job.project_id).exists():
        raise NothingToPull("The project no longer follows this branch. Link it, and pull again.")


PULL = JobKind(
    PULL_KIND,
    WorkerCapability.SEND,
    run_pull_job,
    "Git pull",
    titles=_titles,
    verb=Verb.EDIT,
    lease=LEASE,
    attempts=ATTEMPTS,
    back_off=lambda attempt: BACK_OFF * attempt,
    noun="pull",
    on_change=forget_token,
    before_retry=require_link,
)
