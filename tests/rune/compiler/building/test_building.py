"""A project's files become a rune and a report; what is wrong with them becomes diagnostics."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildStep
from rune.model.tflite import read_model, signature
from rune.project.files import FolderFiles, MemoryFiles
from rune.running.container import read_rune
from rune.running.runtime import Runtime
from rune.running.runtime.errors import RuneError
from rune.source.runefile import Severity
from rune.source.runefile.codes import Code
from tests.support.models.model_cases import model_cases, refused_cases

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  x:
    capability: RAW
    outputs: [{type: %s, dimensions: [%s]}]
  brain:
    model: ./models/brain.tflite
    inputs: [x]
    outputs: [{type: %s, dimensions: [%s]}]
  out:
    out: serial
    inputs: [brain]
"""
TEXTS = """\
version: 1
image: runicos/base
pipeline:
  index:
    capability: RAW
    outputs: [{type: u32, dimensions: [1]}]
  label:
    proc-block: hotg-ai/proc-blocks@v0.11.3#label
    inputs: [index]
    outputs: [{type: utf8, dimensions: [1]}]
    args: {wordlist: $WORDS}
  out: {out: serial, inputs: [label]}
resources:
  WORDS: {path: words.txt}
"""


def model_files(name: str) -> MemoryFiles:
    models = {case.name: case.data for case in model_cases()} | {case.name: case.data for case in refused_cases()}
    data = models[name]
    model_signature = signature(read_model(data))
    (input_tensor,), (output_tensor,) = model_signature.inputs, model_signature.outputs
    text = RUNEFILE % (
        input_tensor.type.element,
        ", ".join(map(str, input_tensor.type.dimensions)),
        output_tensor.type.element,
        ", ".join(map(str, output_tensor.type.dimensions)),
    )
    return MemoryFiles({"Runefile.yml": text.encode(), "models/brain.tflite": data})


@pytest.mark.slow
def test_a_report_says_what_the_rune_is_and_needs() -> None:
    steps: list[BuildStep] = []
    result = build(model_files("fully_connected_i8_plain"), BuildOptions("brain"), log=steps.append)
    report = result.report.to_json()
    json.dumps(report)
    assert report["rune"] == {
        "size": len(result.rune),
        "digest": "sha256:" + hashlib.sha256(result.rune).hexdigest(),
    }
    assert report["name"] == "brain"
    assert report["models"] == [
        {
            "stage": "brain",
            "file": "models/brain.tflite",
            "size": report["models"][0]["size"],
            "operators": 1,
            "runs": "compiled",
            "unsupported": [],
            "mimetype": "application/tflite-model",
            "wrong_in_pages": [],
        }
    ]
    assert report["resources"] == []
    assert report["memory"].keys() == {"arena", "serial", "constants", "pages"}
    assert report["memory"]["pages"] == read_rune(result.rune).memory_pages >= 1
    assert [step["step"] for step in report["steps"]] == ["check", "compile"]
    assert steps[0].text == "3 stages, 0 errors, 0 warnings"
    assert [node["name"] for node in report["pipeline"]["nodes"]] == ["x", "brain", "out"]


def test_a_rune_carries_its_graph_its_version_and_its_texts() -> None:
    files = MemoryFiles({"Runefile.yml": TEXTS.encode(), "words.txt": b"no\nyes\n"})
    result = build(files, BuildOptions("words"))
    read = read_rune(result.rune)
    assert read.runs
    assert read.graph is not None
    memory = result.report.memory
    assert read.graph["rune"] == {"name": "words", "memory": memory.arena + memory.serial}
    assert [(name, bytes(data)) for name, data in read.resources] == [("WORDS", b"no\nyes\n")]
    rune = Runtime.load(result.rune)
    (message,) = rune.call({rune.capabilities[0].id: struct.pack("<I", 1)})
    assert message.tensors[0].elements == ("yes",)


@pytest.mark.slow
def test_two_folders_give_the_same_bytes(tmp_path: Path) -> None:
    runes = set()
    for folder in (tmp_path / "one", tmp_path / "another place"):
        folder.mkdir()
        (folder / "Runefile.yml").write_text(TEXTS)
        (folder / "words.txt").write_text("a\nb")
        runes.add(build(FolderFiles(folder), BuildOptions("words")).rune)
    assert len(runes) == 1


@pytest.mark.slow
def test_an_index_beyond_the_labels_stops_the_rune_with_its_message() -> None:
    rune = Runtime.load(
        build(MemoryFiles({"Runefile.yml": TEXTS.encode(), "words.txt": b"a"}), BuildOptions("words")).rune
    )
    with pytest.raises(RuneError, match="there are 1 labels but label 7 was requested"):
        rune.call({rune.capabilities[0].id: struct.pack("<I", 7)})
    assert [line.level for line in rune.logs] == ["ERROR"]


def test_a_broken_runefile_fails_with_all_its_diagnostics() -> None:
    files = MemoryFiles({"Runefile.yml": b"version: 2\nimage: x\npipeline: {out: {out: nowhere, inputs: [gone]}}\n"})
    with pytest.raises(BuildFailed) as error:
        build(files, BuildOptions("broken"))
    assert len([one for one in error.value.diagnostics if one.severity is Severity.ERROR]) >= 2
    assert "errors" in str(error.value)


def test_a_model_that_cannot_be_compiled_is_carried_along_and_its_operators_are_named_at_its_stage() -> None:
    files = model_files("relu_0_to_1_i8")
    result = build(files, BuildOptions("brain"))
    (diagnostic,) = result.diagnostics
    assert (diagnostic.code, diagnostic.severity) == (Code.UNSUPPORTED_OPERATORS.value, Severity.WARNING)
    assert "has operators that cannot be compiled yet: RELU_0_TO_1. The rune carries the model" in diagnostic.message
    assert diagnostic.notes[0].startswith("So it is not verified bit for bit")
    assert diagnostic.notes[1] == "It needs RELU_0_TO_1 with int8."
    lines = files.read("Runefile.yml").decode().splitlines()
    assert lines[diagnostic.span.start.line - 1][diagnostic.span.start.column - 1 :] == "./models/brain.tflite"
    (model,) = result.report.to_json()["models"]
    assert model["runs"] == "host"
    assert model["unsupported"] == [{"op": "RELU_0_TO_1", "types": "int8", "count": 1}]
    assert files.read("models/brain.tflite") in result.rune
    assert {"rune_model_load", "rune_model_infer"} <= {each.name for each in read_rune(result.rune).imports}


@pytest.mark.slow
def test_all_models_can_be_left_to_the_host() -> None:
    files = model_files("fully_connected_i8_plain")
    result = build(files, BuildOptions("brain", host_models=True))
    assert result.diagnostics == ()
    assert [(model.runs, model.unsupported) for model in result.report.models] == [("host", ())]
    assert result.rune.count(files.read("models/brain.tflite")) == 1
    assert files.read("models/brain.tflite") not in build(files, BuildOptions("brain")).rune


def test_a_model_that_contradicts_itself_is_refused_by_name() -> None:
    data = bytearray(next(case.data for case in model_cases() if case.name == "fully_connected_i8_plain"))
    model_signature = signature(read_model(bytes(data)))
    files = model_files("fully_connected_i8_plain")
    shape = struct.pack("<2i", *model_signature.outputs[0].type.dimensions)
    place = data.rindex(shape) if data.count(shape) == 1 else data.index(shape)
    rows, columns = model_signature.outputs[0].type.dimensions
    lying = struct.pack("<2i", rows, columns + 1)
    data[place : place + 8] = lying
    text = files.read("Runefile.yml").decode()
    changed = signature(read_model(bytes(data)))
    if changed.outputs[0].type == model_signature.outputs[0].type:
        pytest.fail("the output's shape was not the one that was changed")
    before = ", ".join(map(str, model_signature.outputs[0].type.dimensions))
    after = ", ".join(map(str, changed.outputs[0].type.dimensions))
    text = text.replace(f"dimensions: [{before}]", f"dimensions: [{after}]")
    with pytest.raises(BuildFailed, match="contradicts itself: operator 0, FULLY_CONNECTED: the output has") as error:
        build(MemoryFiles({"Runefile.yml": text.encode(), "models/brain.tflite": bytes(data)}), BuildOptions("brain"))
    assert error.value.diagnostics[-1].code == Code.CONTRADICTORY_MODEL.value
