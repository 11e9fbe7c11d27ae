"""A device from its enrolment to the way back: a real server with its worker and signer, and a real `hmrd`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rune.tools.signing.keys import Algorithm, make_private_key
from tests.support.hmrd.daemon import DaemonProcess, daemon
from tests.support.hmrd.served_fleet import Fleet
from tests.support.hmrd.waiting import wait_until
from tests.support.servers.docker_registry import running_docker_registry
from tests.support.servers.live_server import LiveServer

pytestmark = [pytest.mark.foreign, pytest.mark.slow]
INTERVAL = "10"
HOME_DEPLOYMENT = {"title": "At home", "kind": "devices", "tag": "1.0"}
HARBOUR_DEPLOYMENT = {"title": "Harbour", "kind": "devices", "tag": "3.0"}
CONFIG = """\
[[rune]]
name = "sine"

[rune.source.number]
pipe = "{folder}/pipe"
format = "lines"
"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    environment = {"DEVICE_POLL_SECONDS": INTERVAL}
    with LiveServer(tmp_path_factory.mktemp("data"), environment) as live:
        yield Fleet(live)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[DaemonProcess]:
    os.mkfifo(tmp_path / "pipe")
    with daemon(tmp_path) as device:
        device.config.write_text(CONFIG.format(folder=tmp_path))
        yield device


def answer(device: DaemonProcess, number: float) -> float:
    """Returns the rune's answer to a number that comes through the pipe."""
    count = len(device.answers.read_text().splitlines())
    pipe = os.open(device.config.parent / "pipe", os.O_WRONLY)
    try:
        os.write(pipe, f"{number}\n".encode())
        wait_until(lambda: len(device.answers.read_text().splitlines()) > count, "an answer")
    finally:
        os.close(pipe)
    values = re.findall(r"-?\d+\.\d+", json.dumps(json.loads(device.answers.read_text().splitlines()[-1])))
    return float(values[-1])


def test_a_device_joins_runs_what_is_wanted_and_goes_back(fleet: Fleet, device: DaemonProcess) -> None:
    claim_code = fleet.code()
    device.start()
    output = device.say("enroll", fleet.live.address, claim_code["code"], "--name", "gate-1")
    assert fleet.organisation in output
    first = fleet.device("gate-1")
    assert (first["board"].startswith("linux"), first["labels"]) == (True, {"site": "berlin"})
    assert device.ask("enroll", fleet.live.address, claim_code["code"]).returncode == 1

    fleet.act("PUT", "group", {"group": "berlin", "devices": 1})
    device.wait_for_version("1.0")
    assert abs(answer(device, 1.5708) - 1.0) < 0.1

    # Another version, chosen on the server, is switched to while the first one answers.
    fleet.publish("1.1", "2.0")
    fleet.act("PUT", "version", {"tag": "1.1", "devices": 1})
    device.wait_for_version("1.1")
    assert abs(answer(device, 1.5708) - 3.0) < 0.1
    wait_until(lambda: fleet.deployment["devices"]["running"] == 1, "the server knows")
    shown_device = fleet.device("gate-1")
    assert shown_device["running"]["version"] == "1.1"
    assert shown_device["self_test"] == "passed"

    # Killed in the middle, it goes on with what it had.
    device.kill()
    device.start()
    device.wait_for_version("1.1")
    assert abs(answer(device, 1.5708) - 3.0) < 0.1

    # Without a server it answers on, and a person at the device goes back without one.
    fleet.live.stop()
    assert abs(answer(device, 1.5708) - 3.0) < 0.1
    device.say("go-back")
    device.wait_for_version("1.0")
    assert abs(answer(device, 1.5708) - 1.0) < 0.1
    fleet.live.start()
    wait_until(lambda: fleet.device("gate-1")["running"]["version"] == "1.0", "the server hears of it")
    kinds = [each["kind"] for each in fleet.api("GET", "devices/gate-1/timeline")["results"]]
    assert {"installed", "went-back", "started"} <= set(kinds)


@pytest.mark.protects("devices/taken-over-servers")
def test_a_device_with_a_key_at_home_runs_nothing_without_its_order(
    fleet: Fleet, device: DaemonProcess, tmp_path: Path
) -> None:
    key, private = make_private_key(Algorithm.ED25519), tmp_path / "acme.key"
    private.write_bytes(key.private_bytes())
    keys = f"organisations/{fleet.organisation}/signing-keys"
    state = fleet.live.http.get(f"/api/v1/{keys}").raise_for_status().headers["ETag"]
    fleet.api("POST", "signing-keys", {"public_key": key.public.pem}, **{"If-Match": state})
    home = fleet.live.api("POST", f"projects/{fleet.project}/deployments", json=HOME_DEPLOYMENT)
    fleet.api("POST", "device-groups", {"title": "Home", "query": "site=home"})
    claim_code = fleet.code("home", "home")
    device.start()
    refusal = device.ask("enroll", fleet.live.address, claim_code["code"], "--key-fingerprint", f"sha256:{'0' * 64}")
    assert (refusal.returncode, "other keys than you expect" in refusal.stderr) == (1, True)

    claim_code = fleet.code("home", "home")
    (fingerprint,) = claim_code["key_fingerprints"]
    output = device.say(
        "enroll", fleet.live.address, claim_code["code"], "--name", "home-1", "--key-fingerprint", fingerprint
    )
    assert fingerprint in output
    fleet.act("PUT", "group", {"group": "home", "devices": 1}, home["name"])
    device.wait(lambda rune: rune["problem"] and rune["problem"]["name"] == "order-refused", "an order is missing")
    wait_until(lambda: fleet.device("home-1")["problem"], "the server hears why")

    token = tmp_path / "token"
    token.write_text(fleet.live.token("deployment:manage", "project:read"))
    page = f"{fleet.live.address}/{fleet.project}/deployments/{home['name']}"
    output = device.say("sign", "release", page, "--key", str(private), "--token-file", str(token), "--yes")
    assert "Signed." in output
    device.wait_for_version("1.0")
    assert abs(answer(device, 1.5708) - 1.0) < 0.1


def test_a_device_gets_the_bytes_of_a_rune_from_a_mirror_while_there_is_one(
    fleet: Fleet, device: DaemonProcess
) -> None:
    with running_docker_registry() as registry:
        rune = registry.store("team/sine", fleet.publish("3.0", "4.0"))
        mirror = f'[server]\nmirror = "{registry.origin}/team/sine"\n'
        device.config.write_text(mirror + device.config.read_text())
        device.start()
        device.say("enroll", fleet.live.address, fleet.code("harbour")["code"], "--name", "mirrored")
        deployment = fleet.live.api("POST", f"projects/{fleet.project}/deployments", json=HARBOUR_DEPLOYMENT)["name"]
        fleet.api("POST", "device-groups", {"title": "Harbour", "query": "site=harbour"})
        fleet.act("PUT", "group", {"group": "harbour", "devices": 1}, deployment)
        device.wait_for_version("3.0")
        assert f"GET /v2/team/sine/blobs/{rune}" in registry.log.read_text()
    # Nothing answers at its address now: the server has the bytes too.
    fleet.publish("3.1", "5.0")
    fleet.act("PUT", "version", {"tag": "3.1", "devices": 1}, deployment)
    device.wait_for_version("3.1")
    assert abs(answer(device, 1.5708) - 6.0) < 0.1
