"""Versions: the same files have the same digest, whatever their history."""

from __future__ import annotations

import pytest

from forge.accounts.models import User
from forge.projects.actions import delete_file, write_file
from forge.projects.files import document
from forge.projects.files.document_store import append_update, load_document
from forge.projects.models import Project, Version
from forge.projects.versions.store import VersionFiles, manifest_digest, snapshot, working_tree
from rune.project.files import FileMissing, FileNotInProject, FileTooLarge

pytestmark = pytest.mark.django_db


def test_the_same_files_are_the_same_version(project: Project, user: User) -> None:
    first = snapshot(project, user)
    write_file(user, project, "notes.md", b"for a moment")
    second = snapshot(project, user)
    delete_file(user, project, "notes.md")
    assert snapshot(project, user) == first
    assert (first.number, second.number) == (1, 2)
    assert second.digest == manifest_digest(second.manifest)
    assert sorted(second.manifest) == ["Runefile.yml", "notes.md"]


def test_the_working_tree_has_the_versions_digest_and_keeps_nothing(project: Project, user: User) -> None:
    tree = working_tree(project)
    assert not Version.objects.exists()
    assert snapshot(project, user).digest == tree.digest


def test_the_digest_does_not_depend_on_the_order_of_files() -> None:
    one, two = {"digest": "sha256:1", "size": 1}, {"digest": "sha256:2", "size": 2}
    assert manifest_digest({"a": one, "b": two}) == manifest_digest({"b": two, "a": one})


def test_a_versions_files_are_read_through_the_toolchains_door(project: Project, user: User) -> None:
    write_file(user, project, "data/raw.bin", b"\xff\x00")
    files = VersionFiles(snapshot(project, user).manifest)
    assert files.paths() == ("Runefile.yml", "data/raw.bin")
    assert files.read("./data/raw.bin") == b"\xff\x00"
    with pytest.raises(FileMissing):
        files.read("none")
    with pytest.raises(FileNotInProject):
        files.read("../Runefile.yml")
    with pytest.raises(FileTooLarge):
        VersionFiles(snapshot(project, user).manifest, limit=1).read("data/raw.bin")


@pytest.mark.protects("uploads/other-digests")
def test_a_digest_that_a_client_wrote_by_itself_opens_nothing(project: Project, user: User, stranger: User) -> None:
    from forge.accounts.models import Organisation
    from forge.projects.actions import create_from_files

    secret = create_from_files(stranger, Organisation.objects.get(name="other"), "secret", [("s.bin", b"\xff secret")])
    digest = snapshot(secret, stranger).manifest["s.bin"]["digest"]
    doc = load_document(project.pk).doc
    before = doc.get_state()
    document.add_binary(doc, "stolen.bin", digest, 8)
    append_update(project.pk, doc.get_update(before), user.pk)
    assert "stolen.bin" not in snapshot(project, user).manifest
