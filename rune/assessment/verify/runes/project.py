"""The project that a rune was built from, as far as the rune carries it: its graph as a Runefile, its resources.

The models are not in a rune that has them compiled in: they are given. Text as it was written is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from rune.capabilities import BY_GRAPH_TYPE
from rune.project.files import FileError, MemoryFiles, normal_path
from rune.project.runefile import DEFAULT_RUNEFILE
from rune.running.container import RuneFile
from rune.wording import quoted

_TEXT_TYPES: Final = {"String": "utf8"}


class NoProject(Exception):
    """A rune does not say what it was built from, or a part of that is missing; the message says what to do."""


def models_wanted(rune: RuneFile) -> Mapping[str, str]:
    """The stages that run a model from a file, with the files' names. Raises `NoProject`."""
    models = {}
    for name, stage in _part(_graph(rune), "models").items():
        file = _record(stage).get("file")
        if isinstance(file, str) and not file.startswith("$"):
            models[name] = file
    return models


def project_of(rune: RuneFile, models: Mapping[str, bytes]) -> MemoryFiles:
    """The project of a rune, its Runefile under `DEFAULT_RUNEFILE`. `models` are files by the stages that run them.

    Raises `NoProject`.
    """
    graph = _graph(rune)
    places = _places(graph)
    tensors = _part(graph, "tensors")
    contents: dict[str, bytes] = {}
    stages: dict[str, Any] = {}
    for name, stage in _part(graph, "capabilities").items():
        kind = _record(stage.get("kind")).get("type")
        if not isinstance(kind, str) or kind not in BY_GRAPH_TYPE:
            raise NoProject(f"The rune's graph has a capability of the unknown kind {quoted(str(kind))}")
        stages[name] = {"capability": BY_GRAPH_TYPE[kind].name} | _stage(stage, places, tensors)
    for name, stage in _part(graph, "proc-blocks").items():
        stages[name] = {"proc-block": _text(stage, "path")} | _stage(stage, places, tensors)
    for name, stage in _part(graph, "models").items():
        file = _text(stage, "file")
        if not file.startswith("$"):
            if name not in models:
                raise NoProject(f"The model of the stage {quoted(name)} is missing: give it with --model {name}=FILE")
            file = _free_name(file, contents, models[name])
            contents[file] = models[name]
        stages[name] = {"model": file} | _stage(stage, places, tensors)
    for name, stage in _part(graph, "outputs").items():
        kind = str(_record(stage.get("kind")).get("type")).upper()
        stages[name] = {"out": kind} | _stage(stage, places, tensors)
    resources = {
        name: _resource(name, _record(each), rune, contents) for name, each in _part(graph, "resources").items()
    }
    document = {"version": 1, "image": "runicos/base", "pipeline": stages}
    if resources:
        document["resources"] = resources
    contents[DEFAULT_RUNEFILE] = yaml.safe_dump(document, sort_keys=False, allow_unicode=True).encode()
    return MemoryFiles(contents)


def _graph(rune: RuneFile) -> Mapping[str, Any]:
    if rune.graph is None:
        raise NoProject("The rune carries no graph; give the project that it was built from with --project")
    if "capabilities" not in rune.graph or "tensors" not in rune.graph:
        raise NoProject(
            "The rune's graph is of an older layout; give the project that it was built from with --project"
        )
    return rune.graph


def _stage(stage: Mapping[str, Any], places: Mapping[str, str], tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the shared fields of all kinds of stages: inputs, outputs with their types, arguments."""
    fields: dict[str, Any] = {}
    inputs, outputs = _ids(stage, "inputs"), _ids(stage, "outputs")
    if inputs:
        fields["inputs"] = [_entry(places, each) for each in inputs]
    if outputs:
        fields["outputs"] = [_type(_record(_entry(tensors, each))) for each in outputs]
    arguments = stage.get("args")
    if isinstance(arguments, Mapping) and arguments:
        if not all(isinstance(value, str) for value in arguments.values()):
            raise NoProject(
                "The rune's graph is of an older layout; give the project that it was built from with --project"
            )
        fields["args"] = dict(arguments)
    return fields


def _type(tensor: Mapping[str, Any]) -> dict[str, Any]:
    element = str(tensor.get("element_type"))
    dimensions = tensor.get("dimensions")
    if not isinstance(dimensions, Sequence):
        raise NoProject("The rune's graph has a tensor without dimensions")
    return {"type": _TEXT_TYPES.get(element, element.lower()), "dimensions": list(dimensions)}


def _places(graph: Mapping[str, Any]) -> Mapping[str, str]:
    """Returns the name of each tensor in a Runefile: the stage, and the number of its output where it is not the
    first."""
    return {
        tensor: f"{name}.{number}" if number else name
        for part in ("capabilities", "models", "proc-blocks")
        for name, stage in _part(graph, part).items()
        for number, tensor in enumerate(_ids(_record(stage), "outputs"))
    }


def _resource(name: str, resource: Mapping[str, Any], rune: RuneFile, contents: dict[str, bytes]) -> dict[str, Any]:
    """The resource as a file, or without a default where it never had one."""
    kind = "binary" if resource.get("ty") == "binary" else "string"
    default = resource.get("default_value")
    if default is None:
        return {"type": kind}
    data = next((bytes(data) for each, data in rune.resources if each == name), None)
    inline = default.get("Inline") if isinstance(default, Mapping) else None
    if isinstance(inline, str):
        return {"type": kind, "inline": inline}
    if data is None:
        raise NoProject(
            f"The rune does not carry its resource {quoted(name)}; give the project that it was built from with "
            "--project"
        )
    source = default.get("FromDisk") if isinstance(default, Mapping) else None
    path = _free_name(source if isinstance(source, str) else f"{name}.resource", contents, data)
    contents[path] = data
    return {"path": path, "type": kind}


def _free_name(preferred_path: str, contents: Mapping[str, bytes], data: bytes) -> str:
    """The path, which the project may hold and no other file has; another one where that is not so."""
    try:
        path = normal_path(preferred_path)
    except FileError:
        path = "file"
    is_free = path not in (DEFAULT_RUNEFILE, *contents) and not any(_are_nested(path, each) for each in contents)
    return path if is_free or contents.get(path) == data else f"{len(contents)}-{path.replace('/', '-')}"


def _are_nested(path: str, other: str) -> bool:
    return path.startswith(f"{other}/") or other.startswith(f"{path}/")


def _part(graph: Mapping[str, Any], name: str) -> Mapping[str, Mapping[str, Any]]:
    part = graph.get(name, {})
    return {key: _record(value) for key, value in _record(part).items()}


def _record(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise NoProject("The rune's graph cannot be read; give the project that it was built from with --project")
    return value


def _ids(stage: Mapping[str, Any], key: str) -> tuple[str, ...]:
    ids = stage.get(key, ())
    if not isinstance(ids, Sequence) or isinstance(ids, str) or not all(isinstance(each, str) for each in ids):
        raise NoProject("The rune's graph cannot be read; give the project that it was built from with --project")
    return tuple(ids)


def _text(stage: Mapping[str, Any], key: str) -> str:
    value = stage.get(key)
    if not isinstance(value, str):
        raise NoProject(f"A stage of the rune's graph has no {key}")
    return value


def _entry(table: Mapping[str, Any], key: str) -> Any:
    if key not in table:
        raise NoProject("The rune's graph has a wire that leads nowhere")
    return table[key]
