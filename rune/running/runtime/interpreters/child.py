"""The child process of one model: reads the model and inputs from stdin, answers on stdout. Started by `isolated`.

A question is a line of JSON and then bytes; so is an answer. Nothing else may write to the real stdout. Before it looks
at the model it gives up what an interpreter does not need: files but the toolchain's, the network, starting programs.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from rune.isolation.small_process import confine_to_toolchain, limit, take_streams
from rune.model.profile import PROFILES
from rune.running.runtime.errors import ModelLoadError, ModelRuntimeMissing
from rune.running.runtime.interpreters.open import open_model

SECONDS_MORE = 5.0
"""Seconds beyond the host's time limit, so that the host can report the timeout."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Has the system end this process when the work inside takes longer, in whatever code it is.

    The host kills it earlier; this is for a host that was killed itself.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds + SECONDS_MORE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Loads the one model and runs it for each set of inputs, until stdin ends."""
    first = json.loads(questions.readline())
    limit(int(first["memory"]))
    data = questions.read(int(first["size"]))
    confine_to_toolchain()
    seconds = float(first["seconds"])
    try:
        with time_limit(seconds):
            model = open_model(first["mimetype"], data, reference=PROFILES.get(first["reference"]))
    except ModelRuntimeMissing as error:
        _answer(answers, {"error": "missing", "message": str(error)})
        return
    except (ModelLoadError, MemoryError) as error:
        _answer(answers, {"error": "load", "message": str(error) or "the model needs more memory than its limit"})
        return
    del data
    _answer(
        answers,
        {
            "name": model.name,
            "inputs": [str(kind) for kind in model.inputs],
            "outputs": [str(kind) for kind in model.outputs],
        },
    )
    while line := questions.readline():
        inputs = [questions.read(size) for size in json.loads(line)["sizes"]]
        try:
            with time_limit(seconds):
                outputs = model.run(inputs)
        except Exception as error:
            # Whatever an interpreter raises is the model's failure; the host decides what becomes of it.
            _answer(answers, {"error": "run", "message": str(error)[:1000] or type(error).__name__})
            continue
        # The size of an open output follows from a run, and comes with each run's answer.
        _answer(answers, {"outputs": [str(kind) for kind in model.outputs]}, *outputs)


def _answer(answers: IO[bytes], head: dict[str, Any], *data: bytes) -> None:
    answers.write(json.dumps(head).encode() + b"\n")
    for part in data:
        answers.write(part)
    answers.flush()


def main() -> None:
    """Keeps the real stdout for answers: interpreters print to both of the streams that they know."""
    serve(*take_streams())


if __name__ == "__main__":
    main()
