"""Signing in and out on pages: where it leads, wrong passwords, forms of a session that is over."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client

from forge.accounts.actions import make_sign_in_link
from forge.accounts.models import User
from forge.projects.models import Project
from tests.forge.web.test_pages import Browser
from tests.support.cases import each_case

pytestmark = pytest.mark.django_db


def test_a_visitor_is_led_to_sign_in_and_back(browser_of: Browser, project: Project) -> None:
    browser = browser_of(None)
    led = browser.get("/acme/kitchen/studio?file=a")
    assert led["Location"] == "/accounts/login/?next=%2Facme%2Fkitchen%2Fstudio%3Ffile%3Da"
    back = browser.post(
        led["Location"],
        {"login": "JO@acme.example", "password": "correct horse battery", "next": "/acme/kitchen/studio"},
    )
    assert back["Location"] == "/acme/kitchen/studio"


def test_signing_in_leads_to_no_other_site(browser_of: Browser, user: User) -> None:
    fields = {"login": "jo@acme.example", "password": "correct horse battery", "next": "https://evil.example/"}
    assert browser_of(None).post("/accounts/login/", fields)["Location"] == "/"


@pytest.mark.parametrize("address", ["http://[::1", "//[x"])
def test_an_address_that_cannot_be_read_leads_to_the_first_page(browser_of: Browser, user: User, address: str) -> None:
    browser = browser_of(None)
    assert browser.get("/accounts/login/", {"next": address}).status_code == 200
    fields = {"login": "jo@acme.example", "password": "correct horse battery", "next": address}
    assert browser.post("/accounts/login/", fields)["Location"] == "/"


def test_a_wrong_password_says_so_and_keeps_the_address(browser_of: Browser, user: User) -> None:
    answer = browser_of(None).post("/accounts/login/", {"login": "jo@acme.example", "password": "wrong"})
    content = answer.content.decode()
    assert answer.status_code == 200
    assert 'role="alert"' in content
    assert 'value="jo@acme.example"' in content


def test_signing_out_is_a_form(client: Client) -> None:
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/accounts/profile").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/accounts/profile").status_code == 302


@pytest.mark.protects("sign-in/forged-requests")
def test_a_form_without_its_csrf_token_is_refused_with_what_to_do(user: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = browser.post("/new", {"organisation": "acme", "name": "x"})
    assert response.status_code == 403
    assert "load the page again" in response.content.decode()


@pytest.mark.slow
def test_someone_without_a_password_sets_one_and_someone_with_one_shows_it(client: Client, user: User) -> None:
    user.set_unusable_password()
    user.save()
    client.post("/sign-in", {"token": make_sign_in_link(user.email).partition("token=")[2]})
    assert "Set a password" in client.get("/accounts/security").content.decode()
    assert client.post("/accounts/password", {"password": "a long enough one"}).status_code == 302
    assert "Change your password" in client.get("/accounts/security").content.decode()
    user.refresh_from_db()
    # The minutes after the link are over in another session.
    client.logout()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.post("/accounts/password", {"password": "another long one"}).status_code == 400
    changed = client.post("/accounts/password", {"old": "a long enough one", "password": "another long one"})
    assert changed.status_code == 302
    assert client.get("/accounts/profile").status_code == 200


def test_a_profile_without_a_name_is_refused(client: Client) -> None:
    assert client.post("/accounts/profile", {"name": "Jo O."}).status_code == 302
    assert client.post("/accounts/profile", {"name": " "}).status_code == 400


def test_the_session_tells_whose_it_is_and_nothing_of_projects(
    browser_of: Browser, project: Project, developer: User
) -> None:
    nobodys = browser_of(None).get("/accounts/session")
    assert nobodys.status_code == 200
    assert nobodys.json()["person"] is None
    browser = browser_of(developer)
    answer = browser.get("/accounts/session")
    assert answer.json()["person"] == {"id": str(developer.pk), "name": str(developer)}
    assert "no-store" in answer["Cache-Control"]
    # Its token is one that writes may carry.
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    token = strict.get("/accounts/session").json()["csrf"]
    path = "/api/v1/projects/acme/kitchen/files/notes.md"
    response = strict.put(path, b"x", content_type="text/plain")
    assert response.status_code == 403
    response = strict.put(path, b"x", content_type="text/plain", headers={"X-CSRFToken": token})
    assert response.status_code in (200, 201, 204)


def test_signing_in_for_another_window_ends_on_a_page_that_closes(
    browser_of: Browser, project: Project, developer: User
) -> None:
    response = browser_of(None).get("/accounts/signed-in")
    assert response["Location"] == "/accounts/login/?next=%2Faccounts%2Fsigned-in"
    page = browser_of(developer).get("/accounts/signed-in").content.decode()
    assert "data-close-window" in page
    assert str(developer) in page


@each_case(
    ("page", "back"),
    [
        ("http://testserver/acme/kitchen/builds/1?x=1", "/acme/kitchen/builds/1"),
        ("https://evil.example/acme", "/"),
        ("not an address", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_a_form_without_a_session_leads_back_to_the_page_that_it_stands_on(
    browser_of: Browser, project: Project, page: str, back: str
) -> None:
    answer = browser_of(None).post("/acme/kitchen/settings", {"name": "x"}, headers={"Referer": page})
    assert answer["Location"] == f"/accounts/login/?{urlencode({'next': back})}"
