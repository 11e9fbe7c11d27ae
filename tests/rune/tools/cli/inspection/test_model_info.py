"""`rune model-info` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rune.tools.cli import main
from tests.support.models.model_cases import COMPILED, REFUSED
from tests.support.packed import read_packed


def model_info(path: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["model-info", str(path), *options])


def unpacked(pack: Path, name: str, folder: Path) -> Path:
    """A model of a pack as a file."""
    path = folder / name
    path.write_bytes(read_packed(pack)[name])
    return path


def test_inputs_outputs_and_operators_are_printed_as_text(tmp_path: Path) -> None:
    path = unpacked(COMPILED, "chain_i8_two_inputs_two_outputs.tflite", tmp_path)
    result = model_info(path)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Ops: 4",
        "Inputs:",
        "\tleft: Int8[1, 9], scale 0.0473, zero point 3",
        "\tright: Int8[1, 4], scale 0.0473, zero point 3",
        "Outputs:",
        "\ttensor_4: Int8[1, 5], scale 0.00390625, zero point -128",
        "\ttensor_1: Int8[1, 5], scale 0.11114885, zero point -5",
        "Operators:",
        "\tFULLY_CONNECTED (int8): 2",
        "\tADD (int8): 1",
        "\tSOFTMAX (int8): 1",
        f"Size: {path.stat().st_size} bytes, 75 parameters",
    ]


def test_json_has_the_keys_that_tools_of_rune_read(tmp_path: Path) -> None:
    path = unpacked(COMPILED, "quantize_f32_to_i8.tflite", tmp_path)
    report = json.loads(model_info(path, "-f", "json").stdout)
    assert report["inputs"] == [{"name": "input", "element_kind": "Float32", "dims": [1, 4, 33]}]
    assert report["ops"] == 1
    [output] = report["outputs"]
    assert output["element_kind"] == "Int8"
    assert output["zero_point"] == -4


def test_operators_that_cannot_be_compiled_are_named(tmp_path: Path) -> None:
    info = model_info(unpacked(REFUSED, "batch_matmul_hybrid.tflite", tmp_path))
    assert (
        "Run by the host, because these cannot be compiled yet:\n\tBATCH_MATMUL with float32 and int8 weights\n"
        in info.stdout
    )
    assert "Results in pages are wrong for BATCH_MATMUL" in info.stdout
    result = json.loads(model_info(unpacked(REFUSED, "custom.tflite", tmp_path), "-f", "json").stdout)
    assert result["unsupported"] == [{"op": "CUSTOM:Magic", "types": "float32", "count": 2}]
    model = unpacked(COMPILED, "quantize_f32_to_i8.tflite", tmp_path)
    assert json.loads(model_info(model, "-f", "json").stdout)["unsupported"] == []


@pytest.mark.slow
def test_every_model_of_the_test_data_is_shown_in_both_ways(test_data: Path) -> None:
    models = sorted((test_data / "models").glob("*.tflite"))
    assert models
    for path in models:
        payload = json.loads(model_info(path, "-f", "json").stdout)
        lines = model_info(path).stdout.splitlines()
        assert lines[0] == f"Ops: {payload['ops']}"
        for tensor in (*payload["inputs"], *payload["outputs"]):
            prefix = f"\t{tensor['name']}: {tensor['element_kind']}{tensor['dims']}"
            assert any(line.startswith(prefix) for line in lines)
            if "scale" in tensor:
                assert any(line.endswith(f", zero point {tensor['zero_point']}") for line in lines)


def test_what_is_no_model_ends_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n")
    result = model_info(path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(
        f'Error: Unable to read "{path}": This is not a TensorFlow Lite model: it looks like'
    )


def test_a_missing_file_ends_with_a_sentence(tmp_path: Path) -> None:
    result = model_info(tmp_path / "nothing.tflite")
    assert result.exit_code == 1
    assert result.stderr == f'Error: Unable to read "{tmp_path / "nothing.tflite"}": No such file or directory\n'
