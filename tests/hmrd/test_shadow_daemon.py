"""A real daemon with two real runes: what runs beside answers nothing, and its pairs are those of both run by hand."""

from __future__ import annotations

import json
import os
import time
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hmrd.protocol.counts import rune_key
from hmrd.protocol.enrolment import TrustAnchor, TrustKind
from hmrd.protocol.orders import RunOrder, sign_order
from hmrd.protocol.pairs import PairsDocument, read_document
from hmrd.protocol.problems import ProblemName
from hmrd.protocol.wanted import Telemetry, WantedRune
from hmrd.running.checks import layout_of
from rune.running.runtime import Runtime
from rune.tools.signing.keys import Algorithm, make_private_key
from rune.watch.pairs import PairBins, decode
from tests.support.hmrd.daemon import DaemonProcess, daemon
from tests.support.hmrd.runes import KEYWORDS, MARKER, NEVER_ENDS, TRAPS, keyword_rune, labelled_rune
from tests.support.hmrd.server import CODE, ProtocolServer, protocol_server
from tests.support.hmrd.waiting import wait_until

pytestmark = pytest.mark.slow
CONFIG = """\
[[rune]]
name = "gate"
seconds = 2

[rune.source.audio]
pipe = "{folder}/pipe"
hop = 4000

[rune.source.raw]
pipe = "{folder}/pipe"
size = 2
"""
CLOCK = """
import hmrd.clock, hmrd.service.rune_service
from pathlib import Path
hmrd.service.rune_service.COUNT_EVERY = 0.2
_steady = hmrd.clock.wall_time
hmrd.clock.wall_time = lambda: _steady() + float((Path({folder!r}) / "ahead").read_text())
"""
WINDOW, HOP = 32_000, 8_000
"""Bytes of a window of the example's sound, and from one to the next."""
LABELS = ("nothing", "speech", "knock")


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with protocol_server() as server:
        server.desired = replace(server.desired, interval=1, telemetry=Telemetry.HOUR)
        yield server


@pytest.fixture
def device(tmp_path: Path) -> Iterator[DaemonProcess]:
    folder = tmp_path / "device"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    with daemon(folder) as device:
        device.config.write_text(CONFIG.format(folder=folder))
        # The hour of the device begins with the test, so that it does not end within it.
        (folder / "ahead").write_text(str(3600 - time.time() % 3600))
        device.extra = CLOCK.format(folder=str(folder))
        yield device


def joined(server: ProtocolServer, device: DaemonProcess) -> None:
    device.start()
    device.say("enroll", server.url, CODE)
    device.wait_for_version("1.1")


def answers(device: DaemonProcess) -> list[object]:
    return [json.loads(line)["outputs"] for line in device.answers.read_text().splitlines()]


def wait_beside(device: DaemonProcess) -> None:
    device.wait(lambda rune: rune["shadow"] and rune["shadow"]["is_running"], "a rune runs beside", 60)


def wait_failed(device: DaemonProcess, server: ProtocolServer, name: ProblemName) -> None:
    device.wait(lambda rune: rune["shadow"] and rune["shadow"]["phase"] == "failed", "it is given up", 60)
    server.wait_for_report(
        lambda report: report.shadow_problem is not None and report.shadow_problem.name is name, "the server knows it"
    )


def feed(device: DaemonProcess, data: bytes, total: int, comparisons: int | None = None) -> None:
    """Gives bytes, and waits until so many windows in all were answered, and compared."""
    with (device.config.parent / "pipe").open("wb") as pipe:
        pipe.write(data)
    wait_answered(device, total, comparisons)


def wait_answered(device: DaemonProcess, total: int, comparisons: int | None = None) -> None:
    """Waits until so many windows in all were answered, and compared."""
    wait_until(lambda: len(answers(device)) == total, f"{total} answers", 60)
    if comparisons is not None:
        device.wait(lambda rune: rune["shadow"]["compared"] == comparisons, f"{comparisons} windows are compared", 60)


def labels_by_hand(data: bytes, windows: list[bytes]) -> list[int]:
    loaded_rune = Runtime.load(data)
    (request,) = loaded_rune.capabilities
    labels = []
    for window in windows:
        loaded_rune.call({request.id: window})
        counts = loaded_rune.take_counts()
        assert counts is not None
        labels.append(counts.labels.index(1))
    return labels


def test_pairs_of_a_sound_are_those_of_both_runes_by_hand(
    server: ProtocolServer, device: DaemonProcess, tmp_path: Path
) -> None:
    data, other = keyword_rune(tmp_path / "one"), keyword_rune(tmp_path / "other", swapped=("yes", "no"))
    names, others = layout_of(data).labels, layout_of(other).labels
    assert names is not None
    assert others is not None
    bins = PairBins.of(names, others)
    assert bins.answering != bins.beside
    with wave.open(str(KEYWORDS / "no-up-yes.wav")) as sound:
        samples = sound.readframes(sound.getnframes())
    windows = [samples[start : start + WINDOW] for start in range(0, len(samples) - WINDOW + 1, HOP)]
    expected = [[0] * len(bins.beside) for _ in bins.answering]
    for one, another in zip(labels_by_hand(data, windows), labels_by_hand(other, windows), strict=True):
        expected[one][another] += 1

    server.want(data, 1)
    joined(server, device)
    beside = server.want_beside(other, 2)
    wait_beside(device)
    report = server.wait_for_report(lambda report: report.shadow is not None, "the server knows it")
    assert report.running is not None
    assert report.shadow is not None
    assert (report.running.version, report.shadow.rune) == ("1.1", beside.rune)
    position = 0
    # Another writer would begin anew.
    with (device.config.parent / "pipe").open("wb", buffering=0) as pipe:
        for number in range(len(windows)):
            end = WINDOW + number * HOP
            pipe.write(samples[position:end])
            wait_answered(device, number + 1, number + 1)
            position = end
    assert "beside: 1.2, compared with" in device.say("status")
    listing = device.say("counts")
    assert "2 pairs of an hour" in listing
    assert 'windows with the answer "yes", and "no" beside it' in listing
    assert not any("no-labels" in line for line in device.lines.read_text().splitlines())
    # The hour ends.
    (device.config.parent / "ahead").write_text(str(float((device.config.parent / "ahead").read_text()) + 3600))
    wait_until(lambda: len(server.counts) == 2, "the documents of the hour were sent", 60)
    (document,) = [each for each in map(read_document, server.counts) if isinstance(each, PairsDocument)]
    assert (document.rune, document.beside) == (rune_key(report.running.rune), rune_key(beside.rune))
    pairs = decode(document.pairs, bins)
    assert [list(row) for row in pairs.counts] == expected
    assert pairs.missed == 0
    swapped = bins.answering.index("yes"), bins.beside.index("no")
    assert pairs.counts[swapped[0]][swapped[1]] > 0

    # The same rune is wanted: it switches without a download, and nothing runs beside any more.
    downloads = len([each for each in server.requests if beside.rune in each[1]])
    server.want(other, 2)
    server.withdraw_beside()
    device.wait_for_version("1.2")
    assert len([each for each in server.requests if beside.rune in each[1]]) == downloads
    assert device.rune["shadow"] is None


@pytest.mark.parametrize(
    ("body", "name"), [(TRAPS, ProblemName.TRAPPED), (NEVER_ENDS, ProblemName.TOO_SLOW)], ids=["traps", "never-ends"]
)
def test_a_rune_beside_that_fails_disturbs_no_answer(
    server: ProtocolServer, device: DaemonProcess, body: str, name: ProblemName
) -> None:
    inputs = bytes(number * 7 % 251 for number in range(200))
    inputs = inputs[:100] + MARKER + inputs[100:]
    server.want(labelled_rune(LABELS), 1)
    joined(server, device)
    feed(device, inputs, 101)
    alone = answers(device)
    server.want_beside(labelled_rune(LABELS, marked_body=body), 2)
    wait_beside(device)
    for number in range(50):
        feed(device, inputs[2 * number : 2 * number + 2], 102 + number, number + 1)
    # The marker comes alone, so that it is no window that was missed.
    feed(device, MARKER, 152)
    feed(device, inputs[102:], 202)
    assert answers(device)[101:] == alone
    wait_failed(device, server, name)
    rune = device.rune
    assert (rune["running"]["version"], rune["problem"], rune["totals"]["restarts"]) == ("1.1", None, 0)
    feed(device, inputs, 303)


def test_without_counts_nothing_runs_beside_and_a_power_cut_changes_nothing(
    server: ProtocolServer, device: DaemonProcess
) -> None:
    server.desired = replace(server.desired, telemetry=Telemetry.OFF)
    server.want(labelled_rune(LABELS), 1)
    joined(server, device)
    server.want_beside(labelled_rune(LABELS, (0, 2, 1)), 2)
    device.wait(lambda rune: rune["shadow"] and rune["shadow"]["phase"] == "beside", "it is checked", 60)
    assert device.rune["shadow"]["is_running"] is False
    device.kill()
    device.start()
    server.desired = replace(server.desired, telemetry=Telemetry.HOUR)
    wait_beside(device)
    feed(device, b"\x01\x00", 1, 1)
    server.desired = replace(server.desired, telemetry=Telemetry.OFF)
    device.wait(lambda rune: not rune["shadow"]["is_running"], "nothing runs beside", 60)
    assert not any((device.state / "runes" / "gate" / "counts").iterdir())
    feed(device, b"\x01\x00", 2)


def test_a_rune_beside_without_a_signature_is_not_run(server: ProtocolServer, device: DaemonProcess) -> None:
    server.want(labelled_rune(LABELS), 1)
    joined(server, device)
    server.want_beside(labelled_rune(LABELS, (0, 2, 1)), 2, is_signed=False)
    server.wait_for_report(
        lambda report: (
            report.shadow_problem is not None and report.shadow_problem.name is ProblemName.SIGNATURE_REFUSED
        ),
        "the server knows that it is not allowed",
    )
    assert device.rune["shadow"]["is_running"] is False


def test_a_key_at_home_orders_what_runs_beside(server: ProtocolServer, device: DaemonProcess) -> None:
    key = make_private_key(Algorithm.ED25519)

    def order(rune: WantedRune) -> str:
        return sign_order(RunOrder(rune.deployment, rune.number, rune.version, rune.rune, rune.size), key)

    server.trust = TrustAnchor(TrustKind.HOME, server.keys.root_digest, (key.public.pem,))
    first = order(server.want(labelled_rune(LABELS), 1))
    server.desired = replace(server.desired, orders=(first,))
    device.start()
    device.say("enroll", server.url, CODE, "--key-fingerprint", key.public.fingerprint)
    device.wait_for_version("1.1")
    beside = server.want_beside(labelled_rune(LABELS, (0, 2, 1)), 2)
    server.wait_for_report(
        lambda report: report.shadow_problem is not None and report.shadow_problem.name is ProblemName.ORDER_REFUSED,
        "the device refuses it",
    )
    server.desired = replace(server.desired, orders=(first, order(beside)))
    wait_beside(device)
