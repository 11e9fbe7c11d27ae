"""The host's side of Rune's ABI v0: what each import does. It knows handles and memory, not files and not the engine.

Handles are counted from 1 in the order of the requests, one counter for all kinds, as the native runtime does.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wasmtime import Caller, Memory

from rune.abi import Capability, Output, ParameterType
from rune.runtime.errors import (
    BadPointer,
    BadRequest,
    HostModelUnsupported,
    InputLength,
    InputMissing,
    NotARune,
    RuneStopped,
)
from rune.runtime.limits import Limits
from rune.runtime.messages import LogLine, read_log_line

InputSource = bytes | Callable[[int], bytes]
"""What is given for a capability: its bytes, or a function from the number of bytes that the rune asks for."""

_PARAMETER_FORMATS = {
    ParameterType.INTEGER: "<i",
    ParameterType.FLOAT: "<f",
    ParameterType.BYTE: "<B",
    ParameterType.SHORT: "<h",
    ParameterType.SIGNED_BYTE: "<b",
}
_LOG_BYTES = 4096
_NAME_BYTES = 1024
"""Of a parameter's name, which the host keeps."""
_MESSAGE_BYTES = 64
"""What a message costs the host at least, however little is in it."""


@dataclass(frozen=True)
class CapabilityRequest:
    """An input that a rune asks for. Parameters in the order in which it set them."""

    id: int
    kind: Capability
    parameters: Mapping[str, int | float]


@dataclass(frozen=True)
class OutputRequest:
    """An output that a rune will write to."""

    id: int
    kind: Output


@dataclass
class Host:
    """What one loaded rune has asked for and said so far. `inputs` are those of the call that runs."""

    limits: Limits
    capabilities: dict[int, CapabilityRequest] = field(default_factory=dict)
    outputs: dict[int, OutputRequest] = field(default_factory=dict)
    inputs: Mapping[int, InputSource] = field(default_factory=dict)
    messages: list[tuple[int, bytes]] = field(default_factory=list)
    logs: list[LogLine] = field(default_factory=list)
    logs_dropped: int = 0
    _handles: int = 0
    _output_bytes: int = 0

    def begin_call(self, inputs: Mapping[int, InputSource]) -> None:
        """Forgets what the last call said and takes the inputs of the next."""
        self.inputs = inputs
        self.messages = []
        self.logs = []
        self.logs_dropped = 0
        self._output_bytes = 0

    def imports(self) -> Mapping[str, tuple[int, Callable[..., int]]]:
        """Each import by name: how many i32 it takes, and what it does."""
        return {
            "_debug": (2, self._debug),
            "request_capability": (1, self._request_capability),
            "request_capability_set_param": (6, self._request_capability_set_param),
            "request_provider_response": (3, self._request_provider_response),
            "request_output": (1, self._request_output),
            "consume_output": (3, self._consume_output),
            "rune_model_load": (8, self._refuse_model),
            "rune_model_infer": (3, self._refuse_model),
            "rune_resource_open": (2, self._rune_resource_open),
            "rune_resource_read": (3, self._rune_resource_read),
            "rune_resource_close": (1, self._rune_resource_close),
            "tfm_preload_model": (4, self._refuse_model),
            "tfm_model_invoke": (5, self._refuse_model),
        }

    def _debug(self, caller: Caller, address: int, size: int) -> int:
        if len(self.logs) < self.limits.log_lines:
            text = _read(caller, "_debug", address, size, most=_LOG_BYTES)
            self.logs.append(read_log_line(text))
        else:
            self.logs_dropped += 1
        return 0

    def _request_capability(self, _caller: Caller, kind: int) -> int:
        try:
            known = Capability(kind)
        except ValueError:
            raise BadRequest(f"Unknown capability type: {kind}") from None
        handle = self._new_handle()
        self.capabilities[handle] = CapabilityRequest(handle, known, {})
        return handle

    def _request_capability_set_param(
        self, caller: Caller, handle: int, key: int, key_size: int, value: int, value_size: int, value_type: int
    ) -> int:
        request = self._capability(handle)
        if key_size > _NAME_BYTES:
            raise BadRequest(f"a parameter's name has {key_size} bytes, more than the limit of {_NAME_BYTES}")
        name = _read(caller, "request_capability_set_param", key, key_size).decode("utf-8", errors="replace")
        _checked_memory(caller, "request_capability_set_param", value, value_size)
        try:
            layout = _PARAMETER_FORMATS[ParameterType(value_type)]
        except ValueError:
            raise BadRequest(f"the parameter {name!r} has the unknown value type {value_type}"[:200]) from None
        if value_size != struct.calcsize(layout):
            raise BadRequest(f"the parameter {name!r} has {value_size} bytes of value type {value_type}"[:200])
        raw = _read(caller, "request_capability_set_param", value, value_size)
        if len(request.parameters) >= self.limits.handles:
            raise RuneStopped("handles", f"the rune set more than {self.limits.handles} parameters")
        parameters = {**request.parameters, name: struct.unpack(layout, raw)[0]}
        self.capabilities[handle] = CapabilityRequest(handle, request.kind, parameters)
        return 0

    def _request_provider_response(self, caller: Caller, address: int, size: int, handle: int) -> int:
        request = self._capability(handle)
        memory = _checked_memory(caller, "request_provider_response", address, size)
        if handle not in self.inputs:
            raise InputMissing(f"No input tensor provided for the {request.kind.name} capability with ID {handle}")
        source = self.inputs[handle]
        data = source(size) if callable(source) else source
        if len(data) != size:
            raise InputLength(
                f"The Rune provided a {size} byte buffer, but the input for its {request.kind.name} capability "
                f"with ID {handle} has {len(data)} bytes"
            )
        if size:
            memory.write(caller, data, address)
        return size

    def _request_output(self, _caller: Caller, kind: int) -> int:
        try:
            known = Output(kind)
        except ValueError:
            raise BadRequest(f"Unknown output type: {kind}") from None
        handle = self._new_handle()
        self.outputs[handle] = OutputRequest(handle, known)
        return handle

    def _consume_output(self, caller: Caller, handle: int, address: int, size: int) -> int:
        if handle not in self.outputs:
            raise BadRequest(f"the rune wrote to the output {handle}, which it never asked for")
        self._output_bytes += max(size, _MESSAGE_BYTES)
        if self._output_bytes > self.limits.output:
            raise RuneStopped(
                "output", f"the rune was stopped: it sent more than {self.limits.output} bytes in one run"
            )
        self.messages.append((handle, _read(caller, "consume_output", address, size)))
        return size

    def _refuse_model(self, _caller: Caller, *_arguments: int) -> int:
        raise HostModelUnsupported

    def _rune_resource_open(self, caller: Caller, address: int, size: int) -> int:
        """No resource is given by this host: the rune then takes its built-in default."""
        _checked_memory(caller, "rune_resource_open", address, size)
        return -1

    def _rune_resource_read(self, _caller: Caller, handle: int, _address: int, _size: int) -> int:
        raise BadRequest(f"the rune reads the resource {handle}, which was never opened")

    def _rune_resource_close(self, _caller: Caller, handle: int) -> int:
        raise BadRequest(f"the rune closes the resource {handle}, which was never opened")

    def _capability(self, handle: int) -> CapabilityRequest:
        try:
            return self.capabilities[handle]
        except KeyError:
            raise BadRequest(f"the rune uses the capability {handle}, which it never asked for") from None

    def _new_handle(self) -> int:
        if self._handles >= self.limits.handles:
            raise RuneStopped("handles", f"the rune was stopped: it asked for more than {self.limits.handles} handles")
        self._handles += 1
        return self._handles


def _checked_memory(caller: Caller, function: str, address: int, size: int) -> Memory:
    memory = caller.get("memory")
    if not isinstance(memory, Memory):
        raise NotARune("the module exports no memory")
    length = memory.data_len(caller)
    if address + size > length:
        raise BadPointer(function, address, size, length)
    return memory


def _read(caller: Caller, function: str, address: int, size: int, most: int | None = None) -> bytes:
    """A copy of the rune's memory, at most `most` bytes of it, after the whole range was checked."""
    memory = _checked_memory(caller, function, address, size)
    kept = size if most is None else min(size, most)
    return bytes(memory.read(caller, address, address + kept))
