"""`rune run` says which stage of the Runefile each output is, whatever their names and however alike they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from rune.compiler.building.building import build
from rune.compiler.building.options import BuildOptions
from rune.project.files import MemoryFiles
from rune.running.container import ContainerError, read_rune, requested_stages
from rune.tools.cli import main
from tests.support.cases import each_case

TWO = b"""
version: 1
image: runicos/base
pipeline:
  first:
    capability: RAW
    outputs: [{type: u8, dimensions: [2]}]
    args: {length: 2}
  second:
    capability: RAW
    outputs: [{type: u8, dimensions: [2]}]
    args: {length: 2, source: 1}
  zebra:
    out: SERIAL
    inputs: [first]
  ape:
    out: SERIAL
    inputs: [second]
"""
FILES = MemoryFiles({"Runefile.yml": TWO})


@pytest.fixture
def rune(tmp_path: Path) -> Path:
    path = tmp_path / "two.rune"
    path.write_bytes(build(FILES, BuildOptions("two")).rune)
    (tmp_path / "a").write_bytes(b"\1\2")
    (tmp_path / "b").write_bytes(b"\3\4")
    return path


def run(rune: Path, *options: str) -> str:
    inputs = ("--raw", str(rune.parent / "a"), "--raw", str(rune.parent / "b"))
    result = CliRunner().invoke(main, ["run", str(rune), *inputs, *options])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_two_outputs_alike_are_told_apart_by_their_stages(rune: Path) -> None:
    outputs = json.loads(run(rune))
    assert outputs == {
        "3": [{"stage": "zebra", "element-type": "u8", "dimensions": [2], "elements": [1, 2]}],
        "4": [{"stage": "ape", "element-type": "u8", "dimensions": [2], "elements": [3, 4]}],
    }
    assert run(rune, "-f", "text").splitlines() == ["3 zebra: u8[2] 1, 2", "4 ape: u8[2] 3, 4"]


def test_a_rune_without_a_graph_names_no_stage(rune: Path) -> None:
    data = rune.read_bytes()
    rune.write_bytes(
        data[: next(each for each in range(data.index(b".rune_version"), 0, -1) if _is_module(data[:each]))]
    )
    assert all("stage" not in tensor for tensors in json.loads(run(rune)).values() for tensor in tensors)


def _is_module(data: bytes) -> bool:
    try:
        return read_rune(data).runs
    except ContainerError:
        return False


@each_case(
    ("outputs", "requests", "kinds", "expected"),
    [
        ({"a": {"kind": {"type": "serial"}}, "b": {"kind": {"type": "tensor"}}}, ["b", "a"], "TS", "ba"),
        ({"a": {"kind": {"type": "serial"}}, "b": {"kind": {"type": "serial"}}}, ["b", "a"], "SS", "ba"),
        ({"a": {"kind": {"type": "serial"}}, "b": {"kind": {"type": "tensor"}}}, ["a", "b"], "TS", "ba"),
        ({"a": {"kind": {"type": "serial"}}, "b": {"kind": {"type": "serial"}}}, ["a", "a"], "SS", "--"),
        ({"a": {"kind": {"type": "serial"}}, "b": {"kind": {"type": "serial"}}}, None, "SS", "--"),
        ({"a": {"kind": {"type": "serial"}}}, None, "S", "a"),
        ({"a": {"kind": 3}, "b": 4}, [[1], "b"], "S", "-"),
        ("nothing", "nothing", "ST", "--"),
    ],
)
def test_a_strangers_graph_names_what_it_tells(outputs: object, requests: object, kinds: str, expected: str) -> None:
    names = {"S": "serial", "T": "tensor"}
    graph = {"outputs": outputs, "requests": {"outputs": requests}}
    stages = requested_stages(graph, "outputs", [names[kind] for kind in kinds])
    assert [name or "-" for name in stages] == list(expected)
