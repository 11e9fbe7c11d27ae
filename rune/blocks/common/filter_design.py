"""Filters by what they should do: sections of Butterworth filters and notches, and windowed sincs.

Made of correctly rounded functions and single operations, so that a build gives the same bits on every machine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rune import arithmetic
from rune.blocks.refusals import only_input
from rune.blocks.signature import Argument, ArgumentKind, Arguments, BlockError, real, text
from rune.tensor import ElementType, TensorType

Section = tuple[float, float, float, float, float]
"""b0, b1, b2, a1, a2 of one section of second order; a0 is 1."""

_LEAST_PART = 1e-5
"""The least part of the sample rate: below it the sections of a filter lose their digits."""

RATE = Argument(
    "sample_rate",
    ArgumentKind.FLOAT,
    "Samples a second of the signal.",
    default=100.0,
    minimum=0.001,
    maximum=1e6,
    unit="hertz",
)
LOW = Argument(
    "cutoff",
    ArgumentKind.FLOAT,
    "The frequency that the filter is about; of a band the lower one.",
    default=10.0,
    minimum=1e-6,
    maximum=5e5,
    unit="hertz",
)
HIGH = Argument(
    "high",
    ArgumentKind.FLOAT,
    "The higher frequency of a band.",
    default=20.0,
    minimum=1e-6,
    maximum=5e5,
    unit="hertz",
)
FRESH = Argument(
    "fresh",
    ArgumentKind.INTEGER,
    "1 begins each run anew, as for windows that overlap; 0 goes on where the last run ended.",
    default=1,
    minimum=0,
    maximum=1,
)


@dataclass(frozen=True)
class Band:
    """Frequencies as parts of the sample rate."""

    low: float
    high: float


def signal_input(block: str, inputs: tuple[TensorType, ...]) -> tuple[TensorType, int, int]:
    """The one input, and its samples and channels: `f32[n]` or `f32[n, channels]`, time first. Raises `BlockError`."""
    signal = only_input(block, inputs, (ElementType.F32,), "a signal")
    if len(signal.dimensions) not in (1, 2):
        raise BlockError(
            f"{block} takes a signal as [samples] or [samples, channels], such as f32[128, 3], and not {signal}",
            input_index=0,
        )
    return signal, signal.dimensions[0], signal.dimensions[1] if len(signal.dimensions) == 2 else 1


def band_of(arguments: Arguments) -> Band:
    """Returns the band of the arguments, below half of the rate. Raises `BlockError`."""
    rate, is_band = real(arguments, "sample_rate"), text(arguments, "kind") == "bandpass"
    for name in ("cutoff", "high") if is_band else ("cutoff",):
        if real(arguments, name) >= rate / 2:
            raise BlockError(
                f"a signal of {rate:g} Hz has nothing at {real(arguments, name):g} Hz, only below {rate / 2:g} Hz",
                argument=name,
            )
        if real(arguments, name) < rate * _LEAST_PART:
            raise BlockError(
                f"{real(arguments, name):g} Hz is too low for a signal of {rate:g} Hz, where {rate * _LEAST_PART:g} Hz "
                "is the least: `resample` it to a lower rate first",
                argument=name,
            )
    if is_band and real(arguments, "cutoff") >= real(arguments, "high"):
        raise BlockError("the band ends where it begins, or before: cutoff must be below high", argument="high")
    return Band(real(arguments, "cutoff") / rate, real(arguments, "high") / rate)


def butterworth(kind: str, order: int, frequency: float) -> list[Section]:
    """A low pass or a high pass: pairs of poles, and for an odd order a single one at last."""
    angle = math.pi * frequency
    k = arithmetic.sin(angle) / arithmetic.cos(angle)
    low = kind == "lowpass"
    sections: list[Section] = []
    for pair in range(order // 2):
        damping = 2.0 * arithmetic.sin(math.pi * (2 * pair + 1) / (2 * order))
        scale = 1.0 + damping * k + k * k
        gain = k * k / scale if low else 1.0 / scale
        sections.append(
            (
                gain,
                2.0 * gain if low else -2.0 * gain,
                gain,
                2.0 * (k * k - 1.0) / scale,
                (1.0 - damping * k + k * k) / scale,
            )
        )
    if order % 2:
        gain = k / (k + 1.0) if low else 1.0 / (k + 1.0)
        sections.append((gain, gain if low else -gain, 0.0, (k - 1.0) / (k + 1.0), 0.0))
    return sections


def notch(frequency: float, quality: float) -> list[Section]:
    """One frequency less, and `quality` times narrower than it is high."""
    angle = 2.0 * math.pi * frequency
    half = angle / quality / 2.0
    gain = 1.0 / (1.0 + arithmetic.sin(half) / arithmetic.cos(half))
    middle = -2.0 * gain * arithmetic.cos(angle)
    return [(gain, middle, gain, middle, 2.0 * gain - 1.0)]


def sinc(x: float) -> float:
    """sin(pi x) / (pi x)."""
    return 1.0 if x == 0 else arithmetic.sin(math.pi * x) / (math.pi * x)


def windowed_sinc(kind: str, taps: int, band: Band) -> list[float]:
    """An odd number of taps in Hamming's window, of gain 1 in the middle of what passes."""
    low, high, middle = {
        "lowpass": (0.0, 2.0 * band.low, 0.0),
        "highpass": (2.0 * band.low, 1.0, 1.0),
        "bandpass": (2.0 * band.low, 2.0 * band.high, band.low + band.high),
    }[kind]
    coefficients = []
    for tap in range(taps):
        place = tap - (taps - 1) // 2
        window = 0.54 - 0.46 * arithmetic.cos(2.0 * math.pi * tap / (taps - 1))
        coefficients.append((high * sinc(high * place) - low * sinc(low * place)) * window)
    gain = 0.0
    for tap, value in enumerate(coefficients):
        gain += value * arithmetic.cos(math.pi * (tap - (taps - 1) // 2) * middle)
    return [value / gain for value in coefficients]


def resampling_taps(up: int, down: int) -> list[float]:
    """The middle and one side of a low pass for both rates, in Kaiser's window of 5, times `up`."""
    rate = max(up, down)
    half = 10 * rate
    side = [sinc(tap / rate) / rate * _kaiser(tap / half) for tap in range(half + 1)]
    gain = side[0] + 2.0 * sum(side[1:])
    return [value * up / gain for value in side]


def _kaiser(place: float) -> float:
    return _bessel(5.0 * math.sqrt(max(1.0 - place * place, 0.0))) / _bessel(5.0)


def _bessel(x: float) -> float:
    """The modified Bessel function of order 0, by its series."""
    total = term = 1.0
    for k in range(1, 40):
        term *= (x / 2.0 / k) * (x / 2.0 / k)
        total += term
    return total
