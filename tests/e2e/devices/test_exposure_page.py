"""An advisory comes, and a person finds the devices and sets a status: in light and dark, and on a phone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import sign_in
from tests.support.forge.exposure import CVE, write_list
from tests.support.servers.live_forge import REPOSITORY, LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

DEVICES = """
import json
from datetime import timedelta
from django.utils import timezone
from forge.accounts.models import Membership
from forge.projects.actions import write_file
from forge.projects.models import Project
from tests.support.forge.exposure import device_with, rune_of, rune_with
from tests.support.forge.factories.members import RUNEFILE

own = Membership.objects.select_related("organisation", "user").get()
organisation, person = own.organisation, own.user
project = Project.objects.create(organisation=organisation, name="door-knock", created_by=person)
write_file(person, project, "Runefile.yml", RUNEFILE.encode())
rune = rune_of(rune_with(person, project, "1.0", bytes.fromhex("0061736d01000000")))
now = timezone.now()
device_with(organisation, "gate-1", running=rune)
device_with(organisation, "gate-2", running=f"sha256:{'7' * 64}", other=rune)
device_with(organisation, "gate-3", running=rune, seen=now - timedelta(days=3), self_test="failed")
print(json.dumps(organisation.name))
"""


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[LiveForge]:
    """A server whose operator downloaded a list with an advisory about the toolchain."""
    file = tmp_path / "advisories.json"
    write_list(file, "hammer-forge", database_specific={"severity": "HIGH"})
    with LiveForge(tmp_path / "data", {"ADVISORY_LIST": str(file)}) as running:
        yield running


def devices(forge: LiveForge) -> str:
    """Adds devices whose rune the advisory is about. Returns the name of the organisation."""
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", DEVICES]
    output = subprocess.check_output(command, cwd=REPOSITORY, env=forge.environment, text=True, timeout=300)
    name: str = json.loads(output.splitlines()[-1])
    return name


def test_from_an_advisory_to_its_devices(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    address = f"{forge.address}/{devices(forge)}/devices"
    page.goto(address)
    page.get_by_role("link", name="Exposure").click()
    expect(page.get_by_role("heading", name="What the answer has")).to_be_visible()
    assert findings(page, LOOKS) == []

    page.get_by_role("textbox", name="A digest, a component or an advisory").fill(CVE)
    page.keyboard.press("Enter")
    see_the_answer(page)
    assert findings(page, LOOKS) == []
    take_pictures(page)
    set_a_status(page)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.goto(f"{address}/exposure?q=floor")
    expect(page.get_by_text("No bill of materials names floor")).to_be_visible()
    assert findings(page, LOOKS) == []


def take_pictures(page: Page) -> None:
    """Takes pictures of the page in both widths and schemes, if `EXPOSURE_PICTURES` names a folder for them."""
    folder = os.environ.get("EXPOSURE_PICTURES")
    for scheme in ("light", "dark") if folder else ():
        page.emulate_media(color_scheme=scheme)
        for width, height in ((1440, 1000), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=Path(folder or "") / f"exposure-{width}-{scheme}.png", full_page=True)
    page.set_viewport_size({"width": 1440, "height": 1000})


def see_the_answer(page: Page) -> None:
    """Reads which devices it is about, and how they are."""
    expect(page.get_by_text("Contains hammer-forge")).to_contain_text("severity high, fixed in 99.1")
    rows = page.get_by_role("region", name="Exposed devices").get_by_role("row")
    expect(rows.filter(has_text="gate-1")).to_contain_text("Runs it")
    expect(rows.filter(has_text="gate-2")).to_contain_text("Can go back")
    expect(rows.filter(has_text="gate-3")).to_contain_text("cannot be reached")
    counts = page.get_by_role("list", name="Devices of this answer")
    expect(counts).to_contain_text("Cannot be reached 1")


def set_a_status(page: Page) -> None:
    """Says that the rune is affected, and what to do."""
    page.get_by_text("Set the status of").click()
    assert findings(page) == []
    page.get_by_label("Status", exact=True).select_option("Affected")
    page.get_by_label("Statement").fill("Update to 2.0.")
    page.get_by_role("button", name="Set the status").click()
    expect(page.get_by_text("Update to 2.0.")).to_be_visible()
