from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hmrd.config.model import SinkConfig, SinkKind
from hmrd.protocol.problems import ProblemName
from hmrd.running.sinks import queue as queue_module
from hmrd.running.sinks.make import open_sink
from hmrd.running.sinks.queue import AnswerQueue, DeliveryFailed
from tests.support.hmrd.broker import mqtt_broker
from tests.support.hmrd.waiting import wait_until
from tests.support.servers.listening import QuietHandler, http_server


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "_FIRST_WAIT", 0.01)


class Blocked:
    """A sink that takes nothing before it is opened."""

    def __init__(self) -> None:
        self.is_open = threading.Event()
        self.answers: list[bytes] = []

    def deliver(self, answer: bytes) -> None:
        if not self.is_open.is_set():
            raise DeliveryFailed("closed")
        self.answers.append(answer)

    def close(self) -> None:
        pass


def test_the_oldest_answers_give_way_and_are_counted() -> None:
    sink, dropped = Blocked(), list[int]()
    queue = AnswerQueue(sink, 3, dropped.append)
    for number in range(10):
        queue.put(b"%d" % number)
    wait_until(lambda: queue.problem is not None, "a delivery fails")
    sink.is_open.set()
    queue.put(b"10")
    wait_until(lambda: b"10" in sink.answers, "the answers are delivered")
    queue.close()

    assert sum(dropped) + len(sink.answers) == 11
    assert sink.answers[-1] == b"10"
    assert len(sink.answers) <= 4


def test_a_command_gets_lines_and_is_started_again_where_it_ended(tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    config = SinkConfig(SinkKind.COMMAND, command=("sh", "-c", f"read line && echo $line >> {lines}"))
    queue = open_sink(config, lambda _: None)
    queue.put(b"{1}")
    wait_until(lambda: lines.exists() and lines.read_text() == "{1}\n", "the first line is taken")

    def later_line_is_taken() -> bool:
        # A line that the command had no time to read ends with it, as in every pipe.
        queue.put(b"{2}")
        return "{2}" in lines.read_text()

    wait_until(later_line_is_taken, "a later line is taken")
    queue.close()


class AnswerReceiver:
    def __init__(self) -> None:
        self.url = ""
        self.statuses = [503, 400, 200, 200]
        self.got: list[tuple[int, bytes, str | None]] = []


@pytest.fixture
def receiver() -> Iterator[AnswerReceiver]:
    state = AnswerReceiver()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            status = state.statuses.pop(0)
            state.got.append((status, self.body(), self.headers["Authorization"]))
            self.respond(status, b"")

    with http_server(Handler) as url:
        state.url = url
        yield state


def test_a_web_address_is_tried_again_unless_it_refuses(receiver: AnswerReceiver, tmp_path: Path) -> None:
    (tmp_path / "headers").write_text("Authorization: Bearer x\n")
    dropped: list[int] = []
    config = SinkConfig(SinkKind.HTTP, f"{receiver.url}/in?a=1", headers_file=str(tmp_path / "headers"))
    queue = open_sink(config, dropped.append)
    for answer in (b"1", b"2", b"3"):
        queue.put(answer)
    wait_until(lambda: not receiver.statuses, "all answers are sent")
    queue.close()

    assert receiver.got == [(s, a, "Bearer x") for s, a in ((503, b"1"), (400, b"1"), (200, b"2"), (200, b"3"))]
    assert dropped == [1]


def test_a_broker_gets_each_answer_also_after_it_was_away(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret\n")
    with mqtt_broker() as broker:
        broker.drops = 1
        config = SinkConfig(SinkKind.MQTT, broker.url, "door/knock", "gw-1", str(tmp_path / "password"))
        queue = open_sink(config, lambda _: None)
        queue.put(b'{"a":1}')
        queue.put(b'{"a":2}')
        wait_until(lambda: ("door/knock", b'{"a":2}') in broker.published, "the second answer is published")
        queue.close()

    assert broker.published[0] == ("door/knock", b'{"a":1}')


def test_a_broker_that_refuses_the_password_is_named(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("wrong\n")
    with mqtt_broker() as broker:
        config = SinkConfig(SinkKind.MQTT, broker.url, "door/knock", "gw-1", str(tmp_path / "password"))
        queue = open_sink(config, lambda _: None)
        queue.put(b"1")
        wait_until(lambda: queue.problem is not None, "the refusal is named")
        assert queue.problem is not None
        queue.close()

    assert queue.problem.name is ProblemName.OUTPUT_LOST
    assert broker.url in queue.problem.detail
