"""The `.rune` format: a WebAssembly module that carries its graph, its version and its resources along.

Reading and writing only; running a rune is `rune.runtime`.
"""

from rune.container.errors import ContainerError
from rune.container.graph import graph_json
from rune.container.needs import needed_resources
from rune.container.reader import Rune, read_graph, read_resources, read_rune
from rune.container.request_names import requested_stages, streamed_requests, watched_ports
from rune.container.steps import OpenedRune, step_name, with_steps
from rune.container.wasm import PAGE_SIZE, Export, Import, Memory, Section, read_module
from rune.container.whole import missing_part
from rune.container.writer import canonical_json, pack, rune_sections
from rune.container.zune import Entry, Zune, is_zune, read_zune

__all__ = [
    "PAGE_SIZE",
    "ContainerError",
    "Entry",
    "Export",
    "Import",
    "Memory",
    "OpenedRune",
    "Rune",
    "Section",
    "Zune",
    "canonical_json",
    "graph_json",
    "is_zune",
    "missing_part",
    "needed_resources",
    "pack",
    "read_graph",
    "read_module",
    "read_resources",
    "read_rune",
    "read_zune",
    "requested_stages",
    "rune_sections",
    "step_name",
    "streamed_requests",
    "watched_ports",
    "with_steps",
]
