"""The runtime on the runes of `behaviour.json`; the page's runtime is held to the same file."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import pytest

from rune.runtime import LoadedRune, OutputTensor, Runtime
from rune.runtime.errors import (
    BadOutput,
    BadPointer,
    BadRequest,
    HostModelUnsupported,
    InputError,
    NotARune,
    RuneError,
    RuneStopped,
    RuneTrapped,
)
from tests.rune.runtime.write_behaviour import BEHAVIOUR, document

CASES: list[dict[str, Any]] = json.loads(BEHAVIOUR.read_text(encoding="utf-8"))["cases"]
NAMES = {
    NotARune: "bad-rune",
    RuneTrapped: "trap",
    BadPointer: "pointer",
    BadRequest: "request",
    HostModelUnsupported: "host-model",
    BadOutput: "output",
}


def wire_name(error: RuneError) -> str:
    """The name that the page's runtime has for it."""
    if isinstance(error, RuneStopped):
        return "memory" if error.limit == "memory" else "stopped"
    return "input" if isinstance(error, InputError) else NAMES[type(error)]


def plain(tensor: OutputTensor) -> dict[str, object]:
    elements = [None if isinstance(value, float) and math.isnan(value) else value for value in tensor.elements]
    return {"type": str(tensor.element), "dimensions": list(tensor.dimensions), "elements": elements}


def run(rune: LoadedRune, data: bytes) -> list[dict[str, object]]:
    inputs = {request.id: data for request in rune.capabilities}
    return [plain(tensor) for message in rune.call(inputs) for tensor in message.tensors]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]).replace(" ", "_"))
def test_the_runtime_behaves_as_the_others(case: dict[str, Any]) -> None:
    module, data = base64.b64decode(case["module"]), base64.b64decode(case["input"])
    if "outputs" in case:
        rune = Runtime.load(module)
        assert [run(rune, data), run(rune, data)] == case["outputs"]
        return
    with pytest.raises(RuneError) as failed:
        run(Runtime.load(module), data)
    assert wire_name(failed.value) == case["error"]
    assert case.get("message", "") in str(failed.value)


def test_the_file_is_what_its_script_writes() -> None:
    written, kept = document(), json.loads(BEHAVIOUR.read_text(encoding="utf-8"))
    for each in (written, kept):
        # The assembler's bytes may differ from version to version; what they mean may not.
        each["cases"] = [{**case, "module": ""} for case in each["cases"]]
    assert kept == json.loads(json.dumps(written))
