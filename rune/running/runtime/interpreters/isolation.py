"""A model in a child process: its memory and time are limited, and a crash does not end the host.

A model that came with a rune is foreign, and its interpreter is C++ that Python cannot stop.
"""

from __future__ import annotations

import json
import subprocess
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Timer
from typing import Any

from rune.isolation.small_process import end_process, start_module
from rune.model.profile import Profile
from rune.running.runtime.errors import HostModelError, ModelLoadError, ModelRunError, ModelRuntimeMissing, RuneStopped
from rune.running.runtime.interpreters.interpreter import after_run, check_inputs, check_outputs, check_tensors
from rune.tensor import TensorType, parse_shape
from rune.wording import size_text

_MODULE = "rune.running.runtime.interpreters.child"
_LINE_LIMIT = 1 << 20
_SECONDS_TO_END = 2.0
_ERRORS: dict[str, type[HostModelError]] = {
    "missing": ModelRuntimeMissing,
    "load": ModelLoadError,
    "run": ModelRunError,
}


@dataclass(frozen=True)
class ModelLimits:
    """The limits of one model's process. The time is for loading, and for each run, on its own."""

    seconds: float = 10.0
    memory: int = 3 * 1024**3
    """Bytes of data of the process, its interpreter included, which needs about 0.2 GB. Linux and macOS."""


class IsolatedInterpreter:
    """A model that runs in another process. Not for several threads at once."""

    def __init__(self, mimetype: str, data: bytes, limits: ModelLimits, reference: Profile | None) -> None:
        self._limits = limits
        self._process, self._questions, self._answers = start_module(_MODULE)
        # Ends the process when nobody holds this any more, and when Python ends.
        self._end = weakref.finalize(self, end_process, self._process, self._questions, self._answers)
        question: dict[str, object] = {
            "mimetype": mimetype,
            "reference": None if reference is None else reference.option,
            "memory": limits.memory,
            "seconds": limits.seconds,
            "size": len(data),
        }
        try:
            with self._within_time("to load"):
                answer = self._ask(question, [data])
                self.name = str(answer.get("name"))[:200]
                self.inputs = read_types("input", answer.get("inputs"))
                self._declared_types = read_types("output", answer.get("outputs"))
                self.outputs = self._declared_types
        except BaseException:
            self.close()
            raise

    def run(self, inputs: Sequence[bytes]) -> tuple[bytes, ...]:
        check_inputs(self.inputs, inputs)
        if not self._end.alive:
            raise ModelRunError("the model was closed")
        try:
            with self._within_time("to run"):
                answer = self._ask({"sizes": [len(data) for data in inputs]}, inputs)
                self.outputs = self._after_run(read_types("output", answer.get("outputs")))
                results = [self._read(tensor.size) for tensor in self.outputs]
        except ModelRunError:
            # The process is ready for the next run, or it is closed already.
            raise
        except BaseException:
            # Of a run that was broken off, the answer may still come: it must not be taken for that of the next.
            self.close()
            raise
        return check_outputs(self.outputs, results)

    def _after_run(self, types: Sequence[TensorType]) -> tuple[TensorType, ...]:
        """The outputs as the process says that they were, if they are what it said when it loaded the model."""
        declared_types = self._declared_types
        if tuple(types) != tuple(
            after_run(kind, now.dimensions) for kind, now in zip(declared_types, types, strict=False)
        ):
            raise self._death_error()
        return tuple(types)

    def close(self) -> None:
        self._end()

    def _ask(self, question: dict[str, object], data: Sequence[bytes]) -> dict[str, Any]:
        """Sends a request and reads the head of the answer, which is not trusted either."""
        try:
            self._questions.write(json.dumps(question).encode() + b"\n")
            for part in data:
                self._questions.write(part)
            self._questions.flush()
            answer = read_head(self._answers.readline(_LINE_LIMIT))
        except (OSError, ValueError):
            answer = None
        if answer is None:
            raise self._death_error()
        if "error" in answer:
            raise _ERRORS.get(str(answer["error"]), ModelRunError)(str(answer.get("message", ""))[:1000])
        return answer

    def _read(self, size: int) -> bytes:
        data = self._answers.read(size)
        if len(data) != size:
            raise self._death_error()
        return data

    def _death_error(self) -> ModelRunError:
        # Its pipe closes before it has ended: killed now, it would not tell what it ended of.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SECONDS_TO_END)
        self.close()
        return ModelRunError(
            f"the process that ran the model ended ({_cause(self._process.returncode)}); "
            f"the model may be damaged, or need more than {size_text(self._limits.memory)} of memory"
        )

    @contextmanager
    def _within_time(self, what: str) -> Iterator[None]:
        late = Event()

        def kill() -> None:
            late.set()
            self._process.kill()

        clock = Timer(self._limits.seconds, kill)
        clock.daemon = True
        clock.start()
        try:
            yield
        except HostModelError:
            if late.is_set():
                raise RuneStopped(
                    "time", f"the rune was stopped: its model took longer than {self._limits.seconds:g} s {what}"
                ) from None
            raise
        finally:
            clock.cancel()
            clock.join()


def open_isolated(
    mimetype: str, data: bytes, *, limits: ModelLimits | None = None, reference: Profile | None = None
) -> IsolatedInterpreter:
    """Loads a model in a process of its own, as `open_model` does in this one.

    Raises `ModelRuntimeMissing`, `ModelLoadError`, `ModelRunError` (the process died), `RuneStopped` (too slow).
    """
    return IsolatedInterpreter(mimetype, data, limits or ModelLimits(), reference)


def read_head(line: bytes) -> dict[str, Any] | None:
    """Returns the head of an answer; None for any other line."""
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def read_types(role: str, texts: object) -> tuple[TensorType, ...]:
    """The types that the process says that its model has. Raises `HostModelError` for what no model has."""
    try:
        kinds = [parse_shape(str(text)) for text in texts] if isinstance(texts, list) else None
    except ValueError:
        kinds = None
    if kinds is None:
        raise ModelRunError("the process that loads the model gave no answer that can be read")
    return check_tensors(role, kinds)


def _cause(code: int | None) -> str:
    if code is None:
        return "no reason is known"
    return f"signal {-code}" if code < 0 else f"exit status {code}"
