"""Devices join by a certificate, and are found, looked at and restarted on the page of their organisation: by keyboard,
on a phone, in light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from hmrd.protocol.enrolment import BatchProof
from hmrd.protocol.reports import InstalledRune
from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.fleet import LiveDevice
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NAMES = ("gate-1", "gate-2", "gate-3")


def open_devices(page: Page, forge: LiveForge) -> str:
    """Opens the page of the person's organisation, which has no devices yet; returns its address."""
    sign_in(page, forge.printed_link())
    organisation = page.get_by_role("navigation", name="Breadcrumb").get_by_role("link").first
    address = f"{forge.address}{organisation.get_attribute('href')}/devices"
    page.goto(address)
    expect(page.get_by_role("heading", name="No devices yet")).to_be_visible()
    return address


def join_all(page: Page, forge: LiveForge) -> list[LiveDevice]:
    """Makes a certificate on the page Claim, with which the devices join."""
    page.get_by_role("link", name="Make a code").click()
    batch = page.get_by_role("form", name="A batch, for a production line")
    batch.get_by_label("Title").fill("Line 3")
    batch.get_by_label("Devices", exact=True).fill("3")
    batch.get_by_label("Until").fill(page.evaluate("new Date(Date.now() + 864e5).toISOString().slice(0, 10)"))
    batch.get_by_label("Labels").fill("site=berlin")
    batch.get_by_role("button", name="Make a certificate").click()
    certificate = page.get_by_label("The certificate").input_value()
    devices = [LiveDevice(forge.address, name) for name in NAMES]
    for device in devices:
        device.join(BatchProof(certificate))
    return devices


def test_devices_join_and_are_found_looked_at_and_restarted(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    address = open_devices(page, forge)
    assert findings(page, LOOKS) == []
    devices = join_all(page, forge)
    page.goto(f"{address}/claim")
    expect(page.get_by_text("3 of 3 devices joined")).to_be_visible()
    assert findings(page, LOOKS) == []

    page.goto(address)
    expect(page.get_by_role("heading", name="What 3 devices run")).to_be_visible()
    complete_by_keyboard(page)
    open_beside_the_list(page)
    see_what_changes(page, devices[0])
    restart_two(page)
    look_on_a_phone(page, address)


def complete_by_keyboard(page: Page) -> None:
    """Finds devices by their label without knowing how a query is written."""
    search = page.get_by_role("combobox", name="Search for devices")
    search.press_sequentially("si")
    page.get_by_role("option", name="site=").wait_for()
    assert findings(page) == []
    search.press("ArrowDown")
    search.press("Enter")
    expect(search).to_have_value("site=")
    expect(page.get_by_role("option", name="berlin")).to_contain_text("3")
    search.press("ArrowDown")
    search.press("Enter")
    expect(search).to_have_value("site=berlin ")
    search.press("Escape")
    search.press_sequentially("name=gate-2")
    search.press("Escape")
    search.press("Enter")
    expect(page.get_by_text("1 of 3")).to_be_visible()
    expect(search).to_have_value("site=berlin name=gate-2")
    page.get_by_role("link", name="Clear the search").click()


def open_beside_the_list(page: Page) -> None:
    """Opens a device without another page, and goes back to its row by Escape."""
    link = page.get_by_role("link", name="gate-2", exact=True)
    link.click()
    drawer = page.get_by_role("complementary", name="Device gate-2")
    expect(drawer.get_by_role("heading", name="gate-2")).to_be_focused()
    expect(drawer.get_by_text("Claimed")).to_be_visible()
    assert page.url.endswith("device=gate-2")
    assert findings(page, LOOKS[:2]) == []
    page.reload()
    expect(drawer).to_be_visible()
    drawer.get_by_role("link", name="Close").press("Escape")
    expect(drawer).to_be_hidden()
    expect(link).to_be_focused()


def see_what_changes(page: Page, device: LiveDevice) -> None:
    """The open page shows what a device reports, while a chosen box stays chosen."""
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=device.name, exact=True))
    row.get_by_role("checkbox").check()
    device.report(running=InstalledRune("acme/kitchen/gateways", 4, "1.5.0", f"sha256:{'5f' * 32}"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(row.get_by_role("cell", name="1.5.0")).to_be_visible()
    expect(row.get_by_role("checkbox")).to_be_checked()
    row.get_by_role("checkbox").uncheck()


def restart_two(page: Page) -> None:
    """Restarts those that were chosen, after a question."""
    restart = page.get_by_role("button", name="Restart")
    expect(restart).to_be_disabled()
    for name in NAMES[:2]:
        page.get_by_role("checkbox", name=f"Choose {name}").check()
    expect(page.get_by_text("With 2", exact=True)).to_be_visible()
    restart.click()
    confirm = page.get_by_role("button", name="Press again to confirm")
    expect(confirm).not_to_have_attribute("aria-disabled", "true")
    confirm.click()
    expect(page.get_by_text("The runes of 2 devices restart with the next poll.")).to_be_visible()


def look_on_a_phone(page: Page, address: str) -> None:
    """Opens a device on a phone, where it has a page of its own."""
    page.goto(address)
    assert findings(page, LOOKS) == []
    page.set_viewport_size(PHONE)
    page.get_by_role("link", name="gate-1", exact=True).click()
    page.wait_for_url("**/devices/gate-1")
    expect(page.get_by_text("Restart asked for")).to_be_visible()
    assert findings(page, LOOKS) == []
    page.close()


def test_the_link_of_a_label_fills_the_form_and_leaves_the_address(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    address = f"{open_devices(page, forge)}/claim"
    page.goto(f"{address}#label={'0f' * 8}&secret={'5e' * 16}")
    expect(page.get_by_label("Id on the label")).to_have_value("0f" * 8)
    expect(page.get_by_label("Secret on the label")).to_have_value("5e" * 16)
    assert page.url == address
    page.keyboard.press("Enter")
    expect(page.get_by_text("The device has not asked yet")).to_be_visible()
    page.close()
