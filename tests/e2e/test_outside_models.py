"""A model that was trained at home in the browser: its mark on the page of models, on a desk and on a phone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rune.digests import digest_of
from tests.e2e.test_models import drop
from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import PATIENCE, create, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

MODEL = Path(__file__).resolve().parents[2] / "examples" / "digits" / "digits.tflite"


@pytest.mark.slow
def test_a_model_that_was_trained_at_home_is_marked(forge: LiveForge, open_page: OpenPage, tmp_path: Path) -> None:
    training = {"recipe": "pictures", "seed": 7, "data": digest_of(b"recordings")}
    record = tmp_path / "own.provenance.json"
    record.write_text(json.dumps({"digest": digest_of(MODEL.read_bytes()), "training": training}))
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    models = f"{page.url.removesuffix('/studio')}/models"
    for path, name in ((MODEL, "own.tflite"), (record, record.name)):
        drop(page, path, name)
        expect(page.get_by_text(name).first).to_be_visible(timeout=PATIENCE)
    page.goto(models)
    expect(page.get_by_text("Trained elsewhere", exact=True).first).to_be_visible()
    expect(page.get_by_text("Recipe pictures, seed 7")).to_be_visible()
    assert findings(page, LOOKS) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
