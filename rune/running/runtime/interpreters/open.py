"""Opens a model with the interpreter of its format."""

from __future__ import annotations

from rune.abi import ModelFormat
from rune.model.profile import LITERT, TFLM, Profile
from rune.running.runtime.errors import ModelLoadError, ModelRuntimeMissing
from rune.running.runtime.interpreters.interpreter import Interpreter
from rune.running.runtime.interpreters.micro import open_micro
from rune.running.runtime.interpreters.onnx import open_onnx
from rune.running.runtime.interpreters.tflite import open_tflite

_BROWSER_ONLY = (
    "a TensorFlow.js model runs in a browser; open the rune in Hammer Forge, or convert the model to TensorFlow Lite"
)
_SAVED_MODEL = "a TensorFlow SavedModel runs in no host of this version; convert the model to TensorFlow Lite"


def open_model(mimetype: str, data: bytes, *, reference: Profile | None = None) -> Interpreter:
    """Loads a model in this process. `reference` asks for the reference kernels of a profile's runtime, where the model
    is one of TensorFlow Lite.

    An interpreter is C++ without limits: `open_isolated` gives it a process and limits.
    Raises `ModelRuntimeMissing`, `ModelLoadError`.
    """
    if mimetype == ModelFormat.TENSORFLOW_LITE.mimetype:
        return open_micro(data) if reference is TFLM else open_tflite(data, reference=reference is LITERT)
    if mimetype == ModelFormat.ONNX.mimetype:
        return open_onnx(data)
    if mimetype == ModelFormat.TENSORFLOW_JS.mimetype:
        raise ModelRuntimeMissing(_BROWSER_ONLY)
    if mimetype == ModelFormat.TENSORFLOW.mimetype:
        raise ModelRuntimeMissing(_SAVED_MODEL)
    raise ModelLoadError(f'The "{mimetype[:100]}" format isn\'t supported')
