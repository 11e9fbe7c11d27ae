"""The limits of a rune's run: time, memory, output; and how it is measured."""

from __future__ import annotations

import signal
import struct
import threading

import pytest

from rune.capabilities.sound import SOUND
from rune.running.runtime import Limits, Runtime
from rune.running.runtime.errors import BadRequest, RuneStopped, RuneTrapped, RuneUnusable
from rune.running.runtime.measure import Measurement, measure, measurement_of
from tests.rune.running.runtime.test_runtime_engine import QUICK, SERIAL
from tests.support.runes.wat_runes import echo, rune, text

FOREVER = "(loop $again (br $again))"


@pytest.mark.slow
@pytest.mark.protects("runes/limits")
def test_a_loop_in_a_call_is_stopped_by_the_clock() -> None:
    instance = Runtime.load(rune(call=FOREVER), QUICK)
    with pytest.raises(RuneStopped, match=r"longer than 0\.2 s") as error:
        instance.call({})
    assert error.value.limit == "time"
    with pytest.raises(RuneUnusable):
        instance.call({})


def test_an_interrupt_stops_a_loop_at_once() -> None:
    read = "(drop (call $read (i32.const 0) (i32.const 4) (i32.const 1)))"
    manifest = "(drop (call $capability (i32.const 5)))"
    instance = Runtime.load(rune(manifest, f"{read} {FOREVER}"), Limits(seconds=600, fuel=None))

    def press_ctrl_c(size: int) -> bytes:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        return bytes(size)

    with pytest.raises(KeyboardInterrupt):
        instance.call({1: press_ctrl_c})
    with pytest.raises(RuneUnusable):
        instance.call({1: b"four"})


def test_a_loop_is_stopped_by_fuel() -> None:
    instance = Runtime.load(rune(call=FOREVER), Limits(fuel=100_000))
    with pytest.raises(RuneStopped) as error:
        instance.call({})
    assert error.value.limit == "fuel"


@pytest.mark.parametrize(
    "module",
    [
        rune(manifest=FOREVER),
        rune(extra=f"(func $begin {FOREVER}) (start $begin)"),
    ],
    ids=["manifest", "start"],
)
def test_a_loop_while_loading_is_stopped(module: bytes) -> None:
    with pytest.raises(RuneStopped):
        Runtime.load(module, QUICK)


def test_a_late_clock_does_not_end_the_next_call() -> None:
    instance = Runtime.load(rune(call="(drop (i32.const 1))"), Limits(seconds=0.02, fuel=None))
    for _ in range(50):
        instance.call({})


@pytest.mark.protects("runes/limits")
def test_more_memory_than_the_limit_is_refused_at_the_start() -> None:
    with pytest.raises(RuneStopped, match="memory") as error:
        Runtime.load(rune(pages=64), Limits(memory=1 << 20))
    assert error.value.limit == "memory"


def test_a_rune_that_grows_until_it_fails_is_stopped_for_its_memory() -> None:
    grow = """(loop $again
      (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
      (br $again))"""
    with pytest.raises(RuneStopped, match="memory") as error:
        Runtime.load(rune(call=grow), Limits(memory=1 << 20)).call({})
    assert error.value.limit == "memory"


def test_a_flood_of_output_is_stopped() -> None:
    flood = "(loop $again (drop (call $write (i32.const 1) (i32.const 0) (i32.const 60000))) (br $again))"
    instance = Runtime.load(rune("(drop (call $output (i32.const 1)))", flood), Limits(output=1 << 20))
    with pytest.raises(RuneStopped) as error:
        instance.call({})
    assert error.value.limit == "output"


def test_a_flood_of_handles_is_stopped() -> None:
    flood = "(loop $again (drop (call $output (i32.const 1))) (br $again))"
    with pytest.raises(RuneStopped) as error:
        Runtime.load(rune(flood))
    assert error.value.limit == "handles"


@pytest.mark.protects("runes/limits")
def test_a_flood_of_empty_output_is_stopped() -> None:
    send = "(loop $again (drop (call $write (i32.const 1) (i32.const 0) (i32.const 0))) (br $again))"
    instance = Runtime.load(rune("(drop (call $output (i32.const 1)))", send), Limits(output=64_000))
    with pytest.raises(RuneStopped, match="64000 bytes"):
        instance.call({})


@pytest.mark.protects("runes/limits")
@pytest.mark.parametrize(("name_size", "value_size"), [(1025, 4), (1 << 20, 4), (2, 1 << 20)])
def test_a_giant_parameter_is_not_kept(name_size: int, value_size: int) -> None:
    parameter = f"""(drop (call $parameter (i32.const 1) (i32.const 0) (i32.const {name_size}) (i32.const 0)
      (i32.const {value_size}) (i32.const 1)))"""
    with pytest.raises(BadRequest, match="bytes"):
        Runtime.load(rune(f"(drop (call $capability (i32.const 1))) {parameter}", pages=20))


@pytest.mark.slow
def test_a_flood_of_log_lines_is_cut_and_the_last_says_how_many_are_missing() -> None:
    lines = "(loop $again (drop (call $debug (i32.const 0) (i32.const 2))) (br $again))"
    instance = Runtime.load(rune(call=lines), Limits(seconds=0.2, fuel=None, log_lines=5))
    with pytest.raises(RuneStopped):
        instance.call({})
    assert len(instance.logs) == 6
    assert instance.logs[-1].level == "WARN"
    assert instance.logs[-1].message.endswith(" log lines dropped: only the first 5 of a run are kept")


def test_endless_recursion_is_a_trap() -> None:
    with pytest.raises(RuneTrapped, match="stack overflow"):
        Runtime.load(rune(call="(call $deeper)", extra="(func $deeper (call $deeper))")).call({})


def test_measuring_gives_a_median_of_the_runs_that_there_was_time_for() -> None:
    timing = measure(echo(SOUND, 1000, SERIAL), runs=7)
    assert timing.runs >= 7
    assert timing.low <= timing.milliseconds <= timing.high
    assert timing.milliseconds > 0


def test_measuring_stops_when_its_time_is_up() -> None:
    assert measure(echo(SOUND, 1000, SERIAL), runs=1_000_000, seconds=0).runs == 1


@pytest.mark.slow
def test_more_output_than_is_allowed_says_how_to_allow_it_and_is_then_taken() -> None:
    """A segmentation map of 257 x 257 x 21 floats, four times over."""
    shape = "f32[4, 257, 257, 21]"
    head = struct.pack("<I", len(shape)) + shape.encode()
    size = 4 * 4 * 257 * 257 * 21
    sending = rune(
        "(drop (call $output (i32.const 5)))",
        f"(drop (call $write (i32.const 1) (i32.const 0) (i32.const {len(head) + size})))",
        data=f"(data (i32.const 0) {text(head)})",
        pages=size // 65536 + 2,
    )
    with pytest.raises(
        RuneStopped, match=r"more than 16 MB in one run; allow more with --output-limit, or Limits\(output"
    ):
        Runtime.load(sending).call({})
    (message,) = Runtime.load(sending, Limits(output=32 << 20)).call({})
    assert message.tensors[0].dimensions == (4, 257, 257, 21)


@pytest.mark.protects("runes/endless-output")
@pytest.mark.parametrize("size", [0, -1, (1 << 30) + 1])
def test_there_is_an_end_to_what_a_run_may_send_or_read(size: int) -> None:
    with pytest.raises(ValueError, match="it can be 1 to"):
        Limits(output=size)
    with pytest.raises(ValueError, match="it can be 1 to"):
        Limits(input=size)


def test_a_measurement_says_between_which_times_the_middle_half_of_the_runs_lies() -> None:
    assert measurement_of([5.0, 1.0, 2.0, 4.0, 3.0]) == Measurement(3.0, 5, 2.0, 4.0)
    assert measurement_of([2.5]) == Measurement(2.5, 1, 2.5, 2.5)
