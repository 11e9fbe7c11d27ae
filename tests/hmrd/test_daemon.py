"""A real daemon against a server that speaks the protocol: what a person sees, and what no fault may break."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hmrd.protocol.enrolment import TrustAnchor, TrustKind
from hmrd.protocol.orders import RunOrder, sign_order
from hmrd.protocol.reports import EventKind
from hmrd.protocol.wanted import ApprovedOutputs, RequestKind
from rune.tools.signing.keys import Algorithm, make_private_key
from tests.support.hmrd.daemon import DaemonProcess, daemon
from tests.support.hmrd.runes import MARKER, other_sine_rune, sine_rune, trapping_rune
from tests.support.hmrd.server import CODE, ProtocolServer, protocol_server
from tests.support.hmrd.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with protocol_server() as server:
        server.desired = replace(server.desired, interval=1)
        yield server


@pytest.fixture
def device(tmp_path: Path) -> Iterator[DaemonProcess]:
    os.mkfifo(tmp_path / "pipe")
    with daemon(tmp_path) as device:
        device.config.write_text(config(tmp_path))
        yield device


def config(folder: Path) -> str:
    return f"""\
[[rune]]
name = "sine"
seconds = 0.5

[rune.source.number]
pipe = "{folder}/pipe"
format = "lines"

[rune.source.raw]
pipe = "{folder}/pipe"
size = 2
"""


def feed(device: DaemonProcess, text: bytes) -> None:
    descriptor = os.open(device.config.parent / "pipe", os.O_WRONLY)
    os.write(descriptor, text)
    os.close(descriptor)


def enrolled(device: DaemonProcess, server: ProtocolServer) -> None:
    device.start()
    text = device.say("enroll", server.url, CODE)
    is_of_home = server.trust is not None and server.trust.kind == TrustKind.HOME
    trust = "It runs nothing that this key at home did not sign" if is_of_home else "It believes the keys of http"
    assert text.startswith(f"Joined acme as gw-1.\n{trust}")


def run_first_version(device: DaemonProcess, server: ProtocolServer) -> None:
    """Has a device join a server that wants version 1.1, and waits until it runs."""
    server.want(sine_rune(), 1)
    enrolled(device, server)
    device.wait_for_version("1.1")


def answers(device: DaemonProcess) -> list[dict[str, object]]:
    return [json.loads(line) for line in device.answers.read_text().splitlines()]


def test_a_device_joins_runs_and_switches(server: ProtocolServer, device: DaemonProcess) -> None:
    run_first_version(device, server)
    report = server.wait_for_report(lambda report: report.phase == "running", "the device reports that it runs")
    assert report.running is not None
    assert (report.running.version, report.self_test) == ("1.1", "passed")
    assert [each.kind for each in report.events] == [EventKind.INSTALLED]

    feed(device, b"0\n1.5707963\n")
    wait_until(lambda: len(answers(device)) == 2, "two answers")
    assert answers(device)[0]["version"] == "1.1"

    server.want(other_sine_rune(), 2)
    device.wait_for_version("1.2")
    assert device.rune["other"]["version"] == "1.1"
    feed(device, b"0\n")
    wait_until(lambda: answers(device)[-1]["version"] == "1.2", "an answer of the new rune")

    assert "same bits" in device.say("self-test")
    assert device.say("go-back") == "Runs 1.1 again.\n"
    server.wait_for_report(
        lambda report: report.running is not None and report.running.version == "1.1", "the way back is reported"
    )
    assert "installed 1.2" in device.say("logs")
    assert device.stop() == 0


def test_a_device_joins_before_its_daemon_runs(server: ProtocolServer, device: DaemonProcess) -> None:
    server.want(sine_rune(), 1)
    assert device.say("enroll", server.url, CODE.lower()).startswith(
        "Joined acme as gw-1.\nIt believes the keys of http"
    )
    (first,) = server.reports
    assert (first.sequence, first.phase) == (1, "empty")
    device.start()
    device.wait_for_version("1.1")
    assert device.ask("enroll", server.url, CODE).returncode == 1


def test_a_network_that_is_gone_undoes_nothing(server: ProtocolServer, device: DaemonProcess) -> None:
    run_first_version(device, server)
    for fault, name in (("away", "server-away"), ("html", "server-strange"), ("garbage", "server-strange")):
        server.fault = fault
        device.wait(lambda rune, name=name: rune["server"] and rune["server"]["name"] == name, fault)  # type: ignore[misc]
        assert device.rune["running"]["version"] == "1.1"
        device.kill()
        device.start()
        server.fault = ""
        device.wait(lambda rune: rune["server"] is None, "the server answers again")
    feed(device, b"0\n")
    wait_until(lambda: bool(answers(device)), "an answer")


def test_a_good_update_is_confirmed_without_the_server(server: ProtocolServer, device: DaemonProcess) -> None:
    device.trial = 2.0
    server.want(sine_rune(), 1)
    enrolled(device, server)
    device.wait(lambda rune: rune["phase"] == "trying", "the rune is tried")
    server.fault = "away"
    device.wait_for_version("1.1")
    server.fault = ""
    server.wait_for_report(lambda report: report.phase == "running", "the device reports that it runs")


def test_a_rune_that_traps_again_and_again_is_given_up(server: ProtocolServer, device: DaemonProcess) -> None:
    run_first_version(device, server)
    device.kill()
    device.trial = 30.0
    device.start()
    server.want(trapping_rune(), 2, is_approved=False)
    device.wait(lambda rune: rune["phase"] == "trying", "the second rune is tried")

    def feed_until_back() -> bool:
        if device.rune["phase"] == "trying" and device.rune["is_answering"]:
            feed(device, MARKER)
        return bool(device.rune["phase"] == "running")

    wait_until(feed_until_back, "the device goes back", 60)
    assert device.rune["running"]["version"] == "1.1"
    report = server.wait_for_report(lambda report: report.totals.fallbacks == 1, "the fallback is reported")
    assert report.problem is not None
    assert report.problem.name == "trapped"
    assert report.totals.traps >= 3
    assert "SECRET" not in device.lines.read_text() + json.dumps([each.to_json() for each in server.reports])


def test_other_bits_than_approved_never_run(server: ProtocolServer, device: DaemonProcess) -> None:
    run_first_version(device, server)
    wanted_rune = server.want(other_sine_rune(), 2)
    outputs = ApprovedOutputs(7, f"sha256:{'0' * 64}")
    server.desired = replace(server.desired, wanted=replace(wanted_rune, self_test=outputs))
    device.wait(lambda rune: rune["problem"] and rune["problem"]["name"] == "self-test-failed", "the self-test fails")
    assert device.rune["running"]["version"] == "1.1"
    server.wait_for_report(lambda report: report.problem is not None, "the problem is reported")


def test_a_damaged_slot_is_fetched_again(server: ProtocolServer, device: DaemonProcess) -> None:
    run_first_version(device, server)
    device.kill()
    (slot,) = (device.state / "runes" / "sine").glob("slot-*.rune")
    slot.write_bytes(slot.read_bytes()[:-1] + b"\xff")
    device.start()
    device.wait(lambda rune: rune["phase"] == "running" and rune["is_answering"], "the rune runs again")
    server.wait_for_report(lambda report: report.totals.fallbacks == 1, "the damage is reported")


def test_a_wrong_line_leaves_the_old_configuration_in_force(server: ProtocolServer, device: DaemonProcess) -> None:
    run_first_version(device, server)
    good = device.config.read_text()
    device.config.write_text(good.replace("seconds = 0.5", 'seconds = "x"'))
    device.reload()
    wait_until(lambda: bool(device.status["config"]), "the error is shown")
    assert device.status["config"] == ["line 3: rune.seconds takes a number from 0.001 to 3600."]
    device.kill()
    device.start()
    device.wait(lambda rune: rune["name"] == "sine" and rune["is_answering"], "the old rune runs")
    assert "config-wrong" in device.say("logs")
    assert device.ask("check-config").returncode == 1
    device.config.write_text(good.replace("seconds = 0.5", "seconds = 0.4"))
    device.reload()
    wait_until(lambda: not device.status["config"], "the error is gone")
    device.wait(lambda rune: rune["is_answering"], "the rune runs on")


def test_a_missing_source_is_named_at_the_device_alone(server: ProtocolServer, device: DaemonProcess) -> None:
    good = device.config.read_text()
    device.config.write_text('[[rune]]\nname = "sine"\n')
    server.want(sine_rune(), 1)
    enrolled(device, server)
    device.wait(lambda rune: "[rune.source.number]" in rune["detail"], "the missing source is named")
    server.wait_for_report(lambda report: report.problem is not None, "the problem is reported")
    assert server.report.problem is not None
    assert server.report.problem.name == "config-wrong"
    assert "number" not in json.dumps([each.to_json() for each in server.reports])
    assert "number" not in device.lines.read_text()
    device.config.write_text(good)
    device.reload()
    device.wait_for_version("1.1")


def test_a_full_disk_is_named_and_the_rune_runs_on(server: ProtocolServer, device: DaemonProcess) -> None:
    run_first_version(device, server)
    device.kill()
    full = device.config.parent / "full"
    full.write_text("")
    device.extra = f"""
import os, pathlib
real = os.fsync
def fsync(number):
    if pathlib.Path({str(full)!r}).exists():
        raise OSError(28, "No space left on device")
    real(number)
os.fsync = fsync
"""
    server.want(other_sine_rune(), 2)
    device.start()
    device.wait(lambda rune: rune["problem"] and rune["problem"]["name"] == "disk-full", "the full disk is named")
    device.wait(lambda rune: rune["is_answering"], "the old rune answers")
    feed(device, b"0\n")
    wait_until(lambda: bool(answers(device)), "an answer")
    assert answers(device)[-1]["version"] == "1.1"
    full.unlink()
    device.wait_for_version("1.2")


def test_requests_are_answered(server: ProtocolServer, device: DaemonProcess) -> None:
    run_first_version(device, server)
    former = server.public_key
    server.ask(1, RequestKind.SELF_TEST, 77)
    server.ask(2, RequestKind.LOG)
    server.ask(3, RequestKind.REPLACE_KEY)
    server.ask(4, RequestKind.RESTART)

    def answers_by_id() -> dict[int, object]:
        return {answer.id: answer for report in server.reports for answer in report.answers}

    wait_until(lambda: set(answers_by_id()) == {1, 2, 3, 4}, "all requests are answered", 40)
    by_id = {answer.id: answer for report in server.reports for answer in report.answers}
    assert by_id[1].outputs.startswith("sha256:")
    assert "started" in by_id[2].log
    assert server.public_key != former
    assert all(answer.problem is None for answer in by_id.values())
    device.wait(lambda rune: rune["is_answering"], "the rune answers again")
    device.kill()
    device.start()
    server.want(other_sine_rune(), 2)
    device.wait_for_version("1.2")


def test_a_device_leaves_and_forgets(server: ProtocolServer, device: DaemonProcess) -> None:
    run_first_version(device, server)
    device.say("collect", "--label", "a", "--consent", "Ada agreed.", "--until", "2099-01-31")
    feed(device, b"0\n1\n")
    wait_until(lambda: "2 recordings" in device.say("collect", "--list"), "two recordings")
    assert device.say("leave") == "Left acme.\n"
    assert server.has_left
    assert device.status["organisation"] is None
    device.wait(lambda rune: rune["running"] is None and not rune["is_answering"], "nothing runs")
    assert not list(device.state.rglob("*.rune"))
    assert not list(device.state.rglob("*.csv"))
    assert not (device.state / "identity" / "identity.json").exists()


def test_a_request_to_leave_is_reported_before_everything_is_forgotten(
    server: ProtocolServer, device: DaemonProcess
) -> None:
    run_first_version(device, server)
    server.ask(9, RequestKind.LEAVE)
    wait_until(lambda: device.status["organisation"] is None, "the device left", 40)
    assert [answer.id for answer in server.report.answers] == [9]


def test_a_server_that_was_taken_over_runs_nothing_without_the_key_at_home(
    server: ProtocolServer, device: DaemonProcess
) -> None:
    home = make_private_key(Algorithm.ED25519)
    server.trust = TrustAnchor(TrustKind.HOME, server.keys.root_digest, (home.public.pem,))
    first = server.want(sine_rune(), 1)
    order = sign_order(RunOrder(first.deployment, first.number, first.version, first.rune, first.size), home)
    server.desired = replace(server.desired, orders=(order,))
    enrolled(device, server)
    device.wait_for_version("1.1")

    server.want(other_sine_rune(), 2)
    device.wait(lambda rune: rune["problem"] and rune["problem"]["name"] == "order-refused", "the order is missing")
    server.ask(5, RequestKind.LEAVE)
    wait_until(lambda: any(report.answers for report in server.reports), "the request is answered")
    (answer,) = (answer for report in server.reports for answer in report.answers)
    assert answer.problem is not None
    assert answer.problem.name == "order-refused"
    assert device.rune["running"]["version"] == "1.1"


def test_a_rune_is_deployed_at_the_device_without_any_server(device: DaemonProcess, tmp_path: Path) -> None:
    device.config.write_text(device.config.read_text().replace('name = "sine"', 'name = "sine"\nfrom = "local"'))
    (tmp_path / "sine.rune").write_bytes(sine_rune())
    device.start()
    device.say("deploy", str(tmp_path / "sine.rune"), "--version", "mine")
    device.wait_for_version("mine")
    feed(device, b"0\n")
    wait_until(lambda: bool(answers(device)), "an answer")
    device.kill()
    device.start()
    device.wait(lambda rune: rune["is_answering"], "the rune answers after a power cut")


def test_a_daemon_that_is_killed_at_any_moment_ends_on_what_is_wanted(
    server: ProtocolServer, device: DaemonProcess
) -> None:
    server.want(sine_rune(), 1)
    enrolled(device, server)
    for number in range(2, 6):
        server.want(other_sine_rune(number), number)
        time.sleep(0.3 * number)  # Another moment of the way each time.
        device.kill()
        device.start()
    device.wait_for_version("1.5")


def test_a_daemon_with_a_rune_takes_little_memory(server: ProtocolServer, device: DaemonProcess) -> None:
    run_first_version(device, server)
    feed(device, b"0\n" * 100)
    wait_until(lambda: len(answers(device)) == 100, "all answers")
    assert device.memory < 80 * 1024 * 1024, device.memory


def test_a_second_daemon_does_not_start_and_others_cannot_open_the_socket(device: DaemonProcess) -> None:
    device.start()
    assert (device.state / "hmrd.sock").stat().st_mode & 0o777 == 0o600
    second = device.ask("run")
    assert second.returncode == 1
    assert "Another hmrd works with" in second.stderr


def test_a_device_joins_by_its_label_once_a_member_confirmed_it(server: ProtocolServer, device: DaemonProcess) -> None:
    server.is_confirmed = False
    arguments = ("enroll", server.url, "--label", "--organisation", "acme", "--no-wait")
    first, second = device.say(*arguments), device.say(*arguments)
    assert first == second
    assert "has to confirm this device" in first
    server.is_confirmed = True
    assert "Joined acme as gw-1." in device.say(*arguments)
    assert device.ask("enroll", server.url, "--label").returncode == 1


def test_a_device_joins_by_the_certificate_of_a_batch(
    server: ProtocolServer, device: DaemonProcess, tmp_path: Path
) -> None:
    (tmp_path / "batch").write_text(f"0d3f2c1e-1111-4222-8333-444455556666.{'a' * 32}\n")
    assert device.say("enroll", server.url, "--batch", str(tmp_path / "batch")).startswith(
        "Joined acme as gw-1.\nIt believes the keys of http"
    )
    (tmp_path / "batch").write_text("something else\n")
    assert "the certificate of a batch" in device.ask("enroll", server.url, "--batch", str(tmp_path / "batch")).stderr
