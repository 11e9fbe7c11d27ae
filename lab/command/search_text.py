"""A search's output for a person: a line for each trial, and the best at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lab.search.ranking import best_trials
from lab.search.space import Space
from lab.search.trials import Trial, TrialState
from rune.devices.boards.board import Board
from rune.devices.boards.fit import RunTime, run_time
from rune.source.policy.sections.training import Training
from rune.tools.cli.terminal.columns import columns
from rune.wording import counted, listed, plain, size_text

MAX_ROWS = 20
"""Of the best trials."""


def with_time(event: Mapping[str, Any], board: Board | None) -> Mapping[str, Any]:
    """An event of a search. That of a trial also has the estimated `time` of one run on the board in milliseconds, with
    its `least` and `most`; null without a board, and where no instructions were counted."""
    if event["event"] != "trial":
        return event
    time = _time(Trial.from_json(event), board)
    return {**event, "time": None if time is None else {"least": time.least, "most": time.most}}


def trial_line(row: Mapping[str, Any], board: Board | None = None) -> str:
    """One finished trial, from its row, with its time on a board."""
    trial = Trial.from_json(row)
    text = f"Trial {trial.number}: {_settings(trial)}: "
    if trial.state is TrialState.TRAINED and trial.accuracy is not None:
        return f"{text}{trial.accuracy[0]:.1%}, {_needs(trial, board)}"
    return f"{text}{trial.state.value}, {plain(trial.reason, 300)}"


def summary(
    trials: Sequence[Trial],
    reason: str,
    space: Space,
    validation: Mapping[str, int],
    board: Board | None = None,
) -> Iterator[str]:
    """The best trials as a table with their time on a board, and what their accuracy is and is not."""
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
        yield "No candidate was trained to its end. Raise the limits, or allow more minutes."
        return
    yield ""
    yield "Best for what they need: no other trial is as often right with as little RAM, flash and instructions."
    time_title = [] if board is None else ["Inference time"]
    titles = ["Trial", "Accuracy", "", "RAM", "Flash", "Instructions", *time_title, "Settings"]
    yield columns([titles, *(_row(each, board) for each in best[:MAX_ROWS])])
    if len(best) > MAX_ROWS:
        yield f"{counted(len(best) - MAX_ROWS, 'further trial')} in the file."
    yield ""
    if board is not None:
        yield (
            f"Inference time is an estimate for {board.name}: instructions by cycles by its clock. RAM, flash and "
            "instructions are counted."
        )
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


def _row(trial: Trial, board: Board | None) -> list[str]:
    assert trial.accuracy is not None  # noqa: S101 (the best trials were trained)
    assert trial.needs is not None  # noqa: S101 (and counted)
    share, low, high = trial.accuracy
    instructions = "-" if trial.needs.instructions is None else f"{trial.needs.instructions:,}"
    sizes = [size_text(trial.needs.ram), size_text(trial.needs.flash)]
    time = _time(trial, board)
    times = [] if board is None else ["-" if time is None else time.text]
    figures = [f"{share:.1%}", f"({low:.0%} to {high:.0%})", *sizes, instructions, *times]
    return [str(trial.number), *figures, _settings(trial)]


def _time(trial: Trial, board: Board | None) -> RunTime | None:
    """An estimate of one run on a board; None without one, and where no instructions were counted."""
    if board is None or trial.needs is None or trial.needs.instructions is None:
        return None
    return run_time(trial.needs.instructions, board)


def _settings(trial: Trial) -> str:
    values = [f"{name} {value}" for name, value in trial.candidate.values.items()]
    return listed([*values, trial.candidate.form]) if values else trial.candidate.form


def _needs(trial: Trial, board: Board | None) -> str:
    needs = trial.needs
    if needs is None:
        return ""
    text = f"RAM {size_text(needs.ram)}, flash {size_text(needs.flash)}"
    if needs.instructions is None:
        return text
    time = _time(trial, board)
    return f"{text}, {needs.instructions:,} instructions" + ("" if time is None else f", {time.text}")
