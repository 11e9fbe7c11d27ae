"""The rune of a run on silence, noise and tones: which labels it calls where nobody speaks.

Trials of a search are not tried: they are compared by other figures, and the one that is used is built and tried then.
"""

from __future__ import annotations

from typing import Any

from lab.child.job import Report
from lab.dataset.features import build_rune
from lab.recipes.recipe import Recipe
from lab.tasks.judging.judged_rune import JudgedRune
from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.assessment.evaluation.trials.background_trial import try_on_background
from rune.compiler.building.options import BuildOptions
from rune.datasets.background import background_sounds
from rune.project.files import MemoryFiles
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.running.runtime.errors import RuneError


def background_report(recipe: Recipe, judged_rune: JudgedRune, report: Report) -> dict[str, Any]:
    """Returns the trial as the part `background` of a run's report; nothing for a recipe that is not tried, or a rune
    with which it is impossible. Raises `Refused`."""
    if not recipe.is_tried_on_background:
        return {}
    count = len(background_sounds())

    def progress(number: int) -> None:
        report(number / count, f"Trying silence, noise and tones, {number} of {count}")

    files = MemoryFiles({DEFAULT_RUNEFILE: judged_rune.runefile.encode(), **judged_rune.files})
    try:
        return {
            "background": try_on_background(build_rune(files, BuildOptions("trained")), progress=progress).to_json()
        }
    except (EvaluationImpossible, RuneError):
        return {}
