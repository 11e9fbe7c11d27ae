"""A model that the host runs: the page, the command and a server's process give the same bytes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.model.profile import LITERT
from rune.project.files import MemoryFiles
from rune.running.runtime import Runtime
from rune.running.runtime.engine import isolated_models
from rune.running.runtime.limits import Limits
from rune.tools.cli import main
from tests.support.browsers.pages import OpenPage
from tests.support.browsers.studio import PATIENCE, choose
from tests.support.servers.live_forge import LiveForge

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

RUNEFILE = b"""
version: 1
image: runicos/base
pipeline:
  input:
    capability: RAW
    outputs: [{type: i8, dimensions: [1, 32, 32, 3]}]
  model:
    model: ./model.tflite
    inputs: [input]
    outputs: [{type: i8, dimensions: [1, 10]}]
  scores:
    out: serial
    inputs: [model]
"""


def test_a_page_a_command_and_a_server_agree_on_integers(
    forge: LiveForge, open_page: OpenPage, test_data: Path, tmp_path: Path
) -> None:
    model = (test_data / "models" / "mlperf_ic_int8.tflite").read_bytes()
    files = MemoryFiles({"Runefile.yml": RUNEFILE, "model.tflite": model})
    rune = build(files, BuildOptions("hosted", host_models=True)).rune
    # The server measures and evaluates with this runtime, in a process of its own.
    server, reference = Runtime.load(rune), Runtime.load(rune, open_model=isolated_models(Limits(), LITERT))
    (capability,) = server.capabilities
    noise = (np.random.default_rng(seed).bytes(32 * 32 * 3) for seed in range(100))
    results = ((data, server.call({capability.id: data}), reference.call({capability.id: data})) for data in noise)
    # Where the kernels part: else the page could have any.
    data, ours, _ = next(each for each in results if each[1] != each[2])
    expected = json.loads(ours[0].data)["elements"]

    place, input_file = tmp_path / "hosted.rune", tmp_path / "input.bin"
    place.write_bytes(rune)
    input_file.write_bytes(data)
    result = CliRunner().invoke(main, ["run", str(place), "--raw", str(input_file)])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["3"][0]["elements"] == expected

    page = open_page()
    page.goto(f"{forge.address}/try")
    choose(page, "hosted.rune", rune)
    region = page.get_by_role("region", name="The rune", exact=True)
    expect(region).to_contain_text(re.compile(r"LiteRT\.js [\d.]+ runs it in this page"), timeout=PATIENCE)
    page.get_by_role("button", name="File").click()
    choose(page, "input.bin", data, "Choose a file")
    region.get_by_role("combobox", name="View of scores").select_option(label="JSON")
    numbers = r",\s*".join(map(str, expected))
    expect(region).to_contain_text(re.compile(rf"\[\s*{numbers}\s*\]"), timeout=PATIENCE)
