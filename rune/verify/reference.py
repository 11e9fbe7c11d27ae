"""The reference: a TensorFlow Lite interpreter with its reference kernels (ADR 5).

It is C++ that trusts its input: it sees only models that `rune.tflite` verified, and runs in a process of its own.
"""

from __future__ import annotations

from rune.abi import ModelFormat
from rune.runtime.interpreters import Interpreter, open_isolated
from rune.runtime.interpreters.tflite import TfliteInterpreter, open_tflite


def open_reference(data: bytes) -> Interpreter:
    """The reference for a model, in a process with limits. Raises `RuneError`: `ModelRuntimeMissing` says what to
    install, `ModelLoadError`, `ModelRunError` and `RuneStopped` that it does not take this model.
    """
    return open_isolated(ModelFormat.TENSORFLOW_LITE.mimetype, data, reference=True)


def open_inside(data: bytes, *, keep: bool) -> TfliteInterpreter:
    """The reference in this process, where its tensors can be read by number; with `keep` also those inside of it.

    For models and inputs that `open_reference` ran before. Raises `HostModelError`.
    """
    return open_tflite(data, reference=True, keep=keep)
