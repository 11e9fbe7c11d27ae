"""Features of motion for recipes without a network: how a window swings, by channel, as one row of numbers."""

from __future__ import annotations

from collections.abc import Sequence

from lab.recipes.arguments import MOTION_WINDOW, ArgumentGroup, RecipeArgument, Values, require_multiple
from lab.recipes.features import FeatureStages
from lab.refusal import Reason, Refused

_CHUNK = 5
"""Rows that a run reads."""
_CHANNELS, _MOMENTS = 3, 3
SPECTRUM_ARGUMENTS: Sequence[RecipeArgument] = (
    *MOTION_WINDOW,
    RecipeArgument(
        "rate",
        "Rows that the sensor measures in a second.",
        50.0,
        1.0,
        10000.0,
        "Hz",
        title="Sample rate",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "peaks",
        "The strongest frequencies of each channel that are features.",
        1,
        0,
        8,
        title="Frequency peaks",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "bands",
        "Bands of frequency whose power is a feature, each an octave wide.",
        5,
        0,
        10,
        title="Frequency bands",
        group=ArgumentGroup.FRONT_END,
    ),
    RecipeArgument(
        "mean-of",
        "Windows of whose scores the rune takes the mean.",
        3,
        1,
        20,
        "windows",
        title="Windows averaged",
        group=ArgumentGroup.FRONT_END,
    ),
)


def spectrum_features(values: Values, *, has_batch: bool = False) -> FeatureStages:
    """The stages from the sensor to `features`, f32 `[n]`, or `[1, n]` with a batch of one. Raises `Refused`."""
    window, hop = (require_multiple(values, name, _CHUNK) for name in ("window", "hop"))
    if hop > window:
        raise Refused(Reason.SETTINGS, f"hop is {hop}; it must be at most the window of {window} rows.")
    rate, bands = values["rate"], int(values["bands"])
    edges = ", ".join(_decimal(rate / 2 / 2**octave) for octave in range(bands, -1, -1)) if bands else ""
    columns = _MOMENTS + 2 * int(values["peaks"]) + bands
    bands_line = f"\n      bands: {edges}" if edges else ""
    count = _CHANNELS * columns
    dimensions = f"1, {count}" if has_batch else str(count)
    stages = f"""\
  # Acceleration in x, y and z, {_CHUNK} rows at a time.
  motion:
    capability: ACCEL
    outputs:
      - {{type: f32, dimensions: [{_CHUNK}, {_CHANNELS}]}}
    args:
      samples: {_CHUNK}

  # The last {window} rows, anew each {hop} rows.
  window:
    proc-block: window
    inputs: [motion]
    outputs:
      - {{type: f32, dimensions: [{window}, {_CHANNELS}]}}
    args:
      size: {window}
      hop: {hop}

  # How strong each axis swings, how its values are spread, and at which frequencies.
  spectrum:
    proc-block: spectral_features
    inputs: [window]
    outputs:
      - {{type: f32, dimensions: [{_CHANNELS}, {columns}]}}
    args:
      sample_rate: {_decimal(rate)}
      peaks: {int(values["peaks"])}{bands_line}

  features:
    proc-block: reshape
    inputs: [spectrum]
    outputs:
      - {{type: f32, dimensions: [{dimensions}]}}
    args:
      dimensions: {dimensions}
"""
    return FeatureStages(stages, "features", (count,), has_batch=has_batch)


def _decimal(number: float) -> str:
    """All digits of a number: the highest edge is half of the rate, and no further."""
    return repr(float(number)).removesuffix(".0")
