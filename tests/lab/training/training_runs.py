"""Projects that `rune train` trains in a process of its own, and what it said."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.quantize.figures import figures_of
from lab.search.candidate import candidate_model
from lab.search.counting import needs_of_rune
from lab.training.preparing import prepare_run
from lab.training.settings import ENVIRONMENT
from rune.project.files import FolderFiles
from rune.source.policy import check_policy
from tests.support.training.backbones import PATH
from tests.support.training.motion_data import write_motion

POLICY = """\
training:
  recipe: motion
  data: samples
  model: gesture.tflite
  seed: 7
  arguments: {epochs: 40, window: 50, blocks: 2, filters: 8, hop: 25, batch: 16}
"""


@dataclass(frozen=True)
class CommandRun:
    """A project after `rune train`, and the events of the run."""

    folder: Path
    events: list[dict[str, Any]]

    def of(self, name: str) -> list[dict[str, Any]]:
        return [each for each in self.events if each["event"] == name]

    def record(self) -> Mapping[str, Any]:
        return json.loads((self.folder / "gesture.provenance.json").read_text())  # type: ignore[no-any-return]


def project(folder: Path, policy: str = POLICY) -> Path:
    write_motion(folder / "samples")
    (folder / "forge.yml").write_text(policy)
    return folder


def command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "rune.tools.cli", "train", str(folder), "--format", "json"]


def trained(folder: Path) -> CommandRun:
    process = subprocess.run(command(folder), capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr[-2000:]
    return CommandRun(folder, [json.loads(line) for line in process.stdout.splitlines()])


def kill_after(folder: Path, epoch: int) -> None:
    """Trains a project, and kills the run once it has told of an epoch."""
    with subprocess.Popen(command(folder), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "epoch" and event["epoch"] == epoch:
                process.send_signal(signal.SIGKILL)
                break


def run_of_script(first: CommandRun, folder: Path) -> str:
    """Writes a run as a script into a folder and runs it there: its curves are those of the run. Returns its output."""
    program = [sys.executable, "-m", "rune.tools.cli", "train", str(first.folder), "--python", str(folder)]
    subprocess.run(program, check=True, capture_output=True)
    script = [str(ENVIRONMENT.python), "-I", str(folder / "train.py")]
    environment = {
        "PATH": "/usr/bin:/bin",
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "HOME": str(folder.parent),
    }
    process = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr[-2000:]
    (result,) = first.of("result")
    assert json.loads((folder / "curves.json").read_text()) == result["curves"]
    return process.stdout


def needs_before_and_after(folder: Path) -> tuple[Any, Any]:
    """The needs of a trained project's rune on a Cortex-M4: counted of its candidate, and of its model."""
    policy = check_policy(FolderFiles(folder))
    assert policy.training is not None
    backbone = (folder / PATH).read_bytes() if policy.training.backbone else None
    settings = prepare_run(policy.training, folder / "samples", {}, backbone=backbone).settings
    parts = settings.recipe, settings.values, settings.labels
    candidate = candidate_model(settings.recipe, settings.values, len(settings.labels), "int8")
    model = (folder / policy.training.model).read_bytes()
    before, after = figures_of(candidate), figures_of(model)
    assert before.arena == after.arena
    return needs_of_rune(*parts, candidate, "cortex-m4")[0], needs_of_rune(*parts, model, "cortex-m4")[0]


def require_same(before: Any, after: Any, share: float, *, outputs: int = 0) -> None:
    """RAM is the same to the byte; code and instructions differ by what weights and recordings decide: a shift, and
    where the bounds of the features are unknown the zero point of the input. Where a dense
    layer is trained to weights of many sizes, each of its outputs has a shift of its own, of 8 bytes with its factor:
    `outputs` are those of all such layers."""
    assert before.ram == after.ram
    assert abs(before.flash - after.flash) <= 0.005 * after.flash + 8 * outputs
    assert abs(before.instructions - after.instructions) <= share * after.instructions
