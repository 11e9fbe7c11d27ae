"""The step that learns with an estimator of scikit-learn, in a child with the Python of this process.

A round of an estimator is an epoch of the curves. `rounds` of a recipe's `estimator.py` yields what each has
learned: an object with `scores(inputs)` and `resources()`, the texts of the Runefile's resources by name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from itertools import islice
from typing import Any

import numpy as np

from lab.child.job import ChildCommand, ChildJob
from lab.recipes.arguments import function_arguments
from lab.recipes.catalogue import recipe_of
from lab.refusal import Reason, Refused
from lab.tasks.fits import Scores
from lab.training.feature_file import read_features
from rune.wording import counted

LEARNED_PARAMETERS = "learned"
"""The output of the step: what `LearnedParameters` has, as JSON."""
_FOLDS = 5


def run(job: ChildJob) -> dict[str, Any]:
    """Reads `features`, writes `learned`. Sends a row of the curves after each round, as the event `epoch`."""
    job.report(0.0, "Loading scikit-learn")
    import sklearn

    recipe = recipe_of(job.spec["recipe"])
    assert recipe.estimator is not None  # noqa: S101 (other recipes have another step)
    values = job.spec["values"]
    features = read_features(job.inputs["features"])
    train, validation = features.train, features.validation
    fit = recipe.task.fit(values, features.validation_recordings)
    options = function_arguments(values, recipe.estimator.arguments)
    rounds = partial(import_module(recipe.network_module).rounds, seed=job.spec["seed"], **options)
    curves: list[dict[str, float]] = []
    best_epoch = 0
    best_model: Any = None
    best: dict[str, dict[str, Any]] = {"resources": {}, "numbers": {}}
    is_stopped = False
    for epoch, model in enumerate(rounds(*train), start=1):
        row = {"epoch": epoch, **fit.row(model, train, validation)}
        if not all(map(math.isfinite, row.values())):
            raise Refused(Reason.DIVERGED, f"The loss of round {epoch} is not a number. Look for extreme values.")
        curves.append(row)
        if not best_epoch or row["validation_loss"] < curves[best_epoch - 1]["validation_loss"]:
            best_epoch = epoch
            best_model = model
            best = {"resources": dict(model.resources()), "numbers": dict(fit.numbers(model, validation))}
        job.send({"epoch": row, "best_epoch": best_epoch})
        job.report(epoch / values["epochs"], f"Round {epoch} of {values['epochs']}")
        # A run of seconds is not paused: it ends with the best round, as one that is stopped.
        is_stopped = job.command() in (ChildCommand.STOP, ChildCommand.PAUSE)
        if is_stopped or epoch - best_epoch >= values.get("patience", math.inf):
            break

    def left_out() -> Iterator[Scores]:
        job.report(1.0, "Choosing the threshold")
        return _left_out(rounds, *train, features.train_recordings, best_epoch)

    best["numbers"] = dict(fit.final_numbers(best_model, validation, left_out))
    job.outputs[LEARNED_PARAMETERS].write_text(json.dumps(best), encoding="utf-8")
    return {
        "best_epoch": best_epoch,
        "curves": curves,
        "parameters": _numbers_in(best),
        "trainer": f"scikit-learn {sklearn.__version__}",
        "ended": "stopped" if is_stopped else "early" if len(curves) < values["epochs"] else "all epochs",
        "text": counted(len(curves), "round"),
        "notes": list(fit.notes(best["numbers"])),
    }


def _left_out(
    rounds: Callable[[Any, Any], Any], inputs: Any, labels: Any, recordings: Any, count: int
) -> Iterator[Scores]:
    """Leaves some recordings out in turn, learns from the others for `count` rounds, and gives the scores of those that
    were left out: a validation split of two recordings says little of how much normal ones differ."""
    names = np.unique(recordings[labels == 0])
    for fold in range(min(_FOLDS, len(names)) if len(names) > 1 else 0):
        is_out = np.isin(recordings, names[fold::_FOLDS]) & (labels == 0)
        *_, model = islice(rounds(inputs[~is_out], labels[~is_out]), count)
        yield model.scores(inputs[is_out]), recordings[is_out]


def _numbers_in(parameters: Any) -> int:
    """Returns how many numbers were learned: those in the texts of the resources."""
    return sum(
        len([word for word in text.replace("[", " ").replace("]", " ").replace(",", " ").split() if _is_number(word)])
        for text in parameters["resources"].values()
    )


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
