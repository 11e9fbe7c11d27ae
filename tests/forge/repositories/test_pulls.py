"""Two people at one project: one commits outside with stock Git, the other edits here; a pull brings both together."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Organisation, User
from forge.core.models import AuditEntry
from forge.jobs.actions import cancel_job, retry_job
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.jobs.workers.slots import JobSlots
from forge.projects.actions import create_from_git, push_to_git, save_version, write_file
from forge.projects.files.contents import list_files
from forge.projects.git.remote import checked_remote
from forge.projects.models import Project, Version
from forge.repositories.actions import link_branch, pull, unlink_branch
from forge.repositories.errors import NotLinked, RepositoryLinkEnded
from forge.repositories.grants import _end
from forge.repositories.models import LinkedBranch, Pull
from forge.repositories.pulls import job as pulling
from forge.reviews.actions import close_change_request, merge_past_gate, resolve_conflict
from forge.reviews.changes.merging import merging_of
from forge.reviews.changes.models import ChangeRequest, ChangeState
from rune.editing.merge import Side
from tests.support.forge.factories.members import RUNEFILE
from tests.support.servers.git_server import TOKEN, bare, commit, git_server

pytestmark = pytest.mark.django_db

_P = "/api/v1/projects/acme/kitchen/repository"


@pytest.fixture
def origin(tmp_path: Path, settings: Any) -> Iterator[str]:
    (tmp_path / "private").mkdir()
    with git_server(tmp_path, "http://localhost:1") as address:
        settings.GIT_ORIGINS = (address,)
        yield address


@pytest.fixture
def work(tmp_path: Path, project: Project, user: User, origin: str) -> Path:
    """A working copy elsewhere of the branch that the project follows and pushed its first version to."""
    write_file(user, project, "notes.md", b"One.\n")
    save_version(user, project, "First")
    there = bare(tmp_path, "wand.git")
    remote = checked_remote(f"{origin}/wand.git", "main")
    push_to_git(user, project, remote)
    link_branch(user, project, remote)
    _git(tmp_path, "clone", "--quiet", str(there), "work")
    return tmp_path / "work"


def _git(folder: Path, *arguments: str) -> str:
    process = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return process.stdout


def commit_outside(work: Path, message: str, **files: str) -> str:
    """Commits and pushes as somebody elsewhere does; answers the commit."""
    for name, text in files.items():
        (work / f"{name}.md").write_text(text)
    commit(work, message)
    _git(work, "push", "--quiet", "origin", "HEAD:main")
    return _git(work, "rev-parse", "HEAD").strip()


def run_jobs() -> None:
    """Does the jobs of a server's threads."""
    JobSlots(1, (WorkerCapability.SEND,), threading.Event(), computes=False).work()


def pulled(user: User, project: Project, token: str = "") -> Pull:
    record = pull(user, project, token)
    run_jobs()
    project.refresh_from_db()
    return Pull.objects.select_related("job", "change_request", "version").get(pk=record.pk)


def text(project: Project, path: str = "notes.md") -> str | None:
    return next((entry.text for entry in list_files(project) if entry.path == path), None)


@pytest.mark.slow
def test_what_was_committed_elsewhere_comes_in_where_nothing_changed_here(
    project: Project, user: User, work: Path
) -> None:
    name = commit_outside(work, "Count to two", notes="One.\nTwo.\n", more="New.\n")
    result = pulled(user, project)
    assert (result.job.state, result.outcome, result.commit) == (JobState.SUCCEEDED, "updated", name)
    assert [(each["subject"], each["author"]) for each in result.commits] == [("Count to two", "Ada")]
    assert (text(project), text(project, "more.md")) == ("One.\nTwo.\n", "New.\n")
    assert text(project, "Runefile.yml") == RUNEFILE
    version = Version.objects.get(project=project, commit=name)
    assert (version.original_authors, version.author, version.writers) == (["Ada"], None, [str(user.pk)])
    link = LinkedBranch.objects.get(project=project)
    assert (link.commit, link.version) == (name, version)
    entry = AuditEntry.objects.get(action="git.update")
    assert (entry.data["commit"], entry.data["version"]) == (name, version.number)

    assert pulled(user, project).outcome == "unchanged"
    assert not ChangeRequest.objects.exists()


@pytest.mark.slow
def test_what_both_sides_changed_is_a_change_request_and_merges_as_one(
    project: Project, user: User, owner: User, work: Path
) -> None:
    write_file(user, project, "notes.md", b"One here.\n")
    write_file(user, project, "mine.md", b"Mine.\n")
    first = commit_outside(work, "One there", notes="One there.\n", theirs="Theirs.\n")
    result = pulled(user, project)
    change = result.change_request
    assert result.outcome == "offered"
    assert change is not None
    assert (change.outside_author, change.title, change.author, change.source) == ("Ada", "One there", None, None)
    assert change.outside_place.startswith("main of ")
    assert text(project) == "One here.\n", "nothing changes before somebody merges"
    merge = merging_of(change)
    (conflict,) = merge.conflicts
    assert (conflict.path, conflict.ours, conflict.theirs) == ("notes.md", "One here.\n", "One there.\n")

    # The branch moves on: the same change request offers its newer files.
    second = commit_outside(work, "And more", theirs="Theirs, better.\n")
    again = pulled(user, project)
    assert again.change_request == change
    assert change.rounds.count() == 2
    change.refresh_from_db()

    (conflict,) = merging_of(change).conflicts
    resolve_conflict(user, change, conflict.key, Side.THEIRS)
    merge_past_gate(owner, change, "a test")
    assert [text(project, path) for path in ("notes.md", "mine.md", "theirs.md")] == [
        "One there.\n",
        "Mine.\n",
        "Theirs, better.\n",
    ]

    # From here on both sides have that commit: nothing new comes, and what is pushed goes upon it.
    assert pulled(user, project).outcome == "unchanged"
    save_version(user, project, "Merged")
    push_to_git(user, project, checked_remote(LinkedBranch.objects.get().url, "main"))
    _git(work, "pull", "--quiet", "origin", "main")
    assert (work / "mine.md").read_text() == "Mine.\n"
    log = _git(work, "log", "--format=%H").split()
    assert second in log
    assert first in log
    assert pulled(user, project).outcome == "unchanged"


@pytest.mark.slow
def test_after_a_pull_the_branch_takes_pushes_again(project: Project, user: User, work: Path) -> None:
    commit_outside(work, "Count to two", notes="One.\nTwo.\n")
    pulled(user, project)
    write_file(user, project, "notes.md", b"One.\nTwo.\nThree.\n")
    save_version(user, project, "Count to three")
    push_to_git(user, project, checked_remote(LinkedBranch.objects.get().url, "main"))
    _git(work, "pull", "--quiet", "origin", "main")
    assert (work / "notes.md").read_text() == "One.\nTwo.\nThree.\n"
    assert _git(work, "log", "--format=%s").splitlines() == ["Count to three", "Count to two", "First"]


@pytest.mark.proof
def test_a_history_that_was_written_anew_is_compared_with_what_came_last(
    project: Project, user: User, work: Path
) -> None:
    commit_outside(work, "Count to two", notes="One.\nTwo.\n")
    pulled(user, project)
    _git(work, "checkout", "--quiet", "--orphan", "anew")
    (work / "notes.md").write_text("One.\nTwo.\nThree.\n")
    commit(work, "All in one")
    _git(work, "push", "--quiet", "--force", "origin", "HEAD:main")
    assert pulled(user, project).outcome == "updated"
    assert text(project) == "One.\nTwo.\nThree.\n"


@pytest.mark.slow
def test_a_branch_without_a_common_version_is_merged_file_by_file(
    project: Project, user: User, origin: str, tmp_path: Path
) -> None:
    write_file(user, project, "notes.md", b"Here.\n")
    bare(tmp_path, "other.git", {"Runefile.yml": RUNEFILE.encode(), "notes.md": b"There.\n", "new.md": b"New.\n"})
    link_branch(user, project, checked_remote(f"{origin}/other.git", "main"))
    result = pulled(user, project)
    assert result.outcome == "offered"
    assert result.change_request is not None
    merge = merging_of(result.change_request)
    assert [each.path for each in merge.conflicts] == ["notes.md"]
    assert "new.md" in merge.result.manifest


@pytest.mark.proof
def test_a_project_of_a_repository_follows_it_from_its_first_commit_on(
    user: User, origin: str, tmp_path: Path, organisation: Organisation
) -> None:
    there = bare(tmp_path, "wand.git", {"Runefile.yml": RUNEFILE.encode(), "notes.md": b"One.\n"})
    remote = checked_remote(f"{origin}/wand.git", "main")
    created, _ = create_from_git(user, organisation, "wand", remote)
    _git(tmp_path, "clone", "--quiet", str(there), "work")
    commit_outside(tmp_path / "work", "Count to two", notes="One.\nTwo.\n")
    link_branch(user, created, remote)
    assert pulled(user, created).outcome == "updated"
    assert text(created) == "One.\nTwo.\n"


@pytest.mark.proof
def test_what_was_closed_is_offered_again_with_what_came_since(project: Project, user: User, work: Path) -> None:
    write_file(user, project, "mine.md", b"Mine.\n")
    commit_outside(work, "Theirs", theirs="Theirs.\n")
    first = pulled(user, project).change_request
    assert first is not None
    close_change_request(user, first, "Not now")
    commit_outside(work, "And more", more="More.\n")
    second = pulled(user, project).change_request
    assert second is not None
    assert second != first
    assert {"mine.md", "theirs.md", "more.md"} <= merging_of(second).result.manifest.keys()


@pytest.mark.slow
@pytest.mark.protects("connections/git-tokens")
def test_a_token_is_sealed_until_the_pull_ends_and_is_written_nowhere_else(
    project: Project, user: User, origin: str, tmp_path: Path
) -> None:
    bare(tmp_path, "private/wand.git", {"Runefile.yml": RUNEFILE.encode(), "more.md": b"More.\n"})
    link_branch(user, project, checked_remote(f"{origin}/private/wand.git", "main"))
    failure = pulled(user, project)
    assert (failure.job.state, "requires a token" in failure.job.error) == (JobState.FAILED, True)
    record = pull(user, project, TOKEN)
    row = Pull.objects.get(pk=record.pk)
    assert row.sealed_token
    assert TOKEN not in row.sealed_token
    run_jobs()
    assert Job.objects.get(pk=record.pk).state == JobState.SUCCEEDED
    assert Pull.objects.get(pk=record.pk).sealed_token == ""
    other = pull(user, project, TOKEN)
    cancel_job(user, other.job)
    assert Pull.objects.get(pk=other.pk).sealed_token == ""
    everything = [*Job.objects.values_list("spec", "error"), *AuditEntry.objects.values_list("data", flat=True)]
    assert TOKEN not in str(everything)


@pytest.mark.slow
@pytest.mark.protects("connections/git-pulls")
@pytest.mark.parametrize("wrong", ["lfs", "large", "model", "moved"])
def test_what_may_not_come_in_changes_nothing_and_is_said(
    project: Project, user: User, work: Path, settings: Any, wrong: str
) -> None:
    before = list_files(project)
    if wrong == "lfs":
        commit_outside(work, "LFS", notes="version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    elif wrong == "large":
        commit_outside(work, "Large", notes="x" * 300_000)
        settings.UPLOAD_LIMIT = 50_000
    elif wrong == "model":
        (work / "m.tflite").write_bytes(b"no model")
        commit_outside(work, "A model")
    else:
        LinkedBranch.objects.update(url=LinkedBranch.objects.get().url.replace("/wand.git", "/moved/wand.git"))
    result = pulled(user, project)
    reasons = {"lfs": "Git LFS", "large": "more than", "model": "m.tflite", "moved": "is not allowed here"}
    assert (result.job.state, reasons[wrong] in result.job.error) == (JobState.FAILED, True), result.job.error
    assert list_files(project) == before
    assert not ChangeRequest.objects.exists()


@pytest.mark.proof
@pytest.mark.protects("connections/git-pulls")
def test_links_are_left_out_and_said(project: Project, user: User, work: Path) -> None:
    (work / "out.md").symlink_to("/etc/passwd")
    commit_outside(work, "A link", notes="Two.\n")
    result = pulled(user, project)
    assert (result.outcome, result.skipped_paths, text(project, "out.md")) == ("updated", ["out.md"], None)


@pytest.mark.proof
def test_a_pull_whose_worker_dies_at_the_end_is_done_once(
    project: Project, user: User, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_outside(work, "Count to two", notes="One.\nTwo.\n")
    record = pull(user, project)
    with monkeypatch.context() as dying:
        dying.setattr(pulling, "update_files", lambda *arguments: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run_jobs()
    assert text(project) == "One.\n"
    Job.objects.filter(pk=record.pk).update(state=JobState.QUEUED, lease_until=None)
    run_jobs()
    assert text(project) == "One.\nTwo.\n"
    assert Version.objects.filter(project=project).count() == 2


@pytest.mark.slow
def test_an_ended_link_pulls_nothing_until_somebody_takes_it_over(
    project: Project, user: User, owner: User, work: Path
) -> None:
    name = commit_outside(work, "Count to two", notes="One.\nTwo.\n")
    record = pull(user, project)
    _end([project.pk])
    run_jobs()
    assert Job.objects.get(pk=record.pk).state == JobState.FAILED
    with pytest.raises(RepositoryLinkEnded):
        pull(user, project)
    link = LinkedBranch.objects.get()
    link_branch(owner, project, checked_remote(link.url, "main"))
    retry_job(user, Job.objects.get(pk=record.pk))
    run_jobs()
    assert Pull.objects.get(pk=record.pk).commit == name
    unlink_branch(owner, project)
    with pytest.raises(NotLinked):
        pull(owner, project)


@pytest.mark.slow
def test_the_branch_is_linked_and_pulled_over_the_api(client: Client, project: Project, user: User, work: Path) -> None:
    name = commit_outside(work, "Count to two", notes="One.\nTwo.\n")
    url = LinkedBranch.objects.get().url
    body = {"url": url, "branch": "main"}
    headers = {"If-Match": client.get(f"{_P}/link")["ETag"]}
    response = client.put(f"{_P}/link", body | {"branch": "next"}, content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["branch"]) == (200, "next")
    for stale, refusal in (({}, 428), (headers, 412)):
        assert client.put(f"{_P}/link", body, content_type="application/json", headers=stale).status_code == refusal
        assert client.delete(f"{_P}/link", headers=stale).status_code == refusal
    assert client.delete(f"{_P}/link", headers={"If-Match": response["ETag"]}).status_code == 204
    assert client.get(f"{_P}/link").status_code == 404
    assert client.put(f"{_P}/link", body, content_type="application/json", headers=headers).status_code == 412
    answer = client.put(f"{_P}/link", body, content_type="application/json")
    assert (answer.status_code, answer.json()["branch"], answer.json()["commit"]) == (200, "main", "")
    first = client.post(f"{_P}/pulls", {}, content_type="application/json")
    second = client.post(f"{_P}/pulls", {}, content_type="application/json")
    assert (first.status_code, first.json()["id"]) == (202, second.json()["id"])
    run_jobs()
    (row,) = client.get(f"{_P}/pulls").json()["pulls"]
    assert (row["outcome"], row["commit"], row["commit_count"]) == ("updated", name, 1)
    assert client.get(f"{_P}/link").json()["commit"] == name


@pytest.mark.slow
def test_the_page_links_pulls_and_says_what_came(client: Client, project: Project, user: User, work: Path) -> None:
    commit_outside(work, "Count to <two>", notes="One.\nTwo.\n")
    page = "/acme/kitchen/push"

    def press(**fields: str) -> int:
        return client.post(page, {"etag": client.get(page).context["etag"], **fields}).status_code

    assert press(do="pull") == 302
    assert b"Waiting" in client.get(page).content
    run_jobs()
    html = client.get(page).content.decode()
    assert "Files updated" in html
    assert "Count to &lt;two&gt;" in html
    assert press(do="unlink") == 302
    assert "Link a branch" in client.get(page).content.decode()
    url = f"{Pull.objects.get().job.spec['url']}"
    assert press(do="link", link_url=url, link_branch="main") == 302
    assert LinkedBranch.objects.get().url == url
    assert ChangeRequest.objects.filter(state=ChangeState.OPEN).count() == 0
