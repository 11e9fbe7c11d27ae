"""Two builds are compared on a page of their own, and both run on a picture that stays in it."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.reviews.test_change_requests import change
from tests.support.browsers.accessibility import DARK_AND_NARROW, findings
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, create, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]


def test_two_builds_run_on_a_picture_of_ones_own(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    project = page.url.removesuffix("/studio")
    compare = page.get_by_role("link", name="Compare", exact=True)
    for number in (1, 2):
        page.goto(f"{project}/builds")
        page.get_by_role("button", name="Build").first.click()
        expect(compare).to_be_visible(timeout=PATIENCE)
        if number == 1:
            change(page, project, "source: 0", "source: 1")
    compare.click()
    page.get_by_label("Compared with").select_option("workshop/digits@1")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("is 0, was 1")).to_be_visible(timeout=PATIENCE)
    methods: list[str] = []
    page.on("request", lambda request: methods.append(request.method))
    picture = io.BytesIO()
    Image.new("L", (28, 28), 255).save(picture, "PNG")
    files = [{"name": f"7-{number}.png", "mimeType": "image/png", "buffer": picture.getvalue()} for number in (1, 2)]
    page.get_by_label("Your own recordings").set_input_files(files)  # type: ignore[arg-type]
    page.get_by_role("button", name="Run both on all of these").click()
    expect(page.get_by_text("Both give the same answer on all 2 samples.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("region", name="Accuracy of each label").get_by_role("row")).to_have_count(2)
    assert set(methods) == {"GET"}
    assert findings(page, (DARK_AND_NARROW,)) == []
