"""The pipeline and the outline that come out of a right Runefile."""

from __future__ import annotations

from rune.abi import OutputKind
from rune.capabilities.sound import SOUND
from rune.port import Port
from rune.source.runefile.pipeline import BlockStage, CapabilityStage, ModelStage, OutputStage, Resource
from rune.tensor import ElementType, TensorType
from tests.support.language.runefiles import WORDS, checked


def test_the_pipeline_holds_everything_that_a_build_needs() -> None:
    pipeline = checked(WORDS).pipeline
    assert pipeline is not None
    audio, model, best, word, serial = pipeline.stages
    assert audio == CapabilityStage(
        "audio",
        SOUND,
        (("hz", 16000), ("sample_duration_ms", 1000)),
        TensorType(ElementType.I16, (16000,)),
    )
    assert isinstance(model, ModelStage)
    assert (model.file, model.inputs) == ("words.tflite", (Port("audio", 0),))
    assert model.input_types == (TensorType(ElementType.I16, (1, 16000)),)
    assert isinstance(best, BlockStage)
    assert dict(best.arguments) == {"count": 1}
    assert best.path == "hotg-ai/proc-blocks@v0.11.3#most_confident_indices"
    assert isinstance(word, BlockStage)
    assert word.arguments["wordlist"] == "one\ntwo\nthree\n"
    assert (str(word.outputs[0].type), word.outputs[0].text_bound) == ("utf8[1]", 7)
    assert serial == OutputStage("serial", OutputKind.SERIAL, (Port("word", 0), Port("model", 0)))
    assert pipeline.resources == (Resource("WORDS", None, "words.txt", False),)
    assert str(pipeline.type_of(Port("model", 0))) == "f32[1, 3]"


def test_stages_run_after_what_they_read_and_otherwise_as_in_the_text() -> None:
    text = (
        "version: 1\nimage: x\npipeline:\n"
        "  end: {out: SERIAL, inputs: [d, b]}\n"
        "  d: {proc-block: normalize, inputs: [c]}\n"
        "  a: {capability: RAW, args: {length: 4}}\n"
        "  b: {proc-block: normalize, inputs: [a]}\n"
        "  c: {capability: RAW, args: {length: 4}}\n"
    )
    pipeline = checked(text).pipeline
    assert pipeline is not None
    assert [stage.name for stage in pipeline.stages] == ["a", "b", "c", "d", "end"]


def test_parameters_become_numbers_and_their_names_lose_the_hyphen() -> None:
    text = (
        "version: 1\nimage: x\npipeline:\n  camera:\n    capability: image\n"
        "    args: {width: '4', height: 2.0, pixel-format: '@PixelFormat::GrayScale', source: 1}\n"
        "  end: {out: tensor, inputs: [camera]}\n"
    )
    pipeline = checked(text).pipeline
    assert pipeline is not None
    camera = pipeline.stages[0]
    assert isinstance(camera, CapabilityStage)
    assert camera.parameters == (("width", 4), ("height", 2), ("pixel_format", 2), ("source", 1))
    assert all(type(value) is int for _, value in camera.parameters)
    assert camera.output == TensorType(ElementType.U8, (1, 4, 2, 1))


def test_a_random_capability_asks_for_as_much_as_its_tensor_holds() -> None:
    text = (
        "version: 1\nimage: x\npipeline:\n  r: {capability: RAND, outputs: [{type: f32, dimensions: [1, 8]}]}\n"
        "  end: {out: SERIAL, inputs: [r]}\n"
    )
    pipeline = checked(text).pipeline
    assert pipeline is not None
    random = pipeline.stages[0]
    assert isinstance(random, CapabilityStage)
    assert random.parameters == (("amount", 8),)


def test_the_outline_draws_stages_and_what_flows_between_them() -> None:
    outline = checked(WORDS).outline
    assert [(node.name, node.kind, node.detail, node.line, node.file) for node in outline.nodes] == [
        ("audio", "capability", "SOUND 16 kHz", 4, None),
        ("model", "model", "words", 12, "words.tflite"),
        ("best", "block", "most_confident_indices", 18, None),
        ("word", "block", "label", 22, None),
        ("serial", "output", "SERIAL", 27, None),
    ]
    assert [(wire.source, wire.source_index, wire.target, wire.target_index, wire.type) for wire in outline.wires] == [
        ("audio", 0, "model", 0, "i16[16000]"),
        ("model", 0, "best", 0, "f32[1, 3]"),
        ("best", 0, "word", 0, "u32[1]"),
        ("word", 0, "serial", 0, "utf8[1]"),
        ("model", 0, "serial", 1, "f32[1, 3]"),
    ]


def test_the_outline_of_a_broken_file_has_what_could_be_understood() -> None:
    outline = checked(WORDS.replace("[best]", "[bset]").replace("#most_confident", "#most_confused")).outline
    assert [node.name for node in outline.nodes] == ["audio", "model", "best", "word", "serial"]
    assert [(wire.source, wire.target) for wire in outline.wires] == [
        ("audio", "model"),
        ("model", "best"),
        ("word", "serial"),
        ("model", "serial"),
    ]
