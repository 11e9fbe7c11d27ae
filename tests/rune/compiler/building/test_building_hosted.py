"""Runes whose models or resources are their host's: what they carry, and that they are the same every time."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from rune.compiler.building.building import build
from rune.compiler.building.errors import BuildFailed
from rune.compiler.building.options import BuildOptions
from rune.compiler.building.report import BuildResult
from rune.compiler.targets.wasm32 import BALANCED
from rune.model.tflite import read_model, signature
from rune.project.archive import zip_folder
from rune.project.files import FileError, MemoryFiles
from rune.running.container import read_rune
from rune.source.runefile import HostResourceOptions
from rune.source.runefile.codes import Code
from tests.support.models.real_models import REAL_MODELS
from tests.support.shares import mostly_proved

RUNEFILE = """\
version: 1
image: runicos/base
pipeline:
  in: {capability: RAW, outputs: [{type: f32, dimensions: [1, 4]}]}
  model:
    model: %s
    inputs: [in]
    args: {format: %s}
    outputs: [{type: f32, dimensions: [1, 2]}]
  out: {out: tensor, inputs: [model]}
resources:
%s
"""
FILES = {
    "net.onnx": b"an onnx model" * 100,
    "net/model.json": b'{"format": "graph-model"}',
    "net/group1-shard1of1.bin": bytes(range(256)) * 8,
    "words.txt": b"one\r\ntwo\n",
}
CODE_OF_AN_OPERATOR = 4_000
"""More bytes than a compiled operator takes beside its weights, over all of a model."""
WORDS = "  WORDS: {path: words.txt}\n  INLINE: {inline: here}\n"


SLOW = ("style_transform", "cartoongan_dynamic", "mobilenet_v2_uint8")
"""Models that take seconds to build."""


def built(model: str, format_: str, resources: str = WORDS, host: HostResourceOptions | None = None) -> BuildResult:
    text = RUNEFILE % (model, format_, resources)
    return build(MemoryFiles({**FILES, "Runefile.yml": text.encode()}), BuildOptions("app", host_resources=host))


def test_a_model_of_another_format_is_carried_as_it_is() -> None:
    result = built("./net.onnx", "onnx")
    assert result.rune.count(FILES["net.onnx"]) == 1
    (model,) = result.report.to_json()["models"]
    assert model == {
        "stage": "model",
        "file": "net.onnx",
        "size": len(FILES["net.onnx"]),
        "operators": None,
        "runs": "host",
        "unsupported": [],
        "mimetype": "application/onnx-model",
        "wrong_in_pages": [],
    }
    graph = read_rune(result.rune).graph
    assert graph is not None
    assert graph["models"]["model"]["args"] == {"format": "onnx"}


def test_a_folder_is_carried_as_an_archive() -> None:
    archive = zip_folder(MemoryFiles(FILES), "net")
    result = built("./net/", "tensorflow-js")
    assert result.rune.count(archive) == 1
    with zipfile.ZipFile(io.BytesIO(archive)) as read:
        assert read.namelist() == ["group1-shard1of1.bin", "model.json"]


def test_resources_with_a_default_are_in_the_rune_once_and_those_of_models_only_as_models() -> None:
    resources = (
        WORDS + "  NET: {path: ./net/, type: binary}\n  BLOB: {path: words.txt, type: binary}\n  ASK: {type: string}"
    )
    result = built("$NET", "tensorflow-js", resources)
    assert {name: bytes(data) for name, data in read_rune(result.rune).resources} == {
        "WORDS": FILES["words.txt"],
        "INLINE": b"here",
        "BLOB": FILES["words.txt"],
    }
    assert result.rune.count(zip_folder(MemoryFiles(FILES), "net")) == 1
    assert result.report.resources == ()
    graph = read_rune(result.rune).graph
    assert graph is not None
    assert graph["resources"]["ASK"] == {"default_value": None, "ty": "string"}
    assert graph["resources"]["NET"] == {"default_value": {"FromDisk": "net"}, "ty": "binary"}


@pytest.mark.slow
def test_the_report_says_which_resources_the_host_gives_and_how_long_they_may_be() -> None:
    resources = "  NET: {type: binary}"
    report = built("$NET", "onnx", resources, HostResourceOptions(capacities={"NET": 5000})).report.to_json()
    assert report["resources"] == [{"name": "NET", "capacity": 5000, "default": False}]
    assert report["models"][0] | {"runs": "host", "file": None, "size": None} == report["models"][0]
    resources = "  NET: {type: binary, path: net.onnx}"
    result = built("$NET", "onnx", resources, HostResourceOptions(every=True))
    assert result.report.to_json()["resources"] == [{"name": "NET", "capacity": 16 << 20, "default": True}]
    assert result.rune.count(FILES["net.onnx"]) == 1


def test_a_file_that_goes_away_during_the_build_is_named_at_its_stage() -> None:
    class Vanishing(MemoryFiles):
        """A project whose model is listed, and cannot be read a second time."""

        reads = 0

        def read(self, path: str) -> bytes:
            if path == "net.onnx":
                self.reads += 1
                if self.reads > 1:
                    raise FileError(path, "it was deleted")
            return super().read(path)

    text = RUNEFILE % ("net.onnx", "onnx", "")
    with pytest.raises(BuildFailed, match=r'Unable to read "net\.onnx": it was deleted') as error:
        build(Vanishing({**FILES, "Runefile.yml": text.encode()}), BuildOptions("app"))
    diagnostic = error.value.diagnostics[-1]
    assert diagnostic.code == Code.UNREADABLE_FILE.value
    assert diagnostic.span.start.line == 6


@pytest.mark.slow
def test_hosted_runes_are_the_same_every_time() -> None:
    for model, format_ in (("./net/", "tensorflow-js"), ("./net.onnx", "onnx")):
        assert built(model, format_).rune == built(model, format_).rune


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        *mostly_proved((name for name in REAL_MODELS if name not in SLOW), 3),
        *(pytest.param(name, marks=pytest.mark.proof) for name in SLOW),
    ],
)
def test_every_real_model_builds(name: str, test_data: Path) -> None:
    data = (test_data / "models" / f"{name}.tflite").read_bytes()
    read = read_model(data)
    model_signature = signature(read)
    inputs = range(len(model_signature.inputs))
    stages = [
        *(
            f"in{index}: {{capability: RAW, outputs: [{{type: {tensor.type.element}, "
            f"dimensions: {list(tensor.type.dimensions)}}}]}}"
            for index, tensor in enumerate(model_signature.inputs)
        ),
        f"model: {{model: ./{name}.tflite, inputs: [{', '.join(f'in{index}' for index in inputs)}]}}",
        *(f"out{index}: {{out: tensor, inputs: [model.{index}]}}" for index in range(len(model_signature.outputs))),
    ]
    text = "version: 1\nimage: runicos/base\npipeline:\n" + "".join(f"  {stage}\n" for stage in stages)
    result = build(
        MemoryFiles({"Runefile.yml": text.encode(), f"{name}.tflite": data}), BuildOptions(name, target=BALANCED)
    )
    (model,) = result.report.models
    is_hosted = model.runs == "host"
    assert is_hosted == bool(model.unsupported) == (data in result.rune)
    assert [one.code for one in result.diagnostics] == [Code.UNSUPPORTED_OPERATORS.value] * is_hosted
    assert len(result.rune) < len(data) + 16_000 + (0 if is_hosted else CODE_OF_AN_OPERATOR * len(read.operators))
