"""A change request whose files cannot stand beside those of the project."""

from __future__ import annotations

import pytest

from forge.accounts.models import User
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.reviews import actions
from forge.reviews.changes.access import find_change_request
from forge.reviews.changes.merging import merging_of
from forge.reviews.errors import CannotMerge
from forge.reviews.models import ChangeRequest
from rune.editing.merge import Side
from tests.support.forge.factories.changes import forked, offered

pytestmark = pytest.mark.django_db


def again(person: User, request: ChangeRequest) -> ChangeRequest:
    return find_change_request(person, request.pk)


def test_two_people_who_would_keep_a_file_and_a_folder_of_one_name_have_chosen_nothing(
    project: Project, owner: User, developer: User, stranger: User
) -> None:
    fork = forked(owner, developer, stranger, project)
    write_file(developer, project, "data", b"a file\n")
    offer = offered(stranger, fork, path="data/notes.txt")
    keys = {each.path: each.key for each in merging_of(again(developer, offer)).conflicts}
    assert set(keys) == {"data", "data/notes.txt"}
    actions.resolve_conflict(developer, again(developer, offer), keys["data"], Side.OURS)
    actions.resolve_conflict(owner, again(owner, offer), keys["data/notes.txt"], Side.THEIRS)
    merging = merging_of(again(developer, offer))
    assert {each.path for each in merging.open_conflicts} == set(keys)
    assert "data/notes.txt" not in merging.result.manifest
    with pytest.raises(CannotMerge, match="2 conflicts left"):
        actions.merge_past_gate(owner, again(owner, offer), "now")
    actions.resolve_conflict(owner, again(owner, offer), keys["data"], Side.THEIRS)
    merging = merging_of(again(developer, offer))
    assert (merging.open_conflicts, {"data", "data/notes.txt"} & set(merging.result.manifest)) == (
        (),
        {"data/notes.txt"},
    )
