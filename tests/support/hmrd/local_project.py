"""A project on a device: the example of the sine, and a daemon that runs what is deployed there."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hmr
from hmr.running import RunningRune
from rune.model.tflite import read_model
from tests.support.hmrd.daemon import DaemonProcess, daemon
from tests.support.hmrd.runes import SINE

NUMBERS = (0.0, 0.5, 1.0, 1.5)
CONFIG = """\
[[rune]]
name = "sine"
from = "local"
"""
SOURCE = """
[rune.source.number]
file = "{file}"
format = "lines"
"""
MODEL = "sine.tflite"


@dataclass(frozen=True)
class LocalSine:
    """The project and the device."""

    device: DaemonProcess
    folder: Path
    """The folder of the project."""

    @property
    def socket(self) -> Path:
        """The daemon's socket."""
        return self.device.state / "hmrd.sock"

    def rune(self, version: str = "1.0") -> hmr.Rune[RunningRune]:
        """Returns the project, as a notebook on the device has it."""
        return hmr.Rune("home", "sine", self.folder / "Runefile.yml", version, device="local", socket=self.socket)

    def other_model(self) -> Path:
        """Returns the model of the example, whose answers are larger by a constant."""
        path = self.folder / "other.tflite"
        path.write_bytes(_with_other_bias((SINE / MODEL).read_bytes()))
        return path

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The answers of the daemon so far."""
        return [json.loads(line) for line in self.device.answers.read_text().splitlines()]


def _with_other_bias(model: bytes) -> bytes:
    """Returns a model with 1 more in the only constant that is a single number, the bias of its last layer."""
    (bias,) = (bytes(each.data) for each in read_model(model).tensors if each.shape == (1,) and each.data)
    return model.replace(bias, struct.pack("<f", struct.unpack("<f", bias)[0] + 1.0))


@contextmanager
def local_sine(folder: Path, config: str = CONFIG + SOURCE) -> Iterator[LocalSine]:
    """A device whose rune reads the numbers of a file. Its daemon is not started yet."""
    with daemon(folder) as device:
        project = folder / "sine"
        shutil.copytree(SINE, project)
        numbers = folder / "numbers"
        numbers.write_text("".join(f"{number}\n" for number in NUMBERS))
        device.config.write_text(config.format(file=numbers))
        yield LocalSine(device, project)
