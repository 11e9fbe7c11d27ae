"""Confirming an address, taking another one, and setting a forgotten password by a link that is sent there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from forge.accounts.actions import (
    ask_for_address,
    confirm_address,
    make_sign_in_link,
    reset_password,
    send_password_link,
)
from forge.accounts.errors import BadAccount, LinkEnded
from forge.accounts.models import User
from forge.core.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)

Browser = Callable[[User | None], Client]
PASSWORD = "correct horse battery"
NEW = "another good horse"


def sent_token() -> str:
    """The token in the last letter's link."""
    match = re.search(r"#token=(\S+)", str(mail.outbox[-1].body))
    assert match, mail.outbox[-1].body
    return match[1]


def confirm(user: User) -> None:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def test_a_link_confirms_the_address_for_who_asked(browser_of: Browser, user: User) -> None:
    browser = browser_of(user)
    assert "Not confirmed" in browser.get("/accounts/profile").content.decode()
    browser.post("/accounts/address", {"email": user.email})
    assert mail.outbox[0].to == [user.email]
    assert browser.post("/accounts/confirm", {"token": sent_token()}).status_code == 200
    assert "Not confirmed" not in browser.get("/accounts/profile").content.decode()
    actions = AuditEntry.objects.filter(action__startswith="address.").values_list("action", flat=True)
    assert sorted(actions) == ["address.ask", "address.confirm"]


@pytest.mark.protects("sign-in/taken-addresses")
def test_another_address_takes_the_place_only_when_it_is_confirmed(browser_of: Browser, user: User) -> None:
    confirm(user)
    former, browser = user.email, browser_of(user)
    browser.post("/accounts/address", {"email": "New@acme.example", "old": PASSWORD})
    user.refresh_from_db()
    assert user.email == former
    assert mail.outbox[0].to == ["new@acme.example"]
    browser.post("/accounts/confirm", {"token": sent_token()})
    user.refresh_from_db()
    assert user.email == "new@acme.example"
    assert mail.outbox[-1].to == [former]
    assert [each.email for each in EmailAddress.objects.filter(user=user)] == ["new@acme.example"]


@pytest.mark.protects("sign-in/open-browsers")
@pytest.mark.parametrize("fields", [{}, {"old": "wrong"}])
def test_an_open_browser_does_not_take_the_account_to_another_address(
    browser_of: Browser, user: User, fields: dict[str, str]
) -> None:
    answer = browser_of(user).post("/accounts/address", {"email": "thief@evil.example", **fields})
    assert answer.status_code == 400
    assert "This is not your password." in answer.content.decode()
    assert mail.outbox == []


def without_password(user: User) -> User:
    user.set_unusable_password()
    user.save()
    return user


@pytest.mark.protects("sign-in/open-browsers")
def test_a_session_of_who_has_no_password_does_not_become_the_account(browser_of: Browser, user: User) -> None:
    browser = browser_of(without_password(user))
    for page, fields in (("address", {"email": "thief@evil.example"}), ("password", {"password": NEW})):
        response = browser.post(f"/accounts/{page}", fields)
        assert (response.status_code, "Sign out and in again" in response.content.decode()) == (400, True)
    activation = browser.get("/accounts/2fa/totp/activate/")
    assert (activation.status_code, "Sign in again" in activation.content.decode()) == (403, True)
    assert mail.outbox == []


def test_who_has_no_password_and_signed_in_just_now_changes_the_address(
    browser_of: Browser, user: User, settings: Any
) -> None:
    browser, token = browser_of(None), make_sign_in_link(without_password(user).email).partition("token=")[2]
    browser.post("/sign-in", {"token": token})
    assert browser.post("/accounts/address", {"email": "new@acme.example"}).status_code == 200
    assert mail.outbox[0].to == ["new@acme.example"]
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert browser.post("/accounts/address", {"email": "other@acme.example"}).status_code == 400


@pytest.mark.protects("sign-in/taken-addresses")
def test_a_link_confirms_nothing_for_somebody_else(user: User, viewer: User) -> None:
    ask_for_address(user, "victim@acme.example")
    with pytest.raises(LinkEnded, match="another account"):
        confirm_address(viewer, sent_token())
    user.refresh_from_db()
    assert user.email != "victim@acme.example"


def test_a_link_ends_after_three_days_and_works_once(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_for_address(user, user.email)
    token = sent_token()
    later = (timezone.now() + timedelta(days=3, minutes=1)).timestamp()
    with monkeypatch.context() as patch:
        patch.setattr("django.core.signing.time.time", lambda: later)
        with pytest.raises(LinkEnded):
            confirm_address(user, token)
    confirm_address(user, token)
    with pytest.raises(LinkEnded):
        confirm_address(user, token)


@pytest.mark.protects("sign-in/taken-addresses")
def test_an_address_that_became_anothers_meanwhile_is_refused_by_name(user: User) -> None:
    ask_for_address(user, "new@acme.example")
    User.objects.create_user("new@acme.example", name="Somebody")
    with pytest.raises(BadAccount, match="Another account"):
        confirm_address(user, sent_token())
    user.refresh_from_db()
    assert user.email == "jo@acme.example"


@pytest.mark.slow
@pytest.mark.protects("sign-in/forgotten-passwords")
def test_a_forgotten_password_is_set_by_a_link_that_ends_all_sessions(browser_of: Browser, user: User) -> None:
    confirm(user)
    elsewhere, browser = browser_of(None), browser_of(None)
    elsewhere.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert browser.post("/accounts/password-reset", {"email": user.email.upper()}).status_code == 200
    token = sent_token()
    assert "New password" in browser.post("/accounts/reset", {"token": token}).content.decode()
    response = browser.post("/accounts/reset", {"token": token, "step": "password", "password": "short"})
    assert response.status_code == 400
    confirmation = browser.post("/accounts/reset", {"token": token, "step": "password", "password": NEW})
    assert "Your password is set" in confirmation.content.decode()
    assert browser.get("/api/v1/me").status_code == 401
    assert elsewhere.get("/api/v1/me").status_code == 401
    user.refresh_from_db()
    assert user.check_password(NEW)
    with pytest.raises(LinkEnded):
        reset_password(token, "a third good horse")


@pytest.mark.protects("sign-in/forgotten-passwords")
def test_the_link_goes_to_confirmed_addresses_only_and_the_page_tells_nobody(browser_of: Browser, user: User) -> None:
    answers = set()
    for email in (user.email, "nobody@acme.example"):
        page = browser_of(None).post("/accounts/password-reset", {"email": email}).content.decode()
        answers.add(page.replace(email, "<email>"))
    assert mail.outbox == []
    assert len(answers) == 1


@pytest.mark.protects("sign-in/forgotten-passwords")
def test_who_is_disabled_gets_no_link(user: User) -> None:
    confirm(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    send_password_link(user.email)
    assert mail.outbox == []


@pytest.mark.protects("sign-in/forgotten-passwords")
def test_asking_for_links_has_a_limit(browser_of: Browser, user: User) -> None:
    confirm(user)
    statuses = [browser_of(None).post("/accounts/password-reset", {"email": user.email}).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_a_letter_is_text_and_html_with_the_name_escaped_and_the_public_address(user: User) -> None:
    user.name = "Jo <b>& Co"
    user.save()
    ask_for_address(user, user.email)
    letter = mail.outbox[0]
    assert isinstance(letter, EmailMultiAlternatives)
    html = str(letter.alternatives[0][0])
    assert letter.subject == "Confirm your email address"
    assert "Hello Jo <b>& Co," in letter.body
    assert "Jo &lt;b&gt;&amp; Co" in html
    assert "http://127.0.0.1:8000/accounts/confirm#token=" in letter.body
    assert 'href="http://127.0.0.1:8000/accounts/confirm#token=' in html
