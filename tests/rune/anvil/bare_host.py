"""The least that a host of ABI v0 can be: it writes down what a rune says, and judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import wasmtime


class BareHost:
    """A module with the functions of the ABI, each of which notes its call. Handles are 10, 20, 30 and so on."""

    def __init__(self, module: bytes) -> None:
        self.said: list[tuple[object, ...]] = []
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
        self.said.append(("capability", kind))
        self._capabilities.append(self._handle())
        return self._capabilities[-1]

    def _request_output(self, kind: int) -> int:
        self.said.append(("output", kind))
        return self._handle()

    def _set_parameter(self, handle: int, key: int, key_size: int, value: int, value_size: int, kind: int) -> int:
        self.said.append((handle, self._read(key, key_size), self._read(value, value_size), kind))
        return 0

    def _respond(self, address: int, size: int, handle: int) -> int:
        data = self._inputs[self._capabilities.index(handle)]
        assert len(data) == size
        self._memory.write(self._store, data, address)
        return size

    def _consume(self, handle: int, address: int, size: int) -> int:
        self.messages.append((handle, self._read(address, size)))
        return size
