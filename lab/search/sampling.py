"""Asks Optuna for the next candidate, in a process that has it. It knows nothing but the rows: a study is built of them
for each question, so any process that has the rows asks the same, and none has to be kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from lab.child.limits import ChildLimits
from lab.child.start import ProcessPool, Step, run
from lab.search.devices import SearchDevices
from lab.search.ranking import compared_point
from lab.search.space import FORM, Candidate, Space
from lab.search.trials import Trial, TrialState
from rune.environments.analysis import OPTUNA, analysis_python

Json = Any
Draw = Callable[[Mapping[str, Json]], Mapping[str, int] | None]
"""Draws the places of a candidate (`lab.search.sampling_step`), None where none was drawn that was not tried."""
_LIMITS = ChildLimits(seconds=300, memory=1 << 30)


def next_candidate(
    space: Space,
    trials: Sequence[Trial],
    running: Sequence[Candidate],
    devices: SearchDevices,
    seed: int,
    draw: Draw,
) -> Candidate | None:
    """A candidate that was not tried yet, or None if none was drawn. `running` ones are being tried.

    The same rows and seed give the same candidate. Raises what `draw` raises.
    """
    tried_keys = {_key(each) for each in (*(trial.candidate for trial in trials), *running)}
    if len(tried_keys) >= space.size:
        return _first_untried(space, tried_keys)
    places = draw(_question(space, trials, running, devices, seed + len(trials) + len(running)))
    return _first_untried(space, tried_keys) if places is None else space.candidate(places)


def draw_in_process(pool: ProcessPool) -> Draw:
    """Returns what draws in a process of the pool, with the Python that has Optuna. It raises `Refused` and
    `EnvironmentNeeded`."""

    def draw(question: Mapping[str, Json]) -> Mapping[str, int] | None:
        step = Step("sample", question, {}, {}, _LIMITS, "search")
        places: Mapping[str, int] | None = run(step, analysis_python(OPTUNA), pool=pool).result["places"]
        return places

    return draw


def _question(
    space: Space, trials: Sequence[Trial], running: Sequence[Candidate], devices: SearchDevices, seed: int
) -> Mapping[str, Json]:
    """The rows as the sampler reads them, in JSON: candidates by their places among rising values, so that it knows
    which are beside each other."""
    tried_places = [space.places(each.candidate) for each in trials]
    running_places = [places for each in running if (places := space.places(each)) is not None]
    results = [
        {
            "places": places,
            "excesses": dict(devices.excesses(trial.all_needs)),
            "point": compared_point(_accuracy(trial), trial.needs, devices),
        }
        for trial, places in zip(trials, tried_places, strict=True)
        if places is not None and trial.needs is not None and trial.state is not TrialState.FAILED
    ]
    return {
        "choices": {name: len(choices) for name, choices in space.arguments.items()},
        "forms": {FORM: len(space.forms)},
        "seed": seed,
        "objectives": 1 + len(devices.compared_names),
        "results": results,
        "running": running_places,
        "tried": [*(each for each in tried_places if each is not None), *running_places],
    }


def _accuracy(trial: Trial) -> float:
    """The accuracy of the rune, or the highest of the epochs that it came to."""
    return max(trial.curve, default=0.0) if trial.accuracy is None else trial.accuracy[0]


def _first_untried(space: Space, tried_keys: set[tuple[Any, ...]]) -> Candidate | None:
    return next((each for each in _every(space) if _key(each) not in tried_keys), None)


def _every(space: Space) -> Iterator[Candidate]:
    for values in product(*space.arguments.values()):
        for form in space.forms:
            yield Candidate(dict(zip(space.arguments, values, strict=True)), form)


def _key(candidate: Candidate) -> tuple[Any, ...]:
    return (*sorted(candidate.values.items()), candidate.form)
