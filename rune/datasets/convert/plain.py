"""Any recording that an import or an upload takes, as a file that a data set stores."""

from __future__ import annotations

from dataclasses import replace

from rune.datasets.content.content import BadContent, Content
from rune.datasets.content.pictures import is_picture
from rune.datasets.content.read import read_content
from rune.datasets.content.row_rate import RowInterval
from rune.datasets.content.unread_pictures import unread_picture
from rune.datasets.convert.flac import is_flac, wav_of_flac
from rune.datasets.convert.series import plain_csv
from rune.datasets.convert.sounds import plain_wav
from rune.datasets.convert.times import timing_of_csv
from rune.wav_file import is_wav


def plain_recording(data: bytes) -> bytes:
    """Returns a recording as a 16-bit mono WAV, a PNG, a JPEG, a CSV of three numbers a line, or a table.

    Raises `BadContent`.
    """
    if is_wav(data):
        return plain_wav(data)
    if is_flac(data):
        return wav_of_flac(data)
    if is_picture(data):
        return data
    if (reason := unread_picture(data)) is not None:
        raise BadContent(reason)
    return plain_csv(data)


def read_upload(data: bytes) -> Content:
    """Reads a recording that somebody sent alone. One that can be stored stays as it is, and a CSV file of another
    form is converted as in an import, but for its rate. Raises `BadContent`."""
    try:
        content = read_content(data)
    except BadContent:
        if is_wav(data) or is_picture(data) or unread_picture(data) is not None:
            raise
        content = read_content(plain_csv(data))
    return replace(content, interval=_interval_of_csv(data)) if content.input else content


def _interval_of_csv(data: bytes) -> RowInterval | None:
    """Returns how far apart the rows of a CSV file are, None where it does not say it."""
    try:
        timing = timing_of_csv(data)
    except BadContent:
        return None
    return None if timing is None else timing.interval
