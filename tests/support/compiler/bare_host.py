"""The least that a host of ABI v0 can be: it writes down what a rune says, and judges nothing."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import wasmtime


@dataclass(frozen=True)
class LoadedModel:
    """A rune's description of a model that it has its host run; tensors as they are described."""

    mimetype: str
    data: bytes
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


Inference = Callable[[Sequence[int], Callable[[int, int], bytes]], Sequence[bytes]]
"""Given the addresses of the inputs and how to read memory: the bytes of the outputs."""


class BareHost:
    """A module with the functions of the ABI, each of which notes its call. Handles are 10, 20, 30 and so on.

    `resources` are what it gives, in pieces of at most `piece` bytes; `infer` runs each model.
    """

    def __init__(
        self,
        module: bytes,
        *,
        resources: Mapping[str, bytes] | None = None,
        piece: int = 1000,
        infer: Inference | None = None,
    ) -> None:
        self._resources = resources or {}
        self._piece = piece
        self._infer_with = infer
        self._open: dict[int, bytes] = {}
        self.models: dict[int, LoadedModel] = {}
        self.calls: list[tuple[object, ...]] = []
        self.logs: list[bytes] = []
        self.messages: list[tuple[int, bytes]] = []
        self._handles = 0
        self._capabilities: list[int] = []
        self._inputs: Sequence[bytes] = ()
        engine = wasmtime.Engine()
        self._store = wasmtime.Store(engine)
        linker = wasmtime.Linker(engine)
        functions: dict[str, tuple[int, Callable[..., int]]] = {
            "_debug": (2, self._debug),
            "request_capability": (1, self._request_capability),
            "request_capability_set_param": (6, self._set_parameter),
            "request_provider_response": (3, self._respond),
            "request_output": (1, self._request_output),
            "consume_output": (3, self._consume),
            "rune_model_load": (8, self._load_model),
            "rune_model_infer": (3, self._infer),
            "rune_resource_open": (2, self._open_resource),
            "rune_resource_read": (3, self._read_resource),
        }
        word = wasmtime.ValType.i32()
        for name, (count, function) in functions.items():
            kind = wasmtime.FuncType([word] * count, [word])
            linker.define(self._store, "env", name, wasmtime.Func(self._store, kind, function))
        self._exports = linker.instantiate(self._store, wasmtime.Module(engine, module)).exports(self._store)
        memory = self._exports["memory"]
        assert isinstance(memory, wasmtime.Memory)
        self._memory = memory

    def manifest(self) -> int:
        return self._export("_manifest")

    def call(self, inputs: Sequence[bytes]) -> list[tuple[int, bytes]]:
        """Runs the pipeline; inputs in the order of the capabilities. What came out, with the outputs' handles."""
        self._inputs = inputs
        self.messages = []
        assert self._export("_call", 0, 0, 0) == 0
        return self.messages

    def _export(self, name: str, *arguments: int) -> int:
        function = self._exports[name]
        assert isinstance(function, wasmtime.Func)
        result = function(self._store, *arguments)
        assert isinstance(result, int)
        return result

    def _read(self, address: int, size: int) -> bytes:
        return bytes(self._memory.read(self._store, address, address + size))

    def _handle(self) -> int:
        self._handles += 10
        return self._handles

    def _debug(self, address: int, size: int) -> int:
        self.logs.append(self._read(address, size))
        return 0

    def _request_capability(self, kind: int) -> int:
        self.calls.append(("capability", kind))
        self._capabilities.append(self._handle())
        return self._capabilities[-1]

    def _request_output(self, kind: int) -> int:
        self.calls.append(("output", kind))
        return self._handle()

    def _set_parameter(self, handle: int, key: int, key_size: int, value: int, value_size: int, kind: int) -> int:
        self.calls.append((handle, self._read(key, key_size), self._read(value, value_size), kind))
        return 0

    def _respond(self, address: int, size: int, handle: int) -> int:
        data = self._inputs[self._capabilities.index(handle)]
        assert len(data) <= size
        self._memory.write(self._store, data, address)
        return size

    def _consume(self, handle: int, address: int, size: int) -> int:
        self.messages.append((handle, self._read(address, size)))
        return size

    def _load_model(self, *arguments: int) -> int:
        mimetype, mimetype_size, model, size, inputs, input_count, outputs, output_count = arguments
        entry = LoadedModel(
            self._read(mimetype, mimetype_size).decode(),
            self._read(model, size),
            self._texts(inputs, input_count),
            self._texts(outputs, output_count),
        )
        self.calls.append(("model", entry.mimetype))
        handle = self._handle()
        self.models[handle] = entry
        return handle

    def _texts(self, address: int, count: int) -> tuple[str, ...]:
        fields = struct.unpack(f"<{2 * count}I", self._read(address, 8 * count))
        return tuple(self._read(start, size).decode() for start, size in zip(fields[::2], fields[1::2], strict=True))

    def _infer(self, handle: int, inputs: int, outputs: int) -> int:
        model = self.models[handle]
        sources = struct.unpack(f"<{len(model.inputs)}I", self._read(inputs, 4 * len(model.inputs)))
        targets = struct.unpack(f"<{len(model.outputs)}I", self._read(outputs, 4 * len(model.outputs)))
        assert self._infer_with is not None
        for target, data in zip(targets, self._infer_with(sources, self._read), strict=True):
            self._memory.write(self._store, data, target)
        return 0

    def _open_resource(self, address: int, size: int) -> int:
        name = self._read(address, size).decode()
        self.calls.append(("resource", name))
        if name not in self._resources:
            return -1
        handle = self._handle()
        self._open[handle] = self._resources[name]
        return handle

    def _read_resource(self, handle: int, address: int, size: int) -> int:
        chunk = self._open[handle][: min(size, self._piece)]
        self._open[handle] = self._open[handle][len(chunk) :]
        self._memory.write(self._store, chunk, address)
        return len(chunk)
