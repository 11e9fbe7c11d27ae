"""Somebody without any role copies a project that shares what it published, and offers changes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import Organisation
from forge.accounts.principals import VISITOR
from forge.core.errors import Forbidden, NotFound, SignInNeeded
from forge.core.models import AuditEntry
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.projects.access import origin_of
from forge.projects.actions import duplicate_project, fork_project, update_project, write_file
from forge.projects.errors import FilesNotShared, NothingToCopy
from forge.projects.files.contents import list_files
from forge.projects.models import Project
from forge.registry.tags.publishing.actions import publish_build
from forge.reviews.actions import merge_past_gate, offer_changes, resolve_conflict
from forge.reviews.changes.merging import merging_of
from forge.reviews.errors import CannotMerge
from rune.editing.merge import Side
from tests.support.forge.factories.builds import approved, built
from tests.support.forge.factories.members import RUNEFILE

pytestmark = pytest.mark.django_db
COPIES = (duplicate_project, fork_project)


@pytest.fixture
def other(stranger: Any) -> Organisation:
    return Organisation.objects.get(name="other")


@pytest.fixture
def shared_project(project: Any, developer: Any, owner: Any) -> Any:
    """Public, sharing the files of 1.0; its draft has something that nobody else may read."""
    terms = recording_terms(project).text
    send_sample(developer, project, [b"1,2,3\n"], label="up", days=90, consent=terms)
    publish_build(developer, approved(built(developer, project)), "1.0")
    write_file(developer, project, "draft.md", b"not yet for others")
    return update_project(owner, project, visibility="public", shares_files=True)


def paths_of(project: Project) -> set[str]:
    return {entry.path for entry in list_files(project)}


@pytest.mark.slow
@pytest.mark.protects("roles/copied-drafts")
@pytest.mark.parametrize("copy", COPIES)
def test_who_may_not_is_told_why_or_nothing(
    copy: Any, shared_project: Any, owner: Any, stranger: Any, other: Organisation, developer: Any
) -> None:
    before = Project.objects.count()
    with pytest.raises(SignInNeeded):
        copy(VISITOR, shared_project, other, "twin")
    with pytest.raises(NotFound):
        copy(developer, shared_project, other, "twin")
    update_project(owner, shared_project, shares_files=False)
    with pytest.raises(FilesNotShared, match="not its files"):
        copy(stranger, shared_project, other, "twin")
    update_project(owner, shared_project, visibility="private", shares_files=True)
    with pytest.raises(NotFound):
        copy(stranger, shared_project, other, "twin")
    with pytest.raises(Forbidden):
        update_project(developer, shared_project, shares_files=False)
    update_project(owner, shared_project, visibility="internal")
    shared_project.repository.tags.all().delete()
    with pytest.raises(NothingToCopy):
        copy(stranger, shared_project, other, "twin")
    assert Project.objects.count() == before


@pytest.mark.slow
@pytest.mark.protects("roles/copied-drafts")
@pytest.mark.parametrize("copy", COPIES)
def test_a_stranger_takes_what_was_published_and_nothing_of_the_draft_or_of_peoples_recordings(
    copy: Any, shared_project: Any, stranger: Any, other: Organisation
) -> None:
    twin = copy(stranger, shared_project, other, "twin")
    assert paths_of(twin) == {"Runefile.yml"}
    assert AuditEntry.objects.filter(action="project.copied").count() == 1
    origin = origin_of(stranger, twin)
    assert origin == (shared_project if copy is fork_project else None)


@pytest.mark.slow
@pytest.mark.parametrize("copy", COPIES)
def test_both_sides_change_a_stage_and_nothing_is_lost(
    copy: Any, shared_project: Any, stranger: Any, other: Organisation, owner: Any, developer: Any
) -> None:
    twin = copy(stranger, shared_project, other, "twin")
    stage = "dimensions: [1, 1]"
    write_file(stranger, twin, "Runefile.yml", RUNEFILE.replace(stage, "dimensions: [1, 2]").encode())
    write_file(stranger, twin, "mine.md", b"by a stranger")
    write_file(developer, shared_project, "Runefile.yml", RUNEFILE.replace(stage, "dimensions: [1, 3]").encode())
    request = offer_changes(stranger, twin, "Two numbers")
    with pytest.raises(CannotMerge):
        merge_past_gate(owner, request, "It was shown at the fair already.")
    (conflict,) = merging_of(request).conflicts
    with pytest.raises(NotFound):
        resolve_conflict(stranger, request, conflict.key, Side.THEIRS)
    resolve_conflict(owner, request, conflict.key, Side.THEIRS)
    result = merging_of(request).result
    assert set(result.manifest) >= {"Runefile.yml", "mine.md", "draft.md"}
    assert b"[1, 2]" in result.texts["Runefile.yml"]


@pytest.mark.slow
def test_the_page_offers_a_copy_to_who_may_have_one(
    shared_project: Any, owner: Any, stranger: Any, other: Organisation, browser_of: Callable[[Any], Client]
) -> None:
    page = Client().get("/acme/kitchen").content.decode()
    assert "Fork or duplicate" in page
    assert Client().get("/acme/kitchen/copy").status_code == 302
    browser = browser_of(stranger)
    assert "the files of what was published" in browser.get("/acme/kitchen/copy").content.decode()
    response = browser.post("/acme/kitchen/copy", {"organisation": "other", "how": "fork", "name": ""})
    assert response.status_code == 302
    assert response["Location"] == "/other/kitchen/studio"
    offer = browser.get("/other/kitchen/offer").content.decode()
    assert "Offer the changes" in offer
    update_project(owner, shared_project, shares_files=False)
    assert "Fork or duplicate" not in Client().get("/acme/kitchen").content.decode()
    assert browser.get("/acme/kitchen/copy").status_code == 403
