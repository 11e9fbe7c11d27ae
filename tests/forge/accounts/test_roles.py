"""Each role has what docs/contributing/add-a-role.md lists: a declaration, verbs and answers."""

from __future__ import annotations

import io
from itertools import pairwise

import pytest
from django.core.management import call_command

from forge.accounts.actions import change_role, invite, remove_member, update_organisation
from forge.accounts.models import Organisation, Role, User
from forge.accounts.permissions import ALLOWED_VERBS, OF_ORGANISATION, OF_PROJECT, Verb, is_more
from forge.core.errors import Forbidden
from forge.projects.actions import delete_project, restore_project, update_project
from forge.projects.models import Project
from tests.support.cases import each_case
from tests.support.forge.addresses.table import KINDS


def test_each_role_has_verbs_and_answers() -> None:
    roles = {str(role) for role in Role}
    assert set(ALLOWED_VERBS) == roles
    assert roles <= set(KINDS)
    assert all(ALLOWED_VERBS[role] >= ALLOWED_VERBS[below] for role, below in pairwise(Role))


def test_each_verb_is_done_to_an_organisation_or_to_a_project_and_some_role_has_it() -> None:
    assert set(Verb) == OF_ORGANISATION | OF_PROJECT
    assert not OF_ORGANISATION & OF_PROJECT
    assert set(Verb) == frozenset().union(*ALLOWED_VERBS.values())


@pytest.mark.slow
@pytest.mark.django_db
def test_the_tables_know_all_roles() -> None:
    call_command("makemigrations", "accounts", check=True, dry_run=True, stdout=io.StringIO())


@each_case(
    ("role", "than", "more"),
    [
        (Role.OWNER, Role.VIEWER, True),
        (Role.OWNER, Role.MAINTAINER, True),
        (Role.MAINTAINER, Role.DEVELOPER, True),
        (Role.DEVELOPER, Role.VIEWER, True),
        (Role.VIEWER, Role.OWNER, False),
        (Role.DEVELOPER, Role.DEVELOPER, False),
    ],
)
def test_a_role_is_more_than_another_when_it_has_its_verbs_and_others(role: Role, than: Role, more: bool) -> None:
    assert is_more(role, than) is more


@pytest.mark.protects("roles/self-promotion")
@pytest.mark.django_db
def test_a_maintainer_manages_projects_and_no_people(
    project: Project, maintainer: User, developer: User, organisation: Organisation
) -> None:
    update_project(maintainer, project, visibility="public")
    delete_project(maintainer, project)
    restore_project(maintainer, organisation, "kitchen")
    for act in (
        lambda: change_role(maintainer, organisation, maintainer.pk, Role.OWNER),
        lambda: change_role(maintainer, organisation, developer.pk, Role.VIEWER),
        lambda: remove_member(maintainer, organisation, developer.pk),
        lambda: invite(maintainer, organisation, Role.OWNER),
        lambda: update_organisation(maintainer, organisation, title="Mine"),
    ):
        with pytest.raises(Forbidden):
            act()
