"""`rune new --model` asks what the inputs of the model are, and tries the answers on recordings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from rune.assessment.evaluation.labelled import LabelledSample
from rune.assessment.evaluation.trials.input_trial import TrialVariant, TriedInput, try_inputs
from rune.model.tflite import Model, signature
from rune.project.files import MemoryFiles
from rune.source.runefile.model_inputs import (
    InputChoiceError,
    InputPreset,
    InputQuestion,
    input_questions,
    read_labels,
    runefile_of,
)
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.input_file import read_input_file
from rune.tools.cli.terminal.columns import columns
from rune.wording import counted, plain

LABELS = "labels.txt"
VOCABULARY = "vocab.txt"
TRIAL_SECONDS = 300.0


def questions_of(model: Model, vocabulary: bytes | None) -> list[InputQuestion]:
    """Returns the presets of each input. Raises `ModelError`."""
    return input_questions(signature(model), "" if vocabulary is None else VOCABULARY)


def chosen_presets(questions: Sequence[InputQuestion], keys: Sequence[str]) -> list[InputPreset]:
    """The preset of each input: the one that is named, else one that is asked for at a terminal, else the likeliest."""
    if len(keys) > len(questions):
        raise CommandFailed(f"The model has {counted(len(questions), 'input')}, and --input names {len(keys)}.")
    try:
        all_keys = [*keys, *[""] * (len(questions) - len(keys))]
        return [
            each.preset(key) if key else _ask_for_preset(each) for each, key in zip(questions, all_keys, strict=True)
        ]
    except InputChoiceError as error:
        raise CommandFailed(str(error)) from error


def checked_labels(path: Path | None, model: Model) -> bytes | None:
    """The labels of a file, as they are written into the project."""
    if path is None:
        return None
    try:
        text = read_input_file(path).decode("utf-8")
        return ("\n".join(read_labels(text, signature(model))) + "\n").encode()
    except UnicodeDecodeError as error:
        raise CommandFailed(f"{path} is not a text in UTF-8.") from error
    except InputChoiceError as error:
        raise CommandFailed(f"{path} does not fit the model: {error}") from error


def preset_table(questions: Sequence[InputQuestion]) -> str:
    """The presets of each input, the likeliest first."""
    parts = []
    for question in questions:
        rows = [["--input", "", ""]]
        rows += [[each.key, each.title, each.lacks or each.about] for each in question.presets]
        parts.append(f"Input {plain(question.tensor.name)}, {question.tensor.type}:\n{columns(rows)}")
    return "\n\n".join(parts)


def trial_table(
    model: Model, data: bytes, keys: Sequence[str], labels: bytes | None, recordings: Sequence[Path]
) -> str:
    """The answers of the model for each preset that fits, or for those that are named, on recordings. A recording in a
    folder of its label's name counts as right or wrong."""
    (question, *others) = questions_of(model, None)
    if others:
        raise CommandFailed("--try goes with models that have one input.")
    words = [] if labels is None else [word.casefold() for word in labels.decode().split("\n") if word]
    samples = [LabelledSample(str(each), _label(each, words), partial(read_input_file, each)) for each in recordings]
    presets = [question.preset(key) for key in keys] or [each for each in question.presets if each.key != "numbers"]
    if not presets:
        raise CommandFailed("No preset but numbers fits this model, so there is nothing to try.")
    path = LABELS if labels is not None else ""
    own = signature(model)
    variants = [TrialVariant(each.key, runefile_of(own, "m.tflite", [each], path), each.grid) for each in presets]
    files = MemoryFiles({"m.tflite": data, **({} if labels is None else {LABELS: labels})})
    trials = try_inputs(files, own, variants, samples, TRIAL_SECONDS)
    rows = [["--input", "Answer", "Right", "Reads from", "to", "Cut off", ""], *map(_row, trials)]
    return columns(rows)


def _row(trial: TriedInput) -> list[str]:
    best = "" if not trial.scores else f" {100 * max(trial.scores.values()):.0f} %"
    right = f"{trial.right} of {trial.judged}" if trial.judged else "-"
    reading = ["-", "-", "-"]
    if trial.read is not None:
        reading = [f"{trial.read.low:g}", f"{trial.read.high:g}", f"{100 * trial.read.clipped:.0f} %"]
    return [trial.key, f"{trial.answer}{best}" or "-", right, *reading, trial.refusal or trial.note]


def _label(path: Path, words: Sequence[str]) -> str:
    return path.parent.name if path.parent.name.casefold() in words else ""


def _ask_for_preset(question: InputQuestion) -> InputPreset:
    """The answer of a person at a terminal; the likeliest without one, or where there is nothing to choose."""
    fitting = [each for each in question.presets if not each.lacks]
    if len(fitting) < 2 or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return question.likeliest
    click.echo(f"What is the input {plain(question.tensor.name)}, {question.tensor.type}?", err=True)
    rows = [[f"{number}", each.title, each.about] for number, each in enumerate(fitting, start=1)]
    click.echo(columns(rows), err=True)
    answer = click.prompt("Number", type=click.IntRange(1, len(fitting)), default=1, err=True)
    return fitting[answer - 1]
