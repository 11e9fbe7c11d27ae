"""A rune of each recipe of sounds on silence, noise and tones, as a run tries it at its end."""

from __future__ import annotations

import pytest

from lab.command.training.text import summary
from lab.recipes.arguments import read_arguments
from lab.recipes.catalogue import RECIPES, recipe_of
from lab.recipes.recipe import scores_stage, whole_runefile
from lab.search.candidate import candidate_model
from lab.tasks.judging.judged_rune import JudgedRune
from lab.training.background import background_report
from rune.assessment.evaluation.trials.background import BackgroundTrial, CalledSound

REPORTS: list[str] = []
TRIED = [name for name, recipe in RECIPES.items() if recipe.is_tried_on_background]


def untrained(name: str) -> JudgedRune:
    recipe = recipe_of(name)
    values = read_arguments(recipe.arguments, {"filters": 4, "blocks": 1}, name)
    labels = ("hammer", "knock") if name != "wake-word" else ("other", "wake-word")
    model = candidate_model(recipe, values, len(labels), "int8")
    return JudgedRune(
        whole_runefile(recipe, values, "m.tflite", model, labels), {"m.tflite": model}, scores_stage(model)
    )


def test_recipes_that_tell_sounds_apart_are_tried_and_those_of_anomalies_and_numbers_are_not() -> None:
    assert TRIED == ["keywords", "wake-word"]
    for name in ("sound-anomaly", "sound-autoencoder", "motion", "pictures", "regression"):
        assert (
            background_report(recipe_of(name), untrained("keywords"), lambda _share, text: REPORTS.append(text)) == {}
        )
    assert REPORTS == []


@pytest.mark.slow
@pytest.mark.parametrize("name", TRIED)
def test_the_quantised_rune_of_a_recipe_runs_on_all_sounds(name: str) -> None:
    texts: list[str] = []
    report = background_report(recipe_of(name), untrained(name), lambda _share, text: texts.append(text))
    trial = BackgroundTrial.from_json(report["background"])
    assert trial.sounds == 60
    assert {each.label for each in trial.calls} <= {"hammer", "knock", "wake-word"}
    assert texts[-1] == "Trying silence, noise and tones, 60 of 60"


def test_the_terminal_says_which_label_a_rune_calls_in_silence() -> None:
    trial = BackgroundTrial(60, (CalledSound("silence", "hammer", 0.71),))
    row = {"samples": 1, "recall": [1.0, 0.2, 1.0]}
    split = {"samples": 1, "accuracy": [1.0, 0.2, 1.0], "labels": {"hammer": row}, "confusion": [[1]]}
    curve = {"loss": 0.1, "validation_loss": 0.1}
    report = {
        "notes": [], "curves": [curve], "best_epoch": 1, "parameters": 10, "quantiser": "", "labels": ["hammer"],
        "samples": {"train": {"hammer": 3}, "test": {}}, "judgements": {"validation": split},
    }  # fmt: skip
    assert "silence" not in "\n".join(summary(report))
    text = "\n".join(summary({**report, "background": trial.to_json()}))
    assert text.splitlines()[-1].startswith("The model calls silence hammer, 71 % sure. In 1 of 60 sounds")
