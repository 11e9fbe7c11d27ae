"""Runes that hear: what they answer depends on the first sample of their window, or on nothing."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from rune.running.container import pack, rune_sections
from tests.support.runes.wat_runes import rune, text

RATE, WINDOW = 1000, 1000
"""The samples of a second, and of a window."""


def graph_of(labels: Sequence[str], *, has_probabilities: bool = True) -> dict[str, Any]:
    """The graph of a rune that sends a score from 0 to 255 for each label."""
    tensor = {
        "dimensions": [len(labels)],
        "element_type": "U8",
        "probability": has_probabilities,
        "quantization": {"scale": 1 / 255, "zero_point": 0},
    }
    return {
        "capabilities": {"audio": {"kind": {"type": "sound"}}},
        "outputs": {"out": {"kind": {"type": "tensor"}, "inputs": ["t"]}},
        "proc-blocks": {"label": {"args": {"wordlist": "\n".join(labels)}}},
        "requests": {"capabilities": ["audio"], "outputs": ["out"]},
        "tensors": {"t": tensor},
    }


def always(scores: Sequence[int], graph: Mapping[str, Any], *, when_loud: Sequence[int] = ()) -> bytes:
    """Returns a rune that sends these scores, and `when_loud` where the middle sample of its window is not 0."""
    size = len(scores)
    other = " ".join(
        f"(i32.store8 (i32.const {4 + 4 + 5 + place}) (i32.const {score}))" for place, score in enumerate(when_loud)
    )
    usual = " ".join(
        f"(i32.store8 (i32.const {4 + 4 + 5 + place}) (i32.const {score}))" for place, score in enumerate(scores)
    )
    return pack(
        rune(
            f"""(drop (call $capability (i32.const 2))) {_parameter(400, 2, 440)} {_parameter(410, 18, 444)}
                (drop (call $output (i32.const 5)))""",
            f"""(drop (call $read (i32.const 100) (i32.const {WINDOW * 2}) (i32.const 1)))
                {usual} (if (i32.load16_u (i32.const {100 + WINDOW})) (then {other}))
                (drop (call $write (i32.const 2) (i32.const 4) (i32.const {9 + size})))""",
            data=f"""(data (i32.const 4) {text(struct.pack("<I", 5) + f"u8[{size}]".encode())})
                     (data (i32.const 400) {text("hz")}) (data (i32.const 410) {text("sample_duration_ms")})
                     (data (i32.const 440) {text(struct.pack("<II", RATE, WINDOW * 1000 // RATE))})""",
        ),
        rune_sections(graph),
    )


def _parameter(name: int, size: int, value: int) -> str:
    places = " ".join(f"(i32.const {number})" for number in (1, name, size, value, 4, 1))
    return f"(drop (call $parameter {places}))"
