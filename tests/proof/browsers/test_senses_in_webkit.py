"""More journeys in WebKit: the graph and the text, a word, a motion, and the phone's page without a network."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proof.browsers import test_in_webkit
from tests.proof.browsers.test_in_webkit import (
    OpenPage,
    create,
    draw,
    expect_answer,
    expect_own_language,
    expect_running,
)
from tests.support.browsers.phones import RUNE_IS_CACHED
from tests.support.browsers.sound_card import NoSoundCard, sound_card
from tests.support.browsers.webkit import WebKit
from tests.support.runes.gesture import GESTURE
from tests.support.servers.live_forge import LiveForge

pytestmark = pytest.mark.proof

PUT = """async ([path, bytes]) => {
  const address = `/api/v1/projects${location.pathname.replace("/studio", "/files/")}${path}`;
  const token = /csrftoken=([^;]+)/.exec(document.cookie)[1];
  const seen = (await fetch(address, { method: "HEAD" })).headers.get("ETag");
  const condition = seen === null ? {} : { "If-Match": seen };
  const headers = { "X-CSRFToken": token, "Content-Type": "application/octet-stream", ...condition };
  const answer = await fetch(address, { method: "PUT", body: Uint8Array.from(bytes), headers });
  if (!answer.ok) throw new Error(await answer.text());
}"""
"""Writes a file over the API from the page: WebDriver has no requests of its own."""

forge = test_in_webkit.forge
open_page = test_in_webkit.open_page

HAS_STAGE = "return document.querySelector(`[data-stage='${arguments[0]}']`) !== null"


def until(page: WebKit, script: str, what: str) -> None:
    """`script` is an expression, or a function that answers in a while."""
    expression = f"return ({script})()" if script.startswith("async") else f"return {script}"
    page.until(lambda: page.run(expression), what)


def test_graph_and_text_stay_one(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    create(page, forge, "Digits")
    expect_own_language(page)
    page.click("button", "Graph")
    until(page, "document.querySelector('[data-stage=digits]') !== null", "the graph")
    page.run("document.querySelector('[data-stage=digits]').focus()")
    page.write("+")
    page.find("textbox", "Find a stage to add")
    page.write("tensor")
    page.find("button", "TENSOR")
    page.press("Enter")
    page.until(lambda: page.run(HAS_STAGE, "tensor"), "the stage in the graph")
    page.press("Escape")
    page.click("button", "Text")
    page.find("line", text="out: TENSOR")
    page.find("line", text="# One score for each label")
    # The text, taken back, is the graph as it was.
    page.click("line", text="out: TENSOR")
    page.press("Control+z")
    until(page, "!document.querySelector('.cm-content').textContent.includes('TENSOR')", "the text is as it was")
    page.click("button", "Graph")
    page.until(lambda: not page.run(HAS_STAGE, "tensor"), "the graph is as it was")
    expect_running(page)


def test_a_word_is_heard(forge: LiveForge, open_page: OpenPage, test_data: Path, tmp_path: Path) -> None:
    try:
        with sound_card(tmp_path, test_data / "samples" / "up.wav") as sound:
            page = open_page(sound)
            create(page, forge, "Spoken words")
            page.click("button", "Start listening", inside=page.find("region", "Preview"))
            expect_answer(page, "up", output="heard")
    except NoSoundCard as missing:
        pytest.skip(str(missing))


def test_a_motion_is_classified(forge: LiveForge, open_page: OpenPage, test_data: Path) -> None:
    page = open_page()
    create(page, forge, "The sine of a number")
    model = list((test_data / "models" / "gesture.tflite").read_bytes())
    for path, data in (("model.tflite", model), ("Runefile.yml", list(GESTURE.encode()))):
        page.run(
            f"window.put = ''; ({PUT})(arguments[0]).then(() => (put = 'stored'), (error) => (put = String(error)))",
            [path, data],
        )
        page.until(lambda: page.run("return put"), f"{path} is stored")
        assert page.run("return put") == "stored"
    page.find("region", "Motion")
    assert not page.run("return 'DeviceMotionEvent' in window")
    page.click("button", "Start the motion sensor")
    page.find("region", "Motion", text="This browser has no access to a motion sensor. Use a file instead")
    pytest.skip("WebKitGTK gives pages no motion sensor; the page says so, and offers a file instead")


def test_the_phones_page_works_without_a_network(forge: LiveForge, open_page: OpenPage) -> None:
    studio, phone = open_page(), open_page()
    create(studio, forge, "Digits")
    studio.click("button", "On your phone", inside=studio.find("region", "Preview"))
    link = studio.run("return arguments[0].value", studio.find("textbox", "Or open this on the phone"))
    phone.go(str(link))
    draw(phone, "7")
    expect_answer(phone, "7")
    until(phone, "navigator.serviceWorker.controller !== null", "its service worker")
    until(phone, "caches.match(location.pathname + '/state').then(Boolean)", "the state is kept")
    until(phone, RUNE_IS_CACHED, "the rune is kept")
    forge.stop()
    phone.run("location.reload()")
    until(phone, "document.body.innerText.includes('Without a connection')", "the page is there without a network")
    draw(phone, "1")
    expect_answer(phone, "1")
