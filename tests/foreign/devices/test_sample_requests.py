"""A real `hmrd` whose owner is asked by a real server: what was odd is kept, asked for, heard, sent and taken back."""

from __future__ import annotations

import json
import os
import re
import shutil
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.hmrd.daemon import ROOT, DaemonProcess, daemon
from tests.support.hmrd.served_fleet import Fleet
from tests.support.hmrd.waiting import wait_until
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.slow]
SPEECH = ROOT / "examples" / "keywords" / "no-up-yes.wav"
CONFIG = """\
[[rune]]
name = "keywords"

[rune.source.audio]
pipe = "{folder}/pipe"
format = "wav"
"""
QUICK = """
import hmrd.sample_requests
hmrd.sample_requests.SPACING = 0.0
"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with LiveServer(tmp_path_factory.mktemp("data"), {"DEVICE_POLL_SECONDS": "10"}) as live:
        yield Fleet(live, "keywords")


@pytest.fixture
def device(tmp_path: Path) -> Iterator[DaemonProcess]:
    os.mkfifo(tmp_path / "pipe")
    with daemon(tmp_path) as device:
        device.config.write_text(CONFIG.format(folder=tmp_path))
        device.extra = QUICK
        yield device


def hear(device: DaemonProcess) -> None:
    """Has the device hear somebody say no, and waits until it understood that."""
    count = len(_understood(device))
    with SPEECH.open("rb") as sound, (device.config.parent / "pipe").open("wb") as pipe:
        shutil.copyfileobj(sound, pipe)
    wait_until(lambda: "no" in _understood(device)[count:], "it heard no", 60)


def _understood(device: DaemonProcess) -> list[str]:
    return [json.loads(line)["outputs"]["heard"] for line in device.answers.read_text().splitlines()]


def requests(fleet: Fleet, method: str = "GET", path: str = "", body: Any = None) -> Any:
    address = f"projects/{fleet.project}/deployments/gateways/telemetry/requests{path}"
    return fleet.live.api(method, address, json=body or {})


def answers(fleet: Fleet) -> dict[str, int]:
    tally: dict[str, int] = requests(fleet)["requests"][0]["answers"]
    return tally


def accept_all(fleet: Fleet) -> None:
    """Accepts the pending recordings, as a member does on the page."""
    page = f"/{fleet.project}/data/waiting"
    html = fleet.live.http.get(page).raise_for_status().text
    ids = re.findall(r'name="ids" value="([0-9a-f-]{36})"', html)
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)[0]
    form = {"csrfmiddlewaretoken": token, "do": "accept", "ids": ids}
    answer = fleet.live.http.post(page, data=form, headers={"Referer": fleet.live.address})
    assert answer.status_code == 302, answer.text


@pytest.mark.protects("devices/unwanted-samples", "devices/windows-at-rest", "devices/samples-taken-back")
def test_a_window_leaves_a_device_after_its_owner_said_yes_alone(
    fleet: Fleet, device: DaemonProcess, tmp_path: Path
) -> None:
    device.start()
    device.say("enroll", fleet.live.address, fleet.code()["code"], "--name", "desk-1")
    fleet.act("PUT", "group", {"group": "berlin", "devices": 1})
    # Its self-test takes a while on a machine with other work.
    device.wait(lambda rune: rune["phase"] == "running", "1.0 runs", 120)
    hear(device)
    assert "No windows are kept" in device.say("collect", "--offers")
    assert not (device.state / "runes" / "keywords" / "windows").exists()

    fleet.live.api("PUT", f"projects/{fleet.project}/deployments/gateways/telemetry")
    device.wait(lambda rune: rune["counts"]["mode"] == "day", "the device counts", 60)
    request = requests(fleet, "POST", "", {"label": "no", "most": 5})
    assert request["what"] == 'sounds that 1.0 calls "no"'
    wait_until(lambda: "asks for sounds that 1.0 calls" in device.say("collect", "--offers"), "it is asked", 60)
    hear(device)
    wait_until(lambda: "about: 1" in device.say("collect", "--offers"), "a window is kept")
    listing = device.say("collect", "--offers")
    assert 'the answer "no"' in listing
    assert "Everyone in" in listing
    assert answers(fleet) == {
        "devices": 1, "yes": 0, "no": 0, "withdrawals": 0, "unanswered": 1, "sent": 0, "waiting": 0
    }  # fmt: skip

    # The owner hears it first. On the disk it is encrypted, also after a power cut.
    sound = tmp_path / "heard.wav"
    device.say("collect", "--window", "1", "--output", str(sound))
    with wave.open(str(sound)) as reader:
        assert (reader.getframerate(), reader.getnframes()) == (16000, 16000)
        part = reader.readframes(8000)[-4000:]
    device.kill()
    device.start()
    device.wait(lambda rune: rune["is_answering"], "the rune runs again", 60)
    assert 'the answer "no"' in device.say("collect", "--offers")
    for path in device.state.rglob("*"):
        assert not path.is_file() or part not in path.read_bytes(), path

    name = request["id"][:8]
    wait_until(lambda: name in device.say("collect", "--offers"), "it is asked again", 60)
    wrong = device.ask("collect", "--yes", name, "--purposes", "readers")
    assert wrong.returncode == 1
    assert "asks for tests, training" in wrong.stderr
    agreement = device.say("collect", "--yes", name, "--windows", "1", "--purposes", "tests")
    assert "1 window will be sent" in agreement
    assert "Models of" not in agreement
    wait_until(lambda: answers(fleet)["sent"] == 1, "the window arrived", 60)
    assert answers(fleet)["yes"] == 1
    accept_all(fleet)
    (sample,) = fleet.live.api("GET", f"projects/{fleet.project}/data/samples")["results"]
    assert (sample["source"], sample["device"], sample["split"]) == ("device", "desk-1", "test")
    answer = fleet.live.http.get(f"/api/v1/projects/{fleet.project}/data/samples/{sample['number']}/recording")
    assert part in answer.raise_for_status().content

    device.say("collect", "--take-back", name)
    wait_until(lambda: answers(fleet)["withdrawals"] == 1, "all was taken back", 60)
    samples = f"projects/{fleet.project}/data/samples"
    wait_until(lambda: fleet.live.api("GET", samples)["results"] == [], "the sample is gone")
    assert answers(fleet)["sent"] == 0
    requests(fleet, "DELETE", f"/{request['id']}")
    fleet.live.api("DELETE", f"projects/{fleet.project}/deployments/gateways/telemetry")
    device.wait(lambda rune: rune["counts"]["mode"] == "off", "the device counts nothing", 60)
    assert not list((device.state / "runes" / "keywords" / "windows").iterdir())
