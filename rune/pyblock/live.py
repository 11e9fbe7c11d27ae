"""Runs a block while it is being edited and reports its output, prints, values per line and error.

The page's sandbox runs this with JSON requests and responses. The server does not import it.
"""

from __future__ import annotations

import json
import math
import time
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from rune.project.files import MemoryFiles
from rune.pyblock.checking.block import CheckedBlockFile, check_file
from rune.pyblock.checking.signature import UnfitInput
from rune.pyblock.ir import TypedBlock
from rune.pyblock.numbers import BlockFailure
from rune.pyblock.running.cpu_time import CpuTime
from rune.pyblock.running.python import Number, PythonArray, PythonBlock
from rune.pyblock.testing.check import check_tests, test_title
from rune.pyblock.testing.combining import combine_tests
from rune.pyblock.testing.names import block_of_tests
from rune.pyblock.testing.python import run_tests
from rune.pyblock.testing.recorded import NotRecorded, RecordedRuns, count_recordable_runs, recorded_test
from rune.pyblock.testing.recordings import find_recording
from rune.pyblock.testing.subject import BlockUnderTest
from rune.tensor import ElementType, TensorType

MAX_PRINTS = 100
"""The maximum number of lines that a run can print."""
MAX_PRINT_LENGTH = 300
"""The maximum length of a printed line, in characters."""
MAX_SECONDS = 1.0
"""The maximum processor time of a run. Waiting is not counted."""
MAX_ELEMENTS = 4_000_000
"""The maximum number of elements of all arrays together. A Python element takes about ten times its size in a rune."""
_ELEMENTS_SHOWN = 4


@dataclass
class _RunTrace:
    """The printed lines and computed values of one run."""

    prints: list[tuple[int, str]] = field(default_factory=list)
    omitted_prints: int = 0
    values: dict[int, tuple[str, Number | str]] = field(default_factory=dict)
    cpu_time: CpuTime = field(default_factory=CpuTime)

    def begin(self) -> None:
        self.prints, self.omitted_prints, self.values = [], 0, {}
        self.cpu_time.begin()

    def print(self, line: int, text: str) -> None:
        if len(self.prints) < MAX_PRINTS:
            self.prints.append((line, text[:MAX_PRINT_LENGTH]))
        else:
            self.omitted_prints += 1

    def trace(self, line: int, text: str, value: Number | PythonArray) -> None:
        # The array may change later, so its text is stored now.
        self.values[line] = (text, _shown_value(value) if isinstance(value, PythonArray) else value)

    def before_iteration(self) -> None:
        if self.cpu_time.tick() and self.cpu_time.seconds > MAX_SECONDS:
            raise BlockFailure(f"stopped: one run took longer than {MAX_SECONDS:g} s in Python")


class LiveBlock:
    """Holds one block: `load` reads its text, `run` runs it once. `heartbeat` is called regularly during a run, so that
    the caller knows that it is still working."""

    def __init__(self, heartbeat: Callable[[], object] = lambda: None) -> None:
        self._heartbeat = heartbeat
        self._trace = _RunTrace(cpu_time=CpuTime(heartbeat))
        self._block: PythonBlock | None = None
        self._settings: list[Number] = []

    def answer_text(self, request: str) -> str:
        """Returns the response to a request, both as JSON."""
        return json.dumps(self.answer(json.loads(request)), separators=(",", ":"))

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        match request["ask"]:
            case "load":
                return self._load(request)
            case "run":
                return self._run([_numbers(each) for each in request["inputs"]])
            case "test":
                return _test(request, self._heartbeat)
            case "record":
                return _record_test(request, self._heartbeat)
        raise ValueError("a request loads, runs, tests or records")

    def _load(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Replaces the block. Its states start as zeros. If the text has problems, no block is loaded."""
        self._block = None
        try:
            checked_file = check_file(request["file"], request["text"], _types(request))
        except UnfitInput as error:
            return {"problems": [{"line": 1, "message": error.message}]}
        if checked_file.block is None:
            return {"problems": [{"line": each.place.line, "message": each.message} for each in checked_file.problems]}
        element_count = elements_of(checked_file.block)
        if element_count > MAX_ELEMENTS:
            return {"problems": [{"line": 1, "message": _too_large(element_count)}]}
        self._settings = _settings(checked_file, request["settings"])
        self._block = PythonBlock(checked_file, self._trace.print, self._trace.trace, self._trace.before_iteration)
        outputs = [{"type": each.element.value, "dimensions": each.dimensions} for each in checked_file.block.outputs]
        return {"problems": [], "outputs": outputs, "state": sum(each.type.size for each in checked_file.block.states)}

    def _run(self, inputs: Sequence[list[Number]]) -> dict[str, Any]:
        if self._block is None:
            raise ValueError("no block is loaded")
        self._trace.begin()
        failure = None
        outputs: list[list[Number]] = []
        began = time.perf_counter()
        try:
            outputs = self._block.run(inputs, self._settings)
        except BlockFailure as error:
            failure = {"line": error.line, "message": error.message}
        milliseconds = (time.perf_counter() - began) * 1000
        return {
            "outputs": [[_as_json(each) for each in output] for output in outputs],
            "prints": [{"line": line, "text": text} for line, text in self._trace.prints],
            "omitted_prints": self._trace.omitted_prints,
            "values": [
                {"line": line, "name": name, "value": _shown_value(value)}
                for line, (name, value) in sorted(self._trace.values.items())
            ],
            "milliseconds": milliseconds,
            "failure": failure,
        }


def _types(request: Mapping[str, Any]) -> list[TensorType]:
    return [TensorType(ElementType(each["type"]), tuple(each["dimensions"])) for each in request["inputs"]]


def _record_test(request: Mapping[str, Any], heartbeat: Callable[[], object]) -> dict[str, Any]:
    """Writes a test from the recent inputs, with states that start as zeros. `refused` is the reason if there is none.
    The loaded block stays."""
    trace = _RunTrace(cpu_time=CpuTime(heartbeat))
    try:
        checked_file = check_file(request["file"], request["text"], _types(request))
        if checked_file.block is None or checked_file.signature is None:
            return {"refused": "The block has a problem. Fix it first."}
        block, settings = checked_file.block, _settings(checked_file, request["settings"])
        runs = [[_numbers(each) for each in run] for run in request["runs"]]
        runs = runs[-count_recordable_runs(block.inputs, len(runs)) :]
        python_block = PythonBlock(checked_file, trace.print, trace.trace, trace.before_iteration)
        trace.begin()
        outputs = [python_block.run(run, settings) for run in runs][-1]
        recorded_runs = RecordedRuns(
            checked_file.signature, block.inputs, block.outputs, runs, outputs, request["settings"]
        )
        return {"test": recorded_test(request["name"], recorded_runs), "runs": len(runs)}
    except (NotRecorded, UnfitInput) as error:
        return {"refused": str(error)}
    except BlockFailure as error:
        return {"refused": f"The block fails on it, in line {error.line}: {error.message}."}


def elements_of(block: TypedBlock) -> int:
    """Returns the number of elements of all arrays of a block. Arrays never grow, and functions never recurse."""
    arrays = (*block.entry.arrays, *block.states, *(each for function in block.functions for each in function.arrays))
    return sum(each.type.count for each in arrays) + sum(each.count for each in (*block.inputs, *block.outputs))


def _too_large(element_count: int) -> str:
    return f"Its arrays have {element_count:,} elements, and a page can run {MAX_ELEMENTS:,}: it runs only in the rune"


def _test(request: Mapping[str, Any], heartbeat: Callable[[], object]) -> dict[str, Any]:
    """Runs the tests of a file with these texts and recordings (base64). The loaded block stays."""
    recordings = {path: b64decode(data) for path, data in request["recordings"].items()}
    file, block = request["file"], BlockUnderTest(block_of_tests(request["file"]), request["block"])
    checked_tests = check_tests(file, request["text"], block, partial(find_recording, MemoryFiles(recordings)))
    if checked_tests.problems:
        problems = [{"line": each.place.line, "message": each.message} for each in checked_tests.problems]
        return {"problems": problems, "results": [], "prints": []}
    element_count = elements_of(combine_tests(checked_tests))
    if element_count > MAX_ELEMENTS:
        return {"problems": [{"line": 1, "message": _too_large(element_count)}], "results": [], "prints": []}
    prints: list[tuple[int, str]] = []
    results = run_tests(checked_tests, lambda line, text: prints.append((line, text[:MAX_PRINT_LENGTH])), heartbeat)
    return {
        "problems": [],
        "results": [{**asdict(each), "title": test_title(each.name)} for each in results],
        "prints": [{"line": line, "text": text} for line, text in prints[-MAX_PRINTS:]],
    }


def _settings(checked_file: CheckedBlockFile, arguments: Mapping[str, Number]) -> list[Number]:
    """Returns the values of the parameters: those of the Runefile, or the defaults."""
    signature = checked_file.signature
    if signature is None:
        return []
    values: list[Number] = []
    for setting in signature.settings:
        value = arguments.get(setting.name, setting.default)
        if value is None:
            raise ValueError(f"{setting.name} has no value")
        values.append(value)
    return values


def _numbers(values: Sequence[Number | None]) -> list[Number]:
    """Converts numbers from JSON, where null means NaN."""
    return [math.nan if each is None else each for each in values]


def _shown_value(value: Number | str | PythonArray) -> str:
    """Formats a value to show beside its line; of an array, only the first elements."""
    if isinstance(value, PythonArray):
        first = value.elements()[:_ELEMENTS_SHOWN]
        more = ", …" if value.type.count > len(first) else ""
        return f"[{', '.join(map(_shown_value, first))}{more}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _as_json(value: Number) -> Number | None:
    """Returns a number for JSON; None if it is infinite or NaN."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
