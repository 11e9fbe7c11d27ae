"""Runes of other makers, and models that no rune has compiled in, run in the page: dropped, tried, added."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rune.running.container import pack
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, choose, expect_running, sign_in
from tests.support.models.model_cases import refused_cases
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.e2e

CASES = Path(__file__).parents[2] / "conformance"


def module(case: str) -> bytes:
    return (CASES / case / "rune.wasm").read_bytes()


def drop(page: Page, name: str, data: bytes) -> None:
    """Lets a file fall on the page."""
    transfer = page.evaluate_handle(
        """([name, bytes]) => {
            const carried = new DataTransfer();
            carried.items.add(new File([Uint8Array.from(bytes)], name));
            return carried;
        }""",
        [name, list(data)],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("main", event, {"dataTransfer": transfer})


def with_words(data: bytes) -> bytes:
    """The same rune with a graph that says which resource it reads from its host."""
    graph = {"rune": {"name": "words"}, "resources": {"WORDS": {"default_value": None, "ty": "string"}}}
    return pack(data, [(".rune_graph", json.dumps(graph).encode())])


@pytest.mark.protects("runes/interpreter-in-pages", "runes/dropped-files")
@pytest.mark.slow
def test_a_visitor_tries_runes_of_any_age_from_files(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(f"{forge.address}/try")
    rune = page.get_by_role("region", name="The rune", exact=True)
    alert = page.get_by_role("alert")

    choose(page, "notes.rune", b"no rune at all")
    expect(alert).to_contain_text("notes.rune is not a rune", timeout=PATIENCE)

    # Rune 0.4 numbers the stages of its graph, and hides its version in a large record.
    choose(page, "one.rune", module("old-rune-0-4"))
    expect(rune.get_by_role("region", name="Output serial")).to_contain_text("1", timeout=PATIENCE)
    expect(rune).to_contain_text("Built by rune 0.4.0")
    expect(alert).to_have_count(0)

    # A rune that waits for a file of its host.
    choose(page, "words.rune", with_words(module("resource-provided")))
    expect(rune).to_contain_text("The rune starts when it has WORDS", timeout=PATIENCE)
    choose(page, "words.txt", b"yes\nno", "A file for WORDS")
    expect(rune.get_by_role("region", name=re.compile("^Output"))).to_be_visible(timeout=PATIENCE)

    # A model that the rune leaves to its host, by the oldest of the two ways; then one of
    # TensorFlow.js, then one that cannot be loaded.
    choose(page, "old.rune", module("old-preloaded-model"))
    expect(rune).to_contain_text(re.compile(r"LiteRT\.js [\d.]+ runs it in this page"), timeout=PATIENCE)
    expect(rune.get_by_role("region", name=re.compile("^Output"))).to_be_visible(timeout=PATIENCE)
    choose(page, "doubled.rune", module("model-tfjs"))
    expect(rune).to_contain_text(
        re.compile(r"TensorFlow\.js [\d.]+ runs it in this page\. Inference"), timeout=PATIENCE
    )
    choose(page, "damaged.rune", module("model-damaged"))
    expect(alert).to_contain_text('Unable to load the "application/tflite-model" model', timeout=PATIENCE)

    # One that never answers, and the page lives on.
    choose(page, "loops.rune", module("limit-time-while-loaded"))
    expect(alert).to_contain_text("did not answer within", timeout=PATIENCE)
    choose(page, "one.rune", module("old-rune-0-4"))
    expect(rune.get_by_role("region", name="Output serial")).to_contain_text("1", timeout=PATIENCE)


@pytest.mark.proof
def test_a_model_with_an_op_that_is_not_compiled_runs_in_the_page(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    model = next(case.data for case in refused_cases() if case.name == "relu_0_to_1_logistic_f32")
    choose(page, "logistic.tflite", model, "Choose a file")
    page.wait_for_url("**/studio")
    expect_running(page)
    preview = page.get_by_role("region", name="Preview")
    expect(preview).to_contain_text(re.compile(r"LiteRT\.js [\d.]+ runs it in this page\. Inference"), timeout=PATIENCE)
    expect(preview.get_by_role("region", name=re.compile("^Output"))).to_be_visible()
    # The language of the editor is a .wasm too, and comes when it comes.
    assert len([url for url in urls if url.endswith(".wasm") and "litert" in url]) == 1

    # A built rune that falls on the studio is tried or added, and neither unasked.
    drop(page, "one.rune", module("old-rune-0-4"))
    dialog = page.get_by_role("dialog", name="one.rune")
    dialog.get_by_role("button", name="Try it").click()
    expect(dialog.get_by_role("region", name="Output serial")).to_contain_text("1", timeout=PATIENCE)
    dialog.get_by_role("button", name="Add to the project").click()
    expect(page.get_by_role("tab", name="one.rune")).to_have_attribute("aria-selected", "true", timeout=PATIENCE)
    expect(page.get_by_role("tabpanel", name="one.rune")).to_contain_text("Built by rune 0.4.0", timeout=PATIENCE)
