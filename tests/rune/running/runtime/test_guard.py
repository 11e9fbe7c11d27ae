"""Signals and limits of time while a rune runs: what a handler raises is never lost, what it does is done at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from rune.running.runtime import Limits, Runtime
from rune.running.runtime.engine import CompiledRune, LoadedRune
from rune.running.runtime.errors import RuneStopped, RuneUnusable
from tests.support.runes.wat_runes import rune

READ = "(drop (call $read (i32.const 0) (i32.const 4) (i32.const 1)))"
ASKS = "(drop (call $capability (i32.const 5)))"
FOREVER = "(loop $again (br $again))"
FOREVER_READING = f"(loop $again {READ} (br $again))"
UNTIL_NOT_ZERO = f"(loop $again {READ} (br_if $again (i32.eqz (i32.load (i32.const 0)))))"
SetHandler = Callable[[Callable[[int, FrameType | None], object]], object]
UNLIMITED = Limits(seconds=600, fuel=None)


@pytest.fixture
def lost_errors() -> Iterator[list[str]]:
    """The exceptions that were raised where nobody could see them."""
    messages: list[str] = []
    before = sys.unraisablehook
    sys.unraisablehook = lambda unraisable: messages.append(repr(unraisable.exc_value))
    yield messages
    sys.unraisablehook = before


@pytest.fixture
def on_signal() -> Iterator[SetHandler]:
    """Sets the handler of a signal that nobody else uses."""
    before = signal.getsignal(signal.SIGUSR1)
    yield lambda handler: signal.signal(signal.SIGUSR1, handler)
    signal.signal(signal.SIGUSR1, before)


def later(number: int) -> Callable[[int], bytes]:
    """An input that, when it is read, has a signal sent shortly afterwards."""

    def source(size: int) -> bytes:
        threading.Timer(0.01, os.kill, (os.getpid(), number)).start()
        return bytes(size)

    return source


def test_an_interrupt_ends_a_loop_that_calls_nothing() -> None:
    instance = Runtime.load(rune(ASKS, f"{READ} {FOREVER}"), UNLIMITED)
    with pytest.raises(KeyboardInterrupt):
        instance.call({1: later(signal.SIGINT)})
    with pytest.raises(RuneUnusable):
        instance.call({1: b"four"})
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.slow
def test_an_interrupt_amid_imports_is_never_dropped(lost_errors: list[str]) -> None:
    module = CompiledRune(rune(ASKS, FOREVER_READING), Limits(seconds=600, fuel=None, input=1 << 30))
    for attempt in range(20):
        timer = threading.Timer(0.0005 * attempt, os.kill, (os.getpid(), signal.SIGINT))
        instance = module.start()
        with pytest.raises(KeyboardInterrupt):
            _call_amid(instance, timer)
        timer.join()
    assert lost_errors == []


def _call_amid(instance: LoadedRune, timer: threading.Timer) -> None:
    """The signal may come before the call, too."""
    timer.start()
    instance.call({1: bytes(4)})


def test_a_handler_that_returns_runs_meanwhile_and_the_call_goes_on(
    on_signal: SetHandler, lost_errors: list[str]
) -> None:
    module = CompiledRune(rune(ASKS, UNTIL_NOT_ZERO), Limits(seconds=600, fuel=None, input=1 << 30))
    signals: list[int] = []
    on_signal(lambda number, _: signals.append(number))
    timer = threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGUSR1))

    def source(size: int) -> bytes:
        if not timer.ident:
            timer.start()
        return bytes([len(signals)]) + bytes(size - 1)

    instance = module.start()
    instance.call({1: source})
    assert signals == [signal.SIGUSR1]
    instance.call({1: b"once"})
    assert lost_errors == []


def test_what_a_handler_raises_ends_the_call(on_signal: SetHandler) -> None:
    def refuse(*_: object) -> None:
        raise TimeoutError("the handler's own")

    on_signal(refuse)
    instance = Runtime.load(rune(ASKS, f"{READ} {FOREVER}"), UNLIMITED)
    with pytest.raises(TimeoutError, match="own"):
        instance.call({1: later(signal.SIGUSR1)})
    assert signal.getsignal(signal.SIGUSR1) is refuse


def test_a_handler_that_an_input_sets_stays(on_signal: SetHandler) -> None:
    def old(*_: object) -> None:
        raise AssertionError

    def new(*_: object) -> None:
        raise AssertionError

    def source(size: int) -> bytes:
        signal.signal(signal.SIGUSR1, new)
        return bytes(size)

    on_signal(old)
    Runtime.load(rune(ASKS, READ), UNLIMITED).call({1: source})
    assert signal.getsignal(signal.SIGUSR1) is new


def test_an_input_sees_an_interrupt_as_any_code_does() -> None:
    events: list[str] = []

    def source(size: int) -> bytes:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            events.append("interrupt")
            raise
        return bytes(size)

    with pytest.raises(KeyboardInterrupt):
        Runtime.load(rune(ASKS, READ), UNLIMITED).call({1: source})
    assert events == ["interrupt"]


@pytest.mark.slow
def test_each_instance_of_a_rune_has_its_own_clock() -> None:
    module = CompiledRune(rune(ASKS, f"{READ} {FOREVER}"), Limits(seconds=0.3, fuel=None))
    limits: list[str] = []

    def run() -> None:
        with pytest.raises(RuneStopped) as error:
            module.start().call({1: bytes(4)})
        limits.append(error.value.limit)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert limits == ["time"] * 3
