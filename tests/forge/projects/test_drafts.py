"""Drafts: files of a project that are written apart from it, by its people and with fewer verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.accounts.permissions import OF_AGENT, Verb, can, projects_where, verbs_on
from forge.accounts.principals import Principal, PrincipalKind
from forge.builds.access import find_rune
from forge.builds.models import Build, BuildTrigger
from forge.core.errors import Forbidden, NotFound
from forge.projects.actions import write_file
from forge.projects.drafts.access import drafts_of, find_draft
from forge.projects.drafts.actions import MOST_DRAFTS, begin_draft, discard_draft, start_draft
from forge.projects.drafts.version import version_of_draft
from forge.projects.errors import TooManyDrafts
from forge.projects.files.contents import find_file, list_files
from forge.projects.models import Draft, Project
from forge.projects.versions.store import working_tree
from forge.reviews.change_requests.actions.merges import merge_past_gate
from forge.reviews.change_requests.actions.offers import offer_changes
from forge.reviews.changes.access import find_again

pytestmark = pytest.mark.django_db
API = "/api/v1/projects/acme/kitchen/drafts"


@pytest.fixture
def draft(project: Project, developer: User) -> Draft:
    write_file(developer, project, "level.py", b"GAIN = 1\n")
    write_file(developer, project, "image.bin", bytes(range(256)))
    return start_draft(developer, project, "Hear glass better")


def agent_of(person: User, project: Project, *scopes: str) -> Principal:
    """Returns the principal of an agent that acts for a person in one project."""
    return Principal(
        PrincipalKind.AGENT,
        "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        person,
        frozenset(scopes or ("project:read", "project:draft", "build:run", "review:write", "project:write")),
        frozenset({project.stream}),
    )


def text_of(project: Project, path: str) -> str | None:
    return find_file(project, path).text


def test_a_draft_begins_with_the_files_and_changes_none_of_them(
    draft: Draft, project: Project, developer: User
) -> None:
    assert working_tree(draft.files).manifest == working_tree(project).manifest
    write_file(developer, draft.files, "level.py", b"GAIN = 2\n")
    write_file(developer, draft.files, "new.py", b"A = 1\n")
    assert text_of(draft.files, "level.py") == "GAIN = 2\n"
    assert text_of(project, "level.py") == "GAIN = 1\n"
    assert "new.py" not in {entry.path for entry in list_files(project)}


def test_no_list_of_projects_has_a_draft(
    draft: Draft, developer: User, browser_of: Callable[[User | None], Client]
) -> None:
    for projects in (Project.objects.of_member(developer), Project.objects.visible_to(developer)):
        assert [each.name for each in projects] == ["kitchen"]
    browser = browser_of(developer)
    for address in ("/", "/acme", "/api/v1/projects", "/search?q=draft", "/explore"):
        assert draft.files.name not in browser.get(address).content.decode()


def test_what_is_offered_of_a_draft_is_merged(draft: Draft, project: Project, developer: User, owner: User) -> None:
    write_file(developer, draft.files, "level.py", b"GAIN = 2\n")
    change = offer_changes(developer, draft.files, "Louder")
    assert (change.project_id, change.source_id) == (project.pk, draft.files.pk)
    merge_past_gate(owner, find_again(change), "A test without a build")
    project.refresh_from_db()
    assert text_of(project, "level.py") == "GAIN = 2\n"


def test_its_version_is_a_proposed_one_of_the_project(draft: Draft, project: Project, developer: User) -> None:
    write_file(developer, draft.files, "level.py", b"GAIN = 2\n")
    version = version_of_draft(developer, draft)
    assert (version.project_id, version.is_proposed) == (project.pk, True)
    assert version.manifest == working_tree(draft.files).manifest
    assert version_of_draft(developer, draft) == version
    assert str(developer.pk) in version.writers


def test_who_may_read_the_project_may_read_its_drafts_and_developers_write_them(
    draft: Draft, people: dict[str, Any]
) -> None:
    edits = {name: can(person, Verb.EDIT, draft.files) for name, person in people.items() if person}
    assert edits == {
        "owner": True,
        "maintainer": True,
        "developer": True,
        "reviewer": False,
        "viewer": False,
        "stranger": False,
    }
    assert can(people["viewer"], Verb.READ, draft.files)
    assert not can(people["stranger"], Verb.SEE, draft.files)


@pytest.mark.parametrize("verb", [Verb.PUBLISH, Verb.DEPLOY, Verb.MANAGE, Verb.PUSH, Verb.SHARE, Verb.DRAFT, Verb.ASK])
def test_nobody_does_more_to_a_draft(draft: Draft, owner: User, verb: Verb) -> None:
    assert not can(owner, verb, draft.files)


def test_a_discarded_draft_takes_no_edit_and_has_no_address(draft: Draft, project: Project, developer: User) -> None:
    discard_draft(developer, draft)
    assert list(drafts_of(developer, project)) == []
    with pytest.raises(NotFound):
        find_draft(developer, project, draft.number)
    with pytest.raises(NotFound):
        write_file(developer, draft.files, "level.py", b"GAIN = 3\n")


def test_more_drafts_than_people_can_look_at_are_refused(
    project: Project, developer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forge.projects.drafts.actions.MOST_DRAFTS", 1)
    start_draft(developer, project, "One")
    with pytest.raises(TooManyDrafts, match="Discard some"):
        start_draft(developer, project, "Two")
    assert MOST_DRAFTS > 1


def test_drafts_over_http(project: Project, developer: User, browser_of: Callable[[User | None], Client]) -> None:
    browser = browser_of(developer)
    answer = browser.post(API, {"title": "Hear glass better", "request": "Make glass better"}, "application/json")
    assert answer.status_code == 201
    drafted = answer.json()
    assert (drafted["number"], drafted["title"], drafted["agent_name"]) == (1, "Hear glass better", "")
    assert browser.get(API).json() == [drafted]
    assert browser.get(f"{API}/1").json() == drafted
    files = browser.get(f"/api/v1/projects/{drafted['files']}/files").json()
    assert [each["path"] for each in files["files"]] == ["Runefile.yml"]
    assert browser.delete(f"{API}/1").status_code == 204
    assert browser.get(API).json() == []
    assert browser.get(f"/api/v1/projects/{drafted['files']}/files").status_code == 404


def test_the_preview_of_a_draft_runs_for_its_project_s_people_alone(
    draft: Draft, project: Project, viewer: User, stranger: User
) -> None:
    row = Build.objects.create(project=draft.files, kind=BuildTrigger.PREVIEW)
    assert find_rune(viewer, row.pk) == row
    with pytest.raises(NotFound):
        find_rune(stranger, row.pk)
    # Lists of builds leave drafts out.
    assert not Build.objects.visible_to(viewer).exists()
    discard_draft(draft.files.created_by or viewer, draft)
    with pytest.raises(NotFound):
        find_rune(viewer, row.pk)


@pytest.mark.protects("agents/what-an-agent-may-do")
def test_an_agent_edits_drafts_and_nothing_else_whatever_its_scopes_are(project: Project, owner: User) -> None:
    agent = agent_of(owner, project)
    draft = begin_draft(agent, project, "Hear glass better", "", agent_name="Claude")
    assert (str(draft.agent), draft.agent_name) == (agent.id, "Claude")
    assert verbs_on(agent, project) <= OF_AGENT
    assert can(agent, Verb.EDIT, draft.files)
    assert not can(agent, Verb.EDIT, project)
    write_file(agent, draft.files, "level.py", b"GAIN = 2\n")
    with pytest.raises(Forbidden):
        write_file(agent, project, "level.py", b"GAIN = 2\n")
    assert not Project.objects.filter(projects_where(agent, Verb.EDIT)).exists()
    assert list(Project.objects.of_member(agent)) == [project]


@pytest.mark.protects("agents/what-an-agent-may-do")
@pytest.mark.parametrize("verb", sorted(set(Verb) - OF_AGENT))
def test_no_scope_gives_an_agent_a_verb_that_decides(project: Project, owner: User, verb: Verb) -> None:
    agent = agent_of(owner, project, "project:write", "project:manage", "rune:publish", "review:write", "project:draft")
    assert not can(agent, verb, project)
    assert not can(agent, verb, project.organisation)


def test_an_agent_has_no_right_in_a_project_that_its_grant_does_not_name(project: Project, owner: User) -> None:
    other = Project.objects.create(organisation=project.organisation, name="garden", created_by=owner)
    agent = agent_of(owner, project)
    assert not verbs_on(agent, other)
    assert list(Project.objects.of_member(agent)) == [project]
