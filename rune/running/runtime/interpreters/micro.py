"""TensorFlow Lite models in TFLite Micro's interpreter, as its Python package has it: on Linux, x86-64.

The file is verified by `rune.model.tflite` before the interpreter, which trusts what it is given, sees a byte of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final

from rune.model.tflite import ModelError, read_model, signature
from rune.running.runtime.errors import ModelLoadError, ModelRunError, ModelRuntimeMissing
from rune.running.runtime.interpreters.interpreter import check_inputs, check_outputs, check_tensors
from rune.tensor import TensorType
from rune.wording import install_command

_LEAST_ARENA: Final = 32 << 20
"""Bytes of a new arena, which the system gives as zeros."""
_MISSING: Final = f"TFLite Micro is not installed; install tflite-micro ({install_command('tflm')}), which is for Linux"


class MicroInterpreter:
    """A model in this process."""

    def __init__(self, interpreter: Any, inputs: Sequence[TensorType], outputs: Sequence[TensorType]) -> None:
        self._interpreter = interpreter
        self.name = f"tflite-micro {version('tflite-micro')}"
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)

    def run(self, inputs: Sequence[bytes]) -> tuple[bytes, ...]:
        import numpy as np

        check_inputs(self.inputs, inputs)
        if self._interpreter is None:
            raise ModelRunError("the model was closed")
        try:
            for number, data in enumerate(inputs):
                detail = self._interpreter.get_input_details(number)
                values = np.frombuffer(data, detail["dtype"]).reshape(detail["shape"])
                self._interpreter.set_input(values, number)
            self._interpreter.invoke()
            arrays = [self._interpreter.get_output(number) for number in range(len(self.outputs))]
        except (RuntimeError, ValueError) as error:
            raise ModelRunError(f"the model failed: {error}") from None
        return check_outputs(self.outputs, [array.tobytes() for array in arrays])

    def tensor(self, index: int) -> bytes:
        """A tensor by its number in the model, as the last run left it, of a model that keeps them."""
        data: bytes = self._interpreter.GetTensor(index, 0).tobytes()
        return data

    def close(self) -> None:
        self._interpreter = None


def open_micro(data: bytes, *, keep: bool = False) -> MicroInterpreter:
    """Verifies and loads a model; with `keep` the tensors inside of it can be read after a run. Raises
    `ModelRuntimeMissing`, `ModelLoadError`."""
    try:
        model_signature = signature(read_model(data))
    except ModelError as error:
        raise ModelLoadError(f"the model cannot be loaded: {error}") from None
    inputs = check_tensors("input", [tensor.type for tensor in model_signature.inputs])
    outputs = check_tensors("output", [tensor.type for tensor in model_signature.outputs])
    try:
        from tflite_micro.python.tflite_micro import runtime
    except ImportError:
        raise ModelRuntimeMissing(_MISSING) from None
    config = runtime.InterpreterConfig
    try:
        interpreter = runtime.Interpreter.from_bytes(
            bytes(data),
            arena_size=max(_LEAST_ARENA, 20 * len(data)),
            intrepreter_config=config.kPreserveAllTensors if keep else config.kAllocationRecording,
        )
    except (RuntimeError, ValueError) as error:
        raise ModelLoadError(f"TFLite Micro cannot load the model: {error}") from None
    return MicroInterpreter(interpreter, inputs, outputs)
