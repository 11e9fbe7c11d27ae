"""A rune in wasm3, an interpreter of WebAssembly without vectors: the engine of old mobile SDKs."""

from __future__ import annotations

from collections.abc import Sequence

import wasm3


class Wasm3Host:
    """The host's functions of ABI v0. Handles are 10, 20, 30 and so on."""

    def __init__(self, module: bytes) -> None:
        self.outputs: list[bytes] = []
        self._inputs: Sequence[bytes] = ()
        self._capabilities: list[int] = []
        self._handles = 0
        environment = wasm3.Environment()
        wasm_module = environment.parse_module(module)
        self._runtime = environment.new_runtime(64 * 1024)
        self._runtime.load(wasm_module)
        functions = (
            ("_debug", "i(ii)", lambda address, size: 0),
            ("request_capability", "i(i)", self._request_capability),
            ("request_capability_set_param", "i(iiiiii)", lambda *arguments: 0),
            ("request_provider_response", "i(iii)", self._respond),
            ("request_output", "i(i)", self._request_output),
            ("consume_output", "i(iii)", self._consume),
        )
        for name, kind, function in functions:
            try:
                wasm_module.link_function("env", name, kind, function)
            except RuntimeError as error:
                if "lookup" not in str(error):  # else the rune does not import it
                    raise
        self._runtime.find_function("_manifest")()

    def call(self, inputs: Sequence[bytes]) -> list[bytes]:
        """One run with an input for each capability, in their order: the messages that came out."""
        self._inputs, self.outputs = inputs, []
        self._runtime.find_function("_call")(0, 0, 0)
        return self.outputs

    def _handle(self) -> int:
        self._handles += 10
        return self._handles

    def _request_capability(self, kind: int) -> int:
        self._capabilities.append(self._handle())
        return self._capabilities[-1]

    def _request_output(self, kind: int) -> int:
        return self._handle()

    def _respond(self, address: int, size: int, handle: int) -> int:
        data = self._inputs[self._capabilities.index(handle)]
        assert len(data) == size
        self._runtime.get_memory(0)[address : address + size] = data
        return size

    def _consume(self, handle: int, address: int, size: int) -> int:
        self.outputs.append(bytes(self._runtime.get_memory(0)[address : address + size]))
        return size
