"""Runs a rune on the vectors of a certificate, for `check_certificate.py`. Needs nothing but Python and wasmtime."""

from __future__ import annotations

import base64
import struct
from typing import Any

from wasmtime import Config, Engine, Func, FuncType, Instance, Memory, Module, Store, ValType

ENGINE_TICKS = 100_000_000_000
"""Instructions that one run may take."""
MEMORY = 256 << 20
PARAMETERS = {1: "<i", 2: "<f", 5: "<B", 6: "<h", 7: "<b"}
"""How the value of a capability's parameter is read, by the number of its type."""


class Differs(Exception):
    """The rune does something else than the vectors say; the message says what."""


def require(holds: bool, otherwise: str) -> None:
    """Raises `Differs` unless it holds."""
    if not holds:
        raise Differs(otherwise)


class Host:
    """What a rune of ABI v0 sees of its host: it reads inputs and sends messages."""

    def __init__(self, rune: bytes) -> None:
        config = Config()
        config.consume_fuel = True
        engine = Engine(config)
        self.store = Store(engine)
        self.store.set_limits(memory_size=MEMORY)
        self.capabilities: dict[int, tuple[int, dict[str, int | float]]] = {}
        self.outputs: dict[int, int] = {}
        self.inputs: dict[int, bytes] = {}
        self.sent: list[tuple[int, bytes]] = []
        self.memory: Memory | None = None
        module = Module(engine, rune)
        imports = [self._import(each.name or "", each.type) for each in module.imports]
        exports = Instance(self.store, module, imports).exports(self.store)
        self.memory = exports["memory"]  # type: ignore[assignment]
        self._call = exports["_call"]
        self._enter(exports["_manifest"])

    def _import(self, name: str, kind: Any) -> Func:
        action = getattr(self, f"_{name.strip('_')}", None)
        require(isinstance(kind, FuncType) and action is not None, f"the rune asks its host for {name}")

        def called(*arguments: int) -> int | None:
            result = action(*(argument & 0xFFFFFFFF for argument in arguments))  # type: ignore[misc]
            return result if kind.results else None

        return Func(self.store, FuncType([ValType.i32()] * len(kind.params), list(kind.results)), called)

    def _enter(self, function: Any, *arguments: int) -> None:
        self.store.set_fuel(ENGINE_TICKS)
        function(self.store, *arguments)

    def run(self, inputs: list[dict[str, Any]]) -> list[tuple[int, bytes]]:
        """What is sent for these inputs, in the order in which the rune asked for its capabilities."""
        requests = list(self.capabilities.values())
        expected = [(each["capability"], each["parameters"]) for each in inputs]
        require(requests == expected, f"the rune asks for {requests}, and a vector has {expected}")
        data = [base64.b64decode(each["data"]) for each in inputs]
        self.inputs, self.sent = dict(zip(self.capabilities, data, strict=True)), []
        self._enter(self._call, 0, 0, 0)
        return self.sent

    def _read(self, address: int, size: int) -> bytes:
        return bytes(self.memory.read(self.store, address, address + size))  # type: ignore[union-attr]

    def _debug(self, _address: int, _size: int) -> int:
        return 0

    def _request_capability(self, kind: int) -> int:
        handle = 1 + len(self.capabilities) + len(self.outputs)
        self.capabilities[handle] = (kind, {})
        return handle

    def _request_capability_set_param(self, handle: int, key: int, size: int, at: int, length: int, kind: int) -> int:
        name = self._read(key, size).decode()
        (self.capabilities[handle][1][name],) = struct.unpack(PARAMETERS[kind], self._read(at, length))
        return 0

    def _request_provider_response(self, address: int, size: int, handle: int) -> int:
        data = self.inputs[handle]
        require(len(data) <= size, "a vector has more input than the rune reads")
        self.memory.write(self.store, data, address)  # type: ignore[union-attr]
        return len(data)

    def _request_output(self, kind: int) -> int:
        handle = 1 + len(self.capabilities) + len(self.outputs)
        self.outputs[handle] = kind
        return handle

    def _consume_output(self, handle: int, address: int, size: int) -> int:
        self.sent.append((self.outputs[handle], self._read(address, size)))
        return size


def check_vectors(vectors: list[dict[str, Any]], rune: bytes) -> None:
    """Raises `Refused` unless the rune, from its start on, sends for each vector what it says."""
    if not vectors:
        return
    host = Host(rune)
    for number, vector in enumerate(vectors):
        wanted = [(each["output"], base64.b64decode(each["data"])) for each in vector["outputs"]]
        require(host.run(vector["inputs"]) == wanted, f"vector {number}: the rune sends something else")
