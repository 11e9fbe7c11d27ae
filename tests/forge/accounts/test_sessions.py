"""The list of sessions, ending them one by one, and what a new password ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import create_token, set_password
from forge.accounts.models import ApiToken, BrowserSession, User
from forge.accounts.sign_in.browsers import browser_name
from forge.accounts.sign_in.sessions import RecentlySeen, recently_seen, remember_session
from forge.core.models import AuditEntry, Event

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def _sign_in(user: User, agent: str = FIREFOX) -> Client:
    browser = Client(headers={"User-Agent": agent}, REMOTE_ADDR="192.0.2.7")
    form = {"login": user.email, "password": "correct horse battery"}
    assert browser.post("/accounts/login/", form).status_code == 302
    return browser


def _alive(browser: Client) -> bool:
    return browser.get("/api/v1/me").status_code == 200


def test_a_session_is_listed_with_browser_address_and_which_one_asks(user: User, client: Client) -> None:
    browser = _sign_in(user)
    page = browser.get("/accounts/sessions").content.decode()
    assert page.count("This browser") == 1
    assert "Firefox on Linux" in page
    assert "192.0.2.7" in page
    assert BrowserSession.objects.filter(user=user).count() == 2


@pytest.mark.protects("sign-in/stolen-session")
def test_a_session_is_ended_alone(user: User, client: Client) -> None:
    browser = _sign_in(user)
    session = BrowserSession.objects.get(address="192.0.2.7")
    events = Event.objects.filter(type="sessions.changed").count()
    assert client.post(f"/accounts/sessions/{session.pk}/end").status_code == 302
    assert (_alive(browser), _alive(client)) == (False, True)
    assert Event.objects.filter(type="sessions.changed").count() == events + 1  # its sockets close
    entry = AuditEntry.objects.get(action="session.end")
    assert (entry.person, entry.data) == (user.pk, {"address": "192.0.2.7", "browser": "Firefox on Linux"})
    assert client.post(f"/accounts/sessions/{session.pk}/end").status_code == 302  # twice is no error


def test_all_others_are_ended_at_once(user: User, client: Client) -> None:
    others = [_sign_in(user), _sign_in(user)]
    assert client.post("/accounts/sessions/end-others").status_code == 302
    assert [_alive(browser) for browser in (client, *others)] == [True, False, False]


@pytest.mark.protects("sign-in/stolen-session")
def test_nobody_ends_anothers_session(user: User, owner: User, client: Client, browser_of: Browser) -> None:
    mine = BrowserSession.objects.get(user=user)
    browser_of(owner).post(f"/accounts/sessions/{mine.pk}/end")
    browser_of(owner).post("/accounts/sessions/end-others")
    assert _alive(client)
    assert client.get("/accounts/sessions").content.count(b"This browser") == 1


def test_a_session_that_ended_is_listed_no_more(user: User, client: Client) -> None:
    client.post("/accounts/logout/")
    assert not BrowserSession.objects.exists()
    _sign_in(user)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert list(BrowserSession.objects.visible_to(user).alive()) == []


def test_a_session_of_before_the_list_is_listed_once_it_is_used(user: User, client: Client) -> None:
    BrowserSession.objects.all().delete()
    recently_seen.forget(client.session.session_key or "")
    assert _alive(client)
    assert BrowserSession.objects.get().user == user


def test_use_is_written_every_few_minutes_and_not_for_what_ended(user: User) -> None:
    from forge.accounts.sign_in.sessions import RequestOrigin

    visits = RecentlySeen(seconds=300, most=2)
    assert [visits.is_due(key) for key in ("a", "a", "b", "c", "a")] == [True, False, True, True, True]
    remember_session("ended", user.pk, RequestOrigin("192.0.2.7", "x"))
    assert not BrowserSession.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("sign-in/leaked-password")
def test_a_new_password_ends_tokens_and_all_other_sessions(user: User, client: Client) -> None:
    other = _sign_in(user)
    create_token(user, "bench", ["read"], None)
    assert b"1 token</a>" in client.get("/accounts/security").content
    form = {"old": "correct horse battery", "password": "another long one"}
    assert client.post("/accounts/password", form).status_code == 302
    assert (_alive(client), _alive(other)) == (True, False)
    assert not ApiToken.objects.exists()
    assert AuditEntry.objects.get(action="password.end").data["names"] == ["bench"]
    recently_seen.forget(client.session.session_key or "")
    assert client.get("/accounts/sessions").content.count(b"This browser") == 1


@pytest.mark.slow
@pytest.mark.protects("sign-in/leaked-password")
def test_whatever_sets_a_password_ends_tokens(user: User, owner: User) -> None:
    for change in (set_password, _store):
        create_token(user, "bench", ["read"], None)
        create_token(owner, "kept", ["read"], None)
        change(user, f"another long one {change.__name__}")
        assert not ApiToken.objects.filter(owner=user).exists()
        assert ApiToken.objects.filter(owner=owner).exists()


def _store(user: User, password: str) -> None:
    """Stores a password as allauth's reset of a forgotten one does, and Django's command."""
    user.set_password(password)
    user.save()


@pytest.mark.slow
def test_a_better_hash_of_the_same_password_ends_nothing(user: User, settings: Any) -> None:
    create_token(user, "bench", ["read"], None)
    old = user.password
    better = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    settings.PASSWORD_HASHERS = [better, *settings.PASSWORD_HASHERS]
    _sign_in(user)
    assert User.objects.get(pk=user.pk).password != old
    assert ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.0", "an unknown browser"),
        ("", "an unknown browser"),
    ],
)
def test_a_browser_has_a_name_that_people_know(agent: str, name: str) -> None:
    assert browser_name(agent) == name
