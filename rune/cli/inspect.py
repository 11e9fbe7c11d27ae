"""`rune inspect`: what a rune says of itself, and what it asks of its host. It runs nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from rune.cli.given_file import read_given_file
from rune.container import ContainerError, Memory, Rune, read_rune
from rune.wording import counted, printable


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def command(file: Path, form: str) -> None:
    """Show the pipeline, resources and compiler of the rune FILE."""
    data = read_given_file(file)
    try:
        rune = read_rune(data)
    except ContainerError as error:
        raise click.ClickException(f'Unable to read "{file}": {error}') from error
    click.echo(json.dumps(_as_json(rune), indent=2) if form == "json" else "\n".join(_as_text(rune)))


def _as_json(rune: Rune) -> dict[str, Any]:
    """`version` and `rune` as tools of Rune 0.11 read them, and the module beside them."""
    return {
        "version": rune.version,
        "rune": rune.graph,
        "module": {
            "size": rune.size,
            "memory": None if rune.memory is None else {"minimum": rune.memory.minimum, "maximum": rune.memory.maximum},
            "imports": [{"module": item.module, "name": item.name, "kind": item.kind} for item in rune.imports],
            "exports": [{"name": item.name, "kind": item.kind} for item in rune.exports],
            "resources": [{"name": name, "size": len(data)} for name, data in rune.resources],
        },
    }


def _as_text(rune: Rune) -> Iterator[str]:
    graph = _mapping(rune.graph)
    tensors = _mapping(graph.get("tensors"))
    if rune.graph is None:
        yield "No graph: this module was not made by rune build, or its graph was removed"
    else:
        yield f"Name: {_text(_mapping(graph.get('rune')).get('name'))}"
    for title, key, detail in (
        ("Capabilities", "capabilities", "kind"),
        ("Models", "models", "file"),
        ("Proc Blocks", "proc-blocks", "path"),
        ("Outputs", "outputs", "kind"),
    ):
        yield from _stages(title, _mapping(graph.get(key)), detail, tensors)
    if rune.resources or graph.get("resources"):
        yield "Resources:"
        declared = _mapping(graph.get("resources"))
        for name in sorted({*declared, *(name for name, _ in rune.resources)}):
            kind = _mapping(declared.get(name)).get("ty", "binary")
            yield f"\t{_text(name)} ({_text(kind)})"
    yield f"Memory: {_memory(rune.memory)}"
    yield f"Size: {rune.size} bytes"
    version = _mapping(rune.version).get("version")
    yield f"Compiled by: {'an unknown compiler' if version is None else f'Rune v{_text(version)}'}"


def _stages(title: str, stages: Mapping[str, Any], detail: str, tensors: Mapping[str, Any]) -> Iterator[str]:
    if stages:
        yield f"{title}:"
    for name, stage in stages.items():
        what = _mapping(stage).get(detail)
        kind = what.get("type") if isinstance(what, Mapping) else what
        yield f"- {_text(name)}: {_text(kind)}"
        for direction in ("inputs", "outputs"):
            ids = _mapping(stage).get(direction)
            if isinstance(ids, list) and ids:
                yield f"  {direction.capitalize()}:"
                yield from (f"  - {_shape(tensors.get(str(tensor)))}" for tensor in ids)
        arguments = _mapping(_mapping(stage).get("args"))
        if arguments:
            yield "  Arguments:"
            yield from (f"    {_text(key)}: {_text(value)}" for key, value in arguments.items())


def _shape(tensor: object) -> str:
    """`f32[1, 2]` of a tensor of the graph."""
    fields = _mapping(tensor)
    element = _text(fields.get("element_type")).lower()
    dimensions = fields.get("dimensions")
    sizes = dimensions if isinstance(dimensions, list) else []
    return f"{'utf8' if element == 'string' else element}[{', '.join(_text(size) for size in sizes)}]"


def _memory(memory: Memory | None) -> str:
    if memory is None:
        return "none"
    most = "no maximum" if memory.maximum is None else f"{memory.maximum} at most"
    pages = counted(memory.minimum, "page")
    return f"{pages} of 64 KiB, {most}"


def _mapping(value: object) -> Mapping[str, Any]:
    """A part of foreign JSON as an object; an empty one when it is something else."""
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    """A part of foreign JSON on one line."""
    return printable(value if isinstance(value, str) else "?" if value is None else json.dumps(value))
