"""Programs of PyTorch are converted in the torch environment, and compared there with PyTorch."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.child.start import Step, run
from lab.environments.environment import ENVIRONMENTS
from lab.formats.pt2.operators import OPERATORS
from lab.refusal import Reason, Refused
from rune.model.tflite import read_model
from tests.lab.formats.pt2_files import entries, graph, node, tensor, write_pt2

ROOT = Path(__file__).resolve().parents[2]
MODEL = Path(__file__).resolve().parent / "models" / "network.pt2"
TORCH = ENVIRONMENTS["torch"]

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(not TORCH.is_ready, reason="needs the torch environment, which `make lab` prepares"),
]


@pytest.fixture
def convert(tmp_path: Path) -> Callable[..., tuple[Any, bytes]]:
    def converted(source: Path, **shapes: list[int]) -> tuple[Any, bytes]:
        step = Step("pt2", {"shapes": shapes}, {"source": source}, {"model": tmp_path / "converted"})
        return run(step, TORCH.python).result, (tmp_path / "converted").read_bytes()

    return converted


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the programs that PyTorch writes, and the answers that it gave."""
    folder = tmp_path_factory.mktemp("programs")
    command = [str(TORCH.python), "-m", "tests.lab.models.make_pt2", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env={"OMP_NUM_THREADS": "1"})
    return folder


def answer(data: bytes, value: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=data)
    interpreter.allocate_tensors()
    (detail,) = interpreter.get_input_details()
    interpreter.set_tensor(detail["index"], value.astype(detail["dtype"]))
    interpreter.invoke()
    result: np.ndarray[Any, Any] = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    return result


def test_networks_of_pytorch_give_what_pytorch_gave(convert: Callable[..., Any], programs: Path) -> None:
    answers = np.load(programs / "answers.npz")
    names = [name.removesuffix("_in") for name in answers.files if name.endswith("_in")]
    assert len(names) > 10
    for name in names:
        result, data = convert(programs / f"{name}.pt2")
        assert result["difference"] < 1e-5
        assert result["saved_with"].startswith("PyTorch 2.13")
        value = answers[f"{name}_in"].transpose(result["inputs"][0]["order"])
        np.testing.assert_allclose(answer(data, value), answers[f"{name}_out"], rtol=1e-4, atol=1e-5)


def test_the_same_file_gives_the_same_bytes(convert: Callable[..., Any]) -> None:
    assert convert(MODEL)[1] == convert(MODEL)[1]


def test_open_dimensions_are_asked_for_and_an_open_batch_is_one(convert: Callable[..., Any], programs: Path) -> None:
    with pytest.raises(Refused, match="--shape value=6x49") as error:
        convert(programs / "open.pt2")
    assert error.value.reason is Reason.OPEN_DIMENSION
    result, data = convert(programs / "open.pt2", value=[6, 20])
    assert result["inputs"][0]["source_shape"] == [1, 6, 20]
    assert result["difference"] < 1e-5
    model = read_model(data)
    assert tuple(model.tensors[model.inputs[0]].shape) == (1, 20, 6)


def test_a_program_that_answers_otherwise_each_time_is_refused(convert: Callable[..., Any], tmp_path: Path) -> None:
    """A dropout that trains draws random numbers."""
    dropout = node("torch.ops.aten.dropout.default", tensor("x"), {"as_float": 0.5}, {"as_bool": True}, result="d")
    linear = node("torch.ops.aten.linear.default", tensor("d"), tensor("w"))
    with pytest.raises(Refused) as error:
        convert(write_pt2(tmp_path / "m.pt2", entries(graph(dropout, linear))))
    assert error.value.reason in (Reason.DIFFERS, Reason.NOT_CONVERTED, Reason.UNKNOWN_LAYER)


@pytest.mark.protects("models-in/pt2-code")
@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (node("torch.ops.aten.relu.nonsense", tensor("x")), Reason.UNKNOWN_LAYER),
        (node("torch.ops.aten.linear.default", tensor("x")), Reason.BROKEN),
        (node("torch.ops.aten.linear.default", tensor("w"), tensor("x"), {"as_string": "text"}), Reason.BROKEN),
        (node("torch.ops.aten.zeros.default", {"as_ints": [1 << 30, 1 << 20]}), Reason.TOO_LARGE),
    ],
)
def test_arguments_that_do_not_fit_end_with_a_name(
    convert: Callable[..., Any], tmp_path: Path, one: Any, reason: Reason
) -> None:
    with pytest.raises(Refused) as error:
        convert(write_pt2(tmp_path / "m.pt2", entries(graph(one))))
    assert error.value.reason in (reason, Reason.NOT_CONVERTED)


def test_every_operator_of_the_list_is_one_of_pytorch() -> None:
    code = "import sys, torch; print([n for n in sys.argv[1:] if not hasattr(torch.ops.aten, n)])"
    process = subprocess.run(
        [str(TORCH.python), "-c", code, *sorted(OPERATORS)], capture_output=True, text=True, check=True
    )
    assert process.stdout.strip() == "[]"
