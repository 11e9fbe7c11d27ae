"""A project's history as a Git repository, as Git itself reads it."""

from __future__ import annotations

import io
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.models import AuditEntry
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.projects.actions import rename_file, save_version, write_file
from forge.projects.files.contents import list_files
from forge.projects.git.repository import CommitState, may_be_in_git, repository
from forge.projects.models import Project, Version
from tests.support.forge.outsiders import A_SOUND
from tests.support.models.model_cases import compiled_model

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/projects/acme/kitchen/repository"
MODEL = compiled_model("chain_f32_dense")


def _git(folder: Path, *arguments: str) -> str:
    answer = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return answer.stdout


def _unpacked(client: Client, folder: Path) -> Path:
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
        archive.extractall(folder)
    return folder


@pytest.mark.slow
def test_each_version_is_a_commit_and_the_files_beside_are_unchanged(
    client: Client, project: Project, user: User, tmp_path: Path
) -> None:
    write_file(user, project, "models/m.tflite", MODEL)
    save_version(user, project, "With a model")
    rename_file(user, project, "models/m.tflite", "models/deep/größe.tflite")
    save_version(user, project, "Moved")
    write_file(user, project, "labels.txt", b"up\n")
    folder = _unpacked(client, tmp_path)
    assert _git(folder, "fsck", "--strict") == ""
    assert _git(folder, "status", "--porcelain") == ""
    assert _git(folder, "log", "--format=%s").splitlines() == ["Files that are no version yet", "Moved", "With a model"]
    assert (folder / "models/deep/größe.tflite").read_bytes() == MODEL
    assert _git(folder, "ls-tree", "-r", "--name-only", "-z", "HEAD~2").split("\0")[:-1] == [
        "Runefile.yml",
        "models/m.tflite",
    ]
    log = _git(folder, "log", "-1", "--format=%an <%ae>%n%b", "HEAD~1")
    assert log.startswith(f"{user.name} <{user.pk}@people.invalid>\n")
    assert f"Digest: {Version.objects.get(number=2).digest}" in log
    assert user.email not in _git(folder, "log")
    assert AuditEntry.objects.filter(action="archive.download", data__history=True).count() == 1


def test_everybody_who_wrote_in_a_version_is_named(
    client: Client, project: Project, owner: User, developer: User, tmp_path: Path
) -> None:
    write_file(developer, project, "labels.txt", b"up\n")
    save_version(owner, project, "Labels")
    log = _git(_unpacked(client, tmp_path), "log", "-1", "--format=%(trailers:key=Co-authored-by,valueonly)")
    assert log.strip() == f"{developer.name} <{developer.pk}@people.invalid>"


@pytest.mark.protects("recordings/copies")
def test_a_sample_is_in_no_commit(client: Client, project: Project, user: User, tmp_path: Path) -> None:
    send_sample(user, project, [A_SOUND], label="up", days=90, consent=recording_terms(project, 90).text)
    save_version(user, project, "With a recording")
    files = _git(_unpacked(client, tmp_path), "log", "--all", "--name-only", "--format=")
    assert files.split() == ["Runefile.yml"]


def test_the_same_history_is_the_same_bytes(client: Client, project: Project, user: User) -> None:
    save_version(user, project, "First")
    assert b"".join(client.get(ADDRESS)) == b"".join(client.get(ADDRESS))


def test_a_project_that_comes_back_in_brings_its_files_and_not_its_repository(
    client: Client, project: Project, user: User
) -> None:
    save_version(user, project, "First")
    archive = b"".join(client.get(ADDRESS))
    answer = client.post("/api/v1/projects/acme/kitchen/archive?folder=again", archive, content_type="application/zip")
    assert answer.json()["added_paths"] == ["again/Runefile.yml"]
    assert [entry.path for entry in list_files(project)] == ["Runefile.yml", "again/Runefile.yml"]


@pytest.mark.parametrize(
    "path", [".git/config", "a/.GIT/hooks/post-checkout", "git~1/config", ".g\u200cit/config", ".git./x", ".git"]
)
def test_no_file_of_a_project_becomes_one_of_gits_own(path: str) -> None:
    assert not may_be_in_git(path)


@pytest.mark.parametrize("path", ["Runefile.yml", ".gitignore", "git/config", "models/m.tflite", "a.git/x"])
def test_other_files_are_in_the_history(path: str) -> None:
    assert may_be_in_git(path)


@pytest.mark.protects("uploads/git-files")
def test_a_file_that_git_takes_for_its_own_is_left_out_and_the_rest_is_whole(
    client: Client, project: Project, user: User, tmp_path: Path
) -> None:
    write_file(user, project, ".git/config", b"[core]\n\tfsmonitor = touch ran\n")
    folder = _unpacked(client, tmp_path)
    assert "fsmonitor" not in (folder / ".git" / "config").read_text()
    assert _git(folder, "status", "--porcelain") == ""
    assert _git(folder, "ls-tree", "-r", "--name-only", "HEAD").split() == ["Runefile.yml"]


@pytest.mark.protects("uploads/git-files")
def test_an_authors_name_cannot_write_lines_of_a_commit(tmp_path: Path) -> None:
    state = CommitState(
        {"a": "x"}, "Eve <eve@x>\ncommitter Root", "1@people.invalid", datetime(2026, 1, 1, tzinfo=UTC), "m"
    )
    for name, data in repository([state], {"x": b""}.__getitem__):
        (tmp_path / ".git" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / ".git" / name).write_bytes(data)
    assert (
        _git(tmp_path, "log", "--format=%an|%ae|%cn")
        == "Eve eve@x committer Root|1@people.invalid|Eve eve@x committer Root\n"
    )
    assert _git(tmp_path, "fsck", "--strict") == ""
