"""Fingerprints of recordings: words of 32 bits that stay mostly the same when a recording is louder, cut or encoded
anew, and have nothing in common for two recordings of different moments.

The words of a sound are those of Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System" (2002): whether the
energy of a band grew against its neighbour and against the moment before. Those of a picture compare neighbouring
pixels, those of motion neighbouring moments. Those of a table are of its bytes: only the same table has them.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rune.datasets.content.content import Kind
from rune.datasets.likeness.features import band_energies, frame_length, motion_values, picture_pixels, sound_values

MAX_WORDS: Final = 128
"""Words of one recording: of a sound, three seconds."""
_SOUND_BANDS = 33
_FRAME_SECONDS = 0.128
_HOP_SECONDS = 0.023
_PICTURE_SIDE = 16
_VISIBLE = 0.012
"""The least difference of neighbours, as a share of the whole range: a smaller one may come from the encoding."""
_MOTION_POINTS = 128

Words = NDArray[np.uint32]


def fingerprint_of(kind: Kind, data: bytes) -> Words:
    """The words of a stored recording, in order. Raises `BadContent` as `features_of` does."""
    if kind is Kind.SOUND:
        return _of_sound(*sound_values(data))
    if kind is Kind.PICTURE:
        grey = picture_pixels(data, "L", _PICTURE_SIDE + 1, _PICTURE_SIDE)
        return _words((np.diff(grey, axis=1) > _VISIBLE).reshape(-1, 32))
    if kind is Kind.TABLE:
        return np.frombuffer(sha256(data).digest(), ">u4").astype(np.uint32)
    return _of_motion(motion_values(data))


def _of_sound(values: NDArray[np.float32], rate: int) -> Words:
    frame = frame_length(rate, _FRAME_SECONDS)
    hop = max(1, round(rate * _HOP_SECONDS))
    energies = band_energies(values[: hop * (MAX_WORDS + 1) + frame], rate, _SOUND_BANDS, frame, hop)
    between = np.diff(energies, axis=1)
    return _words(np.diff(between, axis=0)[:MAX_WORDS] > 0)


def _of_motion(rows: NDArray[np.float32]) -> Words:
    points = np.stack([rows[number * len(rows) // _MOTION_POINTS] for number in range(_MOTION_POINTS)])
    least = _VISIBLE * float(np.ptp(points))
    return _words((np.diff(points, axis=0, prepend=points[:1]) > least).T.reshape(-1, 32))


def _words(bits: NDArray[np.bool_]) -> Words:
    """Rows of 32 bits as numbers."""
    packed_bits = np.packbits(bits, axis=1)
    words: Words = np.ascontiguousarray(packed_bits).view(">u4").astype(np.uint32).ravel()
    return words
