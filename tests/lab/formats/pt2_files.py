"""Archives of programs of PyTorch for tests: a small whole one, and what a test changes in it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

TOP = "net/"
GRAPH, WEIGHTS, CONSTANTS = (
    "models/model.json",
    "data/weights/model_weights_config.json",
    "data/constants/model_constants_config.json",
)
SAMPLES = "data/sample_inputs/model.pt"
Json = dict[str, Any]


def sizes(*numbers: int) -> list[Json]:
    return [{"as_int": number} for number in numbers]


def meta(*shape: int, kind: int = 7) -> Json:
    """The description of an array whose numbers are in order."""
    strides = [int(np.prod(shape[place + 1 :])) for place in range(len(shape))]
    return {"dtype": kind, "sizes": sizes(*shape), "strides": sizes(*strides), "storage_offset": {"as_int": 0}}


def tensor(name: str) -> Json:
    return {"as_tensor": {"name": name}}


def node(target: str, *arguments: Json, result: str = "y") -> Json:
    inputs = [{"name": f"a{place}", "arg": one, "kind": 1} for place, one in enumerate(arguments)]
    return {"target": target, "inputs": inputs, "outputs": [tensor(result)], "metadata": {}}


def graph(*nodes: Json, output: str = "y") -> Json:
    """A graph with the input `x` of 1 x 4 and the array `w` of 2 x 4."""
    return {
        "schema_version": {"major": 8, "minor": 20},
        "torch_version": "2.13.0",
        "graph_module": {
            "graph": {"nodes": list(nodes), "tensor_values": {"x": meta(1, 4), "w": meta(2, 4)}},
            "signature": {
                "input_specs": [
                    {"parameter": {"arg": {"name": "w"}, "parameter_name": "dense.weight"}},
                    {"user_input": {"arg": tensor("x")}},
                ],
                "output_specs": [{"user_output": {"arg": tensor(output)}}],
            },
        },
    }


def weight(**changes: Any) -> Json:
    """The row of the array in the table of weights."""
    return {"path_name": "weight_0", "is_param": True, "use_pickle": False, "tensor_meta": meta(2, 4)} | changes


LINEAR = node("torch.ops.aten.linear.default", tensor("x"), tensor("w"))


def entries(document: Json | None = None, **table: Json) -> dict[str, bytes]:
    """The entries of an archive; `table` has rows of the table of weights."""
    return {
        "archive_format": b"pt2",
        "archive_version": b"0",
        "byteorder": b"little",
        GRAPH: json.dumps(document or graph(LINEAR)).encode(),
        WEIGHTS: json.dumps({"config": table or {"dense.weight": weight()}}).encode(),
        CONSTANTS: b'{"config": {}}',
        "data/weights/weight_0": np.arange(8, dtype="<f4").tobytes(),
        SAMPLES: b"no pickle: it is not read",
    }


def write_pt2(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(TOP + name, data)
    return path
