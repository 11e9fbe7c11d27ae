"""One conformance case: a rune, what it is given, and what every runtime must make of it. Written as a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wasmtime import wat2wasm

FOLDER = Path(__file__).parents[2] / "conformance"
Tensor = Mapping[str, object]
Message = Mapping[str, object]
_INLINE_BYTES = 64


@dataclass(frozen=True)
class ConformanceCase:
    """`expected` are the messages of each run; where `error` is set, what comes after those runs fails."""

    name: str
    description: str
    wat: str = ""
    binary: bytes | None = None
    """Bytes that are no module and so have no text."""
    inputs: Mapping[int, bytes] = field(default_factory=dict)
    resources: Mapping[str, bytes] = field(default_factory=dict)
    capabilities: Sequence[Mapping[str, object]] | None = None
    expected: Sequence[Sequence[Message]] = ()
    native: Mapping[str, object] | None = None
    watched: Sequence[Mapping[str, object]] | None = None
    """The values of the watched wires in the last run."""
    logs: Sequence[Mapping[str, str]] | None = None
    counts: Mapping[str, object] | None = None
    """The counts of all runs."""
    error: Mapping[str, str] | None = None
    needs: Sequence[str] = ()
    within: int | None = None
    """How far integers may be from those in `expected`, where an interpreter rounds its sums otherwise."""


def fails(name: str, message: str | None = None, *, when: str = "run") -> Mapping[str, str]:
    """An error by its wire name, with words that must stand in its message. `when` is "load" or "run"."""
    return {"when": when, "name": name} | ({} if message is None else {"message": message})


def tensor(kind: str, dimensions: Sequence[int], elements: Sequence[object]) -> Tensor:
    return {"type": kind, "dimensions": list(dimensions), "elements": list(elements)}


def message(channel: int, *tensors: Tensor) -> Message:
    return {"channel": channel, "tensors": list(tensors)}


def files(case: ConformanceCase) -> Mapping[str, bytes]:
    """The files of a case's folder by name."""
    contents: dict[str, bytes] = {}
    document: dict[str, Any] = {"description": case.description}
    if case.needs:
        document["needs"] = list(case.needs)
    if case.inputs:
        document["inputs"] = {
            str(key): _data(f"input-{key}.bin", data, contents) for key, data in sorted(case.inputs.items())
        }
    if case.resources:
        document["resources"] = {
            name: _data(f"resource-{name}.bin", data, contents) for name, data in sorted(case.resources.items())
        }
    for key in ("capabilities", "native", "watched", "logs", "within", "counts", "error"):
        if getattr(case, key) is not None:
            document[key] = getattr(case, key)
    if case.expected or case.error is None:
        document["expected"] = case.expected
    if case.binary is None:
        contents["rune.wat"] = case.wat.encode()
        contents["rune.wasm"] = bytes(wat2wasm(case.wat))
    else:
        contents["rune.wasm"] = case.binary
    contents["case.json"] = (_pretty(document) + "\n").encode()
    return contents


def _data(name: str, data: bytes, contents: dict[str, bytes]) -> Mapping[str, str]:
    if len(data) > _INLINE_BYTES:
        contents[name] = data
        return {"file": name}
    return {"text": data.decode()} if data.isascii() and data.decode().isprintable() else {"hex": data.hex()}


def _pretty(document: object, indent: str = "") -> str:
    """JSON with a line for each thing that fits into one."""
    flat = json.dumps(document, ensure_ascii=False)
    if len(indent) + len(flat) <= 110 or not isinstance(document, (dict, list, tuple)) or not document:
        return flat
    inner = indent + "  "
    if isinstance(document, dict):
        parts = [f"{inner}{json.dumps(key)}: {_pretty(value, inner)}" for key, value in document.items()]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    if all(isinstance(value, (int, float)) for value in document):
        return flat
    return "[\n" + ",\n".join(f"{inner}{_pretty(value, inner)}" for value in document) + f"\n{indent}]"
