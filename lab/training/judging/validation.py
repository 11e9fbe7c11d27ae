"""How well the rune of a run does on a split that it did not learn from, for each kind of recipe.

A run judges on the validation split. Nothing that trains, searches or chooses reads the test split: benchmarks do, at
their end, and builds on a server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lab.recipes.numbers import NUMBER_STAGE, DataScaling
from lab.training.data import Dataset
from lab.training.judging.counts import CountJudgement, judge_counts
from lab.training.judging.judge import (
    JudgedNumbers,
    JudgedRune,
    NumberJudgement,
    SplitJudgement,
    judge,
    judge_numbers,
)
from lab.training.settings import RunSettings
from rune.datasets.splits import Split

Judgement = SplitJudgement | NumberJudgement | CountJudgement


def judge_split(
    settings: RunSettings,
    judged_rune: JudgedRune,
    scaling: DataScaling,
    dataset: Dataset,
    split: Split,
    report: Callable[[float, str], None],
) -> Judgement:
    """How often a rune is right, or how far it is off, on a split. Raises `Refused`."""
    recipe, values = settings.recipe, settings.values
    if recipe.counts:
        return judge_counts(judged_rune, values, dataset, split, report)
    if recipe.target is None:
        return judge(judged_rune, dataset, split, report)
    of_number = replace(judged_rune, scores_stage=NUMBER_STAGE)
    return judge_numbers(of_number, JudgedNumbers(recipe.target, values, scaling), dataset, split, report)
