"""Duplicates and forks: whose files they have, what they leave out, and what they tell of where they came from."""

from __future__ import annotations

import pytest

from forge.accounts.actions import join_as
from forge.accounts.models import Organisation, User
from forge.accounts.principals import INSTALLATION, VISITOR, acting_as
from forge.core.errors import Forbidden, NotFound
from forge.core.models import AuditEntry
from forge.datasets.models import Sample
from forge.datasets.recordings.access import recording_terms
from forge.datasets.recordings.actions import send_sample
from forge.projects.access import origin_of
from forge.projects.actions import (
    delete_project,
    duplicate_project,
    fork_project,
    invite_to_project,
    restore_version,
    save_version,
    update_project,
    write_file,
)
from forge.projects.errors import FilesNotShared
from forge.projects.files.contents import list_files
from forge.projects.models import Fork, Project, Version
from forge.projects.versions.actions.autosave import autosave_version
from forge.projects.versions.store import working_tree
from forge.registry.tags.publishing.actions import publish_build
from tests.support.forge.factories.builds import RUNE, built

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(stranger: User) -> Organisation:
    """The organisation of a stranger, who reads the project by a role in it alone."""
    return Organisation.objects.get(name="other")


@pytest.fixture
def partner(project: Project, owner: User, stranger: User) -> User:
    _, link = invite_to_project(owner, project, "viewer")
    join_as(stranger, link.partition("token=")[2])
    return stranger


def paths_of(project: Project) -> set[str]:
    return {entry.path for entry in list_files(project)}


@pytest.mark.parametrize("copy", [duplicate_project, fork_project])
def test_a_copy_has_the_files_of_now_and_is_private(
    copy: object, project: Project, developer: User, owner: User, organisation: Organisation
) -> None:
    write_file(developer, project, "notes.md", b"one")
    write_file(developer, project, "model.bin", bytes(range(256)))
    update_project(owner, project, visibility="public")
    twin = copy(developer, project, organisation, "twin")  # type: ignore[operator]
    assert working_tree(twin).digest == working_tree(project).digest
    assert twin.visibility == "private"


@pytest.mark.protects("recordings/copies")
@pytest.mark.parametrize("copy", [duplicate_project, fork_project])
def test_a_copy_has_no_recording_that_somebody_gave(
    copy: object, project: Project, developer: User, organisation: Organisation
) -> None:
    before = paths_of(project)
    consent = recording_terms(project).text
    send_sample(developer, project, [b"1,2,3\n"], label="up", days=90, consent=consent)
    twin = copy(developer, project, organisation, "twin")  # type: ignore[operator]
    assert paths_of(twin) == before
    assert not Sample.objects.filter(data_set__project=twin).exists()


@pytest.mark.protects("recordings/copies")
@pytest.mark.parametrize("copy", [duplicate_project, fork_project])
def test_who_cannot_read_it_copies_nothing_also_of_a_public_project(
    copy: object, project: Project, owner: User, stranger: User, other: Organisation
) -> None:
    for visibility in ("private", "internal", "public"):
        update_project(owner, project, visibility=visibility)
        # A reader of its page learns that its files are not shared; nobody else learns that it exists.
        with pytest.raises(NotFound if visibility == "private" else FilesNotShared):
            copy(acting_as(stranger), project, other, "mine")  # type: ignore[operator]
    assert not Project.objects.filter(organisation=other).exists()


@pytest.mark.parametrize("copy", [duplicate_project, fork_project])
def test_a_copy_goes_where_one_may_create(
    copy: object, project: Project, partner: User, viewer: User, other: Organisation, organisation: Organisation
) -> None:
    with pytest.raises(Forbidden):
        copy(viewer, project, organisation, "mine")  # type: ignore[operator]
    with pytest.raises(NotFound):
        copy(acting_as(partner), project, organisation, "mine")  # type: ignore[operator]
    assert copy(acting_as(partner), project, other, "mine").organisation == other  # type: ignore[operator]


@pytest.mark.slow
def test_a_fork_knows_its_origin_and_the_version_that_both_have_in_common(
    project: Project, developer: User, organisation: Organisation
) -> None:
    forked_project = fork_project(developer, project, organisation, "fork")
    common = working_tree(project).digest
    write_file(developer, forked_project, "mine.md", b"x")
    write_file(developer, project, "theirs.md", b"x")
    fork = Fork.objects.get(project=forked_project)
    assert fork.base.digest == common
    assert origin_of(acting_as(developer), forked_project) == project
    assert origin_of(acting_as(developer), duplicate_project(developer, project, organisation, "twin")) is None


@pytest.mark.protects("recordings/copies")
def test_a_fork_of_a_private_project_names_it_to_nobody_who_cannot_see_it(
    project: Project, partner: User, owner: User, other: Organisation
) -> None:
    forked_project = fork_project(acting_as(partner), project, other, "fork")
    update_project(partner, forked_project, visibility="public")
    colleague = User.objects.create_user("new@other.example", name="New")
    for nobody in (VISITOR, acting_as(colleague)):
        assert origin_of(nobody, forked_project) is None
    assert origin_of(acting_as(partner), forked_project) == project
    entries = AuditEntry.objects.filter(organisation=other.pk)
    assert "kitchen" not in str(list(entries.values_list("data", flat=True)))
    delete_project(owner, project)
    assert origin_of(acting_as(partner), forked_project) is None


@pytest.mark.slow
@pytest.mark.protects("recordings/copies")
def test_a_copy_has_the_versions_that_people_saved_and_no_recording_in_them(
    project: Project, developer: User, owner: User, organisation: Organisation
) -> None:
    write_file(developer, project, "notes.md", b"one")
    save_version(developer, project, "First")
    write_file(developer, project, "notes.md", b"two")
    assert autosave_version(INSTALLATION, project) is not None
    send_sample(developer, project, [b"1,2,3\n"], label="up", days=90, consent=recording_terms(project).text)
    write_file(owner, project, "notes.md", b"three")
    save_version(owner, project, "Third")
    forked_project = fork_project(owner, project, organisation, "fork")
    versions = list(Version.objects.filter(project=forked_project).order_by("number"))
    assert [(each.number, each.message, each.original_authors[0]) for each in versions] == [
        (1, "First", developer.name),
        (3, "Third", owner.name),
    ]
    assert not any(path.startswith("samples/") for each in versions for path in each.manifest)
    assert (versions[-1], versions[-1].digest) == (
        Fork.objects.get(project=forked_project).base,
        working_tree(forked_project).digest,
    )
    # A recording that is not in them makes no version of its own, and the next one goes on from here.
    write_file(owner, forked_project, "notes.md", b"four")
    assert save_version(owner, forked_project, "Mine").number == 4
    restore_version(owner, forked_project, versions[0])
    assert next(entry for entry in list_files(forked_project) if entry.path == "notes.md").size == 3


@pytest.mark.slow
@pytest.mark.protects("recordings/copies")
def test_a_strangers_copy_has_the_versions_that_were_published_and_nobodys_words(
    project: Project, developer: User, owner: User, stranger: User, other: Organisation
) -> None:
    for number, notes in enumerate((b"one", b"two", b"three"), start=1):
        write_file(developer, project, "notes.md", notes)
        save_version(developer, project, f"Secret {number}")
        if number != 2:
            publish_build(owner, built(owner, project, RUNE + notes), f"step-{number}")
    write_file(developer, project, "notes.md", b"draft")
    update_project(owner, project, visibility="public", shares_files=True)
    forked_project = fork_project(acting_as(stranger), project, other, "mine")
    versions = list(Version.objects.filter(project=forked_project).order_by("number"))
    assert [(each.number, each.message, each.original_authors) for each in versions] == [
        (1, "Published as step-1", []),
        (3, "Published as step-3", []),
    ]
    assert versions[-1] == Fork.objects.get(project=forked_project).base


def test_whoever_copies_is_in_the_audit_log_of_what_they_copied(
    project: Project, partner: User, other: Organisation
) -> None:
    fork_project(acting_as(partner), project, other, "fork")
    entry = AuditEntry.objects.get(action="archive.download")
    assert (entry.project, entry.actor_id) == (project.pk, partner.pk)
