"""The host's side of Rune's ABI v0: what each import does. It knows handles and memory, not files and not the engine.

Handles are counted from 1 in the order of the requests, one counter for all kinds, as the native runtime does.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rune.abi import STAGE_MARK, OutputKind, ParameterType
from rune.capabilities import BY_NUMBER, Capability
from rune.capabilities.capability import RecordingFormat
from rune.running.runtime.errors import BadRequest, InputLength, InputMissing, RuneStopped
from rune.running.runtime.host.handles import Handles
from rune.running.runtime.host.models import HostModels
from rune.running.runtime.host.resources import FindResource, HostResources
from rune.running.runtime.interpreters import OpenModel
from rune.running.runtime.limits import LOG_BYTES, MESSAGE_BYTES, MOST_TRANSFER, NAME_BYTES, Limits
from rune.running.runtime.messages import LogLine, read_log_line
from rune.running.runtime.wasm.guest_memory import GuestMemory
from rune.tensor import ElementType, TensorType
from rune.wording import counted

InputSource = bytes | Callable[[int], bytes]
"""The input of a capability: its bytes, or a function from the requested number of bytes."""

_PARAMETER_FORMATS = {
    ParameterType.INTEGER: "<i",
    ParameterType.FLOAT: "<f",
    ParameterType.BYTE: "<B",
    ParameterType.SHORT: "<h",
    ParameterType.SIGNED_BYTE: "<b",
}


@dataclass(frozen=True)
class RequestedCapability:
    """An input that a rune asks for. Parameters in the order in which it set them."""

    id: int
    kind: Capability
    parameters: Mapping[str, int | float]


@dataclass(frozen=True)
class RequestedOutput:
    """An output that a rune will write to."""

    id: int
    kind: OutputKind


def _tensor_of(request: RequestedCapability, size: int) -> TensorType:
    """The tensor that the native runtime would have made of a capability's bytes; of plain bytes where none fits."""
    element, last = request.kind.element, request.kind.row
    count = size // element.size
    if request.kind.recording is RecordingFormat.PICTURE:
        width, height = request.parameters.get("width"), request.parameters.get("height")
        if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0:
            channels, rest = divmod(count, width * height)
            if channels and not rest:
                return TensorType(element, (1, width, height, channels))
    if size % (element.size * last):
        return TensorType(ElementType.U8, (1, size))
    return TensorType(element, (count // last, last) if last > 1 else (1, count))


def _limit_text(name: str, most: int) -> str:
    """A limit as people read it, with the way to raise it."""
    more = "" if most >= MOST_TRANSFER else f"; allow more with --{name}-limit, or Limits({name}=...) in Python"
    size = f"{most / (1 << 20):g} MB" if most >= 1 << 20 else f"{most} bytes"
    return f"{size} in one run{more}"


class Host:
    """The requests and messages of one loaded rune. `inputs` are those of the running call."""

    def __init__(
        self, limits: Limits, *, find_resource: FindResource, open_model: OpenModel, record: bool = False
    ) -> None:
        self.limits = limits
        self.capabilities: dict[int, RequestedCapability] = {}
        self.outputs: dict[int, RequestedOutput] = {}
        self.inputs: Mapping[int, InputSource] = {}
        self.messages: list[tuple[int, bytes]] = []
        self.logs: list[LogLine] = []
        self._dropped_logs = 0
        self.marks: list[tuple[bytes, float]] = []
        """The marks of a timed rune in this call, each with the seconds at which it came."""
        self._handles = Handles(limits.handles)
        self._input_bytes = 0
        self._output_bytes = 0
        self.models = HostModels(self._handles, open_model, limits, record)
        self.resources = HostResources(self._handles, find_resource)

    def begin_call(self, inputs: Mapping[int, InputSource]) -> None:
        """Forgets what the last call said and takes the inputs of the next."""
        self.inputs = inputs
        self.messages = []
        self.logs = []
        self._dropped_logs = 0
        self.marks = []
        self._input_bytes = 0
        self._output_bytes = 0
        self.models.begin_call()

    def imports(self) -> Mapping[str, tuple[int, Callable[..., int]]]:
        """Each import by name: how many i32 it takes, and what it does."""
        return {
            "_debug": (2, self._debug),
            "request_capability": (1, self._request_capability),
            "request_capability_set_param": (6, self._request_capability_set_param),
            "request_provider_response": (3, self._request_provider_response),
            "request_output": (1, self._request_output),
            "consume_output": (3, self._consume_output),
            "rune_model_load": (8, self.models.load),
            "rune_model_infer": (3, self.models.infer),
            "rune_resource_open": (2, self.resources.open),
            "rune_resource_read": (3, self.resources.read),
            "rune_resource_close": (1, self.resources.close),
            "tfm_preload_model": (4, self.models.preload),
            "tfm_model_invoke": (5, self.models.invoke),
        }

    def _debug(self, memory: GuestMemory, address: int, size: int) -> int:
        now = time.perf_counter()
        if self._keeps_logs():
            text = memory.read("_debug", address, size, most=LOG_BYTES)
            if text.startswith(STAGE_MARK):
                self.marks.append((text, now))
            else:
                self.logs.append(read_log_line(text))
        return 0

    def _request_capability(self, _memory: GuestMemory, kind: int) -> int:
        capability = BY_NUMBER.get(kind)
        if capability is None:
            raise BadRequest(f"Unknown capability type: {kind}")
        handle = self._handles.take()
        self.capabilities[handle] = RequestedCapability(handle, capability, {})
        return handle

    def _request_capability_set_param(
        self, memory: GuestMemory, handle: int, key: int, key_size: int, value: int, value_size: int, value_type: int
    ) -> int:
        request = self._capability(handle)
        if key_size > NAME_BYTES:
            raise BadRequest(f"a parameter's name has {key_size} bytes, more than the limit of {NAME_BYTES}")
        name = memory.read("request_capability_set_param", key, key_size).decode("utf-8", errors="replace")
        memory.check("request_capability_set_param", value, value_size)
        try:
            layout = _PARAMETER_FORMATS[ParameterType(value_type)]
        except ValueError:
            raise BadRequest(f"the parameter {name!r} has the unknown value type {value_type}"[:200]) from None
        if value_size != struct.calcsize(layout):
            raise BadRequest(f"the parameter {name!r} has {value_size} bytes of value type {value_type}"[:200])
        raw = memory.read("request_capability_set_param", value, value_size)
        if len(request.parameters) >= self.limits.handles:
            raise RuneStopped("handles", f"the rune set more than {self.limits.handles} parameters")
        parameters = {**request.parameters, name: struct.unpack(layout, raw)[0]}
        self.capabilities[handle] = RequestedCapability(handle, request.kind, parameters)
        return 0

    def _request_provider_response(self, memory: GuestMemory, address: int, size: int, handle: int) -> int:
        request = self._capability(handle)
        place = memory.check("request_provider_response", address, size)
        self._input_bytes += size
        if self._input_bytes > self.limits.input:
            limit = _limit_text("input", self.limits.input)
            raise RuneStopped("input", f"the rune was stopped: it read more than {limit}")
        if handle not in self.inputs:
            raise InputMissing(f"No input tensor provided for the {request.kind.name} capability with ID {handle}")
        source = self.inputs[handle]
        data = source(size) if callable(source) else source
        if len(data) > size:
            raise InputLength(
                f"The Rune provided a {size} byte buffer, but the input tensor is {_tensor_of(request, len(data))} "
                f"({len(data)} bytes): that of its {request.kind.name} capability with ID {handle}"
            )
        if len(data) < size:
            self._log("WARN", f"The {request.kind.name} input has {len(data)} of {size} bytes; the rest is zero")
            data = data.ljust(size, b"\0")
        memory.fill(place, data)
        return size

    def _log(self, level: str, message: str) -> None:
        """A line of the host's own, among those of the rune."""
        if self._keeps_logs():
            self.logs.append(LogLine(level, message))

    def _keeps_logs(self) -> bool:
        """Returns whether another line is kept; one that is not is counted."""
        has_room = len(self.logs) + len(self.marks) < self.limits.log_lines
        self._dropped_logs += not has_room
        return has_room

    @property
    def all_logs(self) -> tuple[LogLine, ...]:
        """The lines of the running call, and a last one that says how many were dropped."""
        if not self._dropped_logs:
            return tuple(self.logs)
        lines = counted(self._dropped_logs, "log line")
        notice = f"only the first {self.limits.log_lines:,} of a run are kept"
        return (*self.logs, LogLine("WARN", f"{lines} dropped: {notice}"))

    def _request_output(self, _memory: GuestMemory, kind: int) -> int:
        try:
            output_kind = OutputKind(kind)
        except ValueError:
            raise BadRequest(f"Unknown output type: {kind}") from None
        handle = self._handles.take()
        self.outputs[handle] = RequestedOutput(handle, output_kind)
        return handle

    def _consume_output(self, memory: GuestMemory, handle: int, address: int, size: int) -> int:
        if handle not in self.outputs:
            raise BadRequest(f"the rune wrote to the output {handle}, which it never asked for")
        self._output_bytes += max(size, MESSAGE_BYTES)
        if self._output_bytes > self.limits.output:
            raise RuneStopped(
                "output",
                f"the rune was stopped: it sent more than {_limit_text('output', self.limits.output)}. "
                "A TENSOR output sends numbers as bytes, which take a third of the text that SERIAL sends",
            )
        self.messages.append((handle, memory.read("consume_output", address, size)))
        return size

    def _capability(self, handle: int) -> RequestedCapability:
        try:
            return self.capabilities[handle]
        except KeyError:
            raise BadRequest(f"the rune uses the capability {handle}, which it never asked for") from None
