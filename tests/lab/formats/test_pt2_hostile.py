"""Hostile programs of PyTorch are refused by name before PyTorch sees them, and no pickle is opened."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.formats.pt2.converting import fix_program
from lab.formats.pt2.operators import OPERATORS
from lab.formats.pt2.program import ValueName
from lab.formats.pt2.reading import read_pt2
from lab.refusal import Reason, Refused
from tests.lab.formats.fuzzing import REPOSITORY
from tests.lab.formats.pt2_files import (
    GRAPH,
    LINEAR,
    SAMPLES,
    WEIGHTS,
    entries,
    graph,
    meta,
    node,
    sizes,
    tensor,
    weight,
    write_pt2,
)
from tests.support.cases import each_case

MODEL = Path(__file__).resolve().parent.parent / "models" / "network.pt2"


class Hostile:
    """Writes a file when its pickle is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.path}",)


def refusal(path: Path, files: dict[str, bytes]) -> Refused:
    with pytest.raises(Refused) as error:
        read_pt2(write_pt2(path, files))
    return error.value


def test_a_program_of_pytorch_is_read_as_data() -> None:
    program = read_pt2(MODEL)
    assert [(one.name, one.shape, one.kind) for one in program.inputs] == [("input", (1, 1, 49, 10), "float32")]
    assert program.producer == "PyTorch 2.13.0+cpu"
    assert program.nodes[0].target == "aten.conv2d.default"
    assert program.nodes[0].arguments[:2] == (ValueName("input"), ValueName("p_0_weight"))
    assert program.constants["p_0_weight"].shape == (8, 1, 10, 4)
    assert {one.partition(".")[0] for one in (each.target for each in program.nodes)} == {"aten"}


def test_arrays_are_read_as_their_strides_say(tmp_path: Path) -> None:
    metadata = meta(2, 4) | {"strides": sizes(1, 2)}
    path = write_pt2(tmp_path / "m.pt2", entries(None, **{"dense.weight": weight(tensor_meta=metadata)}))
    expected = np.arange(8, dtype=np.float32).reshape(4, 2).T
    assert np.array_equal(read_pt2(path).constants["w"], expected)


@pytest.mark.protects("models-in/pt2-pickles")
def test_the_pickled_example_inputs_are_left_out_unread(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    path = write_pt2(tmp_path / "m.pt2", entries() | {SAMPLES: pickle.dumps(Hostile(canary))})
    code = (
        "import sys, pathlib; from lab.formats.pt2.reading import read_pt2; "
        "from tests.lab.formats.canaries import watch; path = pathlib.Path(sys.argv[1]); "
        "watch(path.parent / 'own'); print(len(read_pt2(path).nodes))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert (process.returncode, process.stdout) == (0, "1\n"), process.stderr
    assert not canary.exists()
    files = entries()
    del files[SAMPLES]
    assert read_pt2(write_pt2(path, files)).outputs == ("y",)


@pytest.mark.protects("models-in/pt2-pickles")
@pytest.mark.parametrize(
    "name",
    [
        "data/weights/model.pt",
        "data/constants/model.pt",
        "data/constants/custom_obj_0",
        "data/constants/opaque_obj_0",
        "data/sample_inputs/other.pt",
        "extra/notes.pkl",
        "anything.pth",
    ],
)
def test_any_other_pickle_refuses_the_file(tmp_path: Path, name: str) -> None:
    canary = tmp_path / "canary"
    error = refusal(tmp_path / "m.pt2", entries() | {name: pickle.dumps(Hostile(canary))})
    assert error.reason is Reason.PICKLE
    assert name in str(error)
    assert not canary.exists()


@pytest.mark.protects("models-in/pt2-pickles")
@pytest.mark.parametrize("value", [True, None, 1, "false"])
def test_a_pickled_array_refuses_the_file(tmp_path: Path, value: Any) -> None:
    canary = tmp_path / "canary"
    files = entries(None, **{"dense.weight": weight(use_pickle=value)})
    error = refusal(tmp_path / "m.pt2", files | {"data/weights/weight_0": pickle.dumps(Hostile(canary))})
    assert error.reason is Reason.PICKLE
    assert not canary.exists()


@pytest.mark.protects("models-in/pt2-code")
@each_case(
    ("one", "reason", "message"),
    [
        (node("torch.ops.attacker.run.default", tensor("x")), Reason.CUSTOM_OBJECT, "attacker.run"),
        (node("torch.ops.higher_order.cond", tensor("x")), Reason.CUSTOM_OBJECT, "higher_order"),
        (node("os.system", {"as_string": "touch x"}), Reason.UNKNOWN_LAYER, "os.system"),
        (node("_operator.attrgetter", {"as_string": "__class__"}), Reason.UNKNOWN_LAYER, "attrgetter"),
        (node("torch.ops.aten.from_file.default", {"as_string": "/etc/passwd"}), Reason.UNKNOWN_LAYER, "from_file"),
        (node("torch.ops.aten.relu.__class__", tensor("x")), Reason.UNKNOWN_LAYER, "relu"),
        (node("torch.ops.aten.relu.a.b", tensor("x")), Reason.UNKNOWN_LAYER, "relu"),
        (node("torch.ops.aten.rand.default", {"as_ints": [1]}), Reason.UNKNOWN_LAYER, "rand"),
        (node("torch.ops.aten.relu.default", {"as_graph": {"name": "g"}}), Reason.UNKNOWN_LAYER, "graph"),
        (node("torch.ops.aten.relu.default", {"as_custom_obj": {}}), Reason.CUSTOM_OBJECT, "another library"),
        (node("torch.ops.aten.relu.default", {"as_layout": 2}), Reason.NOT_CONVERTED, "as_layout"),
        (node("torch.ops.aten.relu.default", tensor("y")), Reason.BROKEN, "nothing before it"),
        (node("torch.ops.aten.relu.default", tensor("x"), result="w"), Reason.BROKEN, "Two values"),
        (node("torch.ops.aten.relu.default", tensor("__import__('os')")), Reason.BROKEN, "not a name"),
    ],
)
def test_operators_that_name_other_code_are_refused(tmp_path: Path, one: Any, reason: Reason, message: str) -> None:
    error = refusal(tmp_path / "m.pt2", entries(graph(one)))
    assert error.reason is reason
    assert message in str(error)


@pytest.mark.protects("models-in/pt2-code")
def test_expressions_of_the_file_are_not_evaluated(tmp_path: Path) -> None:
    """PyTorch's own loader evaluates the text of an open size."""
    canary = tmp_path / "canary"
    document = graph(LINEAR)
    code = f"__import__('os').system('touch {canary}')"
    values = document["graph_module"]["graph"]["tensor_values"]
    values["x"]["sizes"] = [{"as_expr": {"expr_str": code, "hint": {"as_int": 1}}}, {"as_int": 4}]
    document |= {"range_constraints": {code: {"min_val": 1, "max_val": 2}}, "guards_code": [code]}
    program = read_pt2(write_pt2(tmp_path / "m.pt2", entries(document)))
    assert program.inputs[0].shape == (None, 4)
    assert fix_program(program, {}).inputs[0].shape == (1, 4)
    assert not canary.exists()


@pytest.mark.protects("models-in/pt2-code")
def test_no_operator_of_the_list_uses_files() -> None:
    assert not [name for name in OPERATORS if "file" in name or "load" in name or "rand" in name]


@pytest.mark.protects("models-in/pt2-archive")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"path_name": "../../../etc/passwd"}, Reason.LEADS_OUTSIDE),
        ({"path_name": "weight_1"}, Reason.LEADS_OUTSIDE),
        ({"tensor_meta": meta(3, 4)}, Reason.BROKEN),
        ({"tensor_meta": meta(2, 4) | {"storage_offset": {"as_int": 1}}}, Reason.BROKEN),
        ({"tensor_meta": meta(2, 4) | {"strides": sizes(1 << 20, 1)}}, Reason.BROKEN),
        ({"tensor_meta": meta(2, 4) | {"strides": [{"as_int": -1}, {"as_int": 1}]}}, Reason.BROKEN),
        ({"tensor_meta": meta(1 << 23, 1 << 23) | {"strides": sizes(0, 0)}}, Reason.TOO_LARGE),
        ({"tensor_meta": meta(1 << 40)}, Reason.TOO_LARGE),
        ({"tensor_meta": meta(2, 4, kind=9)}, Reason.NOT_CONVERTED),
        ({"tensor_meta": None}, Reason.BROKEN),
    ],
)
def test_arrays_that_claim_what_they_do_not_have_are_refused(
    tmp_path: Path, changes: dict[str, Any], reason: Reason
) -> None:
    error = refusal(tmp_path / "m.pt2", entries(None, **{"dense.weight": weight(**changes)}))
    assert error.reason is reason


@pytest.mark.protects("models-in/pt2-archive")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("data/aotinductor/model/code.so", Reason.CUSTOM_OBJECT),
        ("../outside", Reason.BROKEN),
        ("models/other.json", Reason.BROKEN),
        ("setup.py", Reason.BROKEN),
    ],
)
def test_archives_with_other_parts_are_refused(tmp_path: Path, name: str, reason: Reason) -> None:
    error = refusal(tmp_path / "m.pt2", entries() | {name: b"1"})
    assert error.reason is reason


@pytest.mark.protects("models-in/pt2-archive")
def test_an_archive_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.pt2"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries().items():
            archive.writestr(f"net/{name}", b"{" + bytes(40 << 20) if name == GRAPH else data)
    with pytest.raises(Refused) as error:
        read_pt2(path)
    assert error.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({WEIGHTS: b"[]"}, "must be an object"),
        ({GRAPH: b"not JSON"}, "cannot be read"),
        ({"byteorder": b"big"}, "little-endian"),
        ({GRAPH: json.dumps({"schema_version": {"major": 9}}).encode()}, "format 9"),
    ],
)
def test_what_is_not_read_is_named(tmp_path: Path, changes: dict[str, bytes], message: str) -> None:
    assert message in str(refusal(tmp_path / "m.pt2", entries() | changes))


def test_a_program_that_keeps_numbers_between_runs_is_refused(tmp_path: Path) -> None:
    document = graph(LINEAR)
    document["graph_module"]["signature"]["output_specs"].append({"buffer_mutation": {"arg": {"name": "y"}}})
    assert "keeps numbers" in str(refusal(tmp_path / "m.pt2", entries(document)))
