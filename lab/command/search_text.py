"""A search's output for a person: a line for each trial, and the best at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lab.search.ranking import best_trials
from lab.search.space import Space
from lab.search.trials import Trial, TrialState
from rune.devices.boards.board import Board
from rune.devices.boards.fit import Needs, RunTime, run_time
from rune.source.policy.sections.training import Training
from rune.tools.cli.terminal.columns import columns
from rune.wording import counted, listed, plain, size_text

MAX_ROWS = 20
"""The greatest number of rows of the best trials."""


def with_time(event: Mapping[str, Any], boards: Sequence[Board]) -> Mapping[str, Any]:
    """An event of a search. That of a trial also has the estimated `time` of one run on the first board, in
    milliseconds, with its `least` and `most`; null without a board, and where no instructions were counted."""
    if event["event"] != "trial":
        return event
    time = _time(Trial.from_json(event), boards)
    return {**event, "time": None if time is None else {"least": time.least, "most": time.most}}


def trial_line(row: Mapping[str, Any], boards: Sequence[Board] = ()) -> str:
    """One finished trial, from its row, with its time on the first board and its instructions on a second."""
    trial = Trial.from_json(row)
    text = f"Trial {trial.number}: {_settings(trial)}: "
    if trial.state is TrialState.TRAINED and trial.accuracy is not None:
        return f"{text}{trial.accuracy[0]:.1%}, {_needs(trial, boards)}"
    return f"{text}{trial.state.value}, {plain(trial.reason, 300)}"


def summary(
    trials: Sequence[Trial],
    reason: str,
    space: Space,
    validation: Mapping[str, int],
    boards: Sequence[Board] = (),
) -> Iterator[str]:
    """The best trials as a table with their needs on one or two boards, and what their accuracy is and is not."""
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
    titles = ["Trial", "Accuracy", "", "RAM", "Flash", *_device_titles(boards), "Settings"]
    yield columns([titles, *(_row(each, boards) for each in best[:MAX_ROWS])])
    if len(best) > MAX_ROWS:
        yield f"{counted(len(best) - MAX_ROWS, 'further trial')} in the file."
    yield ""
    if boards:
        yield (
            f"Inference time is an estimate for {boards[0].name}: instructions by cycles by its clock. RAM, flash and "
            "instructions are counted."
        )
    if len(boards) > 1:
        yield (
            "RAM and flash are the larger of what both boards need. Trials are compared by what they need on "
            f"{boards[0].name}."
        )
    recordings = sum(validation.values())
    yield (
        f"Accuracy is that of the rune on the {counted(recordings, 'recording')} of the validation split, which chose "
        f"the best of {counted(counts[TrialState.TRAINED], 'trial')}: a part of it is luck, and new recordings give "
        "less. The test split was not read."
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


def _device_titles(boards: Sequence[Board]) -> list[str]:
    """The titles of instructions and time, as `_device_figures` has them."""
    if len(boards) < 2:
        return ["Instructions", *("Inference time" for _ in boards)]
    first, second = boards
    return [f"Instructions, {first.name}", "Inference time", f"Instructions, {second.name}"]


def _device_figures(trial: Trial, boards: Sequence[Board]) -> list[str]:
    first, *others = [_instructions(each) for each in trial.all_needs]
    time = _time(trial, boards)
    times = [] if not boards else ["-" if time is None else time.text]
    return [first, *times, *others]


def _row(trial: Trial, boards: Sequence[Board]) -> list[str]:
    assert trial.accuracy is not None  # noqa: S101 (the best trials were trained)
    share, low, high = trial.accuracy
    figures = [f"{share:.1%}", f"({low:.0%} to {high:.0%})", *_sizes(trial), *_device_figures(trial, boards)]
    return [str(trial.number), *figures, _settings(trial)]


def _sizes(trial: Trial) -> tuple[str, str]:
    """RAM and flash, each the largest of those on the boards."""
    needs = trial.all_needs
    return size_text(max(each.ram for each in needs)), size_text(max(each.flash for each in needs))


def _instructions(needs: Needs) -> str:
    return "-" if needs.instructions is None else f"{needs.instructions:,}"


def _time(trial: Trial, boards: Sequence[Board]) -> RunTime | None:
    """An estimate of one run on the first board; None without one, and where no instructions were counted."""
    if not boards or trial.needs is None or trial.needs.instructions is None:
        return None
    return run_time(trial.needs.instructions, boards[0])


def _settings(trial: Trial) -> str:
    values = [f"{name} {value}" for name, value in trial.candidate.values.items()]
    return listed([*values, trial.candidate.form]) if values else trial.candidate.form


def _needs(trial: Trial, boards: Sequence[Board]) -> str:
    needs = trial.needs
    if needs is None:
        return ""
    ram, flash = _sizes(trial)
    parts = [f"RAM {ram}", f"flash {flash}"]
    if needs.instructions is not None:
        parts.append(f"{needs.instructions:,} instructions")
    time = _time(trial, boards)
    if time is not None:
        parts.append(time.text)
    for board, own in zip(boards[1:], trial.all_needs[1:], strict=False):
        parts.append(f"{_instructions(own)} instructions on {board.name}")
    return ", ".join(parts)
