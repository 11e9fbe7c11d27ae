"""A person protects their account in a real browser: a passkey, an app with codes, and signing in with each."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, Playwright, expect

from tests.conftest import REPOSITORY
from tests.e2e.reviews.test_gate import REFUSAL, build
from tests.support.browsers.accessibility import findings
from tests.support.browsers.pages import PHONE, OpenPage, launch, people
from tests.support.browsers.studio import PATIENCE, create, invite, join, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[LiveForge]:
    """Serves the forge at a name, where browsers have passkeys."""
    running = LiveForge(tmp_path / "data")
    running.address = f"http://localhost:{running.port}"
    running.environment["PUBLIC_URL"] = running.address
    with running:
        yield running


Passkey = dict[str, Any]


def add_authenticator(page: Page, passkeys: Sequence[Passkey] = ()) -> Callable[[], list[Passkey]]:
    """A device that has passkeys, and whose person always agrees. Returns what lists its passkeys."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    for passkey in passkeys:
        session.send("WebAuthn.addCredential", device | {"credential": passkey})
    return lambda: list(session.send("WebAuthn.getCredentials", device)["credentials"])


AN_HOUR_AGO = """
from django.contrib.sessions.models import Session
from django.contrib.sessions.backends.db import SessionStore
for row in Session.objects.all():
    session = SessionStore(row.session_key)
    for record in session.get("account_authentication_methods", []):
        record["at"] -= 3600
    session.modified = True
    session.save()
"""


def let_an_hour_pass(forge: LiveForge) -> None:
    """Moves every proof of who one is an hour into the past."""
    command = [sys.executable, "manage.py", "shell", "-c", AN_HOUR_AGO]
    subprocess.run(command, cwd=REPOSITORY, env=forge.environment, capture_output=True, check=True, timeout=60)


def sign_out(page: Page, forge: LiveForge) -> None:
    page.goto(f"{forge.address}/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{forge.address}/")


@pytest.mark.proof
def test_a_passkey_and_an_app_with_codes_sign_their_person_in(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page(viewport=PHONE)
    add_authenticator(page)
    problems: list[str] = []

    def look() -> None:
        problems.extend(f"{page.url}: {finding}" for finding in findings(page))

    sign_in(page, forge.printed_link())
    page.goto(f"{forge.address}/accounts/security")
    page.get_by_label("New password").fill("correct horse battery")
    page.get_by_role("button", name="Save password").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("Laptop")).to_be_visible()
    look()

    page.get_by_role("link", name="Set up").click()
    look()
    secret = page.get_by_label("Key for the app").input_value()
    page.get_by_label("Code").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.get_by_role("button", name="Turn on").click()
    page.wait_for_url(re.compile("/accounts/security|recovery-codes"))
    page.goto(f"{forge.address}/accounts/profile")
    address = page.locator("b", has_text="@").first.inner_text()

    sign_out(page, forge)
    page.goto(f"{forge.address}/accounts/login/?next=/new")
    look()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{forge.address}/new")

    sign_out(page, forge)
    page.goto(f"{forge.address}/accounts/login/")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    look()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{forge.address}/")
    assert problems == []


@pytest.fixture
def open_page_of_refusals(playwright: Playwright) -> Iterator[OpenPage]:
    """Chromium notes the refusal, which the test is about."""
    with people(lambda microphone: launch(playwright, microphone), lambda text: REFUSAL in text) as opener:
        yield opener


@pytest.mark.proof
@pytest.mark.protects("reviews/unattended-browser")
def test_who_approves_confirms_it_with_a_passkey(forge: LiveForge, open_page_of_refusals: OpenPage) -> None:
    owner, reviewer = open_page_of_refusals(), open_page_of_refusals(viewport=PHONE)
    passkeys = add_authenticator(reviewer)
    sign_in(owner, forge.printed_link())
    create(owner, "The sine of a number")
    project = owner.url.removesuffix("/studio")
    join(reviewer, invite(owner, "reviewer"), "Ana Lind")
    reviewer.goto(f"{forge.address}/accounts/security")
    reviewer.get_by_role("link", name="Add a passkey").click()
    reviewer.get_by_label("Name").fill("Phone")
    reviewer.get_by_role("button", name="Add").click()
    expect(reviewer.get_by_role("heading", name="Recovery codes")).to_be_visible()
    owner.goto("/".join(project.split("/")[:4]) + "/-/settings/rules")
    owner.get_by_label("Approvals for a protected tag are confirmed").check()
    with owner.expect_navigation():
        owner.get_by_role("button", name="Save").click()
    build(owner, project, 1)
    let_an_hour_pass(forge)

    reviewer.goto(f"{project}/builds/1")
    reviewer.get_by_role("button", name="Approve").click()
    with reviewer.context.expect_page() as popup:
        reviewer.get_by_role("link", name="Confirm in a new tab").click()
    tab = popup.value
    add_authenticator(tab, passkeys())
    assert findings(tab) == []
    tab.get_by_role("link", name="Use a passkey").click()
    tab.get_by_role("button", name="Use a passkey").click()
    expect(tab.get_by_role("heading", name="You are confirmed")).to_be_visible()
    assert findings(tab) == []
    tab.close()
    reviewer.get_by_role("button", name="Approve").click()
    expect(reviewer.get_by_text("Approved", exact=True).first).to_be_visible(timeout=PATIENCE)
    owner.goto(f"{project}/builds/1/publish?tag=1.0")
    expect(owner.get_by_text("is protected, and this build meets its rules.")).to_be_visible(timeout=PATIENCE)
