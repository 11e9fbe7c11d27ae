"""Runes for devices: a real one, and small ones that do one thing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import rune
from tests.support.runes import wat_runes

MARKER = b"\xfe\xed"
"""Bytes that no self-test generates here."""
SINE = Path(__file__).parents[3] / "examples" / "sine"


@cache
def sine_rune() -> bytes:
    """Returns the rune of the example: the sine of a number."""
    return rune.build(SINE).data


def other_sine_rune(number: int = 1) -> bytes:
    """Returns the same rune with other bytes, which answers the same."""
    name = b"device"
    content = bytes([len(name)]) + name + bytes([number])
    return sine_rune() + b"\x00" + bytes([len(content)]) + content


@cache
def mirror_rune() -> bytes:
    """Sends the two bytes that it reads."""
    return wat_runes.mirror(5, 2, "u8[2]")


@cache
def trapping_rune() -> bytes:
    """Answers as the mirror does, and traps where they are the marker, with words of its own."""
    return _unless_marked("(drop (call $debug (i32.const 600) (i32.const 45))) (unreachable)")


@cache
def endless_rune() -> bytes:
    """Answers as the mirror does, and never ends where they are the marker."""
    return _unless_marked("(loop $again (br $again))")


def _unless_marked(body: str) -> bytes:
    header = b"\x05\x00\x00\x00u8[2]"
    marker = int.from_bytes(MARKER, "little")
    words = b'{"level":"ERROR","message":"SECRET-OF-A-RUNE"}'
    return wat_runes.rune(
        "(drop (call $capability (i32.const 5))) (drop (call $output (i32.const 5)))",
        f"""(drop (call $read (i32.const {len(header)}) (i32.const 2) (i32.const 1)))
            (if (i32.eq (i32.load16_u (i32.const {len(header)})) (i32.const {marker})) (then {body}))
            (drop (call $write (i32.const 2) (i32.const 0) (i32.const {len(header) + 2})))""",
        data=f"(data (i32.const 0) {wat_runes.text(header)}) (data (i32.const 600) {wat_runes.text(words)})",
    )
