"""The reference: an interpreter with its reference kernels, LiteRT's or TFLite Micro's (decision 5).

It is C++ that trusts its input: it sees only models that `rune.model.tflite` verified, and runs in a process of its
own.
"""

from __future__ import annotations

from rune.abi import ModelFormat
from rune.model.profile import LITERT, TFLM, Profile
from rune.running.runtime.interpreters import Interpreter, open_isolated
from rune.running.runtime.interpreters.micro import MicroInterpreter, open_micro
from rune.running.runtime.interpreters.tflite import TfliteInterpreter, open_tflite


def open_reference(data: bytes, profile: Profile = LITERT) -> Interpreter:
    """The profile's reference for a model, in a process with limits.

    Raises `RuneError`: `ModelRuntimeMissing` says what to install, `ModelLoadError`, `ModelRunError` and `RuneStopped`
    that it does not take this model.
    """
    return open_isolated(ModelFormat.TENSORFLOW_LITE.mimetype, data, reference=profile)


def open_inside(data: bytes, *, keep: bool, profile: Profile = LITERT) -> TfliteInterpreter | MicroInterpreter:
    """The reference in this process, where its tensors can be read by number; with `keep` also those inside of it.

    For models and inputs that `open_reference` ran before. Raises `HostModelError`.
    """
    return open_micro(data, keep=keep) if profile is TFLM else open_tflite(data, reference=True, keep=keep)
