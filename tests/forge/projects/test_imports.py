"""A project that comes as a .zip with its history: what is refused first, then that nothing of a round trip is lost."""

from __future__ import annotations

import io
import random
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree

from forge.accounts.models import User
from forge.accounts.principals import INSTALLATION, acting_as
from forge.core.models import AuditEntry
from forge.core.models import Blob as StoredBlob
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.projects.actions import delete_file, rename_file, save_version, write_file
from forge.projects.errors import ArchiveRefused
from forge.projects.files.contents import list_files
from forge.projects.files.read_archive import Archive
from forge.projects.git.objects import RepositoryBroken
from forge.projects.git.repository import CommitState, repository
from forge.projects.history.export import wanted_versions
from forge.projects.history.process import SENT_ARCHIVE, HistoryJob, read
from forge.projects.models import Project, Version
from forge.projects.versions.actions.autosave import autosave_version
from forge.reviews.rounds.access import may_judge
from tests.support.forge.factories.builds import built
from tests.support.forge.factories.samples import withdraw_sample
from tests.support.forge.outsiders import A_SOUND
from tests.support.models.model_cases import compiled_model

JOB = HistoryJob(limit=4 << 20, commits=20, files=50, entries=200)
RUNEFILE = b"version: 1\n"
THEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
Files = dict[str, bytes]


def state(number: int, files: Mapping[str, bytes], **changes: Any) -> CommitState:
    base = CommitState(
        {path: sha256(data).hexdigest() for path, data in files.items()},
        "Ada",
        "ada@people.invalid",
        THEN + timedelta(days=number),
        f"Step {number}",
    )
    return replace(base, **changes)


def history(*contents: Files) -> Files:
    """The files below `.git` of commits with these files, one after another."""
    blobs = {sha256(data).hexdigest(): data for files in contents for data in files.values()}
    git_files = repository([state(number, files) for number, files in enumerate(contents)], blobs.__getitem__)
    return {f".git/{name}": data for name, data in git_files}


def zipped(files: Mapping[str, bytes | None]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            if data is not None:
                archive.writestr(name, data)
    return target.getvalue()


def loose(git_object: ShaFile, name: ObjectID | None = None) -> Files:
    digest = (name or git_object.id).decode()
    return {f".git/objects/{digest[:2]}/{digest[2:]}": git_object.as_legacy_object()}


def commit_of(tree: Tree, *parents: ObjectID) -> Commit:
    commit = Commit()
    commit.tree, commit.parents = tree.id, list(parents)
    commit.author = commit.committer = b"Eve <eve@example.com>"
    commit.author_time = commit.commit_time = int(THEN.timestamp())
    commit.author_timezone = commit.commit_timezone = 0
    commit.message = b"Evil\n"
    return commit


def with_tree(*entries: tuple[bytes, int, ShaFile]) -> Files:
    """A repository whose one commit has a tree of these."""
    tree = Tree()
    for name, mode, git_object in entries:
        tree.add(name, mode, git_object.id)
    commit = commit_of(tree)
    objects = {name: data for _, _, each in entries for name, data in loose(each).items()}
    return {**objects, **loose(tree), **loose(commit), ".git/HEAD": commit.id + b"\n"}


def many_commits() -> Files:
    return history(*({"a.txt": str(number).encode()} for number in range(21)))


def tree_bomb() -> Files:
    """Ten folders in ten folders in ten folders…, of one file: 10^9 paths of a few bytes."""
    blob = Blob.from_string(b"x")
    objects = loose(blob)
    below, mode = blob.id, 0o100644
    for _ in range(9):
        tree = Tree()
        for number in range(10):
            tree.add(str(number).encode(), mode, below)
        objects |= loose(tree)
        below, mode = tree.id, 0o040000
    commit = commit_of(tree)
    return {**objects, **loose(commit), ".git/HEAD": commit.id + b"\n"}


def forged() -> Files:
    """A commit under another's name, which is its own parent: what a loop of commits needs."""
    tree = Tree()
    name = ObjectID(b"a" * 40)
    return {**loose(tree), **loose(commit_of(tree, name), name), ".git/HEAD": name + b"\n"}


def short(files: Files) -> Files:
    """Returns an archive without one of its objects."""
    missing = next(name for name in files if "/objects/" in name)
    return {name: data for name, data in files.items() if name != missing}


ONE = history({"Runefile.yml": RUNEFILE})
BLOB, LARGE = Blob.from_string(b"../../etc/passwd"), Blob.from_string(bytes(5 << 20))
HOSTILE: dict[str, tuple[Callable[[], Mapping[str, bytes | None]], str]] = {
    "thousands of commits": (many_commits, "more than 20 commits"),
    "a tree bomb": (tree_bomb, "more than 50 files"),
    "a large file": (lambda: with_tree((b"a.bin", 0o100644, LARGE)), "Unpacked, the history has more than 4.2 MB"),
    "a loop": (forged, "its bytes are not those of its name"),
    "a missing object": (lambda: short(ONE), "is missing"),
    "damaged bytes": (lambda: {**ONE, next(iter(ONE)): b"no zlib"}, "cannot be read"),
    "a link": (lambda: with_tree((b"a", 0o120000, BLOB)), "is a link"),
    "a submodule": (lambda: with_tree((b"a", 0o160000, BLOB)), "submodule"),
    "a way out": (lambda: with_tree((b"..", 0o100644, BLOB)), r"damaged|not a valid path|\.\."),
    "git's own folder": (lambda: with_tree((b".git", 0o100644, BLOB)), r"damaged|not a valid path"),
    "taken for git's own": (lambda: with_tree((b"git~1", 0o100644, BLOB)), r"damaged|not a valid path"),
    "hooks": (lambda: {**ONE, ".git/hooks/post-checkout": b"#!/bin/sh\n"}, "has hooks"),
    "a setting that runs": (lambda: {**ONE, ".git/config": b"[core]\n\tfsmonitor = touch ran\n"}, "core.fsmonitor"),
    "a setting elsewhere": (lambda: {**ONE, ".git/config": b"[include]\n\tpath = /etc/x\n"}, "include.path"),
    "objects of others": (lambda: {**ONE, ".git/objects/info/alternates": b"/srv\n"}, "from another place"),
    "a shallow clone": (lambda: {**ONE, ".git/shallow": b"a" * 40}, "shallow"),
    "one name in two spellings": (
        lambda: with_tree(("e\u0301".encode(), 0o100644, BLOB), ("\u00e9".encode(), 0o100644, BLOB)),
        "has \u00e9 twice",
    ),
    "no commit": (lambda: {**ONE, ".git/refs/heads/main": None}, "points to nothing"),
    "a tree as a commit": (lambda: {**ONE, ".git/HEAD": Tree().id, **loose(Tree())}, "is no commit"),
    "no name": (lambda: {**ONE, ".git/HEAD": b"../../x"}, "no name of a commit"),
    "two repositories": (lambda: {**ONE, "sub/.git/HEAD": b"x"}, "more than one repository"),
    "nothing": (dict, "no files"),
}


@pytest.mark.protects("uploads/imported-history", "uploads/two-spellings")
@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_history_is_refused_by_name(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_files, message = HOSTILE[what]
    (tmp_path / SENT_ARCHIVE).write_bytes(
        zipped({**make_files(), **({"Runefile.yml": RUNEFILE} if what != "nothing" else {})})
    )
    with pytest.raises((RepositoryBroken, ArchiveRefused), match=message):
        read(JOB)


def test_what_git_itself_leaves_in_a_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples of hooks, logs and its own settings; in one folder, and with no files beside."""
    monkeypatch.chdir(tmp_path)
    usual = {
        ".git/hooks/pre-commit.sample": b"#!/bin/sh\n",
        ".git/logs/HEAD": b"x",
        ".git/config": b'[core]\n\tbare = false\n[remote "origin"]\n\turl = x\n',
    }
    files = {f"kitchen/{name}": data for name, data in {**history({"Runefile.yml": RUNEFILE}), **usual}.items()}
    (tmp_path / SENT_ARCHIVE).write_bytes(zipped(files))
    record = read(JOB)
    assert [(each["author"], each["message"]) for each in record["states"]] == [("Ada", "Step 0\n")]
    with (tmp_path / "files.zip").open("rb") as file:
        assert [each.path for each in Archive(file, files=9, limit=999).members] == ["Runefile.yml"]


@pytest.mark.protects("uploads/two-spellings")
def test_names_with_combining_accents_come_in_with_accented_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blob, runefile = Blob.from_string(b"x"), Blob.from_string(RUNEFILE)
    files = with_tree(("e\u0301.txt".encode(), 0o100644, blob), (b"Runefile.yml", 0o100644, runefile))
    (tmp_path / SENT_ARCHIVE).write_bytes(zipped({**files, "e\u0301.txt": b"x", "Runefile.yml": RUNEFILE}))
    read(JOB)
    with (tmp_path / "files.zip").open("rb") as file:
        assert {each.path for each in Archive(file, files=9, limit=999).members} == {"Runefile.yml", "\u00e9.txt"}


NEW = "/api/v1/projects/from-archive?organisation=acme&name=again"


def bring(client: Client, archive: bytes) -> Any:
    return client.post(NEW, archive, content_type="application/zip")


@pytest.mark.slow
@pytest.mark.protects("uploads/imported-history")
@pytest.mark.django_db
def test_a_bomb_ends_its_own_process_and_leaves_nothing(client: Client, project: Project, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 1 << 20
    archive = zipped({**with_tree((b"a.bin", 0o100644, LARGE)), "Runefile.yml": RUNEFILE})
    before = StoredBlob.objects.count()
    answer = bring(client, archive)
    assert answer.status_code == 422
    assert "Unpacked" in answer.json()["detail"]
    bad = history({"Runefile.yml": RUNEFILE}, {"Runefile.yml": RUNEFILE, "m.tflite": b"no model"})
    answer = bring(client, zipped({**bad, "Runefile.yml": RUNEFILE}))
    assert "m.tflite in commit" in answer.json()["detail"]
    assert (Project.objects.count(), StoredBlob.objects.count()) == (1, before)


def packed_of(client: Client, project: Project) -> bytes:
    return b"".join(client.get(f"/api/v1/projects/{project.full_name}/repository"))


def history_of(project: Project) -> list[tuple[Any, ...]]:
    """All that a version says, but for who: the number, message, time and files."""
    return [
        (each.number, each.message, (each.saved_at or each.created).replace(microsecond=0), each.manifest)
        for each in wanted_versions(project, "")
    ]


def change_at_random(draw: random.Random, user: User, project: Project) -> None:
    paths = [entry.path for entry in list_files(project)]
    match draw.randrange(6):
        case 0 | 1:
            text = f"# {draw.random()} größe\n" * draw.randrange(1, 9)
            write_file(user, project, draw.choice(["notes.md", "a/b.txt", "labels.txt"]), text.encode())
        case 2:
            write_file(user, project, f"data/{draw.randrange(3)}.bin", draw.randbytes(draw.randrange(1, 2000)))
        case 3:
            name = draw.choice(["chain_f32_dense", "abs_f32_plain"])
            write_file(user, project, f"models/{draw.randrange(2)}.tflite", compiled_model(name))
        case 4 if len(paths) > 1:
            rename_file(user, project, draw.choice(paths[1:]), f"moved/{draw.randrange(10**9)}.txt2")
        case 5 if len(paths) > 2:
            delete_file(user, project, draw.choice(paths[1:]))


def round_trip(seed: int, client: Client, user: User, other: User, project: Project) -> None:
    draw = random.Random(seed)
    write_file(user, project, "labels.txt", b"up\ndown\n")
    for step in range(draw.randrange(2, 7)):
        who = draw.choice([user, other])
        for _ in range(draw.randrange(1, 4)):
            change_at_random(draw, who, project)
        match draw.randrange(3):
            case 0:
                save_version(who, project, f"Step {step}: größer")
            case 1:
                save_version(who, project, "")
            case 2:
                autosave_version(INSTALLATION, project)
    sample = send_sample(user, project, [A_SOUND], label="up", days=90, consent=recording_terms(project, 90).text)
    save_version(user, project, "With a recording")
    if draw.random() < 0.5:
        withdraw_sample(user, sample.pk)
    if draw.random() < 0.5:
        write_file(user, project, "unsaved.txt", b"not yet a version\n")
    archive = packed_of(client, project)
    assert bring(client, archive).status_code == 201
    again = Project.objects.get(name="again")
    missing = {sample.digest} if not list_has(project, sample.digest) else set()
    assert history_of(again) == once(
        (number, message, at, {path: each for path, each in files.items() if each["digest"] not in missing})
        for number, message, at, files in history_of(project)
    )
    assert contents(again) == contents(project)
    # Once more it is the same, commit for commit but for who: nothing wears off.
    assert sorted(named(packed_of(client, again))) == sorted(named(archive))


def once(versions: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Returns the versions without those whose files are an earlier one's, as a version is whose recording was taken
    back."""
    entries: list[tuple[Any, ...]] = []
    for each in versions:
        if all(each[-1] != other[-1] for other in entries):
            entries.append(each)
    return entries


def list_has(project: Project, digest: str) -> bool:
    return any(entry.content_digest == digest for entry in list_files(project))


def contents(project: Project) -> dict[str, str]:
    return {entry.path: entry.content_digest for entry in list_files(project)}


def named(data: bytes) -> set[str]:
    """The names of an archive's files and trees, beside `.git`."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name for name in archive.namelist() if not name.startswith(".git/")}


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(1))
def test_a_round_trip_loses_no_text_model_recording_or_version(
    seed: int, client: Client, project: Project, user: User, owner: User
) -> None:
    round_trip(seed, client, user, owner, project)


@pytest.mark.django_db
@pytest.mark.proof
@pytest.mark.parametrize("seed", range(1, 60))
def test_no_round_trip_loses_anything(seed: int, client: Client, project: Project, user: User, owner: User) -> None:
    round_trip(seed, client, user, owner, project)


@pytest.mark.slow
@pytest.mark.protects("uploads/imported-history")
@pytest.mark.django_db
def test_names_are_text_and_nobody_is_taken_for_somebody_here(
    client: Client, project: Project, user: User, owner: User, reviewer: User
) -> None:
    write_file(user, project, "labels.txt", b"up\n")
    write_file(reviewer_may := owner, project, "notes.md", b"by two\n")
    save_version(reviewer_may, project, "Labels")
    archive = packed_of(client, project)
    answer = bring(client, archive)
    assert (answer.json()["versions"], answer.json()["merges"]) == (1, 0)
    again = Project.objects.get(name="again")
    (version,) = client.get("/api/v1/projects/acme/again/versions").json()["results"]
    assert version["original_authors"] == ["Mika Kallio", "Jo Okafor"]
    assert (version["author"], version["saved_by"]) == (None, None)
    entry = AuditEntry.objects.get(action="history.bring")
    assert (entry.actor_id, entry.data["versions"]) == (user.pk, 1)
    # Who brought it approves nothing of it; the others were not here.
    build = built(owner, again)
    assert not may_judge(acting_as(user), build)
    assert may_judge(acting_as(reviewer), build)
    with zipfile.ZipFile(io.BytesIO(packed_of(client, again))) as second, zipfile.ZipFile(io.BytesIO(archive)) as first:
        trees = [{name for name in each.namelist() if "/objects/" in name} for each in (first, second)]
    assert len(trees[0] ^ trees[1]) == 2  # the commit alone: its addresses and its project are others


@pytest.mark.slow
@pytest.mark.django_db
def test_the_page_makes_a_project_of_a_file_and_says_what_is_wrong(client: Client, project: Project) -> None:
    file = io.BytesIO(zipped({**history({"Runefile.yml": RUNEFILE}), "Runefile.yml": RUNEFILE}))
    file.name = "kitchen-with-history.zip"
    response = client.post("/new/from-archive", {"organisation": "acme", "name": "", "archive": file})
    assert (response.status_code, response["Location"]) == (302, "/acme/kitchen-2/studio")
    assert list(Version.objects.filter(project__name="kitchen-2").values_list("message", flat=True)) == ["Step 0"]
    assert "Choose a .zip." in client.post("/new/from-archive", {"organisation": "acme"}).content.decode()


@pytest.mark.django_db
@pytest.mark.proof
def test_a_repository_of_git_itself_comes_with_its_commits_packed_and_merged(
    client: Client, project: Project, tmp_path: Path
) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", "-c", "user.name=Ada", "-c", "user.email=a@x", *arguments], cwd=tmp_path, check=True)

    git("init", "-q", "-b", "trunk")
    for number in range(3):
        (tmp_path / "Runefile.yml").write_bytes(RUNEFILE + b"# %d\n" % number)
        git("add", ".")
        git("commit", "-qm", f"Step {number}\n\nWith more to say.")
    git("checkout", "-qb", "side", "HEAD~1")
    (tmp_path / "side.txt").write_text("of a branch\n")
    git("add", ".")
    git("commit", "-qm", "Beside")
    git("checkout", "-q", "trunk")
    git("merge", "-q", "--no-edit", "side")
    git("gc", "-q")
    files = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    answer = bring(client, zipped(files))
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["versions"], answer.json()["merges"]) == (4, 1)
    rows = Version.objects.filter(project__name="again").order_by("number").values_list("message", "original_authors")
    assert list(rows) == [(f"Step {number}", ["Ada"]) for number in range(3)] + [
        ("Merge branch 'side' into trunk", ["Ada"])
    ]
