"""Reads any recording that a data set takes. Pure: bytes in, bytes and facts out."""

from __future__ import annotations

from collections.abc import Iterable

from rune.datasets.content.content import BadContent, Content
from rune.datasets.content.motion import read_motion
from rune.datasets.content.pictures import is_picture, read_picture
from rune.datasets.content.table import is_table, read_table
from rune.datasets.content.wav import is_wav, read_wav
from rune.wording import size_text

MAX_BYTES = 8_000_000
"""Bytes of a recording: four minutes of speech at 16 kHz."""


def join_chunks(chunks: Iterable[bytes]) -> bytes:
    """Joins the chunks of a recording. Raises `BadContent` as soon as there are more bytes than a sample may have."""
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > MAX_BYTES:
            raise BadContent(f"The recording is larger than {size_text(MAX_BYTES)}. Trim it and send it again.")
    return bytes(data)


def read_content(data: bytes) -> Content:
    """Reads a WAV, PNG, JPEG or CSV file of at most `MAX_BYTES`. Raises `BadContent`."""
    if is_wav(data):
        return read_wav(data)
    if is_picture(data):
        return read_picture(data)
    return read_table(data) if is_table(data) else read_motion(data)
