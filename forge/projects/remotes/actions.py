"""Projects from Git servers, and their history to them."""

from __future__ import annotations

from django.db import transaction

from forge.accounts.access import require_in
from forge.accounts.models import Organisation
from forge.accounts.names import slug
from forge.accounts.permissions import Verb
from forge.core.actors import Actor
from forge.core.audit.entries import write_entry
from forge.core.errors import Invalid
from forge.projects.access import require
from forge.projects.creating.names import free_name
from forge.projects.git.hooks import shared_commits
from forge.projects.git.remote import PushGoal, PushResult, Remote, fetch_branch, push_versions
from forge.projects.history.export import versions_in_git, wanted_versions
from forge.projects.lifecycle.actions.project import create_from_archive
from forge.projects.models import Project, Version
from forge.projects.versions.actions.save import save_version
from forge.projects.versions.store import working_tree


def create_from_git(
    actor: Actor, organisation: Organisation, name: str, remote: Remote
) -> tuple[Project, tuple[str, ...]]:
    """Makes a project of the newest files of a branch, and saves them as its first version, which names the commit.

    Without a name it is called after the repository. Answers also what was left out. Raises `Forbidden`, `GitRefused`,
    and what `create_from_archive` raises.
    """
    require_in(actor, Verb.CREATE_PROJECT, organisation)
    last = (remote.folder or remote.url.rstrip("/")).rpartition("/")[2].removesuffix(".git")
    with fetch_branch(remote) as fetched_files:
        name = name or free_name(organisation, slug(last) or "project")
        project = create_from_archive(actor, organisation, name, fetched_files.archive)
    version = save_version(actor, project, f"{remote.url[:150]} at {fetched_files.commit[:12]}")
    with transaction.atomic():
        Version.objects.filter(pk=version.pk).update(commit=fetched_files.commit)
        write_entry(actor, "git.fetch", project.stream, project.place, url=remote.url, commit=fetched_files.commit)
    return project, fetched_files.skipped_paths


def push_to_git(actor: Actor, project: Project, remote: Remote) -> PushResult:
    """Sends the versions that a branch does not have, a commit for each. What is no version, and what saved itself, is
    not sent.

    Raises `Forbidden`, `Invalid` without a version, and `GitRefused`, also when the branch has commits of others.
    """
    require(actor, Verb.EDIT, project)
    if not remote.branch:
        raise Invalid("Enter a branch.", errors={"branch": ["Enter a branch."]})
    commits = shared_commits.call(project, remote.url, remote.branch)
    upon = next((each for each in commits if each is not None), None)
    # Versions that came from the branch are there already.
    digest = working_tree(project).digest
    saved_versions = wanted_versions(project, digest)
    versions = [each for each in saved_versions if upon is None or not each.commit]
    current = next((each for each in saved_versions if each.digest == digest), None)
    if not versions and (current is None or current.pk == saved_versions[-1].pk):
        raise Invalid("There is no version to push. Save one first.")
    has = "" if upon is None else _digest_at(project, upon.commit)
    goal = PushGoal(str(project.pk), "" if current is None else digest, has, upon)
    result = push_versions(remote, goal, versions_in_git(project, versions, current, saved_versions[-1].number))
    where = {"url": remote.url, "branch": remote.branch}
    with transaction.atomic():
        write_entry(
            actor, "git.push", project.stream, project.place, **where, commit=result.commit, commits=result.commits
        )
    return result


def _digest_at(project: Project, commit: str) -> str:
    """Returns the digest of the files of a commit elsewhere, also of one that is only proposed here; "" for another."""
    digests = Version.objects.filter(project=project, commit=commit).order_by("number").values_list("digest", flat=True)
    return digests.first() or ""
