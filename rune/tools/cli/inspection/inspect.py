"""`rune inspect`: describes a rune and its needs, or a project. It runs nothing."""

from __future__ import annotations

from pathlib import Path

import click

from rune.model.tflite.format.recognise import IDENTIFIER
from rune.project.files import FileError
from rune.running.container import ContainerError, is_zune, read_rune, read_watch
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.allow_outside import allow_outside_option
from rune.tools.cli.files.input_file import ANY_PATH, read_input_file
from rune.tools.cli.files.project import project_of
from rune.tools.cli.inspection.project_description import project_json, project_text
from rune.tools.cli.inspection.rune_description import rune_json, rune_text
from rune.tools.cli.inspection.watch_description import watch_json, watch_text
from rune.tools.cli.terminal.printing import format_option, print_json


@click.command()
@click.argument("file", type=ANY_PATH)
@format_option()
@allow_outside_option
def command(file: Path, form: str) -> None:
    """Show the pipeline, resources and compiler of the rune FILE.

    For a rune that counts its answers, it lists byte for byte what a device may report, and the counts of the test
    samples, which are the reference.

    For a folder, or a zune (a format of Rune's last versions), it shows the project inside.
    """
    if file.is_dir():
        _print_project(file, form)
        return
    data = read_input_file(file)
    if is_zune(data):
        _print_project(file, form)
        return
    if data[4:8] == IDENTIFIER:
        raise CommandFailed(f'"{file}" is a TensorFlow Lite model; rune model-info shows what is in it')
    try:
        rune, watch = read_rune(data), read_watch(data)
    except ContainerError as error:
        raise CommandFailed(f'Unable to read "{file}": {error}') from error
    if form == "json":
        print_json(rune_json(rune) | ({} if watch is None else {"watch": watch_json(watch)}))
    else:
        click.echo("\n".join([*rune_text(rune), *([] if watch is None else watch_text(watch))]))


def _print_project(path: Path, form: str) -> None:
    project = project_of(path)
    try:
        project.files.read(project.runefile)
    except FileError as error:
        raise CommandFailed(f'"{path}" is not a project: {project.runefile} cannot be read', (error.reason,)) from error
    if form == "json":
        print_json(project_json(project))
    else:
        click.echo("\n".join(project_text(project)))
