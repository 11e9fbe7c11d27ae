"""The journey of the guide: a notebook trains a Keras model, and a phone opens the link that it gives."""

from __future__ import annotations

import re
import sysconfig
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from lab.environments.environment import ENVIRONMENTS
from tests.support.documents.notebooks import code_cells, run_cells
from tests.support.servers.live_server import REPOSITORY, LiveServer
from tools.browser import chromium
from tools.needs import CHROMIUM, lack

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NOTEBOOK = REPOSITORY / "examples" / "notebooks" / "server" / "keras-to-phone.ipynb"
TENSORFLOW = ENVIRONMENTS["tensorflow"]
SCOPES = ("write", "deployment:manage")
# Keras is in its own environment. What `hmr` needs comes from this one, behind it.
START = f"import sys; sys.path[1:1] = [{str(REPOSITORY)!r}]; sys.path.append({sysconfig.get_path('purelib')!r})"


@pytest.mark.skipif(not TENSORFLOW.is_ready, reason="needs the tensorflow environment, which `make lab` prepares")
@pytest.mark.skipif(chromium() is None, reason=lack(CHROMIUM))
def test_a_phone_opens_what_a_notebook_made_of_a_keras_model(tmp_path: Path) -> None:
    work = tmp_path / "notebook"
    work.mkdir()
    with LiveServer(tmp_path / "data") as server:
        variables = {
            "HMR_SERVER": server.address,
            "HMR_ORGANISATION": server.organisation(),
            "HMR_TOKEN": server.token(*SCOPES),
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        outputs = run_cells([START, *code_cells(NOTEBOOK)], work, (str(TENSORFLOW.python),), **variables)
        figures, build, answer, preview, website = outputs[-5:]
        assert "* int8" in str(figures[0])
        assert "<table>" in str(figures[1])
        assert "Build" in str(build[0])
        assert "array(" in str(answer[0])
        assert "Website serves 1.0" in str(website[0])
        link = re.search(r"http\S+/try#key=\S+", str(preview[0]))
        assert link is not None, preview
        page_in_notebook = tmp_path / "cell.html"
        page_in_notebook.write_text(str(preview[1]))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            phone = browser.new_page(viewport={"width": 390, "height": 844})
            complaints: list[str] = []
            phone.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
            phone.goto(link.group())
            # The page's policy forbids the `eval` by which Playwright waits for a condition.
            phone.evaluate(
                "new Promise((loaded) => { const player = document.querySelector('rune-player');"
                " player.rune ? loaded() : player.addEventListener('rune-loaded', () => loaded()) })"
            )
            phone.evaluate(
                "document.querySelector('rune-player').run("
                "{ wave: Float32Array.from({ length: 32 }, (_, at) => Math.sin((Math.PI * 4 * at) / 31)) })"
            )
            expect(phone.locator("rune-player")).to_contain_text(re.compile(r"\d"))
            assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
            phone.screenshot(path=tmp_path / "phone.png")
            phone.goto("about:blank")  # else only the fragment changes, and nothing is loaded
            phone.goto(link.group().replace("#key=", "#key=hf_wrong"))
            expect(phone.get_by_role("alert")).to_contain_text("key")
            assert len(complaints) <= 2, complaints
            cell = browser.new_page(viewport={"width": 900, "height": 600})
            cell.context.set_offline(True)
            cell.goto(page_in_notebook.as_uri())
            inside = cell.frame_locator("iframe")
            expect(inside.locator("rune-player")).to_be_visible()
            expect(inside.get_by_text("Loading…")).to_have_count(0)
            expect(inside.get_by_role("alert")).to_have_count(0)
            browser.close()
