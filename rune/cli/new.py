"""`rune new`: a folder with a project that works, from a template or around a model of one's own."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from rune.cli.failure import CommandFailed, failed
from rune.cli.given_file import ANY_PATH
from rune.cli.printing import format_option, print_json
from rune.files import DEFAULT_FILE_LIMIT, FileError
from rune.runefile import DEFAULT_RUNEFILE, starter
from rune.templates import Template, list_templates
from rune.tflite import ModelError, read_model, signature


def _complete(context: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """What a shell offers: the templates for the first word, folders after it."""
    if context.params.get("model") is not None or context.params.get("words"):
        return [CompletionItem(begun, type="dir")]
    templates = (each for each in list_templates() if each.name.startswith(begun))
    return [CompletionItem(each.name, help=each.summary) for each in templates]


@click.command(name="new")
@click.argument("words", nargs=-1, metavar="[TEMPLATE] [FOLDER]", shell_complete=_complete)
@format_option()
@click.option("--model", type=ANY_PATH, help="Start with this .tflite.")
def command(words: tuple[str, ...], form: str, model: Path | None) -> None:
    """Start a project from TEMPLATE, or around a model, in a new FOLDER.

    \b
    rune new                          list the templates
    rune new keywords                 into the folder keywords
    rune new keywords my-app          into the folder my-app
    rune new --model x.tflite my-app  a Runefile that fits the model
    """
    if len(words) > (2 if model is None else 1):
        raise click.UsageError("Too many words. Name a template and a folder, or --model and a folder.")
    if model is not None:
        folder = Path(words[0] if words else model.stem)
        _write(folder, _around_model(model))
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
        click.echo(f"Made the project {folder}. Check it with: rune check {folder}")


def _list(form: str) -> None:
    templates = list_templates()
    if form == "json":
        print_json({"templates": [{"name": each.name, "summary": each.summary} for each in templates]})
        return
    for template in templates:
        click.echo(f"{template.name:<12} {template.summary}".rstrip())


def _find(name: str) -> Template:
    known = {template.name: template for template in list_templates()}
    if name not in known:
        raise CommandFailed(f"There is no template {name}. There are: {', '.join(known)}.")
    return known[name]


def _around_model(model: Path) -> dict[str, bytes]:
    """The model and a Runefile that fits it."""
    try:
        size = model.stat().st_size
        if size > DEFAULT_FILE_LIMIT:
            raise CommandFailed(f"{model} has {size} bytes, more than the limit of {DEFAULT_FILE_LIMIT}")
        data = model.read_bytes()
        path = f"models/{model.name}"
        text = starter(signature(read_model(data)), path)
    except ModelError as error:
        raise CommandFailed(f"{model} is not a model that can be used: {error}") from error
    except FileError as error:
        raise CommandFailed(f"{model.name} cannot be the name of a project's file: {error.reason}") from error
    except OSError as error:
        raise failed(f'Unable to read "{model}"', OSError(error.errno, error.strerror)) from error
    return {path: data, DEFAULT_RUNEFILE: text.encode()}


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
        raise failed(f'Unable to write "{folder}"', OSError(error.errno, error.strerror)) from error
