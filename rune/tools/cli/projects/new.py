"""`rune new`: a folder with a project that works, from a template or around a model of one's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from rune.model.tflite import Model, ModelError, PixelAdvice, PixelRange, pixel_advice, read_model, signature
from rune.project.files import DEFAULT_FILE_LIMIT, FileError
from rune.source.runefile import DEFAULT_RUNEFILE
from rune.source.runefile.model_inputs import InputChoiceError, runefile_of
from rune.source.runefile.model_inputs.sound_presets import sound_inputs
from rune.source.runefile.model_inputs.starter import asks_for_pixels, starter
from rune.source.templates import Template, list_templates
from rune.tools.cli.failure import CommandFailed, command_failure
from rune.tools.cli.files.input_file import ANY_PATH, read_input_file
from rune.tools.cli.projects.model_input import (
    LABELS,
    VOCABULARY,
    checked_labels,
    chosen_presets,
    preset_table,
    questions_of,
    trial_table,
)
from rune.tools.cli.terminal.printing import format_option, print_json
from rune.wording import plain, size_text

_RANGES = {"0-1": PixelRange.UNIT, "0-255": PixelRange.BYTES}
"""The ranges by the value of `--pixels`, or of an answer at the terminal."""


def _complete(context: click.Context, _: click.Parameter, prefix: str) -> list[CompletionItem]:
    """Returns the completions of a shell: the templates for the first word, folders after it."""
    if context.params.get("model") is not None or context.params.get("words"):
        return [CompletionItem(prefix, type="dir")]
    templates = (each for each in list_templates() if each.name.startswith(prefix))
    return [CompletionItem(each.name, help=each.summary) for each in templates]


@click.command(name="new")
@click.argument("words", nargs=-1, metavar="[TEMPLATE] [FOLDER]", shell_complete=_complete)
@format_option()
@click.option("--model", type=ANY_PATH, help="Start with this .tflite.")
@click.option(
    "--pixels",
    type=click.Choice(list(_RANGES)),
    help="The range in which the model reads pixels, where its file does not say.",
)
@click.option(
    "--input",
    "inputs",
    metavar="PRESET",
    multiple=True,
    help="What an input of the model is: a preset that --inputs lists, or picture, sound, motion, text or numbers.",
)
@click.option("--inputs", "lists", is_flag=True, help="List the presets that fit the model, and write nothing.")
@click.option("--labels", type=ANY_PATH, help="The names of the classes, one a line, in the order of the model.")
@click.option("--vocabulary", type=ANY_PATH, help="The vocab.txt of a model of text.")
@click.option(
    "--try",
    "recordings",
    type=ANY_PATH,
    multiple=True,
    help="A recording: show what the model answers with each preset that fits, and write nothing.",
)
def command(
    words: tuple[str, ...],
    form: str,
    model: Path | None,
    pixels: str | None,
    inputs: tuple[str, ...],
    lists: bool,
    labels: Path | None,
    vocabulary: Path | None,
    recordings: tuple[Path, ...],
) -> None:
    """Start a project from TEMPLATE, or around a model, in a new FOLDER.

    \b
    rune new                          list the templates
    rune new keywords                 into the folder keywords
    rune new keywords my-app          into the folder my-app
    rune new --model x.tflite my-app  a Runefile that fits the model

    Each input gets the preset that its shape tells: a picture, features of sound such as those of MLPerf Tiny, a window
    of motion. Where several could be meant, --inputs lists them, --try shows what the model answers with each on a
    recording, and --input names one; a model with several inputs takes one --input for each.

    If neither the file of a float model nor --pixels gives the range of its pixels, a terminal is asked; otherwise
    the question is written into the Runefile, and rune check reports it.
    """
    with_model = {
        "--pixels": pixels,
        "--input": inputs,
        "--inputs": lists,
        "--labels": labels,
        "--vocabulary": vocabulary,
        "--try": recordings,
    }
    lonely = next((name for name, value in with_model.items() if value and model is None), None)
    if lonely is not None:
        raise click.UsageError(f"{lonely} goes with --model.")
    if pixels is not None and inputs:
        raise click.UsageError("Name the range of pixels with --input or with --pixels.")
    if len(words) > (2 if model is None else 1):
        raise click.UsageError("Too many arguments. Name a template and a folder, or --model and a folder.")
    if model is not None and (lists or recordings):
        _show_presets(model, inputs, labels, recordings)
        return
    if model is not None:
        folder = Path(words[0] if words else model.stem)
        if inputs or labels is not None or vocabulary is not None:
            contents = _with_presets(model, inputs, labels, vocabulary)
            notices: list[str] = []
        else:
            contents, notices = _around_model(model, None if pixels is None else _RANGES[pixels])
        _write(folder, contents)
        for notice in notices:
            click.echo(notice, err=True)
    elif words:
        template = _find(words[0])
        folder = Path(words[-1])
        _write(folder, dict(template.contents()))
    else:
        _list(form)
        return
    if form == "json":
        print_json({"folder": str(folder)})
    else:
        click.echo(f"Created the project {folder}. Check it with: rune check {folder}")


def _list(form: str) -> None:
    templates = list_templates()
    if form == "json":
        print_json({"templates": [{"name": each.name, "summary": each.summary} for each in templates]})
        return
    for template in templates:
        click.echo(f"{template.name:<12} {template.summary}".rstrip())


def _find(name: str) -> Template:
    templates = {template.name: template for template in list_templates()}
    if name not in templates:
        raise CommandFailed(f"There is no template {name}. There are: {', '.join(templates)}.")
    return templates[name]


def _around_model(model: Path, pixels: PixelRange | None) -> tuple[dict[str, bytes], list[str]]:
    """The files of a project around a model, its Runefile among them, and notices for the user."""
    with _reading(model):
        data, parsed_model = _read(model)
        path = f"models/{model.name}"
        advice, notices = _pixels(parsed_model, pixels)
        text = starter(signature(parsed_model), path, advice)
        notices += _front_notices(parsed_model, text)
    return {path: data, DEFAULT_RUNEFILE: text.encode()}, notices


def _with_presets(
    model: Path, inputs: tuple[str, ...], labels: Path | None, vocabulary: Path | None
) -> dict[str, bytes]:
    """The files of a project in which the inputs of a model come from presets."""
    with _reading(model):
        data, parsed_model = _read(model)
        path = f"models/{model.name}"
        words = checked_labels(labels, parsed_model)
        pieces = None if vocabulary is None else read_input_file(vocabulary)
        presets = chosen_presets(questions_of(parsed_model, pieces), inputs)
        text = runefile_of(signature(parsed_model), path, presets, "" if words is None else LABELS)
    beside = {LABELS: words, VOCABULARY: pieces}
    return {path: data, **{name: each for name, each in beside.items() if each}, DEFAULT_RUNEFILE: text.encode()}


def _show_presets(model: Path, inputs: tuple[str, ...], labels: Path | None, recordings: tuple[Path, ...]) -> None:
    """Prints the presets that fit a model, or what it answers with each of them."""
    with _reading(model):
        data, parsed_model = _read(model)
        if recordings:
            click.echo(trial_table(parsed_model, data, inputs, checked_labels(labels, parsed_model), recordings))
        else:
            click.echo(preset_table(questions_of(parsed_model, b"")))


def _read(model: Path) -> tuple[bytes, Model]:
    size = model.stat().st_size
    if size > DEFAULT_FILE_LIMIT:
        raise CommandFailed(f"{model} has {size_text(size)}, more than the limit of {size_text(DEFAULT_FILE_LIMIT)}")
    data = model.read_bytes()
    return data, read_model(data)


@contextmanager
def _reading(model: Path) -> Iterator[None]:
    """Makes errors about a model those of the command."""
    try:
        yield
    except InputChoiceError as error:
        raise CommandFailed(str(error)) from error
    except ModelError as error:
        raise CommandFailed(f"{model} cannot be used as a model: {error}") from error
    except FileError as error:
        raise CommandFailed(f"{model.name} cannot be the name of a project's file: {error.reason}") from error
    except OSError as error:
        raise command_failure(f'Unable to read "{model}"', OSError(error.errno, error.strerror)) from error


def _possible(model: Model) -> tuple[str, ...]:
    """The front ends of sound that give an input of a model, as sentences."""
    return tuple(
        f"{plain(tensor.name)} {tensor.type}: {each.preset.key}, {each.preset.title}, {each.milliseconds} ms of sound"
        for tensor in signature(model).inputs
        for each in sound_inputs(tensor.type)
    )


def _front_notices(model: Model, runefile: str) -> list[str]:
    """Front ends that could compute an input that the Runefile reads as raw bytes."""
    if "capability: RAW" not in runefile or not any(sound_inputs(each.type) for each in signature(model).inputs):
        return []
    return ["The input may be features of sound. Name what computes them with --input:", *_possible(model)]


def _pixels(model: Model, pixel_range: PixelRange | None) -> tuple[list[PixelAdvice | None], list[str]]:
    """The range of pixels that each input wants, and a sentence on each that is not known or unusual."""
    advices: list[PixelAdvice | None] = []
    notices = []
    for position, tensor in enumerate(signature(model).inputs):
        advice = pixel_advice(model, position)
        if not asks_for_pixels(tensor.type):
            advice = None
        elif pixel_range is not None:
            advice = PixelAdvice(pixel_range, "given by --pixels")
        elif advice is None:
            advice = _ask_for_range(plain(tensor.name))
            if advice is None:
                notices.append(
                    "The model's file does not say whether it reads pixels from 0 to 1 or from 0 to 255. The Runefile "
                    "uses 0 to 1 and marks the question; answer it with --pixels."
                )
        elif advice.range in (None, PixelRange.SIGNED):
            range_text = "of each channel by itself" if advice.range is None else f"from {advice.range.value}"
            notices.append(f"The model reads pixels {range_text} ({advice.reason}), and the Runefile makes them so.")
        advices.append(advice)
    return advices, list(dict.fromkeys(notices))


def _ask_for_range(name: str) -> PixelAdvice | None:
    """The answer of a person at a terminal; None without a terminal, or where they do not know."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    click.echo(
        f"The model's file does not say in which range its input {name} reads pixels. With the wrong range, "
        "its results are wrong.",
        err=True,
    )
    answer = click.prompt(
        "From 0 to 1, or from 0 to 255?", type=click.Choice([*_RANGES, "unknown"]), default="unknown", err=True
    )
    return PixelAdvice(_RANGES[answer], "given by you") if answer in _RANGES else None


def _write(folder: Path, contents: dict[str, bytes]) -> None:
    """Writes a new project; a folder that holds something already is left alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise CommandFailed(f"The folder {folder} is not empty. Name another one.")
        for path, data in contents.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    except OSError as error:
        raise command_failure(f'Unable to write "{folder}"', OSError(error.errno, error.strerror)) from error
