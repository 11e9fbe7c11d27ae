"""An owner creates a key, publishes, and reads on the rune's page what is proven: on a screen and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.browsers.accessibility import LIGHT_AND_WIDE, Look, findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, expect_running, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

LOOKS = (LIGHT_AND_WIDE, Look("dark", 390, 844))


def test_a_key_is_created_and_the_page_of_a_rune_opens_its_proofs(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "The sine of a number")
    project = page.url.removesuffix("/studio")
    organisation = project.rpartition("/")[0]
    expect_running(page)
    page.get_by_role("button", name="Build", exact=True).click()
    panel = page.get_by_role("region", name="Problems and builds")
    expect(panel.get_by_text("Succeeded", exact=True)).to_be_visible(timeout=PATIENCE)

    page.goto(f"{organisation}/-/settings")
    page.get_by_role("link", name="Signing keys").click()
    assert findings(page, LOOKS) == []
    page.get_by_label("Algorithm").select_option(label="Ed25519")
    page.get_by_role("button", name="Create a key").click()
    expect(page.get_by_text("The signer creates it")).to_be_visible()

    def is_signing() -> bool:
        page.reload()
        return page.get_by_text("Signs", exact=True).is_visible()

    forge.until(is_signing)
    fingerprint = page.get_by_label("The fingerprint of the key").input_value()
    assert fingerprint.startswith("sha256:")
    page.get_by_text("Public half", exact=True).click()
    expect(page.get_by_text("BEGIN PUBLIC KEY")).to_be_visible()
    assert findings(page, LOOKS) == []

    page.goto(f"{project}/builds/1/publish")
    with page.expect_navigation():
        page.locator("form button.primary").first.click()
    page.goto(f"{project}/published")

    def is_signed() -> bool:
        page.reload()
        return page.get_by_role("heading", name="Where it comes from").is_visible()

    forge.until(is_signed)
    signed = page.get_by_role("region", name="Where it comes from")
    signed.get_by_text("Signed by").click()
    expect(signed.get_by_text(fingerprint).first).to_be_visible()
    signed.get_by_text("Built from version").click()
    expect(signed.get_by_text("sine.tflite", exact=True)).to_be_visible()
    assert findings(page, LOOKS) == []
