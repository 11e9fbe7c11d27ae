"""Guessing: passwords are tried a few times a minute, and a header does not make somebody else of who tries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from forge.accounts.models import User

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
PASSWORD = "correct horse battery"


def sign_in(browser: Client, email: str, password: str, address: str = "") -> bool:
    headers = {"x-forwarded-for": address} if address else {}
    return browser.post("/accounts/login/", {"login": email, "password": password}, headers=headers).status_code == 302


def test_after_some_wrong_passwords_the_right_one_has_to_wait(browser_of: Browser, user: User) -> None:
    for number in range(5):
        assert not sign_in(browser_of(None), user.email, f"wrong {number}", f"10.0.0.{number}")
    assert not sign_in(browser_of(None), user.email, PASSWORD, "10.0.0.99")


def test_trying_many_people_from_one_address_ends_whatever_the_headers_say(browser_of: Browser, user: User) -> None:
    for number in range(10):
        sign_in(browser_of(None), f"somebody{number}@acme.example", "wrong", f"10.0.0.{number}")
    assert not sign_in(browser_of(None), user.email, PASSWORD, "10.0.0.99")


def test_a_crowd_of_addresses_does_not_make_a_limit_forgotten(browser_of: Browser, user: User) -> None:
    for number in range(5):
        sign_in(browser_of(None), user.email, f"wrong {number}")
    for number in range(2000):
        cache.set(f"throttle:visitor:{number}", [1.0])
    assert not sign_in(browser_of(None), user.email, PASSWORD)


def test_a_wrong_password_and_an_unknown_person_are_answered_alike(browser_of: Browser, user: User) -> None:
    answers = []
    for email in (user.email, "nobody@acme.example"):
        page = browser_of(None).post("/accounts/login/", {"login": email, "password": "wrong"})
        text = page.content.decode().replace(email, "<email>")
        answers.append((page.status_code, [line for line in text.splitlines() if "csrfmiddlewaretoken" not in line]))
    assert answers[0] == answers[1]


def test_a_browser_left_open_does_not_give_the_password_away(browser_of: Browser, user: User) -> None:
    browser = browser_of(user)
    for number in range(5):
        assert browser.post("/accounts/password", {"old": f"wrong {number}", "password": "x"}).status_code == 400
    new = {"old": PASSWORD, "password": "another good horse"}
    assert "Too many attempts" in browser.post("/accounts/password", new).content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_signing_in_makes_a_new_session(browser_of: Browser, user: User) -> None:
    browser = browser_of(None)
    session = browser.session
    session["planted"] = "by somebody else"
    session.save()
    planted = browser.cookies["sessionid"].value
    assert sign_in(browser, user.email, PASSWORD)
    assert browser.cookies["sessionid"].value != planted


def test_a_changed_password_ends_the_other_sessions(browser_of: Browser, user: User) -> None:
    here, elsewhere = browser_of(None), browser_of(None)
    assert sign_in(here, user.email, PASSWORD)
    assert sign_in(elsewhere, user.email, PASSWORD)
    here.post("/accounts/password", {"old": PASSWORD, "password": "another good horse"})
    assert here.get("/api/v1/me").status_code == 200
    assert elsewhere.get("/api/v1/me").status_code == 401
