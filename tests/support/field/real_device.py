"""A real device in the field: `hmrd` with a real rune, and the file of what its microphone heard on a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from tests.support.field.installation import TEMPLATE, FieldInstallation
from tests.support.field.sounds import HOP, Sound, window_levels, write_wav
from tests.support.hmrd.daemon import DaemonProcess, daemon
from tests.support.hmrd.waiting import wait_until
from tests.support.patience import PATIENCE

_CONFIG: Final = f"""\
[[rune]]
name = "{TEMPLATE}"

[rune.source.audio]
pipe = "{{folder}}/microphone"
format = "wav"
hop = {HOP}
"""
_COUNTING: Final = """
import hmrd.service.counting, hmrd.service.rune_service
hmrd.service.rune_service.COUNT_EVERY = 0.5
hmrd.service.counting.FIRST_RETRY = 1.0
"""
"""Counts are written twice a second, so that a day passes quickly. A device sends them again soon where the server
refused its signature, as the first answers after the clock was set have the time of before."""

_HEARING: Final = 4 * PATIENCE
"""Seconds: many devices of one machine hear at the same time."""


@dataclass
class RealDevice:
    """A device with its daemon, in a batch."""

    name: str
    batch: str
    process: DaemonProcess
    installation: FieldInstallation
    _answers: int = 0
    """Answers of which the bytes, `_read`, were read."""
    _read: int = 0

    def join(self, certificate: str = "") -> None:
        """Starts the daemon and joins, by the certificate of a production line or by a code."""
        self.process.start()
        file = self.process.config.with_name("certificate")
        file.write_text(certificate)
        proof = ("--batch", str(file)) if certificate else (self.installation.code(self.batch),)
        self.process.say("enroll", self.installation.live.address, *proof, "--name", self.name)

    def hear(self, sound: Sound) -> None:
        """Has the microphone hear a sound, and returns when the rune has answered on all of it."""
        folder = self.process.config.parent
        count, windows = self._count_answers(), len(window_levels(sound))
        write_wav(folder / "heard.wav", sound)
        with (folder / "microphone").open("wb") as pipe:
            pipe.write((folder / "heard.wav").read_bytes())
        wait_until(lambda: self._count_answers() == count + windows, f"{windows} answers of {self.name}", _HEARING)

    def _count_answers(self) -> int:
        with self.process.answers.open("rb") as answers:
            answers.seek(self._read)
            data = answers.read()
        self._read += len(data)
        self._answers += data.count(b"\n")
        return self._answers

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

    @property
    def slots(self) -> Mapping[str, tuple[int, int]]:
        """The inode and the time of the last change of each slot's file, by its name: a download changes them."""
        files = (self.process.state / "runes").rglob("slot-*.rune")
        return {each.name: (each.stat().st_ino, each.stat().st_mtime_ns) for each in files}


@contextmanager
def real_device(name: str, batch: str, installation: FieldInstallation, folder: Path) -> Iterator[RealDevice]:
    """A device whose daemon lives on the days of an installation, and ends with the block."""
    with daemon(folder) as process:
        process.environment = installation.clock.environment
        process.extra = _COUNTING
        process.config.write_text(_CONFIG.format(folder=folder))
        yield RealDevice(name, batch, process, installation)
