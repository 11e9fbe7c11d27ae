"""Thirty simulated days of a fleet on a real server: three real `hmrd` with a real rune, and a hundred simulated
devices that send signed documents. The sounds of one batch become 6 dB louder on the twelfth day.

Devices have no past of 14 days yet by then. What names the batch is the comparison of groups, which is made on Sundays:
the thirteenth day is one. On another weekday it would be the next Sunday, and the page says so until then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from hmrd.protocol.counts import CountsVerdict
from tests.support.field.installation import FIRST_DAY, FieldInstallation, field_installation, moment
from tests.support.field.real_device import RealDevice, real_device
from tests.support.field.simulated_device import SendingDevice, SimulatedRoom
from tests.support.field.sounds import room, window_levels
from tools.needs import GCC, lack

pytestmark = [pytest.mark.slow, pytest.mark.proof]

DAYS: Final = 30
LOUD_FROM: Final = 12
NAMED_ON: Final = 13
PAST_DAYS: Final = 22
"""Days after which changes are judged."""
NOT_YET: Final = (
    "A device is compared with its own past once it has counted on 22 days: 14 of a past, before the 8 that are "
    "judged. Until then groups alone are judged, against the other devices, on Sundays."
)
LOUDER: Final = 20 * float(np.log10(2))
"""Decibels: each sample of a sound is twice as large."""
LOUD: Final = "B"
BATCHES: Final = ("A1", "A2", "A3", "A4", LOUD)
DEVICES_OF_BATCH: Final = 20
SECONDS: Final = 60
"""Seconds of sound that a real device hears on a day."""


class FieldWalk:
    """The devices of an installation, day by day."""

    def __init__(
        self,
        installation: FieldInstallation,
        real_devices: Sequence[RealDevice],
        simulated_devices: Sequence[tuple[SendingDevice, str]],
    ) -> None:
        self.installation, self.real_devices = installation, real_devices
        self._random = np.random.default_rng(12)
        levels = window_levels(room(self._random, 600))
        self._simulated_devices = [
            (device, batch, SimulatedRoom.of(installation.record, levels, self._random))
            for device, batch in simulated_devices
        ]
        self.number = 0
        """The number of the running day, from 1."""

    @property
    def day(self) -> date:
        """The running day."""
        return FIRST_DAY + timedelta(days=self.number - 1)

    @property
    def devices(self) -> int:
        """How many devices there are."""
        return len(self.real_devices) + len(self._simulated_devices)

    def decibels(self, batch: str, number: int) -> float:
        """Returns by how much the sounds of a batch are louder on a day."""
        return LOUDER if batch == LOUD and number >= LOUD_FROM else 0.0

    def hear(self) -> None:
        """Begins the next day: each real device hears its microphone's file."""
        self.number += 1
        for device in self.real_devices:
            device.hear(room(self._random, SECONDS, self.decibels(device.batch, self.number)))

    def pass_night(self) -> None:
        """Goes on to the early morning. A device bears a server that is less than a day ahead of the last contact."""
        self.installation.clock.set(moment(self.day + timedelta(days=1), 4))

    def send_simulated(self) -> set[CountsVerdict]:
        """Has each simulated device send the document of the running day. Returns what the server said."""
        rune = self.installation.rune
        self.installation.clock.set(moment(self.day + timedelta(days=1), 6))
        return {
            device.send(self.day, rune, own_room.day(self._random, self.decibels(batch, self.number)))
            for device, batch, own_room in self._simulated_devices
        }

    def judge(self, devices: int) -> None:
        """Returns when the counts of the day, of so many devices, are added up and judged."""
        morning = self.day + timedelta(days=1)
        # A worker's tasks are due by the clock of the system: each time is later than the one before by their period.
        self.installation.clock.set(moment(morning, 6, 2))
        self.installation.merge(self.day, devices)
        self.installation.clock.set(moment(morning, 7, 30))
        self.installation.judge()


@pytest.fixture
def field(tmp_path: Path) -> Iterator[FieldWalk]:
    if not GCC.is_here():
        pytest.skip(lack(GCC))
    with field_installation(tmp_path) as installation, ExitStack() as stack:
        real_devices = [
            stack.enter_context(real_device(f"real-{batch.lower()}", batch, installation, tmp_path / batch))
            for batch in ("A1", "A2", LOUD)
        ]
        simulated_devices = []
        for batch in BATCHES:
            certificate = installation.certificate(batch, DEVICES_OF_BATCH)
            for number in range(DEVICES_OF_BATCH):
                name = f"simulated-{batch.lower()}-{number}"
                device = SendingDevice(installation.live.address, installation.server_clock, name)
                device.join(certificate)
                simulated_devices.append((device, batch))
        for each in real_devices:
            each.join()
        field = FieldWalk(installation, real_devices, simulated_devices)
        installation.bind(field.devices)
        for each in real_devices:
            each.process.wait_for_version("1.0")
        yield field


def require_sentences(field: FieldWalk, answer: Any) -> None:
    """Requires that the page says what the API says: the alerts, how many devices were judged, and why not yet."""
    page = field.installation.page()
    for alert in answer["alerts"]:
        assert alert["title"] in page
    assert f"{field.day.day} March: {answer['judged_devices']} devices compared with their own past." in page
    is_too_early = field.number < PAST_DAYS
    assert answer["judged_devices"] == (0 if is_too_early else field.devices)
    assert (NOT_YET in page) == is_too_early
    assert ("Changes are not judged yet." in page) == (is_too_early and not answer["alerts"])


def test_an_alert_names_the_batch_that_became_louder_and_nothing_is_taken_once_telemetry_is_off(
    field: FieldWalk, record_property: Callable[[str, object], None]
) -> None:
    installation = field.installation
    installation.set_telemetry(is_on=True)
    for device in field.real_devices:
        device.process.wait(lambda rune: rune["counts"]["mode"] == "day", "the device counts", 60)
    titles: dict[int, list[str]] = {}
    for number in range(1, DAYS + 1):
        field.hear()
        field.pass_night()
        for device in field.real_devices:
            device.wait_for_document(field.day)
        assert field.send_simulated() == {CountsVerdict.ACCEPTED}
        field.judge(field.devices)
        answer = installation.alerts()
        assert answer["judged"] == str(field.day)
        require_sentences(field, answer)
        titles[number] = [each["title"] for each in answer["alerts"] if each["feature"] == "audio level"]
    assert not any(titles[number] for number in range(1, NAMED_ON))
    (first,) = titles[NAMED_ON]
    assert re.fullmatch(
        r"The level of audio is \d dB higher than on the other devices, on 21 devices with batch=B\.", first
    )
    record_property("named on day", NAMED_ON)
    record_property("its sentence then", first)
    (last,) = titles[DAYS]
    assert last == "The level of audio is 6 dB higher than on the other devices, on 21 devices with batch=B."
    record_property("its sentence on day 30", last)

    installation.set_telemetry(is_on=False)
    for device in field.real_devices:
        device.process.wait(lambda rune: rune["counts"]["mode"] == "off", "the device counts nothing", 60)
    documents = [device.last_document["data"] for device in field.real_devices]
    field.hear()
    field.pass_night()
    assert field.send_simulated() == {CountsVerdict.TELEMETRY_OFF}
    field.judge(0)
    for device in field.real_devices:
        require_no_counts(device)
    assert [device.last_document["data"] for device in field.real_devices] == documents
    assert installation.deployment("/telemetry")["is_on"] is False
    page = installation.page()
    assert "Telemetry is off since 1 Apr 2027. These are the counts from before. Nothing new is taken." in page


def test_thirty_days_with_telemetry_off_leave_every_table_empty(field: FieldWalk) -> None:
    installation = field.installation
    for _ in range(DAYS):
        field.hear()
        field.pass_night()
        assert field.send_simulated() == {CountsVerdict.TELEMETRY_OFF}
        field.judge(0)
    for device in field.real_devices:
        require_no_counts(device)
        assert device.last_document is None
    assert installation.deployment(f"/telemetry/totals?from={FIRST_DAY}&by=day,board,group")["totals"] == []
    answer = installation.alerts()
    assert (answer["judged"], answer["alerts"]) == (None, [])
    page = installation.page()
    assert "Telemetry is off" in page
    assert "Nothing leaves a device until an owner of the deployment turns telemetry on." in page
    assert "devices counted their answers" not in page


def require_no_counts(device: RealDevice) -> None:
    """Requires that a device keeps no counts, and says so."""
    assert device.counts == {"mode": "off", "unsent": 0, "problem": None}
    assert "No counts leave this device" in device.process.say("counts")
    assert not any((device.process.state / "runes").glob("*/counts/*"))
