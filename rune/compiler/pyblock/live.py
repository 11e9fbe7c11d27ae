"""A block while it is written: run on what comes in, with what it prints, the values at its lines and its error.

This is what the page's sandbox runs, with JSON in and out. Nothing of the server imports it.
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

from rune.compiler.pyblock.check import Checked, check_file
from rune.compiler.pyblock.ir import Block
from rune.compiler.pyblock.numbers import BlockFailure
from rune.compiler.pyblock.own_time import OwnTime
from rune.compiler.pyblock.python import Number, PythonArray, PythonBlock
from rune.compiler.pyblock.signature import UnfitInput
from rune.compiler.pyblock.testing.check import block_of_tests, check_tests, test_title
from rune.compiler.pyblock.testing.joined import joined
from rune.compiler.pyblock.testing.python import run_tests
from rune.compiler.pyblock.testing.recorded import NotRecorded, Runs, newest_that_fit, recorded_test
from rune.compiler.pyblock.testing.recordings import find_recording
from rune.compiler.pyblock.testing.subject import Subject
from rune.project.files import MemoryFiles
from rune.tensor import ElementType, TensorType

MOST_PRINTS = 100
"""Lines that a run may print."""
LONGEST_PRINT = 300
"""Characters of a line that is printed."""
SECONDS = 1.0
"""How long a run may take of a processor before it is stopped at its line; what it waits is not counted."""
MOST_ELEMENTS = 4_000_000
"""Elements of all arrays together. Each is an object of Python: what takes 16 MB in a rune takes ten times that."""
_ELEMENTS_SHOWN = 4


@dataclass
class _Watch:
    """What one run shows of itself."""

    prints: list[tuple[int, str]] = field(default_factory=list)
    left_out: int = 0
    values: dict[int, tuple[str, Number | str]] = field(default_factory=dict)
    own: OwnTime = field(default_factory=OwnTime)

    def begin(self) -> None:
        self.prints, self.left_out, self.values = [], 0, {}
        self.own.begin()

    def print(self, line: int, text: str) -> None:
        if len(self.prints) < MOST_PRINTS:
            self.prints.append((line, text[:LONGEST_PRINT]))
        else:
            self.left_out += 1

    def trace(self, line: int, text: str, value: Number | PythonArray) -> None:
        # An array goes on to change: what is shown is what it held here.
        self.values[line] = (text, _shown(value) if isinstance(value, PythonArray) else value)

    def turn(self) -> None:
        if self.own.turn() and self.own.seconds > SECONDS:
            raise BlockFailure(f"stopped: one run took longer than {SECONDS:g} s in Python")


class Live:
    """One block at a time: `load` takes its text, `run` runs it once. `alive` is called while a run goes on: who waits
    for an answer knows by it that loops are looked at."""

    def __init__(self, alive: Callable[[], object] = lambda: None) -> None:
        self._alive = alive
        self._watch = _Watch(own=OwnTime(alive))
        self._block: PythonBlock | None = None
        self._settings: list[Number] = []

    def answer_text(self, request: str) -> str:
        """The answer to a request, both as JSON."""
        return json.dumps(self.answer(json.loads(request)), separators=(",", ":"))

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        match request["ask"]:
            case "load":
                return self._load(request)
            case "run":
                return self._run([_numbers(each) for each in request["inputs"]])
            case "test":
                return _tested(request, self._alive)
            case "record":
                return _recorded(request, self._alive)
        raise ValueError("a request loads, runs, tests or records")

    def _load(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Another text, whose states begin with zeros. Where it has problems, none runs."""
        self._block = None
        try:
            checked = check_file(request["file"], request["text"], _types(request))
        except UnfitInput as error:
            return {"problems": [{"line": 1, "message": error.message}]}
        if checked.block is None:
            return {"problems": [{"line": each.place.line, "message": each.message} for each in checked.problems]}
        needed = elements_of(checked.block)
        if needed > MOST_ELEMENTS:
            return {"problems": [{"line": 1, "message": _too_large(needed)}]}
        self._settings = _settings(checked, request["settings"])
        self._block = PythonBlock(checked, self._watch.print, self._watch.trace, self._watch.turn)
        outputs = [{"type": each.element.value, "dimensions": each.dimensions} for each in checked.block.outputs]
        return {"problems": [], "outputs": outputs, "state": sum(each.type.size for each in checked.block.states)}

    def _run(self, inputs: Sequence[list[Number]]) -> dict[str, Any]:
        if self._block is None:
            raise ValueError("no block is loaded")
        self._watch.begin()
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
            "prints": [{"line": line, "text": text} for line, text in self._watch.prints],
            "left_out": self._watch.left_out,
            "values": [
                {"line": line, "name": name, "value": _shown(value)}
                for line, (name, value) in sorted(self._watch.values.items())
            ],
            "milliseconds": milliseconds,
            "failure": failure,
        }


def _types(request: Mapping[str, Any]) -> list[TensorType]:
    return [TensorType(ElementType(each["type"]), tuple(each["dimensions"])) for each in request["inputs"]]


def _recorded(request: Mapping[str, Any], alive: Callable[[], object]) -> dict[str, Any]:
    """A test of what the block read just now, run by run from states of zeros; `refused` is a sentence where there is
    none. The block that is loaded stays."""
    watch = _Watch(own=OwnTime(alive))
    try:
        checked = check_file(request["file"], request["text"], _types(request))
        if checked.block is None or checked.signature is None:
            return {"refused": "The block has a problem. Fix it first."}
        block, settings = checked.block, _settings(checked, request["settings"])
        runs = [[_numbers(each) for each in run] for run in request["runs"]]
        runs = runs[-newest_that_fit(block.inputs, len(runs)) :]
        anew = PythonBlock(checked, watch.print, watch.trace, watch.turn)
        watch.begin()
        gave = [anew.run(run, settings) for run in runs][-1]
        made = Runs(checked.signature, block.inputs, block.outputs, runs, gave, request["settings"])
        return {"test": recorded_test(request["name"], made), "runs": len(runs)}
    except (NotRecorded, UnfitInput) as error:
        return {"refused": str(error)}
    except BlockFailure as error:
        return {"refused": f"The block fails on it, in line {error.line}: {error.message}."}


def elements_of(block: Block) -> int:
    """The elements of all arrays that a block can hold at once: none of them grows, and no function calls itself."""
    own = (*block.entry.arrays, *block.states, *(each for made in block.functions for each in made.arrays))
    return sum(each.type.count for each in own) + sum(each.count for each in (*block.inputs, *block.outputs))


def _too_large(needed: int) -> str:
    return (
        f"Its arrays have {needed:,} elements, and Python in the page takes {MOST_ELEMENTS:,}: it runs in the rune only"
    )


def _tested(request: Mapping[str, Any], alive: Callable[[], object]) -> dict[str, Any]:
    """What the tests of a file find: of these texts, and of recordings as base64. The block that is loaded stays."""
    recordings = {path: b64decode(data) for path, data in request["recordings"].items()}
    file, block = request["file"], Subject(block_of_tests(request["file"]), request["block"])
    checked = check_tests(file, request["text"], block, partial(find_recording, MemoryFiles(recordings)))
    if checked.problems:
        problems = [{"line": each.place.line, "message": each.message} for each in checked.problems]
        return {"problems": problems, "results": [], "prints": []}
    needed = elements_of(joined(checked))
    if needed > MOST_ELEMENTS:
        return {"problems": [{"line": 1, "message": _too_large(needed)}], "results": [], "prints": []}
    prints: list[tuple[int, str]] = []
    results = run_tests(checked, lambda line, text: prints.append((line, text[:LONGEST_PRINT])), alive)
    return {
        "problems": [],
        "results": [{**asdict(each), "title": test_title(each.name)} for each in results],
        "prints": [{"line": line, "text": text} for line, text in prints[-MOST_PRINTS:]],
    }


def _settings(checked: Checked, given: Mapping[str, Number]) -> list[Number]:
    """The values of the parameters: those of the Runefile, and the defaults."""
    signature = checked.signature
    if signature is None:
        return []
    found: list[Number] = []
    for setting in signature.settings:
        value = given.get(setting.name, setting.default)
        if value is None:
            raise ValueError(f"{setting.name} has no value")
        found.append(value)
    return found


def _numbers(values: Sequence[Number | None]) -> list[Number]:
    """What came by JSON, which writes what is no number as null."""
    return [math.nan if each is None else each for each in values]


def _shown(value: Number | str | PythonArray) -> str:
    """A value beside its line: of an array, its first elements."""
    if isinstance(value, PythonArray):
        first = value.elements()[:_ELEMENTS_SHOWN]
        more = ", …" if value.type.count > len(first) else ""
        return f"[{', '.join(map(_shown, first))}{more}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _as_json(value: Number) -> Number | None:
    """A number as JSON has it; null for what is infinite or none."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
