"""The `.rune` format: a WebAssembly module that carries its graph, its version and its resources along.

Reading and writing only; running a rune is `rune.running.runtime`. What writes the graph of a pipeline is
`rune.running.container.graph`, which knows the language.
"""

from rune.running.container.errors import ContainerError
from rune.running.container.needs import needed_resources
from rune.running.container.reader import RuneFile, read_graph, read_resources, read_rune, read_watch
from rune.running.container.request_names import requested_stages, streamed_requests, watched_ports
from rune.running.container.steps import OpenedRune, step_name, with_steps
from rune.running.container.wasm import PAGE_SIZE, Import, WasmExport, WasmMemory, WasmSection, read_module
from rune.running.container.whole import missing_part
from rune.running.container.writer import canonical_json, pack, rune_sections
from rune.running.container.zune import Zune, ZuneEntry, is_zune, read_zune

__all__ = [
    "PAGE_SIZE",
    "ContainerError",
    "Import",
    "OpenedRune",
    "RuneFile",
    "WasmExport",
    "WasmMemory",
    "WasmSection",
    "Zune",
    "ZuneEntry",
    "canonical_json",
    "is_zune",
    "missing_part",
    "needed_resources",
    "pack",
    "read_graph",
    "read_module",
    "read_resources",
    "read_rune",
    "read_watch",
    "read_zune",
    "requested_stages",
    "rune_sections",
    "step_name",
    "streamed_requests",
    "watched_ports",
    "with_steps",
]
