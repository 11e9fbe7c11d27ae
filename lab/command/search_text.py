"""A search's output for a person: a line for each trial, and the best at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lab.search.ranking import best_trials
from lab.search.space import Space
from lab.search.trials import Trial, TrialState
from rune.source.policy.sections.training import Training
from rune.tools.cli.terminal.columns import columns
from rune.wording import counted, listed, plain, size_text

MAX_ROWS = 20
"""Of the best trials."""


def trial_line(row: Mapping[str, Any]) -> str:
    """One finished trial, from its row."""
    trial = Trial.from_json(row)
    text = f"Trial {trial.number}: {_settings(trial)}: "
    if trial.state is TrialState.TRAINED and trial.accuracy is not None:
        return f"{text}{trial.accuracy[0]:.1%}, {_needs(trial)}"
    return f"{text}{trial.state.value}, {plain(trial.reason, 300)}"


def summary(trials: Sequence[Trial], reason: str, space: Space, validation: Mapping[str, int]) -> Iterator[str]:
    """The best trials as a table, and what their accuracy is and is not."""
    counts = {state: sum(each.state is state for each in trials) for state in TrialState}
    best = best_trials(trials)
    yield (
        f"{reason} {counts[TrialState.TRAINED]} of {space.size:,} candidates were trained, "
        f"{counts[TrialState.STOPPED]} stopped early, {counts[TrialState.OVER_LIMIT]} over a limit and not trained, "
        f"{counts[TrialState.FAILED]} failed."
    )
    failed_trial = next((each for each in trials if each.state is TrialState.FAILED), None)
    if failed_trial is not None:
        yield f"Trial {failed_trial.number} failed: {plain(failed_trial.reason, 400)}"
    if not best:
        yield "No candidate was trained to its end. Allow more RAM, flash or instructions, or more time."
        return
    yield ""
    yield "Best for what they need: no other trial is as often right with as little RAM, flash and instructions."
    yield columns([["Trial", "Accuracy", "", "RAM", "Flash", "Instructions", "Settings"], *map(_row, best[:MAX_ROWS])])
    if len(best) > MAX_ROWS:
        yield f"{counted(len(best) - MAX_ROWS, 'further trial')} in the file."
    yield ""
    recordings = sum(validation.values())
    yield (
        f"Accuracy is that of the rune on the {counted(recordings, 'recording')} of the validation split, which chose "
        f"the best of {counted(counts[TrialState.TRAINED], 'trial')}: a part of it is luck, and new recordings give "
        "less. The test split was not read; rune train says how often a trial is right on it."
    )
    yield f"rune search --show {best[0].number} prints the lines for forge.yml."


def training_section(training: Training) -> str:
    """The section `training` of a `forge.yml`."""
    rows = [
        "training:",
        f"  recipe: {training.recipe}",
        f"  data: {json.dumps(training.data, ensure_ascii=False)}",
        f"  model: {json.dumps(training.model, ensure_ascii=False)}",
        f"  quantize: {training.form}",
        f"  seed: {training.seed}",
    ]
    if training.arguments:
        rows += ["  arguments:", *(f"    {name}: {value}" for name, value in sorted(training.arguments.items()))]
    return "\n".join(rows) + "\n"


def _row(trial: Trial) -> list[str]:
    assert trial.accuracy is not None  # noqa: S101 (the best trials were trained)
    assert trial.needs is not None  # noqa: S101 (and counted)
    share, low, high = trial.accuracy
    instructions = "-" if trial.needs.instructions is None else f"{trial.needs.instructions:,}"
    sizes = [size_text(trial.needs.ram), size_text(trial.needs.flash)]
    return [str(trial.number), f"{share:.1%}", f"({low:.0%} to {high:.0%})", *sizes, instructions, _settings(trial)]


def _settings(trial: Trial) -> str:
    values = [f"{name} {value}" for name, value in trial.candidate.values.items()]
    return listed([*values, trial.candidate.form]) if values else trial.candidate.form


def _needs(trial: Trial) -> str:
    needs = trial.needs
    if needs is None:
        return ""
    text = f"RAM {size_text(needs.ram)}, flash {size_text(needs.flash)}"
    return text if needs.instructions is None else f"{text}, {needs.instructions:,} instructions"
