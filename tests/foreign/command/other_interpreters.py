"""Run by the Python of another environment: what its interpreters make of our models and conformance cases.

Prints one line of JSON: the versions, and what went wrong.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
sys.path.insert(0, str(REPOSITORY))

from rune.abi import ModelFormat  # noqa: E402
from rune.model.profile import LITERT  # noqa: E402
from rune.running.runtime import Runtime  # noqa: E402
from rune.running.runtime.interpreters import open_isolated, open_model  # noqa: E402
from tests.support.models.model_cases import model_cases  # noqa: E402
from tests.support.models.onnx_models import adding  # noqa: E402

CASES = ("model-f32", "model-i8", "model-from-f32-to-i8", "old-preloaded-model")


def reference_models() -> dict[str, Any]:
    """Every int8 model of the tests on reference kernels: by how much each differs at most from what is recorded. Older
    interpreters know no step from int8 to int16."""
    differing: dict[str, int] = {}
    name = ""
    models = [case for case in model_cases() if "_i8_" in case.name and not case.name.endswith("_to_i16")]
    for case in models:
        model = open_model(ModelFormat.TENSORFLOW_LITE.mimetype, case.data, reference=LITERT)
        name = model.name
        pairs = [pair for run in case.runs for pair in zip(model.run(run.inputs), run.outputs, strict=True)]
        most = max(abs(signed(a) - signed(b)) for ours, theirs in pairs for a, b in zip(ours, theirs, strict=True))
        if most:
            differing[case.name] = most
    return {"name": name, "models": len(models), "differing": differing}


def signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte


def conformance() -> dict[str, Any]:
    """Runes with host models, each in a process of its own, against what the cases expect."""
    results = {}
    for case in CASES:
        folder = REPOSITORY / "tests/conformance" / case
        document = json.loads((folder / "case.json").read_text())
        rune = Runtime.load((folder / "rune.wasm").read_bytes())
        inputs = {
            int(key): (folder / part["file"]).read_bytes() if "file" in part else bytes.fromhex(part["hex"])
            for key, part in document["inputs"].items()
        }
        messages = rune.call(inputs)
        expected = document["expected"][0]
        results[case] = [[list(tensor.elements) for tensor in message.tensors] for message in messages] == [
            [tensor["elements"] for tensor in message["tensors"]] for message in expected
        ]
        rune.close()
    return results


def onnx() -> dict[str, Any]:
    """A model with an open dimension, in this process and in one of its own."""
    data = adding(["batch", 3])
    numbers = struct.pack("<3f", 1.0, 2.0, 3.0)
    results = {}
    for where, opener in (("here", open_model), ("there", open_isolated)):
        model = opener(ModelFormat.ONNX.mimetype, data)
        (sum_,) = model.run([numbers])
        results[where] = [str(model.inputs[0]), str(model.outputs[0]), list(struct.unpack("<3f", sum_)), model.name]
        model.close()
    return results


if __name__ == "__main__":
    print(json.dumps({work: globals()[work]() for work in sys.argv[1:]}))
