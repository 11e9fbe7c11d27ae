"""A program gets a token by a short code that someone allows in a browser: once, in time, for pulling only."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from forge.accounts.errors import CodeEnded, DeviceTokenPending
from forge.accounts.models import ApiToken, DeviceSignIn, User
from forge.accounts.tokens.actions import device
from forge.accounts.tokens.secrets import find_token
from forge.core.models import AuditEntry
from forge.core.processes.periodic import run_once, tasks

pytestmark = pytest.mark.django_db

Browser = Callable[[User | None], Client]
PAGE = "/accounts/device"


def ask(machine: str = "bench") -> dict[str, Any]:
    answer = Client().post("/api/v1/device-sign-ins", {"machine": machine}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    payload: dict[str, Any] = answer.json()
    return payload


def fetch(device_code: str) -> Any:
    body = {"device_code": device_code}
    # As if the program had waited between its questions.
    DeviceSignIn.objects.update(last_polled=timezone.now() - timedelta(minutes=1))
    return Client().post("/api/v1/device-sign-ins/token", body, content_type="application/json")


def decide(browser: Client, code: str, step: str) -> Any:
    return browser.post(PAGE, {"token": code, "step": step})


@pytest.mark.proof
@pytest.mark.protects("sign-in/sent-codes")
def test_a_program_gets_a_token_that_someone_allowed(browser_of: Browser, user: User) -> None:
    sign_in = ask()
    assert fetch(sign_in["device_code"]).json()["error"] == "authorization_pending"
    assert decide(browser_of(user), sign_in["user_code"], "allow").status_code == 200
    response = fetch(sign_in["device_code"])
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    token = find_token(response.json()["access_token"])
    assert token is not None
    assert (token.owner, token.name, token.scopes) == (user, "rune login on bench", ["registry:pull"])
    assert token.expires is not None
    assert timedelta(days=89) < token.expires - timezone.now() < timedelta(days=91)
    assert list(AuditEntry.objects.filter(actor=user).values_list("action", flat=True)[:2]) == [
        "token.create",
        "device.allow",
    ]


@pytest.mark.slow
def test_a_token_is_fetched_once(browser_of: Browser, user: User) -> None:
    sign_in = ask()
    decide(browser_of(user), sign_in["user_code"], "allow")
    assert fetch(sign_in["device_code"]).status_code == 200
    again = fetch(sign_in["device_code"])
    assert (again.status_code, again.json()["error"]) == (400, "expired_token")
    assert ApiToken.objects.count() == 1


@pytest.mark.protects("sign-in/device-codes")
@pytest.mark.django_db(transaction=True)
def test_of_many_who_fetch_a_token_at_once_one_gets_it(user: User) -> None:
    sign_in = device.start("bench")
    device.decide(user, sign_in.user_code, allow=True)

    def redeem(_: int) -> bool:
        try:
            device.redeem(sign_in.device_code)
        except DeviceTokenPending:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(redeem, range(4))) == 1
    assert ApiToken.objects.count() == 1


@pytest.mark.slow
def test_what_was_refused_gets_no_token_and_stays_refused(browser_of: Browser, user: User) -> None:
    sign_in = ask()
    decide(browser_of(user), sign_in["user_code"], "refuse")
    assert fetch(sign_in["device_code"]).json()["error"] == "access_denied"
    assert decide(browser_of(user), sign_in["user_code"], "allow").status_code == 400
    assert fetch(sign_in["device_code"]).json()["error"] == "access_denied"
    assert not ApiToken.objects.exists()


@pytest.mark.slow
@pytest.mark.protects("sign-in/device-codes")
def test_an_unknown_a_used_and_an_old_code_answer_alike(browser_of: Browser, user: User) -> None:
    used_sign_in, old = ask(), ask()
    decide(browser_of(user), used_sign_in["user_code"], "allow")
    fetch(used_sign_in["device_code"])
    DeviceSignIn.objects.filter(redeemed__isnull=True).update(expires=timezone.now() - timedelta(seconds=1))
    pages, programs = set(), set()
    for code, device_code in (
        ("ZZZZ-ZZZZ", "unknown"),
        (used_sign_in["user_code"], used_sign_in["device_code"]),
        (old["user_code"], old["device_code"]),
    ):
        answer = decide(browser_of(user), code, "allow")
        lines = answer.content.decode().replace(code, "<code>").splitlines()
        pages.add((answer.status_code, "\n".join(each for each in lines if "csrf" not in each and "nonce" not in each)))
        response = fetch(device_code)
        programs.add((response.status_code, response.content))
    assert len(pages) == 1
    assert len(programs) == 1


@pytest.mark.protects("sign-in/sent-codes")
def test_the_page_says_what_would_be_allowed_and_decides_nothing_by_itself(browser_of: Browser, user: User) -> None:
    sign_in = ask("<b>bench</b>\n\x1b[31m")
    browser = browser_of(user)
    response = browser.post(PAGE, {"token": sign_in["user_code"].lower().replace("-", " ")})
    text = response.content.decode()
    assert response.status_code == 200
    for expected in ("&lt;b&gt;bench&lt;/b&gt;", sign_in["user_code"], "Pull from the registry", "Allow", "Refuse"):
        assert expected in text
    browser.get(f"{PAGE}?token={sign_in['user_code']}&step=allow")
    assert fetch(sign_in["device_code"]).json()["error"] == "authorization_pending"


@pytest.mark.slow
def test_a_visitor_signs_in_before_a_code_is_looked_at(browser_of: Browser) -> None:
    sign_in = ask()
    answer = decide(browser_of(None), sign_in["user_code"], "allow")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert fetch(sign_in["device_code"]).json()["error"] == "authorization_pending"


@pytest.mark.protects("sign-in/forged-allowance")
def test_another_sites_form_allows_nothing(user: User) -> None:
    sign_in = ask()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert decide(browser, sign_in["user_code"], "allow").status_code == 403
    assert fetch(sign_in["device_code"]).json()["error"] == "authorization_pending"


@pytest.mark.slow
@pytest.mark.protects("sign-in/device-codes")
def test_codes_are_tried_ten_times_a_minute(browser_of: Browser, user: User, owner: User) -> None:
    sign_in = ask()
    for _ in range(10):
        assert "Check the code" in decide(browser_of(user), "BCDF-GHJK", "allow").content.decode()
    late = decide(browser_of(user), sign_in["user_code"], "allow")
    assert "Too many attempts" in late.content.decode()
    assert decide(browser_of(owner), sign_in["user_code"], "allow").status_code == 200


@pytest.mark.protects("sign-in/device-codes")
def test_an_address_asks_for_ten_codes_a_minute() -> None:
    for _ in range(10):
        ask()
    late = Client().post("/api/v1/device-sign-ins", {}, content_type="application/json")
    assert late.status_code == 429


def test_a_program_that_asks_too_often_is_told_to_slow_down() -> None:
    sign_in = ask()
    assert fetch(sign_in["device_code"]).json()["error"] == "authorization_pending"
    again = Client().post(
        "/api/v1/device-sign-ins/token", {"device_code": sign_in["device_code"]}, content_type="application/json"
    )
    assert again.json()["error"] == "slow_down"


def test_a_closed_account_allows_nothing_any_more(browser_of: Browser, user: User) -> None:
    sign_in = ask()
    decide(browser_of(user), sign_in["user_code"], "allow")
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert fetch(sign_in["device_code"]).status_code == 400
    assert not ApiToken.objects.exists()


@pytest.mark.protects("sign-in/stored-codes")
def test_neither_secret_is_stored_and_the_code_stays_out_of_logs(user: User) -> None:
    sign_in = ask()
    rows = str(list(DeviceSignIn.objects.values()))
    assert sign_in["device_code"] not in rows
    assert sign_in["user_code"] not in rows
    assert sign_in["user_code"].replace("-", "") not in rows
    assert sign_in["verification_uri_complete"] == f"{sign_in['verification_uri']}#token={sign_in['user_code']}"


def test_codes_that_ended_are_not_kept(user: User) -> None:
    device.start("old")
    DeviceSignIn.objects.update(expires=timezone.now() - timedelta(minutes=11))
    device.start("new")
    run_once(tasks["device-codes"])
    assert [waiting.machine for waiting in DeviceSignIn.objects.all()] == ["new"]


def test_a_code_is_decided_on_once(user: User, owner: User) -> None:
    sign_in = device.start("bench")
    device.decide(user, sign_in.user_code, allow=True)
    with pytest.raises(CodeEnded):
        device.decide(owner, sign_in.user_code, allow=False)
    assert device.redeem(sign_in.device_code)[0].owner == user
