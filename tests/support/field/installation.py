"""An installation on a simulated day: a project whose rune counts, a deployment for devices, and what people see."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from click.testing import CliRunner

from rune.digests import digest_of
from rune.running.container import read_watch
from rune.tools.cli import main as rune_command
from rune.watch.record import WatchRecord
from tests.support.field.periodic_work import PeriodicWork, periodic_work
from tests.support.field.simulated_clock import RightClock, SimulatedClock
from tests.support.field.sounds import room, write_wav
from tests.support.servers.live_forge import REPOSITORY
from tests.support.servers.live_server import LiveServer

FIRST_DAY: Final = date(2027, 3, 2)
"""The first simulated day, a Tuesday."""
TEMPLATE: Final = "keywords"
WATCH_FILE: Final = "rune.watch"
_SAMPLE_SECONDS: Final = 100
_SIGN_IN_EVERY: Final = timedelta(days=7)


class FieldInstallation:
    """A server with a deployment for devices, which lives on simulated days."""

    def __init__(self, live: LiveServer, clock: SimulatedClock, work: PeriodicWork, folder: Path) -> None:
        self.live, self.clock, self._work = live, clock, work
        self.organisation = live.organisation()
        self.project = f"{self.organisation}/{TEMPLATE}"
        self.server_clock = RightClock(clock.seconds)
        self._signed_in = clock.now
        self._files = folder / TEMPLATE
        rune = self._publish(folder)
        record = read_watch(rune)
        assert record is not None
        self.record: WatchRecord = record
        self.rune = digest_of(rune)
        """The digest of the rune that the deployment serves."""

    def _publish(self, folder: Path) -> bytes:
        """Publishes a version that counts the level of its sound, in bins from samples."""
        body = {"organisation": self.organisation, "name": TEMPLATE, "template": TEMPLATE}
        self.live.api("POST", "projects", json=body)
        for path in _with_watch(folder / TEMPLATE):
            self.live.api("PUT", f"projects/{self.project}/files/{path.name}", content=path.read_bytes())
        build = self.live.build(self.project)
        assert build["state"] == "succeeded", build
        self.live.publish(self.project, build["id"], "1.0")
        new = {"title": "Gateways", "kind": "devices", "tag": "1.0"}
        self.live.api("POST", f"projects/{self.project}/deployments", json=new)
        group = {"title": "Berlin", "query": "site=berlin"}
        self.live.api("POST", f"organisations/{self.organisation}/device-groups", json=group)
        return self.live.http.get(build["rune_url"]).raise_for_status().content

    def publish_swapped(self, version: str, one: str, other: str) -> str:
        """Publishes a version of which two labels are in each other's place. Returns the digest of its rune."""
        self.stay_signed_in()
        labels = (self._files / "labels.txt").read_text()
        folder, swapped_labels = self._files.parent / version, {one: other, other: one}
        shutil.copytree(self._files, folder)
        text = "".join(f"{swapped_labels.get(each, each)}\n" for each in labels.splitlines())
        (folder / "labels.txt").write_text(text)
        _take_bins(folder)
        for name in ("labels.txt", WATCH_FILE):
            self.live.api("PUT", f"projects/{self.project}/files/{name}", content=(folder / name).read_bytes())
        build = self.live.build(self.project)
        assert build["state"] == "succeeded", build
        self.live.publish(self.project, build["id"], version)
        return digest_of(self.live.http.get(build["rune_url"]).raise_for_status().content)

    def deployment(self, path: str = "") -> Any:
        """Returns what the API says about the deployment, or about a part of it."""
        self.stay_signed_in()
        return self.live.api("GET", f"projects/{self.project}/deployments/gateways{path}")

    def totals(self, day: date) -> Any:
        """Returns the totals of a day of all devices."""
        return self.deployment(f"/telemetry/totals?from={day}&to={day}")["totals"]

    def alerts(self) -> Any:
        """Returns what the API says about alerts."""
        return self.deployment("/telemetry/alerts")

    def set_telemetry(self, *, is_on: bool) -> None:
        """Turns telemetry on or off."""
        self.stay_signed_in()
        address = f"projects/{self.project}/deployments/gateways/telemetry"
        self.live.api("PUT" if is_on else "DELETE", address)

    def certificate(self, batch: str, limit: int) -> str:
        """Returns a certificate with which devices of a batch join."""
        until = (self.clock.now + timedelta(days=1)).date()
        body = {"title": batch, "limit": limit, "until": str(until), "labels": {"site": "berlin", "batch": batch}}
        answer = self.live.api("POST", f"organisations/{self.organisation}/device-batches", json=body)
        certificate: str = answer["certificate"]
        return certificate

    def code(self, batch: str) -> str:
        """Returns a code with which a device of a batch joins."""
        body = {"labels": {"site": "berlin", "batch": batch}, "trust": "server"}
        code: str = self.live.api("POST", f"organisations/{self.organisation}/device-codes", json=body)["code"]
        return code

    def bind(self, devices: int) -> None:
        """Has the devices run what the deployment serves."""
        address = f"projects/{self.project}/deployments/gateways"
        self.live.until(lambda: self.live.api("GET", address)["signed_release"])
        state = self.live.http.get(f"/api/v1/{address}").raise_for_status().headers["ETag"]
        body = {"group": "berlin", "devices": devices}
        self.live.api("PUT", f"{address}/group", headers={"If-Match": state}, json=body)

    def page(self) -> str:
        """Returns the text of the page Watch, as a person reads it."""
        self.stay_signed_in()
        answer = self.live.http.get(f"/{self.project}/deployments/gateways/watch").raise_for_status()
        return text_of(answer.text)

    def merge(self, day: date, devices: int) -> None:
        """Returns when the documents of a day are added up: of so many devices."""
        self._work.run("telemetry-totals")
        self.live.until(lambda: [each["devices"] for each in self.totals(day)] == ([devices] if devices else []))

    def judge(self) -> None:
        """Judges the day that ended last."""
        self._work.run("watch-alerts")

    def carry_on_rollouts(self) -> None:
        """Has the server look what follows in its rollouts."""
        self._work.run("rollouts")

    def stay_signed_in(self) -> None:
        """Signs in anew each week, before the session ends."""
        if self.clock.now - self._signed_in > _SIGN_IN_EVERY:
            self._signed_in = self.clock.now
            self.live.sign_in(self.live.link())


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """Returns a time in UTC."""
    return datetime.combine(day, time(hour, minute), UTC)


def text_of(page: str) -> str:
    """Returns the words of a page, with single spaces."""
    words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    return re.sub(r" ([.,;:])", r"\1", " ".join(html.unescape(words).split()))


def _with_watch(folder: Path) -> Sequence[Path]:
    """Copies the template, has it count the level of its sound, and takes the bins from samples. Returns the files that
    the template does not have so."""
    shutil.copytree(REPOSITORY / "examples" / TEMPLATE, folder)
    runefile = folder / "Runefile.yml"
    text = runefile.read_text()
    with_watch = text.replace("    capability: SOUND\n", "    capability: SOUND\n    watch: level\n", 1)
    assert with_watch != text
    runefile.write_text(with_watch)
    random = np.random.default_rng(1)
    for split in ("train", "test"):
        for number in range(3):
            path = folder.parent / "samples" / split / "silence" / f"{number}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_wav(path, room(random, _SAMPLE_SECONDS))
    _take_bins(folder)
    return runefile, folder / WATCH_FILE


def _take_bins(folder: Path) -> None:
    """Takes the bins of a project from the samples beside it."""
    result = CliRunner().invoke(rune_command, ["watch", str(folder.parent / "samples"), str(folder)])
    assert result.exit_code == 0, result.output


@contextmanager
def field_installation(folder: Path) -> Iterator[FieldInstallation]:
    """Runs an installation from the first simulated day on."""
    clock = SimulatedClock(folder / "clock", moment(FIRST_DAY, 6))
    settings = {"DEVICE_POLL_SECONDS": "10", "DEVICE_LONG_POLLS": "0", **clock.environment}
    with LiveServer(folder / "data", settings) as live, periodic_work(live.environment) as work:
        yield FieldInstallation(live, clock, work, folder)
