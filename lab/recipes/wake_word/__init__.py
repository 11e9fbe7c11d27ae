"""A wake word from few recordings: the word, and what is not the word, which is made of it and of noise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lab.recipes import keywords
from lab.recipes.alarm import FALSE_ALARMS, Threshold
from lab.recipes.arguments import ArgumentGroup, RecipeArgument, Values, with_defaults
from lab.recipes.labels import label_answer
from lab.recipes.recipe import SHARES_STAGE, Recipe

_OWN = (
    RecipeArgument(
        "copies",
        "Copies of each recording of the word, in noise and at other moments.",
        16,
        0,
        200,
        title="Copies of each recording",
        group=ArgumentGroup.AUGMENTATION,
    ),
    RecipeArgument(
        "others",
        "Sounds that are made for each recording and are not the word.",
        32,
        4,
        400,
        title="Other sounds made",
        group=ArgumentGroup.AUGMENTATION,
    ),
    RecipeArgument(
        "noise",
        "How far the word is above the loudest noise that is added.",
        5.0,
        -10.0,
        40.0,
        "dB",
        title="Signal-to-noise ratio, at least",
        group=ArgumentGroup.AUGMENTATION,
    ),
)
_FALSE_ALARMS = replace(
    FALSE_ALARMS, meaning="The share of windows without the word that may be above the threshold.", default=0.02
)


def _answer(values: Values, scores: str, threshold: Threshold) -> str:
    return f"""\
  {SHARES_STAGE}:
    proc-block: split
    inputs: [{scores}]
    outputs:
      - {{type: f32, dimensions: [1, 1]}}
      - {{type: f32, dimensions: [1, 1]}}
    args:
      parts: 2

  # How sure the model is that it hears the word: the mean of the last windows.
  steady:
    proc-block: moving_average
    inputs: [{SHARES_STAGE}.1]
    outputs:
      - {{type: f32, dimensions: [1, 1]}}
    args:
      length: {int(values["mean-of"])}

  # One call is one answer: it must fall below `off` before there is another.
  heard:
    proc-block: hysteresis
    inputs: [steady]
    outputs:
      - {{type: u8, dimensions: [1, 1]}}
    args:
      on: {threshold.on:.9g}
      off: {threshold.off:.9g}

{label_answer("heard")}
  # How sure it is, for the app.
  score:
    out: SERIAL
    inputs: [steady]
"""


_SHARED = tuple(each for each in keywords.RECIPE.arguments if each is not keywords.STREAM)

RECIPE = Recipe(
    name="wake-word",
    title="Wake word",
    kind=keywords.RECIPE.kind,
    folder=Path(__file__).parent,
    arguments=(*_OWN, _FALSE_ALARMS, *with_defaults(_SHARED, {"epochs": 100, "mean-of": 1})),
    network_arguments=keywords.RECIPE.network_arguments,
    augmentation=keywords.RECIPE.augmentation,
    window_units=keywords.RECIPE.window_units,
    generation=tuple(each.name for each in _OWN),
    features=keywords.RECIPE.features,
    learner="keywords",
    word_answer=_answer,
    sizes=keywords.RECIPE.sizes,
    main_arguments=keywords.RECIPE.main_arguments,
)
