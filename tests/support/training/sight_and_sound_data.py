"""Small sounds and pictures for tests, drawn by rule."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from rune.datasets.content.wav import wav_bytes

RATE = 16_000
SOUNDS = ("beep", "hiss", "rise")
PICTURES = ("bars", "disc")


def sound(label: str, random: np.random.Generator, seconds: float = 1.0) -> bytes:
    """A WAV file of a tone, of noise, or of a tone that rises."""
    times = np.arange(round(seconds * RATE)) / RATE
    pitch = random.uniform(500, 900)
    if label == "hiss":
        wave = random.normal(0, 1, len(times))
    else:
        wave = np.sin(2 * np.pi * (pitch * times + (600 * times**2 if label == "rise" else 0)))
    wave = wave * random.uniform(0.2, 0.5) + random.normal(0, 0.01, len(times))
    return wav_bytes(RATE, (np.clip(wave, -1, 1) * 32_000).astype("<i2").tobytes())


def write_sounds(folder: Path, count: int = 10) -> Path:
    """Writes sounds into a folder for each label; one is shorter and one longer than a second."""
    random = np.random.default_rng(4)
    for label in SOUNDS:
        (folder / label).mkdir(parents=True)
        for number in range(count):
            seconds = {0: 0.7, 1: 1.6}.get(number, 1.0)
            (folder / label / f"{number}.wav").write_bytes(sound(label, random, seconds))
    return folder


def write_fan(folder: Path, count: int = 10, seconds: float = 3.0) -> Path:
    """Writes recordings of a fan, `normal` and with a whistle: low tones in a rush of air."""
    random = np.random.default_rng(6)
    times = np.arange(round(seconds * RATE)) / RATE
    for label in ("normal", "whistle"):
        (folder / label).mkdir(parents=True)
        for number in range(count):
            turning = sum(np.sin(2 * np.pi * 90 * each * times + random.uniform(0, 6)) / each for each in (1, 2, 3))
            wave = random.uniform(0.05, 0.1) * turning + random.normal(0, 0.02, len(times))
            if label == "whistle":
                wave += 0.05 * np.sin(2 * np.pi * random.uniform(3_000, 3_400) * times)
            data = (np.clip(wave, -1, 1) * 32_000).astype("<i2").tobytes()
            (folder / label / f"{number}.wav").write_bytes(wav_bytes(RATE, data))
    return folder


def write_pictures(folder: Path, count: int = 10) -> Path:
    """Writes pictures of bars and discs in colours into a folder for each label."""
    random = np.random.default_rng(5)
    for label in PICTURES:
        (folder / label).mkdir(parents=True)
        for number in range(count):
            y, x = np.mgrid[0:48, 0:80]
            centre = random.uniform(20, 28, 2)
            mask = (y // 8) % 2 if label == "bars" else (y - centre[0]) ** 2 + (x - centre[1] - 16) ** 2 < 260
            colour = random.integers(80, 255, 3)
            pixels = np.where(mask[:, :, None], colour, random.integers(0, 60, (48, 80, 3))).astype(np.uint8)
            (folder / label / f"{number}.png").write_bytes(png(pixels))
    return folder


def png(pixels: np.ndarray[Any, Any]) -> bytes:
    """A PNG file of u8 `[height, width, 3]`."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
