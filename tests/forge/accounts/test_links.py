"""One-time links: signing in by one that was printed, and joining by an invitation."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from forge.accounts import actions
from forge.accounts.actions import NewPerson, invite, join_as, join_new, make_sign_in_link
from forge.accounts.errors import BadAccount, LinkEnded
from forge.accounts.models import Invitation, Membership, Organisation, Role, SignInLink, User
from forge.accounts.organisations.invitations import find_invitation
from forge.core.errors import Forbidden, NotFound
from forge.core.models import AuditEntry
from tests.support.forge.factories.links import secret_of

pytestmark = pytest.mark.django_db


def _grow_old(model: type[SignInLink] | type[Invitation]) -> None:
    model.objects.update(expires=timezone.now() - timedelta(seconds=1))


def test_the_first_person_becomes_owner_of_a_first_organisation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "root")
    assert actions.nobody_signed_in_yet()
    user = actions.redeem_sign_in_link(secret_of(make_sign_in_link()))
    membership = Membership.objects.select_related("organisation").get(user=user)
    assert (membership.role, membership.organisation.name) == (Role.OWNER, "workshop")
    assert AuditEntry.objects.filter(actor=user, action="sign-in.link").exists()


def test_the_first_person_is_called_after_the_machines_user_and_the_organisation_as_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOGNAME", "mika")
    user = actions.redeem_sign_in_link(secret_of(make_sign_in_link()))
    assert (user.name, user.email) == ("Mika", "mika@localhost")
    assert Organisation.objects.get().name == "workshop"


def test_a_second_link_without_an_address_signs_the_first_person_in_again() -> None:
    first = actions.redeem_sign_in_link(secret_of(make_sign_in_link()))
    assert actions.redeem_sign_in_link(secret_of(make_sign_in_link())) == first


def test_another_address_joins_the_first_organisation_as_developer(owner: User) -> None:
    user = actions.redeem_sign_in_link(secret_of(make_sign_in_link("New@Acme.Example")))
    assert user.email == "new@acme.example"
    assert Membership.objects.get(user=user).role == Role.DEVELOPER


@pytest.mark.protects("sign-in/one-time-links")
def test_a_link_works_once() -> None:
    secret = secret_of(make_sign_in_link())
    actions.redeem_sign_in_link(secret)
    with pytest.raises(LinkEnded):
        actions.redeem_sign_in_link(secret)


@pytest.mark.protects("sign-in/one-time-links")
def test_a_link_ends_after_fifteen_minutes() -> None:
    secret = secret_of(make_sign_in_link())
    left = SignInLink.objects.get().expires - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    _grow_old(SignInLink)
    with pytest.raises(LinkEnded):
        actions.redeem_sign_in_link(secret)


def test_an_unknown_link_answers_like_an_ended_one() -> None:
    with pytest.raises(LinkEnded):
        actions.redeem_sign_in_link("guessed")


@pytest.mark.protects("sign-in/leaked-links")
def test_only_the_hash_of_a_secret_is_stored() -> None:
    secret = secret_of(make_sign_in_link())
    assert secret not in str(list(SignInLink.objects.values()))


def test_a_bad_address_is_refused() -> None:
    with pytest.raises(BadAccount):
        make_sign_in_link("not an address")


@pytest.mark.protects("sign-in/one-time-links")
@pytest.mark.django_db(transaction=True)
def test_of_many_who_redeem_a_link_at_once_one_gets_in(db: None) -> None:
    secret = secret_of(make_sign_in_link())

    def redeem(_: int) -> bool:
        try:
            actions.redeem_sign_in_link(secret)
        except LinkEnded:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(redeem, range(6))) == 1
    assert (User.objects.count(), Organisation.objects.count()) == (1, 1)


def test_someone_who_joins_comes_back_with_the_password(organisation: Organisation, owner: User) -> None:
    _, link = invite(owner, organisation, "developer")
    person = NewPerson("Jo Okafor", "Jo@acme.example", "a long enough one")
    user, acme = join_new(secret_of(link), person)
    assert acme == organisation
    assert Membership.objects.get(user=user).role == Role.DEVELOPER
    answer = Client().post("/accounts/login/", {"login": "jo@acme.example", "password": "a long enough one"})
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.django_db(transaction=True)
def test_who_presses_join_twice_at_once_joins_once(organisation: Organisation, owner: User) -> None:
    _, link = invite(owner, organisation, "developer")
    person = NewPerson("Jo Okafor", "jo@acme.example", "a long enough one")

    def join(_: int) -> bool:
        try:
            join_new(secret_of(link), person)
        except LinkEnded:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(3) as threads:
        assert sum(threads.map(join, range(3))) == 1
    assert User.objects.filter(email="jo@acme.example").count() == 1


def test_an_address_that_became_anothers_at_this_moment_is_an_error_of_the_form(
    organisation: Organisation, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two invitations and one address: both have looked before either has written."""
    monkeypatch.setattr("forge.accounts.organisations.actions.invitations.email_errors", lambda email: {})
    links = [invite(owner, organisation, "developer")[1] for _ in range(2)]
    join_new(secret_of(links[0]), NewPerson("Jo", "jo@acme.example", "a long enough one"))
    with pytest.raises(BadAccount) as error:
        join_new(secret_of(links[1]), NewPerson("Jo", "jo@acme.example", "a long enough one"))
    assert "exists already" in error.value.errors["email"][0]
    assert find_invitation(secret_of(links[1]))
    fields = {"token": secret_of(links[1]), "step": "account", "name": "Jo", "email": "jo@acme.example"}
    assert Client().post("/join", fields | {"password": "a long enough one"}).status_code == 400


@pytest.mark.protects("mail/invitations")
def test_an_invitation_works_once_and_ends_after_seven_days(
    organisation: Organisation, owner: User, stranger: User
) -> None:
    _, link = invite(owner, organisation, "viewer")
    left = Invitation.objects.get().expires - timezone.now()
    assert timedelta(days=6) < left <= timedelta(days=7)
    join_as(stranger, secret_of(link))
    with pytest.raises(LinkEnded):
        join_as(owner, secret_of(link))
    _, link = invite(owner, organisation, "viewer")
    _grow_old(Invitation)
    with pytest.raises(LinkEnded):
        find_invitation(secret_of(link))


@pytest.mark.protects("mail/invitations")
def test_a_revoked_invitation_is_dead(organisation: Organisation, owner: User, stranger: User) -> None:
    invitation, link = invite(owner, organisation, "viewer")
    actions.revoke_invitation(owner, organisation, invitation.pk)
    with pytest.raises(LinkEnded):
        join_as(stranger, secret_of(link))
    with pytest.raises(NotFound):
        actions.revoke_invitation(owner, organisation, invitation.pk)


def test_only_owners_invite(organisation: Organisation, developer: User) -> None:
    with pytest.raises(Forbidden):
        invite(developer, organisation, "viewer")


@pytest.mark.protects("mail/invitations")
def test_an_invitation_raises_a_members_role_and_never_lowers_it(
    organisation: Organisation, owner: User, viewer: User
) -> None:
    for role in ("developer", "viewer"):
        _, link = invite(owner, organisation, role)
        join_as(viewer, secret_of(link))
    assert Membership.objects.get(user=viewer).role == Role.DEVELOPER


@pytest.mark.parametrize(
    ("person", "field"),
    [
        (NewPerson("", "a@b.example", "a long enough one"), "name"),
        (NewPerson("A", "nonsense", "a long enough one"), "email"),
        (NewPerson("A", "mika@acme.example", "a long enough one"), "email"),
        (NewPerson("A", "a@b.example", "short"), "password"),
        (NewPerson("A", "a@b.example", "password123"), "password"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_said_by_field_and_the_link_stays_good(
    organisation: Organisation, owner: User, person: NewPerson, field: str
) -> None:
    _, link = invite(owner, organisation, "viewer")
    with pytest.raises(BadAccount) as error:
        join_new(secret_of(link), person)
    assert list(error.value.errors) == [field]
    find_invitation(secret_of(link))


@pytest.mark.protects("sign-in/leaked-links")
def test_the_pages_redeem_by_post_and_never_by_reading(browser_of: Callable[[User | None], Client]) -> None:
    secret = secret_of(make_sign_in_link())
    browser = browser_of(None)
    assert browser.get("/sign-in").status_code == 200
    assert browser.get(f"/sign-in?token={secret}").status_code == 200
    assert SignInLink.objects.get().used is None
    answer = browser.post("/sign-in", {"token": secret})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.get("/api/v1/me").status_code == 200
    again = browser_of(None).post("/sign-in", {"token": secret})
    assert again.status_code == 400
    assert b"make link" in again.content


@pytest.mark.slow
def test_the_join_page_shows_who_invites_and_then_makes_the_account(
    organisation: Organisation, owner: User, browser_of: Callable[[User | None], Client]
) -> None:
    _, link = invite(owner, organisation, "viewer")
    browser = browser_of(None)
    page = browser.post("/join", {"token": secret_of(link)})
    assert b"Mika Kallio invites you" in page.content
    account = {"step": "account", "name": "Vi", "email": "vi@acme.example", "password": "x"}
    response = browser.post("/join", {"token": secret_of(link), **account})
    assert response.status_code == 400
    assert b'value="vi@acme.example"' in response.content
    fields = {"name": "Vi", "email": "vi@acme.example", "password": "a long enough one"}
    redirect = browser.post("/join", {"token": secret_of(link), "step": "account"} | fields)
    assert (redirect.status_code, redirect["Location"]) == (302, "/acme")
    assert browser.get("/acme").status_code == 200
