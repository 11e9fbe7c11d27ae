"""Rollouts of two wrong runes to twenty real `hmrd` on a real server, from the form to the last device that is back.

The rune of version 2.0 has two labels in each other's place, and the shadow's disagreement stops it. That of 3.0 has
two others swapped. It begins with 2 devices, of which nothing can be said, and the label mix of 10 devices stops it. A
person decides on a phone. All devices are asked again and again what they run.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.support.browsers import fixtures
from tests.support.browsers.pages import PHONE, OpenPage, launch, people
from tests.support.browsers.pictures import take_pictures
from tests.support.browsers.rollouts import TypedStage, fill_plan, forecast, press_twice, start
from tests.support.browsers.studio import PATIENCE
from tests.support.field.installation import field_installation
from tests.support.field.real_device import RealDevice
from tests.support.field.rune_history import RuneHistory, RuneState, rune_history
from tests.support.field.talking_fleet import TalkingFleet, talking_fleet
from tools.browser import chromium
from tools.needs import CHROMIUM, GCC, lack

pytestmark = [pytest.mark.slow, pytest.mark.proof]
playwright = fixtures.playwright
expect.set_options(timeout=PATIENCE)

DEVICES: Final = 20
OLD: Final = RuneState("1.0")
BESIDE: Final = RuneState("1.0", "2.0")
NEW: Final = RuneState("3.0")
BEGIN: Final = 2
"""The minute of an hour at which a rollout is started, so that its devices run the rune some minutes later."""
LOOK, NEXT_LOOK = 9, 19
"""Minutes of an hour by which the server looked at the guards of the first stage, and of the next one."""
SHADOW_STAGES: Final = (TypedStage("50 %", 3, is_judged=True), TypedStage("10 %", 3), TypedStage("all", 3))
STAGES: Final = (TypedStage("10 %", 2), TypedStage("50 %", 3, is_judged=True), TypedStage("all", 3))
TOO_FEW: Final = "2 devices, and 5 are needed"

Record = Callable[[str, object], None]


@pytest.fixture
def open_page(playwright: Playwright) -> Iterator[OpenPage]:
    with people(lambda microphone: launch(playwright, microphone)) as opener:
        yield opener


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[TalkingFleet]:
    if not GCC.is_here():
        pytest.skip(lack(GCC))
    if chromium() is None:
        pytest.skip(lack(CHROMIUM))
    with field_installation(tmp_path) as installation:
        installation.publish_swapped("2.0", "no", "yes")
        installation.publish_swapped("3.0", "no", "up")
        with talking_fleet(installation, DEVICES, tmp_path / "devices") as fleet:
            fleet.join()
            installation.set_telemetry(is_on=True)
            fleet.wait(lambda each: each.counts["mode"] == "day", "it counts")
            # A past of each device, with which its hours are compared.
            fleet.pass_day()
            yield fleet


@dataclass(frozen=True)
class RolloutWalk:
    """The walk of a rollout: the fleet, what its devices run, and the pages of a person."""

    number: int
    version: str
    fleet: TalkingFleet
    history: RuneHistory
    computer: Page
    phone: Page
    record: Record

    @property
    def rollout(self) -> Any:
        """The rollout, as the API shows it."""
        return self.fleet.installation.deployment(f"/rollouts/{self.number}")

    @property
    def address(self) -> str:
        """The address of the page of all rollouts."""
        installation = self.fleet.installation
        return f"{installation.live.address}/{installation.project}/deployments/gateways/rollouts"

    def begin(self, preset: str, stages: Sequence[TypedStage]) -> Sequence[str]:
        """Starts it by the form. Returns the forecast of each stage."""
        self.computer.goto(self.address)
        fill_plan(self.computer, self.version, preset, stages)
        rows = forecast(self.computer, f"{self.number}-forecast")
        start(self.computer, self.version, DEVICES)
        for place, row in enumerate(rows, 1):
            self.record(f"forecast of stage {place} of {self.version}", row)
        return rows

    def devices_of(self, stage: int) -> Sequence[RealDevice]:
        """Returns the devices of a stage, by its number from 0, once they do what it wants."""
        self.fleet.installation.live.until(lambda: self._is_settled(stage))
        parts = self.fleet.parts()
        devices = [each for each in self.fleet.devices if f"It is in stage {stage + 1} (" in parts[each.name]]
        began = datetime.fromisoformat(self.rollout["stages"][stage]["began"]).timestamp()
        assert all(self.history.first_time(each, self.version) >= began for each in devices)
        return devices

    def _is_settled(self, stage: int) -> bool:
        self.fleet.installation.carry_on_rollouts()
        return self.fleet.tables.is_settled(self.number, stage)

    def show(self, name: str) -> Page:
        """Shows its page on the computer, and takes pictures of it."""
        self.computer.goto(f"{self.address}/{self.number}")
        take_pictures(self.computer, f"{self.number}-{name}")
        return self.computer

    def pass_hours_until_stopped(self, hours: int, minute: int) -> None:
        """Lets at most so many hours pass until it stops by itself, and records how long that took."""
        settled_time = datetime.fromisoformat(self.rollout["stages"][-1]["settled"])
        for hour in range(hours):
            self.fleet.pass_hour()
            count_time = self.fleet.installation.clock.now
            self.fleet.look(minute)
            rollout = self.rollout
            if rollout["state"] == "stopped":
                stop_time = datetime.fromisoformat(rollout["changed"])
                hour_text = f"{(stop_time - settled_time) / timedelta(hours=1):.1f}"
                self.record(f"hours of {self.version} on its devices until the stop", hour_text)
                self.record(f"hours of {self.version} that were counted until the stop", hour + 1)
                minutes = (stop_time - count_time) / timedelta(minutes=1)
                self.record(f"minutes from the last counts until {self.version} stopped", f"{minutes:.0f}")
                return
            self.show(f"hour-{hour + 1}")
        raise AssertionError(json.dumps(self.rollout, indent=1))

    def go_back(self, sentence: str) -> None:
        """Has the devices go back, as a person who reads the notice on a phone does: two taps on the page."""
        phone, slots = self.phone, {each.name: each.slots for each in self.fleet.devices}
        assert any(slots.values())
        phone.goto(f"{self.fleet.installation.live.address}/accounts/notices")
        notice = phone.get_by_role("listitem").filter(has_text=sentence)
        take_pictures(phone, f"{self.number}-notices")
        notice.get_by_role("button", name="Open").tap()
        expect(phone.get_by_role("heading", name=f"Rollout of {self.version} to Berlin")).to_be_visible()
        take_pictures(phone, f"{self.number}-stopped-on-the-phone")
        press_twice(phone, phone.get_by_role("button", name="Go back to 1.0"), is_touch=True)
        begin = time.monotonic()
        expect(phone.get_by_role("heading", name=re.compile("^(Going back to|Back on) 1.0$"))).to_be_visible()
        take_pictures(phone, f"{self.number}-going-back")
        self.fleet.wait(lambda each: self.history.of(each)[-1] == OLD, "it runs 1.0 alone")
        self._record_seconds("all devices ran 1.0 alone", begin)
        self.fleet.installation.live.until(self._is_back)
        self._record_seconds("the server knew it", begin)
        expect(phone.get_by_role("heading", name="Back on 1.0")).to_be_visible()
        self.show("went-back")
        assert {each.name: each.slots for each in self.fleet.devices} == slots, "a device downloaded a rune"

    def _record_seconds(self, what: str, begin: float) -> None:
        seconds = f"{time.monotonic() - begin:.0f}"
        self.record(f"seconds from Go back from {self.version} until {what}", seconds)

    def _is_back(self) -> bool:
        self.fleet.installation.carry_on_rollouts()
        return self.fleet.tables.rollout_state(self.number) == "went-back"

    def require_states(self, devices: Sequence[RealDevice], states: Sequence[RuneState]) -> None:
        """Requires that these devices were in exactly these states, in this order, and all others ran 1.0 all along."""
        self.record(f"how often all devices were asked what they run, with {self.version}", self.history.rounds)
        for each in self.fleet.devices:
            expected_states = list(states) if each in devices else [OLD]
            assert self.history.of(each) == expected_states, self.history.states[each.name]


@pytest.fixture
def pages(fleet: TalkingFleet, open_page: OpenPage) -> tuple[Page, Page]:
    """Returns the pages of the same person on a computer and on a phone."""
    computer, phone = open_page(), open_page(viewport=PHONE, is_touch=True)
    for each in (computer, phone):
        each.goto(fleet.installation.live.link())
        each.wait_for_url(lambda url: "token" not in url)
    return computer, phone


def answered_versions(device: RealDevice) -> list[str]:
    """Returns the versions in the answers that a device wrote down, each once for answers one after the other."""
    lines = device.process.answers.read_text().splitlines()
    return [version for version, _ in groupby(json.loads(line)["version"] for line in lines)]


def test_a_wrong_rune_is_stopped_in_shadow_and_another_one_by_its_label_mix(
    fleet: TalkingFleet, pages: tuple[Page, Page], record_property: Record
) -> None:
    with rune_history(fleet.devices, fleet.installation.clock.seconds) as history:
        walk = RolloutWalk(1, "2.0", fleet, history, *pages, record_property)
        in_shadow = stop_in_shadow(walk)
        walk.go_back("In shadow it disagrees with the former version")
        walk.require_states(in_shadow, [OLD, BESIDE, OLD])
    assert all(answered_versions(each) == ["1.0"] for each in fleet.devices), "somebody got an answer of 2.0"

    with rune_history(fleet.devices, fleet.installation.clock.seconds) as history:
        walk = RolloutWalk(2, "3.0", fleet, history, *pages, record_property)
        with_release = stop_by_label_mix(walk)
        walk.go_back("“no” is answered")
        walk.require_states(with_release, [OLD, NEW, OLD])
    fleet.hear()
    for each in fleet.devices:
        assert answered_versions(each) == (["1.0", "3.0", "1.0"] if each in with_release else ["1.0"]), each.name


def stop_in_shadow(walk: RolloutWalk) -> Sequence[RealDevice]:
    """Has 10 devices run 2.0 in shadow until it stops by itself. Returns them."""
    fleet = walk.fleet
    fleet.go_to_hour(1, BEGIN)
    of_shadow, of_two, _ = walk.begin("Shadow first", SHADOW_STAGES)
    assert "10 devices after 3 hours" in of_shadow
    assert TOO_FEW in of_two
    devices = walk.devices_of(0)
    assert len(devices) == DEVICES // 2
    walk.show("shadow-begins")
    fleet.go_to_hour(1, LOOK)
    walk.pass_hours_until_stopped(3, LOOK)
    page = walk.show("stopped")
    expect(page.get_by_text("10 of 20 devices run 2.0 in shadow, beside 1.0, which answers;")).to_be_visible()
    assert [each["size"] for each in walk.rollout["plan"]["stages"]] == ["share", "share", "all"]
    assert len(walk.rollout["stages"]) == 1
    return devices


def stop_by_label_mix(walk: RolloutWalk) -> Sequence[RealDevice]:
    """Has 2 devices run 3.0, which are not judged, and 8 more until it stops by itself. Returns the 10."""
    fleet = walk.fleet
    fleet.go_to_hour(1, BEGIN)
    of_two, of_ten, _ = walk.begin("Quick", STAGES)
    assert TOO_FEW in of_two
    assert "10 devices after 3 hours" in of_ten
    first = walk.devices_of(0)
    assert len(first) == 2
    fleet.go_to_hour(1, LOOK)
    fleet.pass_hour()
    fleet.look(LOOK)
    second = walk.devices_of(1)
    assert len(second) == 8
    page = walk.show("second-stage")
    card = page.get_by_role("list", name="Stages").get_by_role("listitem").first
    expect(card).to_contain_text(re.compile(r"Not judged: .*\blabel mix\b.* \(2 devices: too few\)"))
    fleet.go_to_hour(1, NEXT_LOOK)
    walk.pass_hours_until_stopped(3, NEXT_LOOK)
    page = walk.show("stopped")
    expect(page.get_by_text("10 of 20 devices run 3.0; no other device gets it until someone decides.")).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Label mix"))
    expect(row).to_contain_text("Failed")
    return [*first, *second]
