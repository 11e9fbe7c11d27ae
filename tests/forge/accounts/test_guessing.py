"""Guessing: passwords are tried a few times a minute, and a header does not make somebody else of who tries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client, RequestFactory

from forge.accounts.models import User
from forge.accounts.sign_in import attempts
from forge.core.errors import CountersUnavailable

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
PASSWORD = "correct horse battery"


def sign_in(browser: Client, email: str, password: str, address: str = "") -> bool:
    headers = {"x-forwarded-for": address} if address else {}
    return browser.post("/accounts/login/", {"login": email, "password": password}, headers=headers).status_code == 302


@pytest.mark.protects("sign-in/guessed-passwords")
def test_after_some_wrong_passwords_the_right_one_has_to_wait(browser_of: Browser, user: User) -> None:
    for number in range(5):
        assert not sign_in(browser_of(None), user.email, f"wrong {number}", f"10.0.0.{number}")
    assert not sign_in(browser_of(None), user.email, PASSWORD, "10.0.0.99")


@pytest.mark.slow
@pytest.mark.protects("sign-in/guessed-passwords")
@pytest.mark.parametrize("is_forwarded", [False, True])
def test_trying_many_people_from_one_address_ends_whatever_the_headers_say(
    browser_of: Browser, user: User, monkeypatch: pytest.MonkeyPatch, is_forwarded: bool
) -> None:
    monkeypatch.setattr(attempts, "ADDRESS", attempts.AttemptLimit(6, 600))
    monkeypatch.setattr(attempts, "UNNAMED_PROXY", attempts.AttemptLimit(12, 600))
    limit = 12 if is_forwarded else 6
    for number in range(limit):
        address = f"10.0.0.{number}" if is_forwarded else ""
        assert sign_in(browser_of(None), user.email, PASSWORD, address) is (number < limit)
        sign_in(browser_of(None), f"somebody{number}@acme.example", "wrong", address)
    assert not sign_in(browser_of(None), user.email, PASSWORD, "10.0.0.99" if is_forwarded else "")


@pytest.mark.protects("sign-in/guessed-passwords")
def test_who_guesses_at_a_person_from_many_addresses_comes_to_an_end(
    browser_of: Browser, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "PERSON", attempts.AttemptLimit(6, 3600))
    for number in range(6):
        browser = Client(REMOTE_ADDR=f"198.51.100.{number}")
        assert not sign_in(browser, user.email, "wrong")
    assert not sign_in(Client(REMOTE_ADDR="203.0.113.1"), user.email, PASSWORD)


@pytest.mark.slow
@pytest.mark.protects("sign-in/lock-outs")
def test_a_browser_that_its_person_used_before_is_kept_out_by_nobody_elses_guesses(
    browser_of: Browser, user: User, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "PERSON", attempts.AttemptLimit(6, 3600))
    monkeypatch.setattr(attempts, "ADDRESS", attempts.AttemptLimit(6, 600))
    browser = browser_of(None)
    assert sign_in(browser, user.email, PASSWORD)
    browser.post("/accounts/logout/")
    for _ in range(8):
        sign_in(browser_of(None), user.email, "wrong")
    assert not sign_in(browser_of(None), user.email, PASSWORD)
    # In an office with one address: people who signed in there before still do, others of it wait.
    assert not sign_in(browser, reviewer.email, PASSWORD)
    assert sign_in(browser, user.email, PASSWORD)


@pytest.mark.slow
@pytest.mark.protects("sign-in/lock-outs")
def test_a_known_browser_has_its_own_limit(browser_of: Browser, user: User) -> None:
    browser = browser_of(None)
    assert sign_in(browser, user.email, PASSWORD)
    browser.post("/accounts/logout/")
    for number in range(5):
        assert not sign_in(browser, user.email, f"wrong {number}")
    assert not sign_in(browser, user.email, PASSWORD)


@pytest.mark.slow
@pytest.mark.protects("sign-in/guessed-passwords")
def test_signing_in_as_oneself_gives_no_more_guesses_at_others_of_the_browser(
    browser_of: Browser, user: User, reviewer: User
) -> None:
    browser = browser_of(None)
    for person in (reviewer, user):
        assert sign_in(browser, person.email, PASSWORD)
        browser.post("/accounts/logout/")
    for number in range(5):
        assert not sign_in(browser, user.email, f"wrong {number}")
    assert sign_in(browser, reviewer.email, PASSWORD)
    browser.post("/accounts/logout/")
    assert not sign_in(browser, user.email, PASSWORD)


@pytest.mark.protects("sign-in/lock-outs")
def test_nobody_makes_a_browser_known_without_the_key(browser_of: Browser, user: User) -> None:
    browser = browser_of(None)
    assert sign_in(browser, user.email, PASSWORD)
    cookie = browser.cookies["known-browser"]
    assert cookie["httponly"]
    assert user.email not in cookie.value
    request = RequestFactory().post("/")
    request.COOKIES["known-browser"] = cookie.value[:-2] + "xx"
    assert attempts.known_people(request) == []


@pytest.mark.slow
def test_right_passwords_are_not_counted(browser_of: Browser, user: User) -> None:
    for _ in range(12):
        assert sign_in(browser_of(None), user.email, PASSWORD)


@pytest.mark.protects("sign-in/guessed-passwords")
def test_of_many_guesses_at_once_no_more_than_the_limit_are_looked_at() -> None:
    request = RequestFactory().post("/", REMOTE_ADDR="198.51.100.1")
    decisions = [attempts.begin(request, "jo@acme.example").is_allowed for _ in range(20)]
    assert decisions == [True] * 5 + [False] * 15


@pytest.mark.protects("sign-in/guessed-passwords")
@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("", ""),
    ],
)
def test_a_subscribers_network_is_one_address(address: str, network: str) -> None:
    assert attempts.network_of(address) == network


class _Away(LocMemCache):
    """A cache that is not there, as `SharedCache` tells it."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)

    def add(self, *_: Any, **__: Any) -> bool:
        raise CountersUnavailable

    def get(self, *_: Any, **__: Any) -> Any:
        raise CountersUnavailable


@pytest.mark.protects("sign-in/failing-counters")
def test_without_the_counters_nobody_signs_in_and_open_sessions_go_on(
    browser_of: Browser, user: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    browser = browser_of(user)
    settings.CACHES = {"default": {"BACKEND": f"{__name__}._Away"}}
    answer = browser_of(None).post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 503
    assert "signing in is paused" in answer.content.decode()
    assert browser_of(None).post("/accounts/password-reset", {"email": user.email}).status_code == 503
    assert browser.get("/api/v1/me").status_code == 200
    assert browser.get("/").status_code == 200
    assert "without being counted" in caplog.text


@pytest.mark.protects("sign-in/failing-counters")
def test_a_redis_that_is_away_has_a_named_error(caplog: pytest.LogCaptureFixture) -> None:
    from forge.core.cache.shared import SharedCache

    store: Any = SharedCache("redis://127.0.0.1:1/0", {})
    for method, arguments in (("get", ["x"]), ("add", ["x", 1]), ("incr", ["x"]), ("clear", [])):
        with pytest.raises(CountersUnavailable):
            getattr(store, method)(*arguments)
    assert "Redis cannot be used" in caplog.text


@pytest.mark.slow
@pytest.mark.protects("sign-in/guessed-passwords")
def test_a_crowd_of_addresses_does_not_make_a_limit_forgotten(browser_of: Browser, user: User) -> None:
    for number in range(5):
        sign_in(browser_of(None), user.email, f"wrong {number}")
    for number in range(2000):
        cache.set(f"throttle:visitor:{number}", [1.0])
    assert not sign_in(browser_of(None), user.email, PASSWORD)


@pytest.mark.protects("sign-in/known-accounts")
def test_a_wrong_password_and_an_unknown_person_are_answered_alike(browser_of: Browser, user: User) -> None:
    answers = []
    for email in (user.email, "nobody@acme.example"):
        page = browser_of(None).post("/accounts/login/", {"login": email, "password": "wrong"})
        text = page.content.decode().replace(email, "<email>")
        answers.append((page.status_code, [line for line in text.splitlines() if "csrfmiddlewaretoken" not in line]))
    assert answers[0] == answers[1]


@pytest.mark.protects("sign-in/open-browsers")
def test_a_browser_left_open_does_not_give_the_password_away(browser_of: Browser, user: User) -> None:
    browser = browser_of(user)
    for number in range(5):
        assert browser.post("/accounts/password", {"old": f"wrong {number}", "password": "x"}).status_code == 400
    new = {"old": PASSWORD, "password": "another good horse"}
    assert "Too many attempts" in browser.post("/accounts/password", new).content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.protects("sign-in/planted-session")
def test_signing_in_makes_a_new_session(browser_of: Browser, user: User) -> None:
    browser = browser_of(None)
    session = browser.session
    session["planted"] = "by somebody else"
    session.save()
    session_key = browser.cookies["sessionid"].value
    assert sign_in(browser, user.email, PASSWORD)
    assert browser.cookies["sessionid"].value != session_key


@pytest.mark.slow
@pytest.mark.protects("sign-in/planted-session")
def test_a_changed_password_ends_the_other_sessions(browser_of: Browser, user: User) -> None:
    here, elsewhere = browser_of(None), browser_of(None)
    assert sign_in(here, user.email, PASSWORD)
    assert sign_in(elsewhere, user.email, PASSWORD)
    here.post("/accounts/password", {"old": PASSWORD, "password": "another good horse"})
    assert here.get("/api/v1/me").status_code == 200
    assert elsewhere.get("/api/v1/me").status_code == 401
