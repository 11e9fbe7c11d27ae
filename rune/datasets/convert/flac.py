"""FLAC files as 16-bit mono WAV files, decoded by libsndfile. Only the isolated process reads what others sent."""

from __future__ import annotations

import io

import numpy as np

from rune.datasets.content.content import BadContent
from rune.datasets.content.read import MAX_BYTES
from rune.datasets.convert.sounds import MAX_CHANNELS, wav_of
from rune.wording import size_text

_BLOCK = 65_536
"""Moments that are decoded at once: a few bytes of FLAC can be hours of silence."""
_MAX_MOMENTS = MAX_BYTES // 2


def is_flac(data: bytes) -> bool:
    """Returns whether the bytes begin as a FLAC file does."""
    return data.startswith(b"fLaC")


def wav_of_flac(data: bytes) -> bytes:
    """Returns a FLAC file as a WAV file: channels are averaged, titles and pictures dropped. Raises `BadContent`."""
    try:
        import soundfile
    except ImportError:
        raise BadContent("FLAC files need the Python package soundfile. Install it, or convert them to WAV.") from None
    parts = []
    count = 0
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            if not 0 < file.channels <= MAX_CHANNELS:
                raise BadContent(f"The FLAC file has {file.channels} channels; an import takes 1 to {MAX_CHANNELS}.")
            rate = file.samplerate
            while len(block := file.read(_BLOCK, dtype="float64", always_2d=True)):
                count += len(block)
                if count > _MAX_MOMENTS:
                    raise BadContent(f"The sound is larger than {size_text(MAX_BYTES)}. Cut it and import the parts.")
                parts.append(block.mean(axis=1))
            is_short = count < file.frames
    except soundfile.SoundFileError:
        raise BadContent("The FLAC file is damaged or cut short.") from None
    if not parts or is_short:
        raise BadContent("The FLAC file is damaged or cut short.")
    return wav_of(np.concatenate(parts), 1, rate)
