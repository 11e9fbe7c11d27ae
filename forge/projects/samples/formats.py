"""Detects the format of a recording: wav, png or csv of motion. It decodes nothing."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Iterable

from forge.projects.errors import SampleRefused
from forge.projects.models import SampleKind
from rune.wording import size_text

MAX_BYTES = 8 * 1024 * 1024
"""Bytes of a recording: four minutes of speech at 16 kHz."""
ENDINGS = {SampleKind.SOUND: "wav", SampleKind.PICTURE: "png", SampleKind.MOTION: "csv"}

_PNG = b"\x89PNG\r\n\x1a\n"
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_ROW = re.compile(rf"{_NUMBER},{_NUMBER},{_NUMBER}")


def read_recording(contents: Iterable[bytes]) -> bytes:
    """A recording in one piece; one that is too large only so far that `kind_of` refuses it."""
    data = bytearray()
    for chunk in contents:
        data += chunk
        if len(data) > MAX_BYTES:
            break
    return bytes(data)


def kind_of(data: bytes) -> SampleKind:
    """What a recording is. Raises `SampleRefused`."""
    if len(data) > MAX_BYTES:
        raise SampleRefused(
            f"The recording has {size_text(len(data))}; a sample has at most {size_text(MAX_BYTES)}. "
            "Trim it and send it again."
        )
    if data.startswith(_PNG):
        if data[12:16] != b"IHDR" or not data.endswith(b"IEND\xaeB`\x82"):
            raise SampleRefused("The png is cut short. Record it again.")
        return SampleKind.PICTURE
    if data[:4] == b"RIFF":
        _check_sound(data)
        return SampleKind.SOUND
    _check_motion(data)
    return SampleKind.MOTION


def _check_sound(data: bytes) -> None:
    try:
        with wave.open(io.BytesIO(data)) as sound:
            if sound.getsampwidth() == 2 and sound.getnchannels() == 1 and sound.getnframes() > 0:
                return
    except (wave.Error, EOFError):
        pass
    raise SampleRefused("The file is not a 16-bit mono wav. Record it in the preview, or convert it.")


def _check_motion(data: bytes) -> None:
    try:
        lines = data.decode("ascii").splitlines()
    except UnicodeDecodeError:
        raise SampleRefused("The file is not a wav, png or csv. Record samples in the preview.") from None
    wrong = next((number for number, line in enumerate(lines, start=1) if not _ROW.fullmatch(line)), None)
    if wrong is not None or not lines:
        raise SampleRefused(
            f"The file is not a wav or png, and its line {wrong or 1} is not three numbers separated by commas."
        )
