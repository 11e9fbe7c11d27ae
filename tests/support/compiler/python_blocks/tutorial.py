"""The block of the tutorial, and its project."""

from __future__ import annotations

import io
import re
import struct
import wave
from collections.abc import Sequence

from tests.conftest import REPOSITORY

TUTORIAL = (REPOSITORY / "docs" / "guides" / "first-block.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```python (\w+\.py)\n(.*?)```", TUTORIAL, re.DOTALL))
FIRST, REST = re.findall(r"```yaml\n(.*?)```", TUTORIAL, re.DOTALL)
RUNEFILE = FIRST.partition("  claps:\n")[0] + REST
"""The Runefile at the end."""
WINDOW = 1024


def clapping(windows: int, claps: tuple[int, ...]) -> list[int]:
    """Silence with a hiss, and in these windows a clap: a burst that dies away."""
    samples = []
    for window in range(windows):
        for at in range(WINDOW):
            hiss = (at * 7919 + window * 104729) % 41 - 20
            burst = (at * 15485863) % 40000 - 20000 if window in claps else 0
            samples.append(hiss + burst * (WINDOW - at) // WINDOW)
    return samples


def sound_of(samples: Sequence[int]) -> bytes:
    """A wav of one channel at 16 kHz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()
