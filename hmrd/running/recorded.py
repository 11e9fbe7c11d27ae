"""Windows of an input as files of a data set: a sound as WAV, rows of numbers as CSV."""

from __future__ import annotations

import struct
from typing import Final

from rune.capabilities.capability import RecordingFormat
from rune.tensor import ElementType
from rune.tools.api.ports import Input

_FORMAT_SIZE: Final = 16
_PCM: Final = 1


def recorded_file(port: Input, window: bytes) -> tuple[str, bytes] | None:
    """Returns the ending of the file, and its bytes; None for pictures, and for an input whose numbers are unknown."""
    kind = port.request.kind
    if kind.recording is RecordingFormat.PICTURE or port.optional:
        return None
    rate = port.parameters.get("hz")
    if kind.recording is RecordingFormat.SOUND:
        return ("wav", _wav(window, int(rate))) if isinstance(rate, int) and rate > 0 else None
    element = kind.element if port.type is None else port.type.element
    columns = kind.columns or ("value",)
    values = struct.unpack(f"<{len(window) // element.size}{element.struct_code}", window)
    rows = [values[start : start + len(columns)] for start in range(0, len(values), len(columns))]
    head = "" if kind.recording is RecordingFormat.MOTION else f"{','.join(columns)}\n"
    lines = (",".join(_text(each, element) for each in row) for row in rows)
    return "csv", (head + "\n".join(lines) + "\n").encode()


def _wav(samples: bytes, rate: int) -> bytes:
    head = struct.pack("<4sI4s", b"RIFF", 36 + len(samples), b"WAVE")
    format_chunk = struct.pack("<4sIHHIIHH", b"fmt ", _FORMAT_SIZE, _PCM, 1, rate, rate * 2, 2, 16)
    return head + format_chunk + struct.pack("<4sI", b"data", len(samples)) + samples


def _text(value: float, element: ElementType) -> str:
    return f"{value:.9g}" if element.is_float else str(value)
