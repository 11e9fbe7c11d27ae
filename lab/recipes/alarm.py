"""Shared parts of the recipes that learn what is normal: a score of each window, and the alarm above a threshold."""

from __future__ import annotations

from dataclasses import dataclass

from lab.recipes.arguments import ArgumentGroup, RecipeArgument, ShownAs, Values
from lab.recipes.labels import label_answer

FALSE_ALARMS = RecipeArgument(
    "false-alarms",
    "The share of normal windows that may be above the threshold.",
    0.01,
    0.0,
    0.5,
    title="False alarms, at most",
    group=ArgumentGroup.FRONT_END,
    shown=ShownAs.SHARE,
)
ALARM_ARGUMENTS = (
    FALSE_ALARMS,
    RecipeArgument(
        "margin",
        "How much further from the middle of normal scores the threshold lies than `false-alarms` puts it: 1 is twice "
        "as far.",
        0.0,
        0.0,
        10.0,
        title="Threshold margin",
        group=ArgumentGroup.FRONT_END,
    ),
)
"""The arguments of a threshold."""
DISTANCE_STAGE = "distance"
"""The stage that says how far a network's output is from its input."""


@dataclass(frozen=True)
class Threshold:
    """The mean scores at which an alarm begins and ends, from so many normal windows."""

    on: float
    off: float
    windows: int


def distance_stage(source: str, reconstruction: str) -> str:
    """The stage behind an autoencoder, from the stages of what it reads and of what it made of that."""
    return f"""\
  # How far they are apart: what the model has never seen, it cannot draw again.
  {DISTANCE_STAGE}:
    proc-block: mse
    inputs: [{source}, {reconstruction}]
    outputs:
      - {{type: f32, dimensions: [1]}}
"""


def alarm_stages(values: Values, source: str, on: float, off: float) -> str:
    """The stages behind a score that is larger the less normal a window is: their last are outputs."""
    return f"""\
  # The mean of the last windows: single ones flicker.
  steady:
    proc-block: moving_average
    inputs: [{source}]
    outputs:
      - {{type: f32, dimensions: [1]}}
    args:
      length: {int(values["mean-of"])}

  # Above `on`, at most {values["false-alarms"]:.3g} of the normal windows lie that were not learned.
  alarm:
    proc-block: hysteresis
    inputs: [steady]
    outputs:
      - {{type: u8, dimensions: [1]}}
    args:
      on: {on:.9g}
      off: {off:.9g}

{label_answer("alarm")}
  # How far from normal it is, for the app.
  score:
    out: SERIAL
    inputs: [steady]
"""
