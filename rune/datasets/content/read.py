"""Reads any recording that a data set takes. Pure: bytes in, bytes and facts out."""

from __future__ import annotations

from codecs import BOM_UTF8

from rune.datasets.content.content import BadContent, Content
from rune.datasets.content.motion import read_motion
from rune.datasets.content.pictures import is_picture, read_picture
from rune.datasets.content.table import is_table, read_table
from rune.datasets.content.unread_pictures import unread_picture
from rune.datasets.content.wav import read_wav
from rune.wav_file import is_wav

MAX_BYTES = 8_000_000
"""Bytes of a recording: four minutes of speech at 16 kHz."""


def read_content(data: bytes) -> Content:
    """Reads a WAV, PNG, JPEG or CSV file of at most `MAX_BYTES`. Raises `BadContent`."""
    if is_wav(data):
        return read_wav(data)
    if is_picture(data):
        return read_picture(data)
    if (reason := unread_picture(data)) is not None:
        raise BadContent(reason)
    # Spreadsheets put a byte order mark before their text, which would be part of the first column's name.
    text = data.removeprefix(BOM_UTF8)
    return read_table(text) if is_table(text) else read_motion(text)
