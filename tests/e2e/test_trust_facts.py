"""A rune of another organisation, for somebody who has no reason to trust it: what it asks for and where it came from
are on its page before anything of it runs, and then it runs in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browsers.accessibility import DARK_AND_NARROW, LIGHT_AND_WIDE, findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, join, run_strangers_rune
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveServer]:
    with LiveServer(tmp_path / "data") as server:
        yield server


@pytest.mark.protects("runes/unasked-starts")
def test_a_member_of_another_organisation_reads_what_a_rune_asks_for_and_runs_it_in_the_sandbox(
    live: LiveServer, open_page: OpenPage
) -> None:
    for name in ("acme", "north"):
        live.api("POST", "organisations", json={"name": name, "title": name})
    keys = "organisations/acme/signing-keys"
    state = live.http.get(f"/api/v1/{keys}").headers["ETag"]
    live.api("POST", keys, headers={"If-Match": state}, json={"algorithm": "ed25519"})
    live.until(lambda: [key for key in live.api("GET", keys)["keys"] if key["signs"]], PATIENCE)
    (key,) = live.api("GET", keys)["keys"]
    live.api("POST", "projects", json={"organisation": "acme", "name": "door", "template": "sine"})
    live.publish("acme/door", live.build("acme/door")["id"], "1.0")
    live.api("PATCH", "projects/acme/door", json={"visibility": "public"})

    page = open_page()
    join(page, live.api("POST", "organisations/north/invitations", json={"role": "developer"})["link"], "Noor Haddad")
    address = f"{live.address}/acme/door?tag=1.0"

    def is_signed() -> bool:
        page.goto(address)
        return page.get_by_text(key["fingerprint"]).first.is_visible()

    live.until(is_signed, PATIENCE)
    expect(page.get_by_text("acme made this rune, and you are no member there")).to_be_visible()
    requests = page.locator("dl.facts").filter(has=page.get_by_text("Models that the page runs for it"))
    for words in ("Sensors", "Memory", "Published by", "Second build", f"By the key {key['fingerprint']}"):
        expect(requests).to_contain_text(words)
    assert findings(page, (LIGHT_AND_WIDE, DARK_AND_NARROW)) == []

    run_strangers_rune(page)
    frame = page.locator("iframe").first
    expect(frame).to_have_attribute("sandbox", "allow-scripts")
    expect(page.get_by_role("region", name="Output result")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("slider").first.press("ArrowRight")
    expect(page.get_by_role("region", name="Output result")).to_contain_text("0.", timeout=PATIENCE)
