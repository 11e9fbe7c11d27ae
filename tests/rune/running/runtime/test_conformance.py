"""The runtime on every case of tests/conformance; the page's runtime is held to the same folder."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rune.running.runtime import LoadedRune, OutputMessage, Runtime
from rune.running.runtime.errors import (
    BadOutput,
    BadPointer,
    BadRequest,
    HostModelError,
    InputError,
    NotARune,
    RuneError,
    RuneStopped,
    RuneTrapped,
)
from rune.running.runtime.interpreters import open_model
from rune.running.runtime.limits import Limits
from rune.tools.cli.terminal.results import results_json
from rune.watch.record import counts_to_json
from tests.support.cases import each_case

FOLDER = Path(__file__).parents[3] / "conformance"
LIMITS = Limits(seconds=5, fuel=200_000_000, output=1 << 20)
NAMES: tuple[tuple[type[RuneError], str], ...] = (
    (NotARune, "bad-rune"),
    (RuneTrapped, "trap"),
    (BadPointer, "pointer"),
    (BadRequest, "request"),
    (HostModelError, "host-model"),
    (BadOutput, "output"),
    (InputError, "input"),
)


@dataclass(frozen=True)
class StoredCase:
    folder: Path
    document: Mapping[str, Any]

    def bytes_of(self, part: Mapping[str, str]) -> bytes:
        if "file" in part:
            return (self.folder / part["file"]).read_bytes()
        return part["text"].encode() if "text" in part else bytes.fromhex(part["hex"])

    def all_bytes_of(self, key: str) -> Mapping[str, bytes]:
        return {name: self.bytes_of(part) for name, part in self.document.get(key, {}).items()}


CASES = [
    case
    for case in (StoredCase(path.parent, json.loads(path.read_text())) for path in sorted(FOLDER.glob("*/case.json")))
    if "tfjs" not in case.document.get("needs", ())
]
"""The cases that need no browser."""


def wire_name(error: RuneError) -> str:
    """The name by which all runtimes know an error."""
    if isinstance(error, RuneStopped):
        return "memory" if error.limit == "memory" else "stopped"
    return next(name for kind, name in NAMES if isinstance(error, kind))


def plain(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value


def as_json(message: OutputMessage) -> Mapping[str, object]:
    return {"channel": message.channel, "tensors": tensors_json(message)}


def tensors_json(message: OutputMessage) -> list[Mapping[str, object]]:
    return [
        {
            "type": str(tensor.element),
            "dimensions": list(tensor.dimensions),
            "elements": [plain(value) for value in tensor.elements],
        }
        for tensor in message.tensors
    ]


def load(case: StoredCase) -> LoadedRune:
    data = (case.folder / "rune.wasm").read_bytes()
    return Runtime.load(data, LIMITS, resources=case.all_bytes_of("resources"), open_model=open_model)


@pytest.mark.protects("runes/absurd-sizes", "runes/earlier-inputs")
@each_case("case", CASES, ids=lambda case: case.folder.name)
def test_the_runtime_does_what_the_case_says(case: StoredCase) -> None:
    document = case.document
    error = document.get("error")
    inputs = {int(key): data for key, data in case.all_bytes_of("inputs").items()}
    if error and error["when"] == "load":
        with pytest.raises(RuneError) as exception:
            load(case)
        check_error(exception.value, error)
        return
    rune = load(case)
    messages: tuple[OutputMessage, ...] = ()
    for expected in document.get("expected", []):
        messages = rune.call(inputs)
        assert [as_json(message) for message in messages] == expected
    if "capabilities" in document:
        assert [
            {"id": request.id, "kind": request.kind.name, "parameters": dict(request.parameters)}
            for request in rune.capabilities
        ] == document["capabilities"]
    if "native" in document:
        assert results_json(messages) == document["native"]
    if "watched" in document:
        assert [
            {"stage": port.stage, "index": port.index, "tensors": tensors_json(tensors)}
            for port, tensors in rune.watched.items()
        ] == document["watched"]
    if "logs" in document:
        assert [{"level": line.level, "message": line.message} for line in rune.logs] == document["logs"]
    if "counts" in document:
        counts = rune.take_counts()
        assert counts is not None
        assert counts_to_json(counts) == document["counts"]
    if error:
        with pytest.raises(RuneError) as exception:
            rune.take_counts() if error["when"] == "counts" else rune.call(inputs)
        check_error(exception.value, error)
    rune.close()


def check_error(error: RuneError, expected: Mapping[str, str]) -> None:
    assert wire_name(error) == expected["name"], error
    assert expected.get("message", "") in str(error)
