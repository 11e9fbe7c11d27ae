"""ONNX models, on onnxruntime. What the file may refer to is checked by `onnx_file` before the runtime sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Final

from rune.running.runtime.errors import ModelLoadError, ModelRunError, ModelRuntimeMissing
from rune.running.runtime.interpreters.interpreter import check_inputs, check_outputs, check_tensors
from rune.running.runtime.interpreters.onnx_file import OnnxError, check_onnx
from rune.tensor import ElementType, TensorType
from rune.wording import install_command

_MISSING: Final = (
    f"no package is installed that runs ONNX models; install onnxruntime ({install_command('onnx')}), "
    "or convert the model to TensorFlow Lite"
)
_ELEMENTS: Final = {
    "float": ElementType.F32,
    "double": ElementType.F64,
    "int8": ElementType.I8,
    "uint8": ElementType.U8,
    "int16": ElementType.I16,
    "uint16": ElementType.U16,
    "int32": ElementType.I32,
    "uint32": ElementType.U32,
    "int64": ElementType.I64,
    "uint64": ElementType.U64,
}
_NUMPY: Final = {
    ElementType.F32: "<f4",
    ElementType.F64: "<f8",
    ElementType.I8: "<i1",
    ElementType.U8: "<u1",
    ElementType.I16: "<i2",
    ElementType.U16: "<u2",
    ElementType.I32: "<i4",
    ElementType.U32: "<u4",
    ElementType.I64: "<i8",
    ElementType.U64: "<u8",
}
_TYPE: Final = re.compile(r"tensor\((\w+)\)")


class OnnxInterpreter:
    """An ONNX model in this process."""

    def __init__(self, session: Any, name: str) -> None:
        self._session = session
        self.name = name
        self.inputs = check_tensors("input", [_type(node) for node in session.get_inputs()])
        self.outputs = check_tensors("output", [_type(node) for node in session.get_outputs()])
        self._input_names = [node.name for node in session.get_inputs()]

    def run(self, inputs: Sequence[bytes]) -> tuple[bytes, ...]:
        import numpy as np

        check_inputs(self.inputs, inputs)
        if self._session is None:
            raise ModelRunError("the model was closed")
        feed = {
            name: np.frombuffer(data, dtype=_NUMPY[kind.element]).reshape(kind.dimensions)
            for name, kind, data in zip(self._input_names, self.inputs, inputs, strict=True)
        }
        try:
            results = self._session.run(None, feed)
        except Exception as error:
            # onnxruntime's errors are one class each with no root of their own but this.
            raise ModelRunError(f"the model failed: {str(error).strip()[:300]}") from None
        return check_outputs(self.outputs, [np.ascontiguousarray(result).tobytes() for result in results])

    def close(self) -> None:
        self._session = None


def open_onnx(data: bytes) -> OnnxInterpreter:
    """Checks and loads a model. A dimension that the model leaves open is 1, as in TensorFlow Lite's files.

    Raises `ModelRuntimeMissing`, `ModelLoadError`.
    """
    try:
        check_onnx(data)
    except OnnxError as error:
        raise ModelLoadError(f"the model cannot be loaded: {error}") from None
    if find_spec("onnxruntime") is None:
        raise ModelRuntimeMissing(_MISSING)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    name = f"onnxruntime {version('onnxruntime')}"
    try:
        session = onnxruntime.InferenceSession(bytes(data), options, providers=["CPUExecutionProvider"])
        return OnnxInterpreter(session, name)
    except ModelLoadError:
        raise
    except Exception as error:
        raise ModelLoadError(f"{name} cannot load the model: {str(error).strip()[:300]}") from None


def _type(node: Any) -> TensorType:
    match = _TYPE.fullmatch(node.type)
    element = _ELEMENTS.get(match.group(1)) if match else None
    if element is None:
        raise ModelLoadError(f"the model has elements of {node.type}, which a rune cannot hand over")
    return TensorType(element, tuple(size if isinstance(size, int) else 1 for size in node.shape))
