"""Cases of runes that count: where their counters are, and addresses outside of the memory."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rune.abi import SectionName
from tests.support.runes.conformance_case import ConformanceCase, fails
from tests.support.runes.wat import module

LAYOUT = {
    "labels": {"names": ["yes", "no"], "bins": [0, 1]},
    "confidence": {"edges": [0.5, 0.9], "scale": 1.0, "zero_point": 0.0},
    "features": [{"stage": "audio", "output": 0, "statistic": "level", "edges": [4.0]}],
}
_START = 64
_BYTES = 28


def cases() -> Iterator[ConformanceCase]:
    yield ConformanceCase(
        "counts",
        "a host reads the counters, of 32 bits without a sign, at the address that the rune gives",
        _counting(_START, f"{_store(0, 3)} {_store(3, -1)} {_store(4, 2)} {_store(6, 1)}"),
        expected=[[]],
        counts={"labels": [3, 0], "confidence": [0, 4294967295, 2], "features": [[0, 1]]},
    )
    yield ConformanceCase(
        "counts-at-the-end-of-the-memory",
        "the counters may be the last bytes of the memory",
        _counting(65536 - _BYTES),
        expected=[[]],
        counts={"labels": [0, 0], "confidence": [0, 0, 0], "features": [[0, 0]]},
    )
    wrong = {"behind": 65536 - _BYTES + 4, "far": 2147483644, "negative": -4, "at-the-end": 65536}
    for name, address in wrong.items():
        yield ConformanceCase(
            f"counts-{name}-outside-of-memory",
            f"the rune says that its counters are at {address}",
            _counting(address),
            expected=[[]],
            error=fails("pointer", when="counts"),
        )
    yield ConformanceCase(
        "counts-between-words",
        "the rune says that its counters are at an address that is not a multiple of 4",
        _counting(_START + 2),
        expected=[[]],
        error=fails("bad-rune", when="counts"),
    )


def _counting(address: int, call: str = "") -> str:
    watch = f'(func (export "_watch") (result i32) (i32.const {address}))'
    section = json.dumps({"layout": LAYOUT}).encode()
    return module(call_=call, pages=1, extra=watch, sections=((SectionName.WATCH, section),))


def _store(counter: int, value: int) -> str:
    return f"(i32.store (i32.const {_START + 4 * counter}) (i32.const {value}))"
