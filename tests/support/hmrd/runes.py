"""Runes for devices: a real one, and small ones that do one thing."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import rune
from rune.watch.layout import LabelBins, WatchLayout
from tests.support.runes import wat_runes
from tests.support.watch import with_watch

MARKER = b"\xfe\xed"
"""Bytes that no self-test generates here."""
_EXAMPLES = Path(__file__).parents[3] / "examples"
SINE, KEYWORDS = _EXAMPLES / "sine", _EXAMPLES / "keywords"


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


def labelled_rune(labels: tuple[str, ...], places: tuple[int, ...] | None = None, marked_body: str = "") -> bytes:
    """Reads two bytes and counts a label: the one at the place that `places` has for the first byte. It sends the bytes
    back. `marked_body` takes the place of that where they are the marker."""
    header = b"\x05\x00\x00\x00u8[2]"
    marker = int.from_bytes(MARKER, "little")
    answer = f"""(local.set $label (i32.add (i32.const 64) (i32.mul (i32.const 4) (i32.load8_u
                     (i32.add (i32.const 500) (i32.rem_u (i32.load8_u (i32.const {len(header)}))
                     (i32.const {len(labels)})))))))
                 (i32.store (local.get $label) (i32.add (i32.load (local.get $label)) (i32.const 1)))
                 (drop (call $write (i32.const 2) (i32.const 0) (i32.const {len(header) + 2})))"""
    is_marked = f"(i32.eq (i32.load16_u (i32.const {len(header)})) (i32.const {marker}))"
    module = wat_runes.rune(
        "(drop (call $capability (i32.const 5))) (drop (call $output (i32.const 5)))",
        f"""(local $label i32)
            (drop (call $read (i32.const {len(header)}) (i32.const 2) (i32.const 1)))
            {f"(if {is_marked} (then {marked_body}) (else {answer}))" if marked_body else answer}""",
        data=f"""(data (i32.const 0) {wat_runes.text(header)})
                 (data (i32.const 500) {wat_runes.text(bytes(places or range(len(labels))))})""",
        extra='(func (export "_watch") (result i32) (i32.const 64))',
    )
    return with_watch(module, WatchLayout(LabelBins(labels, tuple(range(len(labels)))), None))


TRAPS, NEVER_ENDS = "unreachable", "(loop $again (br $again))"


def keyword_rune(folder: Path, *, swapped: tuple[str, str] | None = None) -> bytes:
    """Returns the rune of the example of keywords, built in a folder; two of its labels may be swapped."""
    shutil.copytree(KEYWORDS, folder)
    if swapped is not None:
        names = {swapped[0]: swapped[1], swapped[1]: swapped[0]}
        path = folder / "labels.txt"
        path.write_text("".join(f"{names.get(each, each)}\n" for each in path.read_text().splitlines()))
    return rune.build(folder).data


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
