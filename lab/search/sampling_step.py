"""The step that asks Optuna for the next candidate, in a child with the Python that has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import optuna
from optuna.distributions import CategoricalDistribution, IntDistribution

from lab.child.job import ChildJob

MAX_QUESTIONS = 50
"""The most questions for one candidate that was not tried before."""
_STARTUP = 8
"""Trials that are drawn by chance before the sampler models what is good."""
Json = Any


def run(job: ChildJob) -> dict[str, Json]:
    """Answers the places of the next candidate, None where none was drawn that was not tried."""
    return {"places": drawn_places(job.spec)}


def drawn_places(question: Mapping[str, Json]) -> Mapping[str, int] | None:
    """Draws a candidate for the question of `lab.search.sampling`."""
    distributions = _distributions(question)
    study = _study(question, distributions)
    for _ in range(MAX_QUESTIONS):
        places: Mapping[str, int] = study.ask(distributions).params
        if places not in question["tried"]:
            return places
    return None


def _study(question: Mapping[str, Json], distributions: dict[str, Json]) -> Json:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=question["seed"] % (1 << 31), n_startup_trials=_STARTUP)
    directions = [optuna.study.StudyDirection.MINIMIZE] * question["objectives"]
    study = optuna.create_study(sampler=sampler, directions=directions)
    for result in question["results"]:
        study.enqueue_trial(result["places"])
        trial = study.ask(distributions)
        for name, excess in result["excesses"].items():
            trial.set_constraint(name, excess)
        study.tell(trial, result["point"])
    for places in question["running"]:
        study.enqueue_trial(places)
        study.ask(distributions)
    return study


def _distributions(question: Mapping[str, Json]) -> dict[str, Json]:
    return {
        **{name: IntDistribution(0, count - 1) for name, count in question["choices"].items()},
        **{name: CategoricalDistribution(range(count)) for name, count in question["forms"].items()},
    }
