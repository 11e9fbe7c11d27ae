"""Converting a model in the browser: forms side by side, a layer that stays in float, and the change request."""

from __future__ import annotations

import base64
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from lab.environments.environment import ENVIRONMENTS
from tests.support.browsers.accessibility import LOOKS, findings
from tests.support.browsers.pages import PHONE, OpenPage
from tests.support.browsers.studio import PATIENCE, create, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

FILES = Path(__file__).resolve().parents[1] / "lab" / "models"


def convert(forge: LiveForge, page: Page, model: Path) -> str:
    """Sends a model on the page of a new project, and waits until all its forms are there; the project's address."""
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    project = page.url.removesuffix("/studio")
    page.goto(f"{project}/models")
    page.get_by_label("Model", exact=True).set_input_files(model)
    page.get_by_role("button", name="Convert", exact=True).click()
    expect(page.get_by_role("heading", name=model.name)).to_be_visible()
    expect(page.locator("[data-state=ready]:not([data-busy])")).to_be_visible(timeout=2 * PATIENCE)
    return project


@pytest.mark.slow
def test_a_layer_stays_in_float_and_the_form_is_offered(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    project = convert(forge, page, FILES / "network.tflite")
    assert findings(page, LOOKS) == []
    page.get_by_label("Other layers").select_option("int8")
    page.get_by_label("classes_1").check()
    page.get_by_role("button", name="Make the mixed form").click()
    column = page.get_by_role("columnheader", name="int8, mixed")
    expect(column).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-state]:not([data-busy])")).to_be_visible(timeout=PATIENCE)
    expect(column).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="int8", exact=True).click()
    expect(page.get_by_role("columnheader", name="int8", exact=False).first).to_be_visible()
    page.get_by_role("link", name="int8, mixed").click()
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Model file").select_option(label="network.tflite (new)")
    # The page is read again while the form asks who is signed in: the button beside the form leaves the page.
    page.route("**/accounts/session", lambda route: _read_again(page, route))
    page.get_by_role("button", name="Apply int8, mixed").click()
    expect(page.get_by_role("heading", name="Use int8, mixed of network.tflite as network.tflite")).to_be_visible()
    expect(page.get_by_text("Conversion of network.tflite")).to_be_visible()
    assert findings(page, LOOKS) == []
    assert page.url.startswith(f"{project}/change-requests/")
    expect(page.locator("code").get_by_text("network.tflite", exact=True).first).to_be_visible()
    assert "`" not in page.get_by_role("main").inner_text()


def _read_again(page: Page, route: Route) -> None:
    page.evaluate(
        "() => { const now = document.querySelector('[data-model-now]'); now.replaceWith(now.cloneNode(true)) }"
    )
    route.continue_()


@pytest.mark.slow
def test_a_model_of_another_format_on_the_first_page_is_converted_in_a_project_of_its_name(
    forge: LiveForge, open_page: OpenPage
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    for number, project in enumerate(("keywords", "keywords-2")):
        if number:
            page.goto(forge.address)
        page.locator("[data-drop-model] input[type=file]").set_input_files(FILES / "onnx" / "keywords.onnx")
        expect(page.get_by_role("heading", name="keywords.onnx")).to_be_visible(timeout=PATIENCE)
        assert f"/{project}/models/" in page.url


@pytest.mark.slow
@pytest.mark.skipif(
    not ENVIRONMENTS["tensorflow"].is_ready, reason="needs the tensorflow environment, which `make lab` prepares"
)
def test_a_keras_model_shows_where_it_came_from(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    convert(forge, page, FILES / "network.keras")
    origin = page.get_by_role("region", name="Where it came from")
    expect(origin).to_contain_text("Keras 3")
    expect(origin).to_contain_text("TensorFlow 2")
    expect(origin).to_contain_text("Compared with its source on 64 inputs")


DIGITS = Path(__file__).resolve().parents[2] / "examples" / "digits"


@pytest.mark.slow
def test_a_model_that_is_dropped_leads_to_its_input_and_a_trial(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    project = page.url.removesuffix("/studio")
    drop(page, DIGITS / "digits.tflite", "own.tflite")
    page.get_by_role("button", name="What is its input?").click()
    expect(page.get_by_role("heading", name="What is this input?")).to_be_visible(timeout=PATIENCE)
    assert page.url.startswith(f"{project}/models/input?file=models%2Fown.tflite")
    assert findings(page, LOOKS) == []
    page.get_by_text("The Runefile", exact=True).click()
    page.get_by_label("Pixels from -1 to 1").check()
    expect(page.locator("[data-input-runefile] pre")).to_contain_text("-1..1")
    page.get_by_label("A recording").set_input_files(DIGITS / "7.png")
    page.get_by_role("button", name="Compare all that fit").click()
    row = page.get_by_role("row", name="Pixels from 0 to 1")
    expect(row).to_contain_text("7 99 %", timeout=PATIENCE)
    expect(row.get_by_role("img", name="What the model reads")).to_be_visible()
    assert findings(page, LOOKS) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Pixels from 0 to 1").check()
    page.get_by_role("button", name="Write the Runefile").click()
    expect(page.get_by_role("heading", name="Feed models/own.tflite")).to_be_visible(timeout=PATIENCE)


@pytest.mark.slow
def test_a_saved_model_in_a_zip_file_is_converted_and_any_other_zip_file_is_unpacked(
    forge: LiveForge, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    model, other = tmp_path / "net.zip", tmp_path / "other.zip"
    for path, names in ((model, ("net/saved_model.pb", "net/variables/variables.index")), (other, ("a.txt", "b.txt"))):
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, b"\x08\x01")
    drop(page, model, "net.zip")
    expect(page.get_by_text("net.zip is being converted.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("dialog")).to_have_count(0)
    drop(page, other, "other.zip")
    expect(page.get_by_role("dialog")).to_contain_text("other.zip", timeout=PATIENCE)


def drop(page: Page, file: Path, name: str) -> None:
    """Lets a file fall on the studio."""
    data = base64.b64encode(file.read_bytes()).decode()
    transfer = page.evaluate_handle(
        """([data, name]) => {
            const transfer = new DataTransfer();
            const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
            transfer.items.add(new File([bytes], name));
            return transfer;
        }""",
        [data, name],
    )
    page.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    page.dispatch_event("body", "dragover", {"dataTransfer": transfer})
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
