"""A real device in the field: `hmrd` with a real rune, and the file of what its microphone heard on a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from tests.support.field.installation import TEMPLATE, FieldInstallation
from tests.support.field.sounds import HOP, Sound, window_levels, write_wav
from tests.support.hmrd.daemon import DaemonProcess, daemon
from tests.support.hmrd.waiting import wait_until

_CONFIG: Final = f"""\
[[rune]]
name = "{TEMPLATE}"

[rune.source.audio]
pipe = "{{folder}}/microphone"
format = "wav"
hop = {HOP}
"""
_COUNTING: Final = "import hmrd.service.rune_service\nhmrd.service.rune_service.COUNT_EVERY = 0.5\n"
"""Counts are written twice a second, so that a day passes quickly."""


@dataclass
class RealDevice:
    """A device with its daemon, in a batch."""

    name: str
    batch: str
    process: DaemonProcess
    installation: FieldInstallation

    def join(self) -> None:
        """Starts the daemon and joins."""
        self.process.start()
        address, code = self.installation.live.address, self.installation.code(self.batch)
        self.process.say("enroll", address, code, "--name", self.name)

    def hear(self, sound: Sound) -> None:
        """Has the microphone hear a sound, and returns when the rune has answered on all of it."""
        folder = self.process.config.parent
        count, windows = self._answers, len(window_levels(sound))
        write_wav(folder / "heard.wav", sound)
        with (folder / "microphone").open("wb") as pipe:
            pipe.write((folder / "heard.wav").read_bytes())
        wait_until(lambda: self._answers == count + windows, f"{windows} answers of {self.name}")

    @property
    def _answers(self) -> int:
        return self.process.answers.read_bytes().count(b"\n")

    @property
    def counts(self) -> Any:
        """The counts of the rune in the daemon's status."""
        return self.process.rune["counts"]

    @property
    def last_document(self) -> Any:
        """The newest document of the device that the server has."""
        self.installation.stay_signed_in()
        path = f"organisations/{self.installation.organisation}/devices/{self.name}/counts"
        return self.installation.live.api("GET", path)["last"]

    @property
    def _last_day(self) -> str:
        document = self.last_document
        return "" if document is None else str(document["period"])

    def wait_for_document(self, day: date) -> None:
        """Returns when the server has the document of a day."""
        wait_until(
            lambda: self.counts["unsent"] == 0 and self._last_day == str(day),
            f"{self.name} sends {day}: {self.counts}",
        )


@contextmanager
def real_device(name: str, batch: str, installation: FieldInstallation, folder: Path) -> Iterator[RealDevice]:
    """A device whose daemon lives on the days of an installation, and ends with the block."""
    with daemon(folder) as process:
        process.environment = installation.clock.environment
        process.extra = _COUNTING
        process.config.write_text(_CONFIG.format(folder=folder))
        yield RealDevice(name, batch, process, installation)
