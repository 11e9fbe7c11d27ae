"""Organisations and their members: names, roles, and the owner who cannot be the last to go."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from forge.accounts.access import find_organisation
from forge.accounts.actions import change_role, create_organisation, remove_member, update_organisation
from forge.accounts.errors import BadName, LastOwner, NameInUse
from forge.accounts.models import Membership, Organisation, Role, User
from forge.accounts.names import check_organisation_name, check_project_name, slug
from forge.core.errors import AddressChanged, Forbidden, Invalid, NotFound, SignInNeeded
from forge.core.models import AuditEntry, Event
from forge.projects.actions import update_project
from forge.projects.models import Project
from tests.support.cases import each_case

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["acme", "a", "acme-2", "acme--two", "a_b", "a__b", "a.b", "0", "x" * 60])
def test_names_of_the_grammar_are_taken(name: str) -> None:
    assert check_organisation_name(name) == name
    assert check_project_name(name) == name


@each_case("name", ["", "Acme", "-a", "a-", "a..b", "a___b", "a b", "ä", "a/b", "x" * 61, "a\n", "..", "<script>"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(BadName):
        check_organisation_name(name)
    with pytest.raises(BadName):
        check_project_name(name)


@each_case(
    "name", ["api", "v2", "ws", "forge", "static", "accounts", "join", "sign-in", "frame", "d", "default", "lab"]
)
def test_the_first_words_of_our_own_paths_are_reserved(name: str) -> None:
    with pytest.raises(BadName):
        check_organisation_name(name)


@pytest.mark.parametrize("name", ["members", "deleted", "settings", "invitations"])
def test_the_second_words_of_our_own_paths_are_reserved(name: str) -> None:
    with pytest.raises(BadName):
        check_project_name(name)


def test_every_fixed_first_word_of_an_address_is_reserved() -> None:
    from django.urls import get_resolver

    from forge.accounts.names import RESERVED_ORGANISATIONS, is_name

    def words(resolver: object) -> set[str]:
        names: set[str] = set()
        for pattern in getattr(resolver, "url_patterns", []):
            route = str(pattern.pattern)
            if not route:
                names |= words(pattern)
            elif not route.startswith("<"):
                names.add(route.split("/")[0])
        return names

    first_words = words(get_resolver())
    assert {word for word in first_words if is_name(word)} <= RESERVED_ORGANISATIONS
    # No name has capitals or begins with a point, so that no organisation can take a word that does.
    assert {word for word in first_words if not is_name(word)} == {".well-known", "DEFAULT"}


@pytest.mark.parametrize(
    ("text", "name"), [("Gesture Wand!", "gesture-wand"), ("__", "project"), ("Ünï", "n"), ("x" * 99, "x" * 60)]
)
def test_any_text_has_a_name_near_to_it(text: str, name: str) -> None:
    assert slug(text) == name
    check_project_name(name)


def test_who_makes_an_organisation_owns_it(stranger: User) -> None:
    organisation = create_organisation(stranger, "acme", " Acme  Appliances ")
    assert (organisation.title, Membership.objects.get(organisation=organisation).role) == (
        "Acme Appliances",
        Role.OWNER,
    )
    assert AuditEntry.objects.filter(action="organisation.create", subject=f"organisation:{organisation.pk}").exists()
    with pytest.raises(NameInUse):
        create_organisation(stranger, "acme")


@pytest.mark.protects("roles/last-owner")
def test_the_last_owner_can_neither_leave_nor_step_down(organisation: Organisation, owner: User) -> None:
    with pytest.raises(LastOwner):
        remove_member(owner, organisation, owner.pk)
    with pytest.raises(LastOwner):
        change_role(owner, organisation, owner.pk, "viewer")
    assert Membership.objects.get(user=owner).role == Role.OWNER


def test_an_owner_whose_account_is_disabled_is_no_owner_to_leave_behind(
    organisation: Organisation, owner: User, developer: User
) -> None:
    change_role(owner, organisation, developer.pk, "owner")
    User.objects.filter(pk=developer.pk).update(is_active=False)
    with pytest.raises(LastOwner, match="can sign in"):
        remove_member(owner, organisation, owner.pk)
    remove_member(owner, organisation, developer.pk)


def test_an_owner_may_go_when_another_stays(organisation: Organisation, owner: User, developer: User) -> None:
    change_role(owner, organisation, developer.pk, "owner")
    remove_member(owner, organisation, owner.pk)
    assert not Membership.objects.filter(user=owner).exists()
    assert list(Event.objects.filter(stream_id=organisation.stream).values_list("type", flat=True)) == [
        "members.changed",
        "members.changed",
    ]


def test_anyone_may_leave_and_only_owners_remove_others(
    organisation: Organisation, owner: User, developer: User, viewer: User, stranger: User
) -> None:
    with pytest.raises(Forbidden):
        remove_member(developer, organisation, viewer.pk)
    with pytest.raises(Forbidden):
        change_role(developer, organisation, viewer.pk, "developer")
    with pytest.raises(NotFound):
        remove_member(stranger, organisation, viewer.pk)
    remove_member(viewer, organisation, viewer.pk)
    assert not Membership.objects.filter(user=viewer).exists()


def test_a_role_that_is_none_is_refused(organisation: Organisation, owner: User, viewer: User) -> None:
    with pytest.raises(Invalid):
        change_role(owner, organisation, viewer.pk, "king")
    with pytest.raises(NotFound):
        change_role(owner, organisation, organisation.pk, "viewer")


def test_a_former_name_leads_on_until_someone_takes_it(organisation: Organisation, owner: User, stranger: User) -> None:
    update_organisation(owner, organisation, name="acme-two")
    with pytest.raises(AddressChanged) as error:
        find_organisation(owner, "acme")
    assert error.value.location == "/acme-two"
    with pytest.raises(NotFound):
        find_organisation(stranger, "acme")
    newer = create_organisation(stranger, "acme")
    assert find_organisation(stranger, "acme") == newer
    with pytest.raises(NotFound):
        find_organisation(owner, "acme")


def test_unknown_and_forbidden_answer_alike(organisation: Organisation, stranger: User) -> None:
    from forge.accounts.principals import VISITOR

    answers = []
    for name in ("acme", "nobody"):
        with pytest.raises(NotFound) as error:
            find_organisation(stranger, name)
        answers.append(error.value.detail)
        with pytest.raises(SignInNeeded):
            find_organisation(VISITOR, name)
    assert answers[0] == answers[1]


def test_a_title_that_is_too_long_is_refused_and_not_cut(user: User, owner: User, organisation: Organisation) -> None:
    with pytest.raises(Invalid, match="at most 80 characters; this one has 81"):
        create_organisation(user, "fresh", "x" * 81)
    with pytest.raises(Invalid, match="at most 80 characters"):
        update_organisation(owner, organisation, title="x" * 81)


@pytest.mark.django_db(transaction=True)
def test_of_two_organisations_that_are_made_with_one_name_at_once_one_is_told_that_it_is_taken(user: User) -> None:
    def make(_: int) -> bool:
        try:
            create_organisation(user, "fresh")
        except NameInUse:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(3) as threads:
        assert sum(threads.map(make, range(3))) == 1


@pytest.mark.slow
@pytest.mark.protects("roles/former-organisation-names")
@pytest.mark.parametrize(
    "tail",
    [
        *("", "/members", "/invitations", "/audit", "/audit/export?as=csv"),
        *("/webhooks", "/jobs", "/signing-keys", "/registry", "/update-keys"),
    ],
)
def test_a_former_name_answers_the_api_with_json_and_the_same_address_under_the_new_one(
    tail: str, organisation: Organisation, owner: User, stranger: User, browser_of: Callable[[User | None], Client]
) -> None:
    update_organisation(owner, organisation, name="acme-labs")
    answer = browser_of(owner).get(f"/api/v1/organisations/acme{tail}")
    assert (answer.status_code, answer["Location"]) == (307, f"/api/v1/organisations/acme-labs{tail}")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["location"] == answer["Location"]
    assert browser_of(owner).get(answer["Location"]).status_code == 200
    for name in ("acme", "nothing"):
        assert browser_of(stranger).get(f"/api/v1/organisations/{name}{tail}").status_code == 404


def test_a_former_name_of_a_project_answers_the_api_with_json(
    project: Project, owner: User, browser_of: Callable[[User | None], Client]
) -> None:
    update_project(owner, project, name="lab")
    answer = browser_of(owner).get("/api/v1/projects/acme/kitchen/builds?limit=5")
    assert (answer.status_code, answer.json()["location"]) == (307, "/api/v1/projects/acme/lab/builds?limit=5")
    assert answer["Content-Type"] == "application/problem+json"
