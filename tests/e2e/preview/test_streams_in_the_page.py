"""A rune that makes windows of a stream, in the page: a sound is read chunk by chunk, and the graph says its state."""

from __future__ import annotations

import re
import wave
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from tests.support.browsers.graph import stage, write_runefile
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, choose, create, sign_in
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    args: {hz: 16000, sample_duration_ms: 50}
    outputs: [{type: i16, dimensions: [800]}]
  second: {proc-block: window, inputs: [audio], args: {size: 16000, hop: 4000}}
  spectrum: {proc-block: fft, inputs: [second]}
  features: {proc-block: noise_filtering, inputs: [spectrum], args: {fresh: 1}}
  model: {model: ./words.tflite, inputs: [features]}
  best: {proc-block: most_confident_indices, inputs: [model]}
  word: {proc-block: label, inputs: [best], args: {wordlist: "silence\\nunknown\\nup\\ndown\\nleft\\nright"}}
  serial: {out: SERIAL, inputs: [word]}
"""
PLAIN = """\
version: 1
image: runicos/base
pipeline:
  audio:
    capability: SOUND
    args: {hz: 16000, sample_duration_ms: 50}
    outputs: [{type: i16, dimensions: [800]}]
  second: {proc-block: window, inputs: [audio], args: {size: 16000, hop: 4000}}
  serial: {out: TENSOR, inputs: [second]}
"""


def test_a_long_sound_is_heard_window_by_window(forge: LiveForge, open_page: OpenPage, test_data: Path) -> None:
    model = (test_data / "models" / "microspeech.tflite").read_bytes()
    rune = build(MemoryFiles({"Runefile.yml": RUNEFILE.encode(), "words.tflite": model}), BuildOptions("speech")).rune
    with wave.open(str(test_data / "samples" / "left.wav")) as reader:
        sound = reader.readframes(16_000)
    file = BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, 16_000, 0, "NONE", ""))
        writer.writeframes(sound)
    page = open_page()
    page.goto(f"{forge.address}/try")
    choose(page, "speech.rune", rune)
    rune_region = page.get_by_role("region", name="The rune", exact=True)
    expect(rune_region).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="File", exact=True).click(timeout=PATIENCE)
    page.get_by_label("Choose a sound", exact=True).and_(page.locator("input")).set_input_files(
        {"name": "long.wav", "mimeType": "audio/wav", "buffer": file.getvalue()}
    )
    expect(rune_region.get_by_role("region", name=re.compile("^Output"))).to_contain_text("left", timeout=PATIENCE)


def test_the_graph_says_what_a_stage_keeps(forge: LiveForge, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, forge.printed_link())
    create(page, "Digits")
    write_runefile(page, PLAIN)
    expect(stage(page, "second")).to_contain_text("keeps state between runs", timeout=PATIENCE)
