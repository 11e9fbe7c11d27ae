"""Any recording that an import takes, as a file that a data set stores."""

from __future__ import annotations

from rune.datasets.content.content import BadContent
from rune.datasets.content.pictures import is_picture
from rune.datasets.content.unread_pictures import unread_picture
from rune.datasets.content.wav import is_wav
from rune.datasets.convert.flac import is_flac, wav_of_flac
from rune.datasets.convert.series import plain_csv
from rune.datasets.convert.sounds import plain_wav

SUFFIXES = (".wav", ".flac", ".png", ".jpg", ".jpeg", ".csv")
"""The ends of names of files that have one recording each."""


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
