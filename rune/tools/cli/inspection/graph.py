"""`rune graph`: a pipeline as Graphviz draws it, of a rune that was built or of a Runefile."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.running.container import ContainerError, read_rune
from rune.source.runefile import check
from rune.tools.cli.failure import CommandFailed
from rune.tools.cli.files.allow_outside import allow_outside_option
from rune.tools.cli.files.input_file import ANY_PATH, read_input_file
from rune.tools.cli.files.project import WASM_MAGIC, project_of, show_diagnostics
from rune.tools.cli.files.writing import write_file
from rune.tools.cli.inspection.dot import dot
from rune.tools.cli.inspection.drawing import Drawing, drawing_of_graph, drawing_of_outline
from rune.tools.cli.terminal.printing import format_option, print_json


@click.command()
@click.argument("file", type=ANY_PATH, default=Path())
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of standard output.")
@format_option()
@allow_outside_option
def command(file: Path, output: Path | None, form: str) -> None:
    """Draw the pipeline of FILE: a rune, a Runefile, or the folder of one.

    The text is a graph for Graphviz: rune graph app.rune | dot -Tsvg > app.svg. A Runefile with errors is drawn as far
    as it can be parsed, and the exit status is 1.
    """
    drawing, has_errors = _drawing(file)
    if form == "json" and output is None:
        print_json(_as_json(drawing))
    elif form == "json":
        raise click.UsageError("--output writes the text form; --format json is printed")
    elif output is None:
        click.echo(dot(drawing), nl=False)
    else:
        write_file(output, dot(drawing).encode())
    sys.exit(1 if has_errors else 0)


def _drawing(file: Path) -> tuple[Drawing, bool]:
    """The drawing, and whether there were errors, which are shown."""
    if file.is_dir():
        return _drawing_of_project(file)
    data = read_input_file(file)
    if not data.startswith(WASM_MAGIC):
        return _drawing_of_project(file)
    try:
        graph = read_rune(data).graph
    except ContainerError as error:
        raise CommandFailed(f'Unable to read "{file}"', (str(error),)) from error
    if graph is None:
        raise CommandFailed(f'"{file}" has no graph: it was not built by rune build, or the graph was removed')
    drawing = drawing_of_graph(graph)
    if not drawing.boxes and "stages" in graph:
        raise CommandFailed(f'"{file}" has its graph in the layout from before Rune 0.5; rune inspect shows its stages')
    return drawing, False


def _drawing_of_project(path: Path) -> tuple[Drawing, bool]:
    project = project_of(path)
    checked_runefile = check(project.files, PUBLISHED_BLOCKS, runefile=project.runefile)
    show_diagnostics(checked_runefile.diagnostics, project.files)
    return drawing_of_outline(checked_runefile.outline), checked_runefile.has_errors


def _as_json(drawing: Drawing) -> dict[str, object]:
    return {
        "nodes": [asdict(box) for box in drawing.boxes],
        "edges": [asdict(arrow) for arrow in drawing.arrows],
    }
