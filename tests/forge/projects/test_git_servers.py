"""Projects from Git servers and their versions to them, with Git's own server at the other end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION
from forge.core.models import AuditEntry
from forge.projects.actions import restore_version, save_version, write_file
from forge.projects.creating.empty import BLANK_RUNEFILE
from forge.projects.files.contents import list_files
from forge.projects.models import Project, Version
from forge.projects.versions.actions.autosave import autosave_version
from tests.support.servers.git_server import TOKEN, bare, commit, git_server, hostile_server, swelling_pack

pytestmark = pytest.mark.django_db

FROM = "/api/v1/projects/from-git"
PUSH = "/api/v1/projects/acme/kitchen/repository"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def origin(root: Path, settings: Any) -> Iterator[str]:
    (root / "private").mkdir()
    with git_server(root, "http://localhost:1") as address:
        settings.GIT_ORIGINS = (address,)
        yield address


def _log(repository: Path, branch: str = "main") -> list[str]:
    process = subprocess.run(
        ["git", "log", "--format=%s", branch], cwd=repository, check=True, capture_output=True, text=True
    )
    return process.stdout.splitlines()


def _make(client: Client, **fields: str) -> Any:
    return client.post(FROM, {"organisation": "acme", **fields}, content_type="application/json")


def _push(client: Client, **fields: str) -> Any:
    return client.post(PUSH, {"branch": "main", **fields}, content_type="application/json")


@pytest.mark.slow
def test_a_branch_becomes_a_project_whose_first_version_names_the_commit(
    client: Client, project: Project, origin: str, root: Path
) -> None:
    bare(root, "wand.git", {"Runefile.yml": BLANK_RUNEFILE, "notes/a.md": b"hello\n", "raw.bin": b"\xff\0"})
    answer = _make(client, url=f"{origin}/wand.git")
    assert answer.status_code == 201, answer.content
    wand = Project.objects.get(name="wand")
    assert [entry.path for entry in list_files(wand)] == ["Runefile.yml", "notes/a.md", "raw.bin"]
    version = Version.objects.get(project=wand)
    assert version.message.startswith(f"{origin}/wand.git at ")
    entry = AuditEntry.objects.get(action="git.fetch")
    assert entry.data["url"] == f"{origin}/wand.git"
    assert entry.data["commit"][:12] in version.message


def test_a_folder_of_another_branch_is_taken_and_links_are_left_out_and_said(
    client: Client, project: Project, origin: str, root: Path
) -> None:
    bare(root, "many.git", {"README.md": b"all\n", "apps/wand/Runefile.yml": BLANK_RUNEFILE}, branch="dev")
    work = root / "many-work"
    (work / "apps/wand/link.yml").symlink_to("Runefile.yml")
    commit(work, "A link")
    subprocess.run(["git", "push", "--quiet", "origin", "HEAD:dev"], cwd=work, check=True)
    answer = _make(client, url=f"{origin}/many.git", branch="dev", folder="apps/wand", name="mine")
    assert answer.json()["skipped_paths"] == ["link.yml"]
    assert [entry.path for entry in list_files(Project.objects.get(name="mine"))] == ["Runefile.yml"]


@pytest.mark.slow
@pytest.mark.protects("connections/git-tokens")
def test_a_private_repository_opens_with_its_token_which_is_written_nowhere(
    client: Client, project: Project, origin: str, root: Path
) -> None:
    bare(root, "private/wand.git", {"Runefile.yml": BLANK_RUNEFILE})
    response = _make(client, url=f"{origin}/private/wand.git")
    assert (response.status_code, response.json()["detail"]) == (
        422,
        "The server requires a token for this repository, or rejects this one.",
    )
    assert _make(client, url=f"{origin}/private/wand.git", token=TOKEN).status_code == 201
    assert TOKEN not in str(list(AuditEntry.objects.values_list("data", flat=True)))


@pytest.mark.slow
@pytest.mark.protects("connections/git-addresses")
@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"url": "https://elsewhere.example/a.git"}, 400, "a Git server that this installation allows"),
        ({"url": "file:///etc"}, 400, "a Git server that this installation allows"),
        ({"url": "ORIGIN/"}, 400, "Add the repository"),
        ({"url": "ORIGIN/wand.git?x=1"}, 400, "no user, password, query"),
        ({"url": "ORIGIN/nothing.git"}, 422, "There is no Git repository at this address"),
        ({"url": "ORIGIN/moved/wand.git"}, 422, "redirects to http://localhost:1/"),
        ({"url": "ORIGIN/wand.git", "branch": "nope"}, 422, "The repository has no branch nope. It has main."),
        ({"url": "ORIGIN/empty.git"}, 422, "It is empty."),
        ({"url": "ORIGIN/wand.git", "folder": "apps"}, 422, "There is nothing in apps."),
        ({"url": "ORIGIN/wand.git", "folder": "../up"}, 400, "a path must stay inside the project"),
        ({"url": "ORIGIN/lfs.git"}, 422, "m.tflite is stored in Git LFS"),
        ({"url": "ORIGIN/wand.git", "name": "kitchen"}, 409, "acme has a project kitchen already"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name_and_makes_nothing(
    client: Client, project: Project, origin: str, root: Path, fields: dict[str, str], status: int, message: str
) -> None:
    repository = fields["url"].removeprefix("ORIGIN/").removeprefix("moved/")
    if repository == "empty.git":
        bare(root, "empty.git")
    elif repository == "lfs.git":
        bare(root, "lfs.git", {"m.tflite": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"})
    elif repository == "wand.git":
        bare(root, "wand.git", {"Runefile.yml": BLANK_RUNEFILE})
    answer = _make(client, **{name: value.replace("ORIGIN", origin) for name, value in fields.items()})
    assert (answer.status_code, message in answer.json()["detail"]) == (status, True), answer.content
    assert list(Project.objects.values_list("name", flat=True)) == ["kitchen"]


@pytest.mark.slow
@pytest.mark.protects("connections/git-bombs")
def test_a_repository_over_the_limit_is_refused_while_it_comes(
    client: Client, project: Project, origin: str, root: Path, settings: Any
) -> None:
    bare(root, "large.git", {"noise.bin": os.urandom(300_000)})
    settings.UPLOAD_LIMIT = 200_000
    answer = _make(client, url=f"{origin}/large.git")
    assert (answer.status_code, "more than 200" in answer.json()["detail"]) == (422, True), answer.content


@pytest.mark.slow
@pytest.mark.protects("connections/git-bombs")
def test_what_unpacks_to_more_than_the_limit_is_refused(
    client: Client, project: Project, origin: str, root: Path, settings: Any
) -> None:
    bare(root, "swells.git", {f"{each}.bin": bytes([each]) * 300_000 for each in range(4)})
    settings.UPLOAD_LIMIT = 200_000
    answer = _make(client, url=f"{origin}/swells.git")
    assert (answer.status_code, "Unpacked, the repository has more than" in answer.json()["detail"]) == (422, True)


@pytest.mark.slow
@pytest.mark.protects("connections/git-bombs")
def test_deltas_that_unpack_to_gigabytes_end_their_own_process_only(
    client: Client, project: Project, settings: Any
) -> None:
    pack = swelling_pack(15_000_000, 200)
    assert len(pack) < 100_000
    with hostile_server(pack) as address:
        settings.GIT_ORIGINS = (address,)
        answer = _make(client, url=f"{address}/bomb.git")
    assert (answer.status_code, "memory" in answer.json()["detail"]) == (422, True), answer.content
    with hostile_server(swelling_pack(1000, 3)) as address:
        settings.GIT_ORIGINS = (address,)
        answer = _make(client, url=f"{address}/small.git")
    assert (answer.status_code, "memory" in answer.json()["detail"]) == (422, False), answer.content


@pytest.mark.slow
@pytest.mark.parametrize("pack", [b"", b"PACK", b"\xff" * 500, swelling_pack(1000, 3)[:-30]])
def test_what_is_no_pack_is_refused_by_name(client: Client, project: Project, settings: Any, pack: bytes) -> None:
    with hostile_server(pack) as address:
        settings.GIT_ORIGINS = (address,)
        answer = _make(client, url=f"{address}/a.git")
    assert (answer.status_code, "did not answer as it should" in answer.json()["detail"]) == (422, True), answer.content


@pytest.mark.slow
def test_versions_are_pushed_and_later_only_what_came_since(
    client: Client, project: Project, user: User, origin: str, root: Path
) -> None:
    there = bare(root, "out.git")
    assert _push(client, url=f"{origin}/out.git").status_code == 400
    save_version(user, project, "First")
    assert _push(client, url=f"{origin}/out.git").json()["commits"] == 1
    write_file(user, project, "labels.txt", b"up\n")
    save_version(user, project, "Labels")
    write_file(user, project, "draft.txt", b"no version yet\n")
    result = _push(client, url=f"{origin}/out.git").json()
    assert result["commits"] == 1
    assert _log(there) == ["Labels", "First"]
    assert _push(client, url=f"{origin}/out.git").json() == {"commit": result["commit"], "commits": 0}
    assert AuditEntry.objects.filter(action="git.push").count() == 3


@pytest.mark.slow
def test_what_a_branch_has_stays_where_versions_are_described_anew_or_saved_themselves(
    client: Client, project: Project, user: User, origin: str, root: Path
) -> None:
    there = bare(root, "out.git")
    save_version(user, project, "First")
    first = _push(client, url=f"{origin}/out.git").json()["commit"]
    save_version(user, project, "First, in other words")
    write_file(user, project, "labels.txt", b"up\n")
    assert autosave_version(INSTALLATION, project) is not None
    assert _push(client, url=f"{origin}/out.git").json() == {"commit": first, "commits": 0}
    write_file(user, project, "labels.txt", b"up\ndown\n")
    save_version(user, project, "Labels")
    assert _push(client, url=f"{origin}/out.git").json()["commits"] == 1
    assert _log(there) == ["Labels", "First"]
    process = subprocess.run(["git", "show", "main:labels.txt"], cwd=there, check=True, capture_output=True)
    assert process.stdout == b"up\ndown\n"
    subprocess.run(["git", "fsck", "--strict"], cwd=there, check=True, capture_output=True)


@pytest.mark.slow
def test_a_restored_version_is_pushed_once_and_so_is_what_comes_after_it(
    client: Client, project: Project, user: User, origin: str, root: Path
) -> None:
    there = bare(root, "out.git")
    first = save_version(user, project, "First")
    write_file(user, project, "labels.txt", b"up\n")
    second = save_version(user, project, "Labels")
    _push(client, url=f"{origin}/out.git")
    restore_version(user, project, first)
    assert [_push(client, url=f"{origin}/out.git").json()["commits"] for _ in range(2)] == [1, 0]
    bare(root, "empty.git")
    assert _push(client, url=f"{origin}/empty.git").json()["commits"] == 3
    restore_version(user, project, second)
    assert [_push(client, url=f"{origin}/out.git").json()["commits"] for _ in range(2)] == [1, 0]
    write_file(user, project, "labels.txt", b"down\n")
    save_version(user, project, "Down")
    assert [_push(client, url=f"{origin}/out.git").json()["commits"] for _ in range(2)] == [1, 0]
    assert _log(there) == ["Down", "Labels", "Restored version 1", "Labels", "First"]


@pytest.mark.slow
def test_commits_that_others_put_upon_ours_are_not_built_upon(
    client: Client, project: Project, user: User, origin: str, root: Path
) -> None:
    there = bare(root, "shared.git")
    save_version(user, project, "Ours")
    _push(client, url=f"{origin}/shared.git")
    work = root / "theirs"
    subprocess.run(["git", "clone", "--quiet", str(there), str(work)], check=True, capture_output=True)
    (work / "theirs.txt").write_text("theirs\n", "utf-8")
    commit(work, "Theirs")
    subprocess.run(["git", "push", "--quiet", "origin", "HEAD:main"], cwd=work, check=True, capture_output=True)
    write_file(user, project, "labels.txt", b"up\n")
    save_version(user, project, "Labels")
    answer = _push(client, url=f"{origin}/shared.git")
    assert (answer.status_code, "has commits that are not of this history" in answer.json()["detail"]) == (422, True)
    assert _log(there) == ["Theirs", "Ours"]


@pytest.mark.slow
def test_a_branch_with_commits_of_others_is_refused_and_stays(
    client: Client, project: Project, user: User, origin: str, root: Path
) -> None:
    there = bare(root, "theirs.git", {"a.txt": b"theirs\n"})
    save_version(user, project, "Ours")
    answer = _push(client, url=f"{origin}/theirs.git")
    assert (answer.status_code, "has commits that are not of this history" in answer.json()["detail"]) == (422, True)
    assert _log(there) == ["First"]
    assert _push(client, url=f"{origin}/theirs.git", branch="from-forge").json()["commits"] == 1
    assert _log(there, "from-forge") == ["Ours"]


@pytest.mark.slow
def test_the_pages_make_a_project_and_push_it_and_say_what_went_wrong(
    client: Client, project: Project, user: User, origin: str, root: Path
) -> None:
    there = bare(root, "wand.git", {"Runefile.yml": BLANK_RUNEFILE})
    bare(root, "out.git")
    wrong = client.post("/new/from-git", {"organisation": "acme", "url": "https://elsewhere.example/a.git"})
    assert (wrong.status_code, b"elsewhere.example" in wrong.content) == (400, True)
    response = client.post("/new/from-git", {"organisation": "acme", "url": f"{origin}/wand.git"})
    assert response.headers["Location"] == "/acme/wand/studio"
    assert b"1 version" in client.get("/acme/wand/push").content
    push = client.post("/acme/wand/push", {"url": f"{origin}/out.git", "branch": "main", "token": "x"})
    assert b"1 commit pushed to main" in push.content
    assert b'value="x"' not in push.content
    assert _log(there) == ["First"]
    assert b"no version to push yet" in client.get("/acme/kitchen/push").content
