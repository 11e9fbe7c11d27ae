"""Asks Optuna for the next candidate. It knows nothing but the rows: a study is built of them for each question, so any
process that has the rows asks the same, and none has to be kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from lab.search.devices import SearchDevices
from lab.search.ranking import compared_point
from lab.search.space import FORM, Candidate, Space
from lab.search.trials import Trial, TrialState

MAX_QUESTIONS = 50
"""For one candidate that was not tried before."""
_STARTUP = 8
"""Trials that are drawn by chance before the sampler models what is good."""


def next_candidate(
    space: Space, trials: Sequence[Trial], running: Sequence[Candidate], devices: SearchDevices, seed: int
) -> Candidate | None:
    """A candidate that was not tried yet, or None if none was drawn. `running` ones are being tried.

    The same rows and seed give the same candidate.
    """
    tried_keys = {_key(each) for each in (*(trial.candidate for trial in trials), *running)}
    if len(tried_keys) >= space.size:
        return _first_untried(space, tried_keys)
    study = _study(space, trials, running, devices, seed + len(trials) + len(running))
    distributions = _distributions(space)
    for _ in range(MAX_QUESTIONS):
        trial = study.ask(distributions)
        candidate = space.candidate(trial.params)
        if _key(candidate) not in tried_keys:
            return candidate
    return _first_untried(space, tried_keys)


def _study(
    space: Space, trials: Sequence[Trial], running: Sequence[Candidate], devices: SearchDevices, seed: int
) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = optuna.samplers.TPESampler(seed=seed % (1 << 31), n_startup_trials=_STARTUP)
    directions = [optuna.study.StudyDirection.MINIMIZE] * (1 + len(devices.compared_names))
    study = optuna.create_study(sampler=sampler, directions=directions)
    distributions = _distributions(space)
    for trial in trials:
        places = space.places(trial.candidate)
        if places is None or trial.needs is None or trial.state is TrialState.FAILED:
            continue
        study.enqueue_trial(places)
        question = study.ask(distributions)
        for name, excess in devices.excesses(trial.all_needs).items():
            question.set_constraint(name, excess)
        study.tell(question, compared_point(_accuracy(trial), trial.needs, devices))
    for candidate in running:
        places = space.places(candidate)
        if places is not None:
            study.enqueue_trial(places)
            study.ask(distributions)
    return study


def _accuracy(trial: Trial) -> float:
    """The accuracy of the rune, or the highest of the epochs that it came to."""
    return max(trial.curve, default=0.0) if trial.accuracy is None else trial.accuracy[0]


def _distributions(space: Space) -> dict[str, Any]:
    """Places among rising values, so that the sampler knows which are beside each other."""
    from optuna.distributions import CategoricalDistribution, IntDistribution

    places: dict[str, Any] = {name: IntDistribution(0, len(choices) - 1) for name, choices in space.arguments.items()}
    return {**places, FORM: CategoricalDistribution(range(len(space.forms)))}


def _first_untried(space: Space, tried_keys: set[tuple[Any, ...]]) -> Candidate | None:
    return next((each for each in _every(space) if _key(each) not in tried_keys), None)


def _every(space: Space) -> Iterator[Candidate]:
    for values in product(*space.arguments.values()):
        for form in space.forms:
            yield Candidate(dict(zip(space.arguments, values, strict=True)), form)


def _key(candidate: Candidate) -> tuple[Any, ...]:
    return (*sorted(candidate.values.items()), candidate.form)
