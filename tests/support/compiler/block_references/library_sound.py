"""The sound that libraries and references are compared on, and with which sizes."""

from __future__ import annotations

import numpy as np

RATE = 16_000
_T = np.arange(2400)
SOUND = (
    8000 * np.sin(_T * 0.11) * np.sin(_T * 0.004)
    + 3000 * np.sin(_T * _T * 0.0002)
    + np.random.default_rng(62).standard_normal(2400) * 60
).astype(np.int16)

LIBROSA = {"fft_size": 512, "step": 320, "bands": 40}
KERAS = {"fft_size": 512, "step": 320, "bands": 40}
