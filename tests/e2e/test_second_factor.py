"""A person protects their account in a real browser: a passkey, an app with codes, and signing in with each."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, OpenPage
from tests.e2e.studio import sign_in
from tests.e2e.test_accessible_pages import findings
from tests.support.live_forge import LiveForge

pytestmark = pytest.mark.e2e


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[LiveForge]:
    """At a name, where browsers have passkeys."""
    running = LiveForge(tmp_path / "data")
    running.address = f"http://localhost:{running.port}"
    running.environment["PUBLIC_URL"] = running.address
    with running:
        yield running


def add_authenticator(page: Page) -> None:
    """A device that has passkeys, and whose person always agrees."""
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
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


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
