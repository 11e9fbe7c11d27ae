"""A right that ends while its action does something slow: the action asks for it again behind its lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from forge.accounts.actions import change_role, create_team, disable_person, hand_over, remove_member
from forge.accounts.models import Membership, Organisation, ProjectMembership, Role, User
from forge.accounts.principals import Principal, acting_as
from forge.accounts.teams.access import role_in
from forge.builds.actions import request_build
from forge.builds.models import Build
from forge.compute.pool.compiler import Compiler
from forge.core.errors import Forbidden, NotFound
from forge.jobs import queue
from forge.jobs.models import JobState
from forge.projects.actions import end_project_role, end_team_role, give_project_role, give_team_role, write_file
from forge.projects.files.contents import find_file
from forge.projects.models import Project
from forge.registry.blocks.actions import publish_block
from forge.registry.blocks.actions import publishing as block_publishing
from forge.registry.models import BlockVersion, Tag
from forge.registry.tags.publishing import actions as build_publishing
from forge.registry.tags.publishing.actions import publish_build, publish_past_gate
from forge.reviews import actions
from forge.reviews.actions import RequestedGroup
from forge.reviews.models import AwaitedReview, Review
from forge.reviews.reviewing.actions.pending_requests import ReviewRequest, ask_when_built
from forge.reviews.suggestions import actions as suggestion_taking
from tests.support.forge.factories.builds import built, take_job
from tests.support.forge.factories.compiled_suggestions import compiled_suggestion, requested_review
from tests.support.forge.factories.members import make_member
from tests.support.runes.shared_blocks import SMOOTH

pytestmark = [pytest.mark.django_db, pytest.mark.protects("roles/rights-in-slow-work")]

Meanwhile = Callable[[Any, str, Callable[[], object]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Lets something happen at the end of a function of a module."""

    def patch(module: Any, name: str, happens: Callable[[], object]) -> None:
        slow = getattr(module, name)

        def patched(*args: Any, **kwargs: Any) -> Any:
            result = slow(*args, **kwargs)
            happens()
            return result

        monkeypatch.setattr(module, name, patched)

    return patch


def acting(person: User) -> Principal:
    """A principal that has read its roles, as at the beginning of a request."""
    principal = acting_as(person)
    assert principal.roles
    return principal


@pytest.mark.parametrize("publish", ["tag", "past gate"])
def test_who_is_removed_while_the_bytes_are_stored_publishes_nothing(
    publish: str, project: Project, organisation: Organisation, owner: User, meanwhile: Meanwhile
) -> None:
    second, build = make_member(organisation, "second@acme.example", "Second", Role.OWNER), built(owner, project)
    meanwhile(build_publishing, "_store", lambda: remove_member(second, organisation, owner.pk))
    actor = acting(owner)
    acts: dict[str, Callable[[], object]] = {
        "tag": lambda: publish_build(actor, build, "1.0"),
        "past gate": lambda: publish_past_gate(actor, build, "1.0", "It is urgent."),
    }
    with pytest.raises(NotFound):
        acts[publish]()
    assert not Tag.objects.exists()


def test_who_may_no_longer_override_publishes_nothing_past_the_gate(
    project: Project, organisation: Organisation, owner: User, meanwhile: Meanwhile
) -> None:
    second, build = make_member(organisation, "second@acme.example", "Second", Role.OWNER), built(owner, project)
    meanwhile(build_publishing, "_store", lambda: change_role(second, organisation, owner.pk, "developer"))
    with pytest.raises(Forbidden):
        publish_past_gate(acting(owner), build, "1.0", "It is urgent.")


@pytest.mark.slow
def test_who_is_removed_while_the_block_is_checked_publishes_none(
    project: Project, organisation: Organisation, owner: User, developer: User, meanwhile: Meanwhile
) -> None:
    write_file(developer, project, "smooth.py", SMOOTH)
    meanwhile(block_publishing, "store_version", lambda: remove_member(owner, organisation, developer.pk))
    with pytest.raises(NotFound):
        publish_block(acting(developer), project, "smooth.py", "1.2")
    assert not BlockVersion.objects.exists()


@pytest.mark.proof
def test_who_is_removed_while_the_edit_is_computed_takes_no_suggestion(
    project: Project,
    organisation: Organisation,
    owner: User,
    developer: User,
    reviewer: User,
    compiler: Compiler,
    meanwhile: Meanwhile,
) -> None:
    review = requested_review(project, developer, reviewer)
    suggestion = compiled_suggestion(reviewer, review, compiler)
    meanwhile(suggestion_taking, "working_tree", lambda: remove_member(owner, organisation, developer.pk))
    with pytest.raises(NotFound):
        actions.take_suggestion(acting(developer), suggestion)
    assert "2.5" in (find_file(project, "Runefile.yml").text or "")


@pytest.mark.parametrize("act", ["demote", "remove", "hand over"])
def test_of_two_owners_who_demote_each_other_the_second_is_refused(
    act: str, organisation: Organisation, owner: User
) -> None:
    second = make_member(organisation, "second@acme.example", "Second", Role.OWNER)
    make_member(organisation, "third@acme.example", "Third", Role.OWNER)
    actor = acting(second)
    change_role(owner, organisation, second.pk, "viewer")
    acts: dict[str, Callable[[], object]] = {
        "demote": lambda: change_role(actor, organisation, owner.pk, "viewer"),
        "remove": lambda: remove_member(actor, organisation, owner.pk),
        "hand over": lambda: hand_over(actor, organisation, owner.pk),
    }
    with pytest.raises(Forbidden):
        acts[act]()
    assert Membership.objects.get(user=owner).role == Role.OWNER


def test_of_two_maintainers_who_demote_each_other_in_a_project_the_second_is_refused(
    project: Project, organisation: Organisation, maintainer: User, stranger: User
) -> None:
    role = {"project": project.pk, "organisation": organisation, "user": stranger}
    ProjectMembership.objects.create(**role, role=Role.MAINTAINER)
    actor = acting_as(stranger)
    assert actor.project_roles
    give_project_role(maintainer, project, stranger.pk, "viewer")
    with pytest.raises(Forbidden):
        give_project_role(actor, project, maintainer.pk, "viewer")
    with pytest.raises(Forbidden):
        end_project_role(actor, project, maintainer.pk)


def test_who_is_demoted_while_they_wait_for_the_lock_gives_no_team_a_role(
    project: Project, organisation: Organisation, owner: User, maintainer: User
) -> None:
    team = create_team(owner, organisation, "audio")
    actor = acting(maintainer)
    change_role(owner, organisation, maintainer.pk, "viewer")
    with pytest.raises(Forbidden):
        give_team_role(actor, team, [project], "maintainer")
    assert role_in(project.pk, team) is None
    give_team_role(owner, team, [project], "viewer")
    with pytest.raises(Forbidden):
        end_team_role(actor, team, project)
    assert role_in(project.pk, team) == Role.VIEWER


@pytest.mark.slow
@pytest.mark.parametrize("end", ["disable", "demote"])
def test_nothing_is_asked_in_the_name_of_somebody_without_the_right(
    end: str, project: Project, organisation: Organisation, owner: User, developer: User, reviewer: User
) -> None:
    first = built(developer, project)
    write_file(developer, project, "notes.txt", b"better")
    build = request_build(developer, project)
    ask_when_built(developer, build, ReviewRequest("Hears whispers", reviewers=(RequestedGroup((reviewer.pk,)),)))
    if end == "disable":
        disable_person(developer.email)
    else:
        change_role(owner, organisation, developer.pk, "reviewer")
    lease = take_job()
    Build.objects.filter(pk=build.pk).update(artefact=first.artefact)
    queue.finish(lease, JobState.SUCCEEDED)
    assert not Review.objects.exists()
    assert not AwaitedReview.objects.exists()


def test_a_disabled_person_has_no_role_anywhere(project: Project, organisation: Organisation, developer: User) -> None:
    disable_person(developer.email)
    assert (acting_as(developer).roles, acting_as(developer).project_roles) == ({}, {})
