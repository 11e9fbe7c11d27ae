"""A rune is foreign code: one that loops or grows is stopped and said so, and the page around it lives on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.studio import PATIENCE, create, expect_running, open_file, replace_in_editor, sign_in, write
from tests.rune.running.runtime.wat_runes import rune
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

ASK = "(drop (call $capability (i32.const 5))) (drop (call $output (i32.const 1)))"
LOOPS = rune(ASK, "(loop $again (br $again))")
GROWS = rune(
    ASK,
    "(loop $again (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable)) (br $again))",
)
RUNES = "**/api/v1/builds/*/rune"


def serve(page: Page, module: bytes) -> None:
    """From now on every rune that the page fetches is this one."""

    def answer(route: Route) -> None:
        route.fulfill(body=module, content_type="application/wasm")

    page.unroute(RUNES)
    page.route(RUNES, answer)


@pytest.mark.protects("runes/in-pages")
def test_a_rune_that_loops_or_grows_is_stopped_and_the_page_lives_on(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Sine")
    result = page.get_by_role("region", name="Output result")
    expect(result).to_be_visible(timeout=PATIENCE)

    alert = page.get_by_role("region", name="Preview").get_by_role("alert")
    open_file(page, "Runefile.yml")
    for module, reason, number in ((LOOPS, "did not answer within", 2), (GROWS, "needed more than", 3)):
        serve(page, module)
        replace_in_editor(page, "Runefile.yml", "modulus", f"modulus: {number}")
        expect(alert).to_contain_text(reason, timeout=PATIENCE)
        expect(alert.get_by_role("button", name="Restart")).to_be_visible()

    page.unroute(RUNES)
    replace_in_editor(page, "Runefile.yml", "modulus", "modulus: 6.2831853")
    expect_running(page)
    expect(alert).to_have_count(0, timeout=PATIENCE)
    write(page.get_by_label("Value as a number"), "1.5")
    expect(result.get_by_role("paragraph").first).to_have_text(re.compile(r"^0\.9"), timeout=PATIENCE)
