"""Firmware of what the studio shows: the step builds the rune as a preview does, and finds it to be the same."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from forge.compute.child.steps.firmware import OTHER_RUNE, make_firmware
from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.spec import SpecOptions
from rune.compiler.targets.wasm32 import PREVIEW
from rune.devices.firmware.uf2 import read_uf2
from rune.toolchain import toolchain_digest
from tests.support.compiler.programs.c_projects import template

OPTIONS = SpecOptions("sine", is_preview=True)


class AnswerRecorder:
    """Keeps what the step answers."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []

    def send(self, event: str, **values: Any) -> None:
        self.answers.append({"event": event, **values})


def firmware_for(digest: str, path: Path) -> dict[str, Any]:
    """The step's answer about a preview of the template that has this digest."""
    spec = {"toolchain": toolchain_digest(), "target": "wasm32", "options": OPTIONS.to_json()}
    job = {"spec": spec, "target": "pico", "optimize": "size", "digest": digest}
    recorder: Any = AnswerRecorder()
    files: Any = template("sine")
    with path.open("w+b") as output:
        make_firmware(job, files, recorder, output.fileno())
    (answer,) = recorder.answers
    return dict(answer)


@pytest.mark.slow
def test_the_rune_of_a_preview_gets_firmware(tmp_path: Path) -> None:
    rune = build(template("sine"), BuildOptions.of_spec(OPTIONS, PREVIEW)).rune
    digest = f"sha256:{hashlib.sha256(rune).hexdigest()}"
    answer = firmware_for(digest, tmp_path / "sine.uf2")
    assert (answer["event"], answer.get("description", {}).get("digest")) == ("firmware", digest)
    assert read_uf2((tmp_path / "sine.uf2").read_bytes())


@pytest.mark.slow
def test_another_rune_than_that_of_the_preview_gets_none(tmp_path: Path) -> None:
    answer = firmware_for(f"sha256:{'0' * 64}", tmp_path / "sine.uf2")
    assert (answer["event"], answer["error"]) == ("failed", OTHER_RUNE)
    assert (tmp_path / "sine.uf2").read_bytes() == b""
