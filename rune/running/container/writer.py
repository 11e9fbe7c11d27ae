"""Writes a `.rune`: a module and its custom sections. The same input gives the same bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping
from typing import Any

import rune
from rune.abi import SectionName
from rune.running.container.wasm import custom_section, read_module


def pack(module: bytes, sections: Iterable[tuple[str, bytes]] | Mapping[str, bytes]) -> bytes:
    """The module with custom sections (name, payload) after its own. Raises `ContainerError` if it is no module."""
    read_module(module)
    pairs = sections.items() if isinstance(sections, Mapping) else sections
    return module + b"".join(custom_section(name, payload) for name, payload in pairs)


def rune_sections(
    graph: Mapping[str, Any],
    resources: Iterable[tuple[str, bytes]] = (),
    relaxed_module: bytes = b"",
    watch: Mapping[str, Any] | None = None,
) -> tuple[tuple[str, bytes], ...]:
    """The parts of every rune: our version, its graph (`graph_json`) and its resources; and what it counts and its
    second module, of relaxed SIMD, where it has them."""
    return (
        (SectionName.VERSION, canonical_json({"version": rune.__version__})),
        (SectionName.GRAPH, canonical_json(graph)),
        *((SectionName.RESOURCE, _resource(name, data)) for name, data in resources),
        *(((SectionName.WATCH, canonical_json(watch)),) if watch else ()),
        *(((SectionName.RELAXED, relaxed_module),) if relaxed_module else ()),
    )


def canonical_json(value: Any) -> bytes:
    """JSON in its one spelling: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _resource(name: str, data: bytes) -> bytes:
    encoded_name = name.encode()
    return struct.pack(">I", len(encoded_name)) + encoded_name + struct.pack(">I", len(data)) + data
