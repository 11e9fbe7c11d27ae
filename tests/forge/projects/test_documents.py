"""Live documents as they are stored: one seed, ordered updates, small edits, nothing lost when two edit at once."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Model
from pycrdt import Doc, Map, Text

from forge.accounts.models import User
from forge.core.errors import NotFound
from forge.projects.actions import create_project, delete_file, delete_project, rename_file, write_file
from forge.projects.files import document
from forge.projects.files import document_store as documents
from forge.projects.files.contents import list_files
from forge.projects.files.document import entries, replace_text, text_edits
from forge.projects.files.document_store import (
    UPDATES_BEFORE_STATE,
    Batch,
    append_batches,
    append_update,
    append_updates,
    document_sequences,
    editing,
    load_document,
    merge_updates,
    read_document,
)
from forge.projects.hooks import document_changed
from forge.projects.models import DocumentState, DocumentUpdate, Project

pytestmark = pytest.mark.django_db


def _typed(project: Project, place: int, words: str) -> bytes:
    """The update of a client that types into the Runefile and has not been heard yet."""
    doc = load_document(project.pk).doc
    before = doc.get_state()
    [entry] = entries(doc)
    document.files_map(doc)[entry.id]["text"].insert(place, words)
    return doc.get_update(before)


def _fail_while_editing(project: Project, user: User) -> None:
    with editing(project, user.pk) as doc:
        document.add_text(doc, "never.md", "x")
        raise RuntimeError


def test_a_write_of_the_api_and_typing_at_the_same_time_both_stay(project: Project, user: User) -> None:
    text = list_files(project)[0].text
    assert text is not None
    update = _typed(project, 0, "# typed meanwhile\n")
    write_file(user, project, "Runefile.yml", text.replace("dimensions: [1, 1]", "dimensions: [1, 8]").encode())
    append_update(project.pk, update, user.pk)
    result = list_files(project)[0].text
    assert result == "# typed meanwhile\n" + text.replace("dimensions: [1, 1]", "dimensions: [1, 8]")


def test_a_rename_moves_no_text_and_keeps_what_is_typed_meanwhile(project: Project, user: User) -> None:
    update = _typed(project, 0, "# typed\n")
    before = list_files(project)[0]
    file = rename_file(user, project, "Runefile.yml", "old/Runefile.yml")
    append_update(project.pk, update)
    after = list_files(project)[0]
    assert file.id == before.id == after.id
    assert after.path == "old/Runefile.yml"
    assert after.text is not None
    assert after.text.startswith("# typed\n")


def test_deleting_is_a_value_and_what_is_typed_meanwhile_is_still_there(project: Project, user: User) -> None:
    update = _typed(project, 0, "# typed\n")
    key = list_files(project)[0].id
    delete_file(user, project, "Runefile.yml")
    append_update(project.pk, update)
    doc = load_document(project.pk).doc
    assert list_files(project) == ()
    assert str(document.files_map(doc)[key]["text"]).startswith("# typed\n")


def test_two_files_with_one_path_are_both_kept_and_shown(project: Project, user: User) -> None:
    doc = load_document(project.pk).doc
    before = doc.get_state()
    key = document.add_text(doc, "Runefile.yml", "of another client")
    append_update(project.pk, doc.get_update(before))
    files = list_files(project)
    assert {entry.path for entry in files} == {"Runefile.yml", "Runefile (2).yml"}
    assert key in {entry.id for entry in files}


def test_what_a_client_wrote_in_another_shape_is_left_out(project: Project) -> None:
    doc = load_document(project.pk).doc
    before = doc.get_state()
    files = document.files_map(doc)
    files["a"] = 7
    files["b"] = Map({"path": "../escape", "kind": "text", "text": Text("x")})
    files["c"] = Map({"path": "x" * 300, "kind": "text", "text": Text("x")})
    files["d"] = Map({"path": "d", "kind": "text", "text": "not shared text"})
    files["e"] = Map({"path": "e", "kind": "binary", "digest": 7, "size": -1})
    append_update(project.pk, doc.get_update(before))
    assert [entry.path for entry in list_files(project)] == ["Runefile.yml"]


def test_a_write_that_changes_nothing_writes_no_update(project: Project, user: User) -> None:
    text = list_files(project)[0].text
    assert text is not None
    count = DocumentUpdate.objects.filter(project=project).count()
    write_file(user, project, "Runefile.yml", text.encode())
    assert DocumentUpdate.objects.filter(project=project).count() == count


def test_updates_take_the_next_numbers_and_move_the_project_up(project: Project, user: User) -> None:
    before = project.changed
    last = append_updates(project.pk, [(_typed(project, 0, "a"), user.pk), (_typed(project, 0, "b"), None)])
    project.refresh_from_db()
    assert (last, project.sequence) == (3, 3)
    assert project.changed > before
    authors = list(DocumentUpdate.objects.filter(project=project).values_list("author_id", flat=True))
    assert authors == [user.pk, user.pk, None]


def test_a_deleted_project_takes_no_updates(project: Project, owner: User) -> None:
    update = _typed(project, 0, "x")
    delete_project(owner, project)
    with pytest.raises(NotFound):
        append_update(project.pk, update)


def test_many_updates_are_folded_and_the_document_stays_the_same(project: Project) -> None:
    doc = load_document(project.pk).doc
    text = document.files_map(doc)[entries(doc)[0].id]["text"]
    updates = []
    for number in range(UPDATES_BEFORE_STATE + 5):
        before = doc.get_state()
        text.insert(0, f"{number} ")
        updates.append((doc.get_update(before), None))
    append_updates(project.pk, updates)
    first = load_document(project.pk)
    state = DocumentState.objects.get(project=project)
    assert state.sequence == first.sequence == UPDATES_BEFORE_STATE + 6
    assert entries(load_document(project.pk).doc) == entries(first.doc) == entries(doc)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_leave_no_gap_and_lose_no_file(project: Project, user: User) -> None:
    def write(number: int) -> None:
        try:
            write_file(user, project, f"notes/{number}.md", b"# one of many")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(write, range(24)))
    numbers = list(DocumentUpdate.objects.filter(project=project).values_list("sequence", flat=True))
    assert numbers == list(range(1, 26))
    assert len(list_files(project)) == 25


@pytest.mark.django_db(transaction=True)
def test_a_change_is_announced_once_it_is_committed_and_not_when_it_is_taken_back(project: Project, user: User) -> None:
    changes: list[tuple[int, str]] = []

    def receive(sender: type[Model], sequence: int, origin: str, **rest: object) -> None:
        changes.append((sequence, origin))

    document_changed.connect(receive)
    try:
        write_file(user, project, "notes.md", b"x")
        with pytest.raises(RuntimeError):
            _fail_while_editing(project, user)
    finally:
        document_changed.disconnect(receive)
    assert changes == [(2, "api")]


def test_an_edit_touches_only_what_differs() -> None:
    old = "one\ntwo\nthree\nfour\n"
    assert list(text_edits(old, "one\ntWo\nthree\nfive\n")) == [(5, 6, "W"), (15, 18, "ive")]
    assert list(text_edits(old, old)) == []
    assert list(text_edits("", "x")) == [(0, 0, "x")]
    assert list(text_edits("x", "")) == [(0, 1, "")]


def test_random_replacements_always_end_with_the_wanted_text() -> None:
    chance = random.Random(7)
    pieces = ["a", "é", "😀", "\n", "\r\n", "line one\n", "line two\n", "  - x: y\n", "\u2028", ""]
    for _ in range(300):
        doc: Doc[Text] = Doc()
        doc["text"] = Text("".join(chance.choices(pieces, k=12)))
        expected = "".join(chance.choices(pieces, k=12))
        replace_text(doc["text"], expected)
        assert str(doc["text"]) == expected


def test_a_huge_rewrite_is_one_edit_and_quick() -> None:
    old, new = "a\n" * 3000, "b\n" * 3000
    assert list(text_edits(old, new)) == [(0, len(old) - 1, new[:-1])]


def test_of_two_that_merge_at_once_the_one_with_less_does_not_win(project: Project) -> None:
    for number in range(6):
        append_update(project.pk, _typed(project, 0, f"{number}"))
    early = read_document(project.pk)
    for number in range(4):
        append_update(project.pk, _typed(project, 0, f"{number}"))
    late = read_document(project.pk)
    merge_updates(project.pk, late.document().get_update(), late.sequence)
    merge_updates(project.pk, early.document().get_update(), early.sequence)
    again = read_document(project.pk)
    assert (again.sequence, again.updates) == (late.sequence, ())
    assert entries(again.document()) == entries(late.document())


def test_documents_that_are_gone_do_not_keep_others_from_being_stored(project: Project) -> None:
    update = _typed(project, 0, "x")
    missing, here = append_batches(
        [Batch(uuid4(), [(update, None)]), Batch(project.pk, [(update, None), (update, None)])]
    )
    project.refresh_from_db()
    assert (missing, here) == (None, project.sequence)


def test_more_updates_than_one_statement_takes_keep_their_order_in_each_document(
    project: Project, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "ROWS", 2)
    other = create_project(user, project.organisation, "other")
    update = _typed(project, 0, "x")
    last = append_batches(
        [
            Batch(project.pk, [(b"%d" % number + update, user.pk) for number in range(3)]),
            Batch(other.pk, [(update, None)]),
            Batch(project.pk, [(b"3" + update, None)], {7: user.pk}),
        ]
    )
    assert last == [4, 2, 5]
    rows = DocumentUpdate.objects.filter(project=project, sequence__gt=1).values_list("sequence", "update")
    assert [(sequence, bytes(data)[:1]) for sequence, data in rows] == [
        (2, b"0"),
        (3, b"1"),
        (4, b"2"),
        (5, b"3"),
    ]
    assert document_sequences([project.pk, other.pk]) == {project.pk: 5, other.pk: 2}
