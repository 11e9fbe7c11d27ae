"""TensorFlow Lite models, on whichever of its three Python packages is installed.

The file is verified by `rune.model.tflite` before the interpreter, which trusts what it is given, sees a byte of it.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any, Final

from rune.model.tflite import Model, ModelError, read_model, signature
from rune.running.runtime.errors import ModelLoadError, ModelRunError, ModelRuntimeMissing
from rune.running.runtime.interpreters.interpreter import after_run, check_inputs, check_outputs, check_tensors
from rune.running.runtime.interpreters.model_parts import PartedInterpreter, lacks_reference
from rune.tensor import TensorType
from rune.wording import install_command, size_text

WORKING_MEMORY_LIMIT: Final = 1 << 30
"""Bytes that all tensors of a model may have together that are not constants."""

_PACKAGES: Final = (
    ("ai_edge_litert", "ai_edge_litert.interpreter", ("ai-edge-litert",)),
    ("tflite_runtime", "tflite_runtime.interpreter", ("tflite-runtime",)),
    ("tensorflow", "tensorflow.lite.python.interpreter", ("tensorflow", "tensorflow-cpu")),
)
"""Package, module of the interpreter, and the distributions that may hold it; the first that is installed is used."""

_MISSING: Final = (
    "no package is installed that runs TensorFlow Lite models; install ai-edge-litert "
    f"({install_command('host-models')}), tflite-runtime or tensorflow"
)


class TfliteInterpreter:
    """A TensorFlow Lite model in this process."""

    def __init__(
        self, interpreter: Any, name: str, inputs: Sequence[TensorType], outputs: Sequence[TensorType]
    ) -> None:
        self._interpreter = interpreter
        self._input_details = interpreter.get_input_details()
        self._output_details = interpreter.get_output_details()
        self.name = name
        self.inputs = tuple(inputs)
        self._declared_outputs = tuple(outputs)
        self.outputs = self._declared_outputs

    def run(self, inputs: Sequence[bytes]) -> tuple[bytes, ...]:
        import numpy as np

        check_inputs(self.inputs, inputs)
        if self._interpreter is None:
            raise ModelRunError("the model was closed")
        try:
            for detail, data in zip(self._input_details, inputs, strict=True):
                values = np.frombuffer(data, dtype=detail["dtype"]).reshape(detail["shape"])
                self._interpreter.set_tensor(detail["index"], values)
            self._interpreter.invoke()
            arrays = [self._interpreter.get_tensor(detail["index"]) for detail in self._output_details]
        except (RuntimeError, ValueError) as error:
            raise ModelRunError(f"the model failed: {_first_line(error)}") from None
        self.outputs = tuple(
            after_run(kind, array.shape) for kind, array in zip(self._declared_outputs, arrays, strict=True)
        )
        return check_outputs(self.outputs, [array.tobytes() for array in arrays])

    def tensor(self, index: int) -> bytes:
        """A tensor by its number in the model, as the last run left it; one inside of the model must have been kept."""
        data: bytes = self._interpreter.get_tensor(index).tobytes()
        return data

    def set_tensor(self, index: int, data: bytes) -> None:
        """Sets other bytes for a tensor that the first run makes once for all, such as weights of float16 as floats."""
        import numpy as np

        there = self._interpreter.get_tensor(index)
        self._interpreter.set_tensor(index, np.frombuffer(data, there.dtype).reshape(there.shape))

    def close(self) -> None:
        self._interpreter = None


def open_tflite(data: bytes, *, reference: bool, keep: bool = False) -> TfliteInterpreter:
    """Verifies and loads a model; with `keep` the tensors inside of it can be read after a run.

    Raises `ModelRuntimeMissing`, `ModelLoadError`.

    The kernels are those of XNNPACK where it has one, as in a page: it rounds integers in one way on every processor.
    One thread, so that the order of sums does not depend on the machine.
    """
    try:
        model = read_model(data)
        model_signature = signature(model)
    except ModelError as error:
        raise ModelLoadError(f"the model cannot be loaded: {error}") from None
    inputs = check_tensors("input", [tensor.type for tensor in model_signature.inputs])
    outputs = check_tensors("output", [tensor.type for tensor in model_signature.outputs])
    _check_working_memory(model)
    module, name = _package()
    resolver = module.OpResolverType
    openers = (
        [partial(_reference_kernels, module, model)]
        if reference
        else [partial(_opened, module, kind) for kind in (resolver.BUILTIN, resolver.BUILTIN_REF)]
    )
    for opener in openers:
        try:
            return TfliteInterpreter(opener(data, keep), name, inputs, outputs)
        except (RuntimeError, ValueError) as error:
            # XNNPACK takes models in parts, and now and then fails on a part that it took.
            refusal = error
    raise ModelLoadError(f"{name} cannot load the model: {_first_line(refusal)}") from None


def open_reference_kernels(model: Model, data: bytes) -> Any:
    """LiteRT's interpreter with its reference kernels for a verified model, ready to run. An operator that they lack
    runs with LiteRT's other kernel. Raises `ModelRuntimeMissing`, `ModelLoadError`, and what LiteRT raises."""
    return _reference_kernels(_package()[0], model, data, False)


def _reference_kernels(module: Any, model: Model, data: bytes, keep: bool) -> Any:
    resolver = module.OpResolverType
    if not lacks_reference(model):
        return _opened(module, resolver.BUILTIN_REF, data, keep)

    def open_part(file: bytes, has_reference: bool) -> Any:
        kind = resolver.BUILTIN_REF if has_reference else resolver.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        return _opened(module, kind, file, keep)

    return PartedInterpreter(model, data, open_part)


def _opened(module: Any, resolver: Any, data: bytes, keep: bool) -> Any:
    with warnings.catch_warnings():
        # TensorFlow advises to use ai-edge-litert, which is what is used where it is installed.
        warnings.simplefilter("ignore")
        interpreter = module.Interpreter(
            model_content=bytes(data),
            num_threads=1,
            experimental_op_resolver_type=resolver,
            experimental_preserve_all_tensors=keep,
        )
    interpreter.allocate_tensors()
    return interpreter


def _check_working_memory(model: Model) -> None:
    tensor_bytes = sum(tensor.count * (tensor.kind.bits or 64) // 8 for tensor in model.tensors if tensor.data is None)
    if tensor_bytes > WORKING_MEMORY_LIMIT:
        raise ModelLoadError(
            f"the model's tensors have {size_text(tensor_bytes)} in total, more than the limit of "
            f"{size_text(WORKING_MEMORY_LIMIT)}"
        )


def _package() -> tuple[Any, str]:
    """The interpreter's module, and its name with its version."""
    for package, module, distributions in _PACKAGES:
        if find_spec(package) is None:
            continue
        try:
            interpreter_module = importlib.import_module(module)
        except ImportError as error:
            raise ModelRuntimeMissing(f"{distributions[0]} is installed but cannot be used: {error}") from None
        return interpreter_module, _version_text(distributions)
    raise ModelRuntimeMissing(_MISSING)


def _version_text(distributions: Sequence[str]) -> str:
    for distribution in distributions:
        try:
            return f"{distribution} {version(distribution)}"
        except PackageNotFoundError:
            continue
    return distributions[0]


def _first_line(error: Exception) -> str:
    """An interpreter's message, of which the first line says what is wrong and the others where in its source."""
    return (str(error).strip().partition("\n")[0] or "it gave no reason; there may be too little memory")[:300]
