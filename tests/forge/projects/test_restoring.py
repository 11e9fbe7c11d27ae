"""Restoring a version gives exactly its files, by small edits of one document, and keeps what others type meanwhile."""

from __future__ import annotations

import random
from typing import Any

import pytest
from pycrdt import Doc, Text

from forge.accounts.models import User
from forge.core.models import AuditEntry
from forge.projects.actions import delete_file, rename_file, restore_version, restoring_update, save_version, write_file
from forge.projects.files import document
from forge.projects.files.contents import list_files
from forge.projects.files.document import entries, files_map
from forge.projects.files.document_store import append_update, load_document
from forge.projects.models import DocumentUpdate, Project, Version
from forge.projects.versions.restore import FileToRestore, restore
from forge.projects.versions.store import snapshot, working_tree

pytestmark = pytest.mark.django_db

BASE = "/api/v1/projects/acme/kitchen"


def _contents(project: Project) -> dict[str, str | None]:
    return {entry.path: entry.text if entry.text is not None else entry.digest for entry in list_files(project)}


def _ids(project: Project) -> dict[str, str]:
    return {entry.path: entry.id for entry in list_files(project)}


@pytest.mark.slow
def test_all_that_happened_to_files_is_taken_back(project: Project, user: User) -> None:
    write_file(user, project, "labels.txt", b"up\ndown\n")
    write_file(user, project, "data/raw.bin", b"\xff\x00")
    write_file(user, project, "notes.md", b"first")
    before, ids = _contents(project), _ids(project)
    version = save_version(user, project, "  good \n words ")
    write_file(user, project, "labels.txt", b"up\nleft\n")
    write_file(user, project, "data/raw.bin", b"\xff\x01")
    rename_file(user, project, "notes.md", "docs/notes.md")
    delete_file(user, project, "Runefile.yml")
    write_file(user, project, "new.txt", b"new")
    result = restore_version(user, project, version)
    assert _contents(project) == before
    assert _ids(project) == ids  # no file was made anew
    assert result.changed_paths == ("Runefile.yml", "data/raw.bin", "labels.txt", "new.txt", "notes.md")
    assert version.message == "good words"
    assert AuditEntry.objects.filter(actor=user, action="version.restore", data__number=version.number).exists()
    # The former files are a version too, and come back in the same way.
    assert "docs/notes.md" in result.before.manifest
    restore_version(user, project, result.before)
    assert sorted(_contents(project)) == ["data/raw.bin", "docs/notes.md", "labels.txt", "new.txt"]


def test_restoring_what_is_there_changes_nothing(project: Project, user: User) -> None:
    version = snapshot(project, user)
    updates = DocumentUpdate.objects.filter(project=project).count()
    assert restore_version(user, project, version).changed_paths == ()
    assert DocumentUpdate.objects.filter(project=project).count() == updates


def test_one_file_is_restored_and_the_others_stay(project: Project, user: User) -> None:
    write_file(user, project, "a.txt", b"one")
    write_file(user, project, "b.txt", b"one")
    version = snapshot(project, user)
    rename_file(user, project, "a.txt", "kept.txt")
    write_file(user, project, "a.txt", b"two")
    write_file(user, project, "b.txt", b"two")
    assert restore_version(user, project, version, ["a.txt"]).changed_paths == ("a.txt",)
    contents = _contents(project)
    assert (contents["a.txt"], contents["b.txt"], contents["kept.txt"]) == ("one", "two", "one")


def test_a_file_that_is_renamed_among_the_restored_ones_goes_on(project: Project, user: User) -> None:
    write_file(user, project, "a.txt", b"one")
    ids, version = _ids(project), snapshot(project, user)
    rename_file(user, project, "a.txt", "b.txt")
    assert restore_version(user, project, version, ["a.txt", "b.txt"]).changed_paths == ("a.txt",)
    assert _ids(project) == ids


def test_a_path_that_the_version_lacks_is_deleted_when_it_is_asked_for(project: Project, user: User) -> None:
    version = snapshot(project, user)
    write_file(user, project, "new.txt", b"new")
    write_file(user, project, "other.txt", b"new")
    assert restore_version(user, project, version, ["new.txt"]).changed_paths == ("new.txt",)
    assert sorted(_contents(project)) == ["Runefile.yml", "other.txt"]


def test_what_others_type_meanwhile_survives(project: Project, user: User) -> None:
    write_file(user, project, "labels.txt", b"up\ndown\nleft\nright\n")
    version = snapshot(project, user)
    write_file(user, project, "labels.txt", b"UP\ndown\nleft\nright\n")
    other = load_document(project.pk).doc
    entry = document.find_entry(other, "labels.txt")
    assert entry is not None
    state = other.get_state()
    text: Text = files_map(other)[entry.id]["text"]
    text.insert(str(text).index("right"), "typed ")
    restore_version(user, project, version)
    append_update(project.pk, other.get_update(state), user.pk)
    assert _contents(project)["labels.txt"] == "up\ndown\nleft\ntyped right\n"


def test_an_update_for_an_editor_is_stored_only_when_the_editor_sends_it(project: Project, user: User) -> None:
    write_file(user, project, "labels.txt", b"one")
    version = snapshot(project, user)
    write_file(user, project, "labels.txt", b"two")
    update = restoring_update(user, project, version)
    assert _contents(project)["labels.txt"] == "two"
    append_update(project.pk, update, user.pk)
    append_update(project.pk, update, user.pk)  # sent again, it is one
    assert _contents(project)["labels.txt"] == "one"


@pytest.mark.protects("live/restores")
def test_only_who_may_edit_restores(project: Project, user: User, viewer: User, browser_of: Any) -> None:
    snapshot(project, user)
    for query in ("", "?as=update"):
        answer = browser_of(viewer).post(f"{BASE}/versions/1/restore{query}", {}, content_type="application/json")
        assert answer.status_code == 403


WORDS = ("up", "down", "left", "right", "", "a\tb", "größe 😀", "- x: [1, 2]")
PATHS = ("a.txt", "b.txt", "c/d.txt", "c/e.txt", "Runefile.yml", "f.bin")


def _random_step(chance: random.Random, doc: Doc[Any]) -> None:
    """Something that a person does to files: write, edit, rename, delete, bring back, put bytes in."""
    living = entries(doc)
    what = chance.choice(("add", "edit", "edit", "rename", "delete", "bytes"))
    free = [path for path in PATHS if path not in {entry.path for entry in living}]
    text = "\n".join(chance.choice(WORDS) for _ in range(chance.randrange(12)))
    if what == "add" and free:
        document.add_text(doc, chance.choice(free), text)
    elif what == "bytes" and free:
        document.add_binary(doc, chance.choice(free), f"sha256:{chance.randrange(3):064x}", 3)
    elif living:
        entry = chance.choice(living)
        if what == "edit":
            document.set_text(doc, entry, text)
        elif what == "rename" and free:
            document.set_path(doc, entry, chance.choice(free))
        elif what == "delete":
            document.set_deleted(doc, entry)


def _files(doc: Doc[Any]) -> dict[str, tuple[str | None, str | None]]:
    return {entry.path: (entry.text, entry.digest if entry.text is None else None) for entry in entries(doc)}


def _wanted(doc: Doc[Any], *, with_ids: bool) -> tuple[FileToRestore, ...]:
    return tuple(
        FileToRestore(entry.path, entry.digest or "", entry.size, entry.text, entry.id if with_ids else None)
        for entry in entries(doc)
    )


def _copy(doc: Doc[Any]) -> Doc[Any]:
    clone: Doc[Any] = Doc()
    clone.apply_update(doc.get_update())
    return clone


@pytest.mark.slow
@pytest.mark.protects("live/restores")
@pytest.mark.parametrize("with_ids", [True, False])
def test_any_two_moments_restoring_gives_exactly_the_files(with_ids: bool) -> None:
    chance = random.Random(20261120)
    for _ in range(150):
        doc: Doc[Any] = Doc()
        for _ in range(chance.randrange(8)):
            _random_step(chance, doc)
        target, files = _wanted(doc, with_ids=with_ids), _files(doc)
        for _ in range(chance.randrange(10)):
            _random_step(chance, doc)
        # Someone else goes on typing at the end of a text, and hears of the restoring afterwards.
        other = _copy(doc)
        texts = [entry for entry in entries(other) if entry.text is not None]
        state = other.get_state()
        place = chance.choice(texts) if texts else None
        if place is not None:
            text: Text = files_map(other)[place.id]["text"]
            text += "⟨typed⟩"
        paths = restore(doc, target)
        assert _files(doc) == files
        assert restore(doc, target) == ()
        assert len(paths) <= len(files) + len(PATHS)
        if place is not None:
            doc.apply_update(other.get_update(state))
            assert "⟨typed⟩" in str(files_map(doc)[place.id]["text"])


def test_versions_made_before_ids_were_kept_are_restored_by_path(project: Project, user: User) -> None:
    write_file(user, project, "labels.txt", b"one")
    version = snapshot(project, user)
    Version.objects.update(file_ids={})
    version.refresh_from_db()
    delete_file(user, project, "labels.txt")
    restore_version(user, project, version)
    assert _contents(project)["labels.txt"] == "one"
    assert len(files_map(load_document(project.pk).doc)) == 2
    assert working_tree(project).digest == version.digest
