"""Acts that begin with a right and end after the right did have no effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from forge.accounts.actions import (
    change_role,
    create_token,
    disable_person,
    enable_person,
    make_sign_in_link,
    remove_member,
    reset_password,
    send_password_link,
    set_password,
)
from forge.accounts.errors import LinkEnded
from forge.accounts.models import ApiToken, DeviceSignIn, User
from forge.accounts.sign_in.actions.one_time_link import redeem_sign_in_link
from forge.projects.models import Project
from tests.forge.accounts.test_device_sign_in import ask, decide, fetch
from tests.support.forge.factories.builds import built

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
NEW = "another horse battery"


@pytest.mark.slow
@pytest.mark.protects("sign-in/claims-to-come")
def test_a_code_that_was_allowed_before_the_new_password_gives_no_token(browser_of: Browser, user: User) -> None:
    """A thief of the session allowed a machine of their own, and fetches the token once they were put out."""
    authorization, pending = ask(), ask()
    decide(browser_of(user), authorization["user_code"], "allow")
    set_password(user, NEW)
    assert fetch(authorization["device_code"]).json()["error"] == "expired_token"
    assert not ApiToken.objects.exists()
    user.refresh_from_db()
    decide(browser_of(user), pending["user_code"], "allow")
    assert fetch(pending["device_code"]).status_code == 200


@pytest.mark.protects("sign-in/claims-to-come")
def test_a_code_of_somebody_disabled_gives_no_token_once_they_are_enabled_again(
    browser_of: Browser, user: User
) -> None:
    authorization = ask()
    decide(browser_of(user), authorization["user_code"], "allow")
    disable_person(user.email)
    enable_person(user.email)
    assert fetch(authorization["device_code"]).json()["error"] == "expired_token"
    assert not DeviceSignIn.objects.filter(redeemed__isnull=False).exists()


@pytest.mark.protects("sign-in/claims-to-come")
def test_a_sign_in_link_from_before_the_new_password_signs_nobody_in(user: User) -> None:
    secret = make_sign_in_link(user.email).partition("#token=")[2]
    set_password(user, NEW)
    with pytest.raises(LinkEnded):
        redeem_sign_in_link(secret)
    assert redeem_sign_in_link(make_sign_in_link(user.email).partition("#token=")[2]) == user


@pytest.mark.protects("sign-in/claims-to-come")
def test_a_link_for_the_first_person_ends_with_their_new_password_and_with_nobody_elses(
    user: User, stranger: User
) -> None:
    first, other = (user, stranger) if user.joined < stranger.joined else (stranger, user)
    secret = make_sign_in_link().partition("#token=")[2]
    set_password(other, NEW)
    assert redeem_sign_in_link(secret) == first
    secret = make_sign_in_link().partition("#token=")[2]
    set_password(first, NEW)
    with pytest.raises(LinkEnded):
        redeem_sign_in_link(secret)


@pytest.mark.slow
@pytest.mark.protects("sign-in/claims-to-come")
def test_sessions_and_tokens_from_before_the_new_password_answer_nothing(browser_of: Browser, user: User) -> None:
    browser, (_, secret) = browser_of(user), create_token(user, "x", ["read"], None)
    program = Client(headers={"authorization": f"Bearer {secret}"})
    assert [each.get("/api/v1/me").status_code for each in (browser, program)] == [200, 200]
    set_password(user, NEW)
    assert [each.get("/api/v1/me").status_code for each in (browser, program)] == [401, 401]
    assert program.get("/v2/").status_code == 401


@pytest.mark.slow
@pytest.mark.protects("roles/former-members")
@pytest.mark.parametrize("address", ["rune", "log", "checks", "threads", "gate"])
def test_a_copy_in_a_cache_is_not_renewed_for_somebody_who_was_removed(
    address: str, project: Project, owner: User, developer: User, browser_of: Browser
) -> None:
    """A conditional request is judged as any other: 304 would say that the copy is still the newest."""
    build, browser = built(owner, project), browser_of(developer)
    path = f"/api/v1/builds/{build.pk}/{address}"
    first = browser.get(path)
    assert first.status_code == 200
    assert "public" not in first.get("Cache-Control", "")
    again = {"if-none-match": first.get("ETag", "*"), "range": "bytes=0-3"}
    remove_member(owner, project.organisation, developer.pk)
    assert browser.get(path, headers=again).status_code == 404


@pytest.mark.protects("roles/former-members")
def test_a_page_opened_as_a_maintainer_acts_with_the_role_of_now(
    project: Project, owner: User, maintainer: User, browser_of: Browser
) -> None:
    browser = browser_of(maintainer)
    state = browser.get("/api/v1/projects/acme/kitchen")
    headers = {"if-match": state.get("ETag", "")}
    change_role(owner, project.organisation, maintainer.pk, "viewer")
    for method, body in (("patch", {"visibility": "public"}), ("delete", None)):
        response = getattr(browser, method)(
            "/api/v1/projects/acme/kitchen", body, content_type="application/json", headers=headers
        )
        assert response.status_code == 403
    project.refresh_from_db()
    assert (project.visibility, project.deleted_at) == ("private", None)


@pytest.mark.protects("sign-in/claims-to-come")
@pytest.mark.django_db(transaction=True)
def test_a_link_to_reset_the_password_ends_with_the_address_and_with_another_password(
    user: User, mailoutbox: list[Any]
) -> None:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)

    def link() -> str:
        mailoutbox.clear()
        send_password_link(user.email)
        (letter,) = mailoutbox
        line = next(line for line in str(letter.body).splitlines() if "#token=" in line)
        return line.partition("#token=")[2].strip()

    first, former = link(), user.email
    User.objects.filter(pk=user.pk).update(email="moved@acme.example")
    with pytest.raises(LinkEnded):
        reset_password(first, NEW)
    User.objects.filter(pk=user.pk).update(email=former)
    second = link()
    user.refresh_from_db()
    set_password(user, NEW)
    with pytest.raises(LinkEnded):
        reset_password(second, "a third horse battery")
