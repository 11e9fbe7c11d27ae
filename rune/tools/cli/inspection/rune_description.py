"""A rune's own description of itself, as text and as JSON. Its JSON is untrusted: nothing is assumed about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rune.running.container import RuneFile, WasmMemory
from rune.tools.cli.inspection.drawing import mapping, shape
from rune.wording import counted, printable

_OF_THE_HOST = {
    "runs models": {"rune_model_load", "tfm_preload_model"},
    "gives resources": {"rune_resource_open"},
}
"""The parts that a rune leaves to its host, beside inputs and outputs, and the imports that show them."""


def rune_json(rune: RuneFile) -> dict[str, Any]:
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
            "proc-blocks": list(rune.proc_blocks),
        },
    }


def rune_text(rune: RuneFile) -> Iterator[str]:
    """In the layout that `rune inspect` always had; before the last line what is left to the host, memory and size."""
    yield from graph_text(rune.graph)
    if rune.graph is None and rune.proc_blocks:
        yield "Proc Blocks:"
        for block in rune.proc_blocks:
            description = block.get("description")
            yield f"- {_text(block.get('type_name'))}" + (f": {_text(description)}" if description else "")
    if rune.resources or mapping(rune.graph).get("resources"):
        yield "Resources:"
        declarations = mapping(mapping(rune.graph).get("resources"))
        for name in sorted({*declarations, *(name for name, _ in rune.resources)}):
            kind = mapping(declarations.get(name)).get("ty", "binary")
            yield f"\t{_text(name)} ({_text(kind)})"
    imports = {item.name for item in rune.imports}
    host_duties = [what for what, calls in _OF_THE_HOST.items() if imports & calls]
    if host_duties:
        yield f"Host: {', '.join(host_duties)}"
    if rune.planned_memory is not None:
        yield f"Memory: {rune.planned_memory} bytes"
    yield f"WebAssembly memory: {_memory(rune.memory)}"
    yield f"Size: {rune.size} bytes"
    yield f"Compiled by: {_compiler(rune.version)}"


def graph_text(graph_json: Mapping[str, Any] | None) -> Iterator[str]:
    """The name and the stages of a graph, of any generation."""
    fields = mapping(graph_json)
    tensors = mapping(fields.get("tensors"))
    if graph_json is None:
        yield "No graph: this module was not built by rune build, or the graph was removed"
    elif "stages" not in fields or "rune" in fields:
        yield f"Name: {_text(mapping(fields.get('rune')).get('name'))}"
    for title, key, detail in (
        ("Capabilities", "capabilities", "kind"),
        ("Models", "models", "file"),
        ("Proc Blocks", "proc-blocks", "path"),
        ("Outputs", "outputs", "kind"),
    ):
        yield from _stages(title, mapping(fields.get(key)), detail, tensors)
    yield from _old_stages(fields)


def _stages(title: str, stages: Mapping[str, Any], detail: str, tensors: Mapping[str, Any]) -> Iterator[str]:
    if stages:
        yield f"{title}:"
    for name, stage in stages.items():
        what = mapping(stage).get(detail)
        kind = what.get("type") if isinstance(what, Mapping) else what
        yield f"- {_text(name)}: {_text(kind)}"
        for direction in ("inputs", "outputs"):
            ids = mapping(stage).get(direction)
            if isinstance(ids, list) and ids:
                yield f"  {direction.capitalize()}:"
                yield from (f"  - {printable(shape(tensors.get(str(tensor))))}" for tensor in ids)
        arguments = mapping(mapping(stage).get("args"))
        if arguments:
            yield "  Arguments:"
            yield from (f"    {_text(key)}: {_text(value)}" for key, value in arguments.items())


def _memory(memory: WasmMemory | None) -> str:
    if memory is None:
        return "none"
    most = "no maximum" if memory.maximum is None else f"{memory.maximum} at most"
    pages = counted(memory.minimum, "page")
    return f"{pages} of 64 KiB, {most}"


def _text(value: object) -> str:
    """A part of foreign JSON on one line."""
    return printable(value if isinstance(value, str) else "?" if value is None else json.dumps(value))


def _old_stages(graph: Mapping[str, Any]) -> Iterator[str]:
    """Stages of the layout before Rune 0.5: by number, with their names beside them."""
    stages = mapping(graph.get("stages"))
    if not stages:
        return
    if "base-image" in graph:
        yield f"Base image: {_text(graph['base-image'])}"
    names = {str(number): str(name) for name, number in mapping(graph.get("names")).items()}
    yield "Stages:"
    for number, stage in stages.items():
        name = names.get(number, number)
        inner = mapping(stage).get("stage", stage)
        kinds = inner if isinstance(inner, str) else ", ".join(map(str, mapping(inner))) or "?"
        yield f"- {_text(name)}: {_text(kinds)}"


def _compiler(version: Mapping[str, Any] | None) -> str:
    """The compiler; runes before 0.5 have it under other keys."""
    fields = mapping(version)
    number = fields.get("version", mapping(fields.get("crate_info")).get("version"))
    return "an unknown compiler" if number is None else f"Rune v{_text(number)}"
