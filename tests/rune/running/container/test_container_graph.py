"""A rune's graph has the layout of Rune 0.11, and depends on the pipeline alone."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from typing import Any

from rune.abi import ModelFormat, OutputKind
from rune.blocks.catalogue import CATALOGUE
from rune.blocks.signature import BlockOutput
from rune.capabilities import sound as sound_capability
from rune.capabilities.raw import RAW
from rune.model.tflite import ModelTensor
from rune.port import Port
from rune.running.container import canonical_json
from rune.running.container.graph import graph_json
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, ModelStage, OutputStage, Pipeline
from rune.tensor import ElementType, TensorType
from tests.support.runes.containers import INDEX, PIPELINE, SCORES, SOUND, SPECTRUM


def test_the_graph_has_the_published_layout() -> None:
    graph = graph_json(PIPELINE, "keywords")
    keys = {"rune", "capabilities", "models", "proc-blocks", "outputs", "resources", "tensors"}
    assert set(graph) - {"requests"} == keys
    assert graph["rune"] == {"name": "keywords"}
    audio = graph["capabilities"]["audio"]
    assert audio["kind"] == {"type": "sound"}
    assert audio["args"] == {"hz": "16000", "sample_duration_ms": "1000"}
    fft, model, label = graph["proc-blocks"]["fft"], graph["models"]["model"], graph["proc-blocks"]["label"]
    assert fft["path"] == "hotg-ai/proc-blocks@v0.11.3#fft"
    assert fft["args"] == {"sample_rate": "16000", "window_overlap": "0.6666667"}
    assert fft["inputs"] == audio["outputs"]
    assert model["file"] == "model.tflite"
    assert model["inputs"] == fft["outputs"]
    assert label["inputs"] == [model["outputs"][1]]
    assert graph["outputs"]["serial"] == {
        "kind": {"type": "serial"},
        "inputs": [label["outputs"][0], model["outputs"][0]],
    }
    assert graph["resources"] == {
        "WORDS": {"default_value": {"FromDisk": "words.txt"}, "ty": "string"},
        "FALLBACK": {"default_value": {"Inline": "other"}, "ty": "string"},
        "BLOB": {"default_value": {"FromDisk": "blob.bin"}, "ty": "binary"},
    }
    tensors = graph["tensors"]
    assert tensors[audio["outputs"][0]] == {"element_type": "I16", "dimensions": [16000]}
    assert tensors[label["outputs"][0]] == {"element_type": "String", "dimensions": [1]}
    assert len(tensors) == 5
    assert all(str(uuid.UUID(key)) == key for key in tensors)


def test_an_argument_that_came_from_a_resource_is_written_as_its_name() -> None:
    assert graph_json(PIPELINE, "x")["proc-blocks"]["label"]["args"] == {"wordlist": "yes\nno"}
    *before, label, out = PIPELINE.stages
    assert isinstance(label, BlockStage)
    pipeline = replace(PIPELINE, stages=(*before, replace(label, resources={"wordlist": "WORDS"}), out))
    assert graph_json(pipeline, "x")["proc-blocks"]["label"]["args"] == {"wordlist": "$WORDS"}


def test_a_model_of_another_format_says_which_and_one_of_a_resource_names_it() -> None:
    kinds = ((SPECTRUM,), (SCORES, INDEX))
    onnx = ModelStage("onnx", "model.onnx", None, ModelFormat.ONNX, (Port("fft", 0),), *kinds)
    from_resource = ModelStage(
        "given", None, "MODEL", ModelFormat.TENSORFLOW_LITE, (Port("fft", 0),), *kinds, capacity=9
    )
    models = graph_json(Pipeline((onnx, from_resource), ()), "x")["models"]
    assert (models["onnx"]["file"], models["onnx"]["args"]) == ("model.onnx", {"format": "onnx"})
    assert models["given"]["file"] == "$MODEL"
    assert "args" not in models["given"]


def test_the_graph_is_the_same_every_time_and_changes_no_id_with_the_name() -> None:
    assert canonical_json(graph_json(PIPELINE, "a")) == canonical_json(graph_json(PIPELINE, "a"))
    assert graph_json(PIPELINE, "a")["tensors"] == graph_json(PIPELINE, "b")["tensors"]


def test_maps_without_entries_are_left_out() -> None:
    small = Pipeline((CapabilityStage("raw", RAW, (), SCORES),), ())
    graph = graph_json(small, "small")
    assert set(graph) == {"rune", "capabilities", "tensors", "requests"}
    assert graph["requests"] == {"capabilities": ["raw"]}
    assert set(graph["capabilities"]["raw"]) == {"kind", "outputs"}


def capability_behind(block: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The microphone of a graph in which one block reads it."""
    complete = {each.name: each.default for each in CATALOGUE[block].arguments} | arguments
    stage = BlockStage("own", block, CATALOGUE[block], complete, (Port("audio", 0),), (BlockOutput(SPECTRUM),))
    pipeline = Pipeline((CapabilityStage("audio", sound_capability.SOUND, (), SOUND), stage), ())
    return dict(graph_json(pipeline, "x")["capabilities"]["audio"])


def test_a_capability_is_a_stream_where_a_block_behind_it_says_so() -> None:
    assert capability_behind("window", {"size": 32000})["stream"] is True
    assert capability_behind("log_mel", {"stream": 1, "denoise": 0})["stream"] is True
    assert "stream" not in capability_behind("log_mel", {"denoise": 0})
    assert "stream" not in capability_behind("fft", {})


def test_the_order_of_the_requests_is_written_down_where_sorted_keys_lose_it() -> None:
    outputs = tuple(OutputStage(name, OutputKind.SERIAL, (Port("z", 0),)) for name in ("y", "b"))
    inputs = tuple(CapabilityStage(name, RAW, (), SCORES) for name in ("z", "a"))
    requests = graph_json(Pipeline((*inputs, *outputs), ()), "x")["requests"]
    assert requests == {"capabilities": ["z", "a"], "outputs": ["y", "b"]}


def test_canonical_json_has_one_spelling() -> None:
    assert canonical_json({"b": 1, "a": "ä"}) == '{"a":"ä","b":1}'.encode()
    assert json.loads(canonical_json({"b": [1.5, None]})) == {"b": [1.5, None]}


def test_the_graph_carries_what_the_numbers_of_a_model_stand_for_and_the_memory_of_a_run() -> None:
    bare = PIPELINE.stages[2]
    assert isinstance(bare, ModelStage)
    model = replace(bare, tensors=(ModelTensor("scores", SCORES, 0.00390625, -128, True), ModelTensor("index", INDEX)))
    pipeline = replace(PIPELINE, stages=(*PIPELINE.stages[:2], model, *PIPELINE.stages[3:]))
    graph = graph_json(pipeline, "keywords", 19_300)
    assert graph["rune"] == {"name": "keywords", "memory": 19_300}
    scores, index = (graph["tensors"][port] for port in graph["models"]["model"]["outputs"])
    assert scores["quantization"] == {"scale": 0.00390625, "zero_point": -128}
    assert scores["probability"] is True
    assert set(index) == {"element_type", "dimensions"}


def test_probabilities_stay_such_behind_blocks_that_only_smooth_or_dequantise_them() -> None:
    bare = PIPELINE.stages[2]
    assert isinstance(bare, ModelStage)
    bytes_of_scores = TensorType(ElementType.I8, (1, 8))
    model = replace(
        bare,
        outputs=(bytes_of_scores, INDEX),
        tensors=(ModelTensor("scores", bytes_of_scores, 0.00390625, -128, True), ModelTensor("index", INDEX)),
    )
    numbers = block("dequantize", {"scale": 0.00390625, "zero_point": -128}, "model")
    steady = block("moving_average", {"length": 3}, "dequantize")
    fft = block("fft", {}, "audio", SPECTRUM)
    out = OutputStage("serial", OutputKind.SERIAL, (Port("moving_average", 0),))
    graph = graph_json(Pipeline((PIPELINE.stages[0], fft, model, numbers, steady, out), ()), "x")
    (scores,) = (graph["tensors"][each] for each in graph["outputs"]["serial"]["inputs"])
    assert scores == {"element_type": "F32", "dimensions": [1, 8], "probability": True}
    (spectrum,) = (graph["tensors"][each] for each in graph["proc-blocks"]["fft"]["outputs"])
    assert "probability" not in spectrum


def trees_of(leaves: list[list[Any]], base: list[float], output: int | None = None) -> dict[str, Any]:
    """The tensor that decision trees of one split each send, behind a mean of windows."""
    of_output = {} if output is None else {"output": output}
    trees = [{**of_output, "nodes": [[0, 0.5, 2], [left], [right]]} for left, right in leaves]
    file = {"format": "decision-trees", "version": 1, "features": 8, "outputs": len(base), "base": base, "trees": trees}
    kind = TensorType(ElementType.F32, (len(base),))
    forest = block("decision_trees", {"trees": json.dumps(file)}, "fft", kind)
    steady = block("moving_average", {"length": 3}, "decision_trees", kind)
    out = OutputStage("serial", OutputKind.SERIAL, (Port("moving_average", 0),))
    graph = graph_json(Pipeline((*PIPELINE.stages[:2], forest, steady, out), ()), "x")
    (scores,) = (graph["tensors"][each] for each in graph["outputs"]["serial"]["inputs"])
    return dict(scores)


def test_the_shares_of_a_random_forest_are_probabilities_and_the_sums_of_other_trees_are_not() -> None:
    shares = [[[0.25, 0.25], [0.5, 0.0]], [[0.1, 0.4], [0.0, 0.5]]]
    assert trees_of(shares, [0, 0])["probability"] is True
    assert "probability" not in trees_of([[[0.25, 0.25], [0.5, 0.5]]], [0, 0]), "one leaf has 0.5 and another 1"
    assert "probability" not in trees_of([[[1.5, -0.5], [0.5, 0.5]]], [0, 0]), "below 0 is no share"
    assert "probability" not in trees_of([[0.25, 0.75]], [0.0, 0.0], output=0), "boosted scores"
    assert "probability" not in trees_of([[[1.0], [1.0]]], [0.0]), "a number"


def test_the_graph_says_in_which_run_a_stream_answers_first() -> None:
    sound = CapabilityStage("audio", sound_capability.SOUND, (), TensorType(ElementType.I16, (1600,)))
    window = block("window", {"size": 16_000, "hop": 3200}, "audio", TensorType(ElementType.I16, (16_000,)))
    out = OutputStage("serial", OutputKind.SERIAL, (Port("window", 0),))
    assert graph_json(Pipeline((sound, window, out), ()), "x")["rune"] == {"name": "x", "first_answer": 10}
    assert graph_json(PIPELINE, "x")["rune"] == {"name": "x"}


def block(name: str, arguments: dict[str, Any], source: str, output: TensorType = SCORES) -> BlockStage:
    """A stage of a block of the catalogue, with the block's name, that reads another stage."""
    complete = {each.name: each.default for each in CATALOGUE[name].arguments} | arguments
    return BlockStage(name, name, CATALOGUE[name], complete, (Port(source, 0),), (BlockOutput(output),))
