"""The second factor: setting it up, signing in with it, what an organisation may require, and how it is kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, get_resolver

from forge.accounts.actions import create_token, make_sign_in_link, require_second_factor
from forge.accounts.errors import OwnSecondFactorNeeded, SecondFactorUnreadable
from forge.accounts.models import Organisation, User
from forge.accounts.principals import acting_as
from forge.accounts.sign_in.second_factor import SecondFactorAdapter
from forge.core.errors import Forbidden
from forge.core.models import AuditEntry
from forge.projects.models import Project

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Holds the clock of the codes still: one that a test reads is valid until the test has sent it."""
    now = time.time()
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: now))


def code(secret: str = SECRET, steps: int = 0) -> str:
    """The code of an app at this moment, or some steps of 30 s later."""
    return str(format_hotp_value(hotp_value(secret, int(auth.time.time()) // 30 + steps)))


def sign_in(browser: Client, user: User) -> Any:
    return browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD})


def confirmed(browser: Client) -> Client:
    """The browser of someone who just said again that it is them."""
    assert browser.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return browser


def is_protected(user: User) -> bool:
    return user.has_second_factor


def is_signed_in(browser: Client) -> bool:
    return browser.get("/api/v1/me").status_code == 200


@pytest.mark.slow
def test_setting_up_an_app_takes_one_of_its_codes_and_gives_recovery_codes(browser_of: Browser, user: User) -> None:
    browser = confirmed(browser_of(user))
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    match = re.search(r'value="([A-Z2-7]{32})"', page)
    assert match, page
    assert "data:image/svg+xml" in page
    assert browser.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    assert not is_protected(user)
    response = browser.post("/accounts/2fa/totp/activate/", {"code": code(match[1])}, follow=True)
    assert is_protected(user)
    codes = re.findall(r"<li>(\d{8})</li>", response.content.decode())
    assert len(codes) == 10
    download = browser.get("/accounts/2fa/recovery-codes/download/")
    assert download.content.decode().split() == codes
    assert "attachment" in download["Content-Disposition"]
    kinds = AuditEntry.objects.filter(action="second-factor.add").values_list("data__kind", flat=True)
    assert set(kinds) == {"totp", "recovery_codes"}


@pytest.mark.protects("sign-in/stolen-password")
def test_changing_it_asks_who_it_is(browser_of: Browser, user: User) -> None:
    answer = browser_of(user).get("/accounts/2fa/totp/activate/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.protects("sign-in/stolen-password")
def test_signing_in_asks_for_the_code_and_each_code_works_once(browser_of: Browser, user: User) -> None:
    TOTP.activate(user, SECRET)
    browser, digits = browser_of(None), code()
    assert sign_in(browser, user)["Location"] == "/accounts/2fa/authenticate/"
    assert not is_signed_in(browser)
    assert "did not work" in browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert browser.post("/accounts/2fa/authenticate/", {"code": digits}).status_code == 302
    assert is_signed_in(browser)
    other = browser_of(None)
    sign_in(other, user)
    other.post("/accounts/2fa/authenticate/", {"code": digits})
    assert not is_signed_in(other)


def test_a_code_that_ended_while_it_was_typed_is_taken(browser_of: Browser, user: User) -> None:
    TOTP.activate(user, SECRET)
    for steps, expected in ((-2, False), (2, False), (-1, True)):
        browser = browser_of(None)
        sign_in(browser, user)
        browser.post("/accounts/2fa/authenticate/", {"code": code(steps=steps)})
        assert is_signed_in(browser) is expected, steps


@pytest.mark.protects("sign-in/stolen-password")
def test_a_code_is_taken_once_also_in_the_step_after_its_own(
    browser_of: Browser, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    TOTP.activate(user, SECRET)
    digits, later = code(), auth.time.time() + 30
    for expected in (True, False):
        browser = browser_of(None)
        sign_in(browser, user)
        browser.post("/accounts/2fa/authenticate/", {"code": f"{digits[:3]} {digits[3:]}"})
        assert is_signed_in(browser) is expected
        # allauth forgets it after 30 s.
        cache.delete(TOTP(Authenticator.objects.get(user=user, type="totp"))._get_used_cache_key(digits))
        monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: later))
    assert browser.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    assert confirmed(browser_of(user)).post("/accounts/2fa/reauthenticate/", {"code": digits}).status_code == 200


@pytest.mark.protects("sign-in/stolen-password")
def test_of_two_who_send_a_code_at_once_one_comes_in(
    browser_of: Browser, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    TOTP.activate(user, SECRET)
    browser, other = browser_of(None), browser_of(None)
    sign_in(browser, user)
    sign_in(other, user)
    valid = TOTP.validate_code

    def overtaken(self: TOTP, digits: str) -> bool:
        monkeypatch.setattr(TOTP, "validate_code", lambda *_: True)
        other.post("/accounts/2fa/authenticate/", {"code": digits})
        return bool(valid(self, digits))

    monkeypatch.setattr(TOTP, "validate_code", overtaken)
    browser.post("/accounts/2fa/authenticate/", {"code": code()})
    assert (is_signed_in(other), is_signed_in(browser)) == (True, False)


@pytest.mark.protects("sign-in/stolen-password")
def test_codes_are_tried_five_times_in_five_minutes(browser_of: Browser, user: User) -> None:
    TOTP.activate(user, SECRET)
    browser = browser_of(None)
    sign_in(browser, user)
    for number in range(5):
        browser.post("/accounts/2fa/authenticate/", {"code": f"00000{number}"})
    assert "Too many failed attempts" in browser.post("/accounts/2fa/authenticate/", {"code": code()}).content.decode()
    assert not is_signed_in(browser)


@pytest.mark.slow
@pytest.mark.protects("sign-in/stolen-password")
def test_a_recovery_code_stands_for_the_app_once(browser_of: Browser, user: User) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    TOTP.activate(user, SECRET)
    one = RecoveryCodes.activate(user).get_unused_codes()[0]
    for expected in (True, False):
        browser = browser_of(None)
        sign_in(browser, user)
        browser.post("/accounts/2fa/authenticate/", {"code": one})
        assert is_signed_in(browser) is expected


def test_a_printed_link_is_the_way_back_for_who_lost_the_factor(browser_of: Browser, user: User) -> None:
    TOTP.activate(user, SECRET)
    browser = browser_of(None)
    browser.post("/sign-in", {"token": make_sign_in_link(user.email).partition("token=")[2]})
    assert is_signed_in(browser)
    assert browser.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not is_protected(user)


@pytest.mark.slow
def test_who_came_by_a_printed_link_sets_a_password_without_the_forgotten_one(browser_of: Browser, user: User) -> None:
    browser = browser_of(None)
    browser.post("/sign-in", {"token": make_sign_in_link(user.email).partition("token=")[2]})
    assert "Current password" not in browser.get("/accounts/security").content.decode()
    assert browser.post("/accounts/password", {"password": "another good horse"}).status_code == 302
    user.refresh_from_db()
    assert user.check_password("another good horse")
    other = browser_of(user)
    assert "Current password" in other.get("/accounts/security").content.decode()
    assert other.post("/accounts/password", {"password": "a third good horse"}).status_code == 400


@pytest.mark.protects("sign-in/stolen-password")
def test_the_secret_is_encrypted_in_the_database(user: User) -> None:
    TOTP.activate(user, SECRET)
    data = str(Authenticator.objects.get(user=user).data)
    assert SECRET not in data
    assert Authenticator.objects.get(user=user).wrap().validate_code(code())


def test_another_key_of_the_installation_is_said_and_not_an_error(
    browser_of: Browser, user: User, settings: Any
) -> None:
    TOTP.activate(user, SECRET)
    browser = browser_of(None)
    ciphertext = SecondFactorAdapter().encrypt("x")
    settings.SECRET_KEY = "another key of the installation"
    with pytest.raises(SecondFactorUnreadable):
        SecondFactorAdapter().decrypt(ciphertext)
    sign_in(browser, user)
    answer = browser.post("/accounts/2fa/authenticate/", {"code": code()})
    assert answer.status_code == 409
    assert "make link" in answer.content.decode()


def test_who_confirmed_their_address_is_told_of_a_change(browser_of: Browser, user: User) -> None:
    from allauth.account.models import EmailAddress

    browser = confirmed(browser_of(user))
    TOTP.activate(user, SECRET)
    browser.post("/accounts/2fa/totp/deactivate/")
    assert mail.outbox == []
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    TOTP.activate(user, SECRET)
    browser.post("/accounts/2fa/totp/deactivate/")
    assert [(each.to, each.subject) for each in mail.outbox] == [([user.email], "Your app's codes were turned off")]


# -- an organisation that requires one


@pytest.fixture
def strict(organisation: Organisation, owner: User) -> Organisation:
    """The organisation, whose owner has a second factor and requires one."""
    TOTP.activate(owner, SECRET)
    return require_second_factor(owner, organisation, required=True)


@pytest.mark.slow
@pytest.mark.protects("sign-in/required-factor")
def test_members_without_one_are_led_to_set_it_up(strict: Organisation, user: User, browser_of: Browser) -> None:
    browser = browser_of(user)
    assert browser.get("/acme")["Location"] == "/accounts/security"
    assert "acme requires a second factor" in browser.get("/accounts/security").content.decode().lower()
    assert "requires a second factor" in browser.get("/").content.decode()
    TOTP.activate(user, SECRET)
    assert browser.get("/acme").status_code == 200


@pytest.mark.protects("sign-in/required-factor")
def test_their_tokens_are_refused_with_the_reason(project: Project, strict: Organisation, user: User) -> None:
    _, secret = create_token(user, "x", ["write"], None)
    client = Client(headers={"authorization": f"Bearer {secret}"})
    for address in ("projects/acme/kitchen", "organisations/acme", "projects/acme/kitchen/files"):
        answer = client.get(f"/api/v1/{address}")
        assert answer.status_code == 403, address
        assert answer.json()["title"] == "A second factor is needed"
    assert client.get("/api/v1/organisations").json() == {"organisations": []}
    TOTP.activate(user, SECRET)
    assert client.get("/api/v1/projects/acme/kitchen").status_code == 200


@pytest.mark.protects("sign-in/required-factor")
def test_who_is_kept_out_may_do_nothing_anywhere(project: Project, strict: Organisation, user: User) -> None:
    principal = acting_as(user)
    assert principal.roles == {}
    assert principal.blocked_organisations == {strict.pk}
    assert list(Project.objects.of_member(principal)) == []


@pytest.mark.protects("sign-in/required-factor")
def test_a_stranger_is_told_nothing_of_it(strict: Organisation, stranger: User, browser_of: Browser) -> None:
    browser = browser_of(stranger)
    there, nowhere = browser.get("/api/v1/organisations/acme"), browser.get("/api/v1/organisations/nothing")
    assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)


@pytest.mark.protects("sign-in/factor-lock-out")
def test_who_requires_it_has_one(organisation: Organisation, owner: User, browser_of: Browser) -> None:
    with pytest.raises(OwnSecondFactorNeeded):
        require_second_factor(owner, organisation, required=True)
    answer = browser_of(owner).post("/acme/-/second-factor", {"required": "1"})
    assert answer.status_code == 409
    assert "lose access yourself" in answer.content.decode()
    organisation.refresh_from_db()
    assert not organisation.requires_second_factor


def test_only_an_owner_requires_it(organisation: Organisation, developer: User) -> None:
    TOTP.activate(developer, SECRET)
    with pytest.raises(Forbidden):
        require_second_factor(developer, organisation, required=True)


@pytest.mark.protects("sign-in/factor-lock-out")
def test_an_owner_who_removed_theirs_sets_up_another_and_is_in_again(
    strict: Organisation, owner: User, browser_of: Browser
) -> None:
    browser = confirmed(browser_of(owner))
    browser.post("/accounts/2fa/totp/deactivate/")
    assert browser.get("/acme/-/settings")["Location"] == "/accounts/security"
    TOTP.activate(owner, SECRET)
    assert browser.get("/acme/-/settings").status_code == 200


# -- the pages


def test_every_page_of_allauth_is_drawn_by_a_template_of_ours() -> None:
    from django.template.loader import get_template

    ours = Path(__file__).parents[3] / "templates"
    names = {name for view in _views(get_resolver()) if (name := getattr(view, "template_name", None))}
    assert "account/login.html" in names
    for name in names:
        assert Path(str(get_template(name).origin)).is_relative_to(ours), name  # type: ignore[attr-defined]


def _views(resolver: Any) -> list[Any]:
    views: list[Any] = []
    for pattern in resolver.url_patterns:
        if not isinstance(pattern, URLPattern):
            views += _views(pattern)
        elif pattern.callback.__module__.startswith("allauth."):
            views.append(getattr(pattern.callback, "view_class", None))
    return [view for view in views if view]
