"""The imports by which a rune has its host run a model, those of Rune before 0.5 as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rune.abi import ModelFormat
from rune.running.runtime.errors import BadRequest, HostModelError, ModelLoadError, ModelRunError, RuneStopped
from rune.running.runtime.host.handles import Handles
from rune.running.runtime.interpreters import Interpreter, OpenModel
from rune.running.runtime.interpreters.interpreter import after_run
from rune.running.runtime.limits import MIMETYPE_BYTES, SHAPE_BYTES, Limits
from rune.running.runtime.wasm.guest_memory import GuestMemory
from rune.tensor import TensorType, parse_shape

_OLD_MIMETYPE = ModelFormat.TENSORFLOW_LITE.mimetype


@dataclass(frozen=True)
class ModelRequest:
    """A model that a rune left to its host, and what runs it there."""

    id: int
    mimetype: str
    size: int
    """Bytes of the model."""
    inputs: tuple[TensorType, ...]
    outputs: tuple[TensorType, ...]
    runtime: str


@dataclass(frozen=True)
class Inference:
    """One run of a host model: its handle, and the bytes of its inputs and outputs."""

    handle: int
    inputs: tuple[bytes, ...]
    outputs: tuple[bytes, ...]


@dataclass(frozen=True)
class _LoadedModel:
    request: ModelRequest
    interpreter: Interpreter


class HostModels:
    """The models of one loaded rune. `inferences` are those of the call that runs, where they are recorded."""

    def __init__(self, handles: Handles, open_model: OpenModel, limits: Limits, record: bool) -> None:
        self._handles = handles
        self._open_model = open_model
        self._limits = limits
        self._record = record
        self._recorded_bytes = 0
        self._in_call = False
        self._models: dict[int, _LoadedModel] = {}
        self.inferences: list[Inference] = []

    @property
    def requests(self) -> Sequence[ModelRequest]:
        """The requests in their order."""
        return [model.request for model in self._models.values()]

    def begin_call(self) -> None:
        """Forgets what was recorded; models are run from now on."""
        self._in_call = True
        self._recorded_bytes = 0
        self.inferences = []

    def close(self) -> None:
        """Frees all interpreters."""
        for model in self._models.values():
            model.interpreter.close()

    def load(
        self,
        memory: GuestMemory,
        mime: int,
        mime_size: int,
        model: int,
        model_size: int,
        inputs: int,
        input_count: int,
        outputs: int,
        output_count: int,
    ) -> int:
        """`rune_model_load`. What the rune says of the model's tensors must be what the model says."""
        text = memory.read("rune_model_load", mime, mime_size, most=MIMETYPE_BYTES)
        mimetype = text.decode("utf-8", errors="replace")
        declared_inputs = self._descriptors(memory, inputs, input_count)
        declared_outputs = self._descriptors(memory, outputs, output_count)
        data = memory.read("rune_model_load", model, model_size)
        handle = self._new_handle()
        try:
            interpreter = self._open_model(mimetype, data)
            try:
                _require_same(declared_inputs, interpreter.inputs)
                _require_same(declared_outputs, _filled_in(interpreter.outputs, declared_outputs))
            except ModelLoadError:
                interpreter.close()
                raise
        except HostModelError as error:
            raise _explained_error(error, mimetype, declared_inputs, declared_outputs) from error
        self._keep(handle, mimetype, len(data), interpreter, declared_outputs)
        return handle

    def infer(self, memory: GuestMemory, handle: int, inputs: int, outputs: int) -> int:
        """`rune_model_infer`: an address for each tensor; their lengths follow from the types."""
        model = self._find("rune_model_infer", handle)
        kinds = model.request
        from_ = memory.read_words("rune_model_infer", inputs, len(kinds.inputs))
        to = memory.read_words("rune_model_infer", outputs, len(kinds.outputs))
        tensors = tuple(
            memory.read("rune_model_infer", address, kind.size)
            for address, kind in zip(from_, kinds.inputs, strict=True)
        )
        for address, kind in zip(to, kinds.outputs, strict=True):
            memory.check("rune_model_infer", address, kind.size)
        for address, data in zip(to, self._run(model, tensors), strict=True):
            memory.write("rune_model_infer", address, data)
        return 0

    def preload(self, memory: GuestMemory, model: int, model_size: int, _input_count: int, _output_count: int) -> int:
        """`tfm_preload_model`, of Rune before 0.5: a TensorFlow Lite model without any description."""
        data = memory.read("tfm_preload_model", model, model_size)
        handle = self._new_handle()
        try:
            interpreter = self._open_model(_OLD_MIMETYPE, data)
        except HostModelError as error:
            raise type(error)(f'Unable to load the "{_OLD_MIMETYPE}" model: {error}') from error
        self._keep(handle, _OLD_MIMETYPE, len(data), interpreter, interpreter.outputs)
        return handle

    def invoke(
        self, memory: GuestMemory, handle: int, input_: int, input_size: int, output: int, output_size: int
    ) -> int:
        """`tfm_model_invoke`: one input and one output, each with its bytes."""
        model = self._find("tfm_model_invoke", handle)
        kinds = model.request
        sizes = ([kind.size for kind in kinds.inputs], [kind.size for kind in kinds.outputs])
        data = memory.read("tfm_model_invoke", input_, input_size)
        memory.check("tfm_model_invoke", output, output_size)
        if sizes != ([input_size], [output_size]):
            raise BadRequest(
                f"the rune runs the model {handle} with {input_size} bytes for {output_size}, but its tensors are "
                f"{_list_text(kinds.inputs)} for {_list_text(kinds.outputs)}"
            )
        memory.write("tfm_model_invoke", output, self._run(model, (data,))[0])
        return 0

    def _new_handle(self) -> int:
        if len(self._models) >= self._limits.models:
            raise RuneStopped("models", f"the rune was stopped: it loaded more than {self._limits.models} models")
        return self._handles.take()

    def _keep(
        self, handle: int, mimetype: str, size: int, interpreter: Interpreter, outputs: tuple[TensorType, ...]
    ) -> None:
        request = ModelRequest(handle, mimetype, size, interpreter.inputs, outputs, interpreter.name)
        self._models[handle] = _LoadedModel(request, interpreter)

    def _find(self, function: str, handle: int) -> _LoadedModel:
        if handle not in self._models:
            raise BadRequest(f"the rune runs the model {handle}, which it never loaded")
        if not self._in_call:
            # A browser loads models after `_manifest`; a rune that runs here shall run there.
            raise BadRequest(f"the rune called {function} before it was loaded")
        return self._models[handle]

    def _run(self, model: _LoadedModel, inputs: tuple[bytes, ...]) -> tuple[bytes, ...]:
        outputs = model.interpreter.run(inputs)
        for index, (declared_type, actual) in enumerate(
            zip(model.request.outputs, model.interpreter.outputs, strict=True)
        ):
            if declared_type != actual and not declared_type.count == actual.count == 1:
                raise ModelRunError(
                    f"output {index} of the model is {actual}, which is known only after it ran, but the rune holds it "
                    f"for {declared_type}; write {actual} in the Runefile"
                )
        if self._record:
            self._recorded_bytes += sum(map(len, inputs)) + sum(map(len, outputs))
            if self._recorded_bytes > self._limits.recording or len(self.inferences) >= self._limits.inferences:
                raise RuneStopped(
                    "recording", "the rune was stopped: it ran its models more often than can be recorded"
                )
            self.inferences.append(Inference(model.request.id, inputs, outputs))
        return outputs

    def _descriptors(self, memory: GuestMemory, address: int, count: int) -> tuple[TensorType, ...]:
        if count > self._limits.tensors:
            raise BadRequest(
                f"the rune loads a model of {count} tensors, more than the limit of {self._limits.tensors}"
            )
        words = memory.read_words("rune_model_load", address, count * 2)
        return tuple(self._descriptor(memory, text, size) for text, size in zip(words[::2], words[1::2], strict=True))

    def _descriptor(self, memory: GuestMemory, address: int, size: int) -> TensorType:
        text = memory.read("rune_model_load", address, size, most=SHAPE_BYTES)
        try:
            return parse_shape(text.decode("utf-8"))
        except ValueError as error:
            raise BadRequest(
                f"the rune describes a tensor of its model in a way that cannot be read: {error}"[:300]
            ) from None


def _filled_in(actual: Sequence[TensorType], declared_types: Sequence[TensorType]) -> tuple[TensorType, ...]:
    """The types of a model's outputs, with the dimensions that a rune says of those that are known after a run."""
    if len(actual) != len(declared_types):
        return tuple(actual)
    return tuple(
        after_run(kind, declared_type.dimensions) for kind, declared_type in zip(actual, declared_types, strict=True)
    )


def _require_same(declared_types: Sequence[TensorType], actual: Sequence[TensorType]) -> None:
    if tuple(declared_types) != tuple(actual):
        raise ModelLoadError(
            f"The Rune said tensors would be {_list_text(declared_types)}, "
            f"but the model said they would be {_list_text(actual)}"
        )


def _explained_error(
    error: HostModelError, mimetype: str, inputs: Sequence[TensorType], outputs: Sequence[TensorType]
) -> HostModelError:
    kind = type(error)
    tensors = f"inputs {_list_text(inputs)} and outputs {_list_text(outputs)}"
    return kind(f'Unable to load the "{mimetype[:100]}" model with {tensors}: {error}')


def _list_text(kinds: Sequence[TensorType]) -> str:
    return f"[{', '.join(map(str, kinds))}]"
