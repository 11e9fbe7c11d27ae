"""Real devices in rooms where people say words, which a test has hear an hour or a day at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from tests.support.field.installation import FieldInstallation, moment, text_of
from tests.support.field.real_device import RealDevice, real_device
from tests.support.field.server_tables import WHOLE_DAY, ServerTables
from tests.support.field.spoken_words import SpeakingRoom
from tests.support.hmrd.waiting import wait_until

BATCH: Final = "A"
SECONDS: Final = 60
"""Seconds of sound that a device hears in an hour."""
STARTERS: Final = 3
"""Daemons that start at a time."""
MORNING: Final = 4
"""The hour by which devices sent the counts of the day before."""
SENT: Final = timedelta(minutes=1)
"""The time after the end of an hour at which devices send what they counted in it."""
STEP: Final = timedelta(minutes=9)
"""A device that was not seen for longer counts as away."""


class TalkingFleet:
    """The devices of an installation, each in a room of its own."""

    def __init__(self, installation: FieldInstallation, devices: Sequence[RealDevice]) -> None:
        self.installation, self.devices = installation, devices
        self.tables = ServerTables(installation.live.data)
        self._random = np.random.default_rng(20)
        self._rooms = [SpeakingRoom.of(self._random) for _ in devices]

    def join(self) -> None:
        """Has all devices join, and run what the deployment serves."""
        certificate = self.installation.certificate(BATCH, len(self.devices))
        with ThreadPoolExecutor(STARTERS) as pool:
            list(pool.map(lambda each: each.join(certificate), self.devices))
        self.installation.bind(len(self.devices))
        for each in self.devices:
            each.process.wait_for_version("1.0")

    def wait(self, matches: Callable[[RealDevice], bool], what: str) -> None:
        """Returns when something is true of all devices."""
        for device in self.devices:
            wait_until(partial(matches, device), f"{device.name}: {what}")

    def hear(self) -> None:
        """Has all devices hear a minute, and returns when they have answered on all of it."""
        sounds = [each.sound(self._random, SECONDS) for each in self._rooms]
        with ThreadPoolExecutor(len(self.devices)) as pool:
            list(pool.map(RealDevice.hear, self.devices, sounds))

    def pass_day(self) -> None:
        """Has all devices hear something on the running day, and send what they counted in the night."""
        day = self.installation.clock.now.date()
        self.hear()
        self.installation.clock.set(moment(day + timedelta(days=1), MORNING))
        self._wait_for_documents(day, WHOLE_DAY)

    def pass_hour(self) -> None:
        """Has all devices hear something in the running hour, and send what they counted in it."""
        hour = _hour_of(self.installation.clock.now)
        self.hear()
        self.installation.clock.set(hour + timedelta(hours=1) + SENT)
        self._wait_for_documents(hour.date(), hour.hour)

    def _wait_for_documents(self, day: date, hour: int) -> None:
        count = len(self.devices)
        wait_until(lambda: self.tables.senders(day, hour) == count, f"{count} devices send hour {hour} of {day}")
        self.wait(lambda each: each.counts["unsent"] == 0, "it has sent all documents")

    def look(self, minute: int) -> None:
        """Goes on to a minute of the running hour, in steps after which no device counts as away, and has the server
        look at its rollouts."""
        end = _hour_of(self.installation.clock.now) + timedelta(minutes=minute)
        while self.installation.clock.now < end:
            self._go_to(min(end, self.installation.clock.now + STEP))
        self.installation.carry_on_rollouts()

    def go_to_hour(self, hours: int, minute: int) -> None:
        """Goes on to a minute of an hour that is so many hours later."""
        self._go_to(_hour_of(self.installation.clock.now) + timedelta(hours=hours, minutes=minute))

    def _go_to(self, time: datetime) -> None:
        """Sets the clock, and returns when all devices polled since."""
        count = len(self.devices)
        self.installation.clock.set(time)
        wait_until(lambda: self.tables.seen_since(time) == count, f"{count} devices poll")

    def parts(self) -> Mapping[str, str]:
        """Returns what the page of each device says about its part in a rollout, by the name of the device."""
        live, organisation = self.installation.live, self.installation.organisation
        self.installation.stay_signed_in()
        return {
            each.name: text_of(live.http.get(f"/{organisation}/devices/{each.name}").raise_for_status().text)
            for each in self.devices
        }


@contextmanager
def talking_fleet(installation: FieldInstallation, count: int, folder: Path) -> Iterator[TalkingFleet]:
    """Runs devices of an installation until the block ends."""
    with ExitStack() as stack:
        devices = [
            stack.enter_context(real_device(f"gate-{number:02}", BATCH, installation, folder / f"gate-{number:02}"))
            for number in range(1, count + 1)
        ]
        yield TalkingFleet(installation, devices)


def _hour_of(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
