"""A wake word from few recordings: the word, and what is not the word, which is made of it and of noise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lab.recipes import keywords
from lab.recipes.alarm import FALSE_ALARMS
from lab.recipes.arguments import ArgumentGroup, RecipeArgument, with_defaults
from lab.recipes.recipe import Recipe
from lab.tasks.wake_word import WakeWordTask

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
    task=WakeWordTask(),
    features=keywords.RECIPE.features,
    learner="keywords",
    sizes=keywords.RECIPE.sizes,
    main_arguments=keywords.RECIPE.main_arguments,
)
