"""Meanings of numbers are followed from capability to model: contradictions have a message with a fix, unknowns do
not."""

from __future__ import annotations

import pytest

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.editing.language.apply import apply_edits
from rune.model.tflite import DescribedTensor, ModelSignature, ModelTensor
from rune.project.files import MemoryFiles
from rune.source.runefile import CheckedRunefile, check
from rune.source.runefile.to_json import wire_to_json
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case
from tests.support.language.signatures import known

F32, I8, U8 = ElementType.F32, ElementType.I8, ElementType.U8
SCORES = ModelTensor(
    "scores", TensorType(F32, (1, 3)), is_probability=True, description=DescribedTensor(labels=("a", "b", "c"))
)


def picture(element: ElementType = F32, size: tuple[int, ...] = (1, 8, 8, 3), **fields: object) -> ModelSignature:
    tensor = DescribedTensor(**fields)  # type: ignore[arg-type]
    return ModelSignature((ModelTensor("pixels", TensorType(element, size), description=tensor),), (SCORES,))


MODELS = {
    "unit.tflite": picture(values=(0.0, 1.0), because="its metadata says so", colour="RGB"),
    "signed.tflite": picture(values=(-1.0, 1.0)),
    "bytes.tflite": picture(values=(0.0, 255.0)),
    "channels.tflite": picture(values=(-2.2, 2.7), mean=(123.5, 116.25, 103.5), deviation=(58.5, 57.0, 57.5)),
    "silent.tflite": picture(),
    "first.tflite": picture(size=(1, 3, 8, 8)),
    "large.tflite": picture(size=(1, 16, 12, 3)),
    "int8.tflite": ModelSignature(
        (ModelTensor("pixels", TensorType(I8, (1, 8, 8, 3)), 1 / 255, -128),),
        (ModelTensor("scores", TensorType(I8, (1, 3)), 1 / 256, -128, is_probability=True),),
    ),
    "logits.tflite": ModelSignature(
        (ModelTensor("x", TensorType(F32, (1, 8, 8, 3))),), (ModelTensor("y", TensorType(F32, (1, 3))),)
    ),
    "sound.tflite": ModelSignature(
        (ModelTensor("x", TensorType(F32, (1, 8000)), description=DescribedTensor(rate=16000)),), (SCORES,)
    ),
}


def project(*stages: str, kind: str = "IMAGE", pixels: str = "RGB", model: str = "unit", source: str = "image") -> str:
    """A camera, stages of the project's own, a model that reads `source`, and an output."""
    return "\n".join(
        [
            "version: 1",
            "image: runicos/base",
            "pipeline:",
            "  image:",
            f"    capability: {kind}",
            f'    args: {{width: 8, height: 8, pixel_format: "@PixelFormat::{pixels}"}}',
            *(f"  {stage}" for stage in stages),
            "  # The one that was trained.",
            "  model:",
            f"    model: ./{model}.tflite",
            f"    inputs: [{source}]",
            "  serial:",
            "    out: SERIAL",
            "    inputs: [model]",
            "",
        ]
    )


def checked(text: str) -> CheckedRunefile:
    contents = {"Runefile.yml": text.encode(), **dict.fromkeys(MODELS, b"")}
    return check(MemoryFiles(contents), PUBLISHED_BLOCKS, signatures=known(MODELS))


UNIT = "unit: {proc-block: image_normalization, inputs: [image]}"
SIGNED = 'signed: {proc-block: scale, inputs: [image], args: {to: "-1..1"}}'
CHANNELS = '{mean: "123.5, 116.25, 103.5", deviation: "58.5, 57, 57.5"}'
FLOATS = {"kind": "FLOAT_IMAGE"}


@each_case(
    "text",
    [
        project(UNIT, source="unit"),
        project(SIGNED, model="signed", source="signed"),
        project(**FLOATS, model="bytes"),
        project(**FLOATS, model="silent"),
        project(UNIT, model="silent", source="unit"),
        project("s: {proc-block: signed_pixels, inputs: [image]}", model="int8", source="s"),
        project(
            UNIT,
            "q: {proc-block: quantize, inputs: [unit], args: {scale: 0.0039, zero_point: -128}}",
            model="int8",
            source="q",
        ),
        project(
            "first: {proc-block: layout, inputs: [image]}",
            "f: {proc-block: image_normalization, inputs: [first]}",
            model="first",
            source="f",
        ),
        project(
            UNIT, "d: {proc-block: modulo, inputs: [unit]}", "s: {proc-block: scale, inputs: [d], args: {from: 0..9}}",
            model="signed", source="s",
        ),
        project(
            f"c: {{proc-block: scale, inputs: [image], args: {CHANNELS}}}",
            model="channels",
            source="c",
        ),
        project(UNIT, model="logits", source="unit").replace(
            "inputs: [model]", "inputs: [p]"
        ) + "  p: {proc-block: softmax, inputs: [model]}\n",
    ],
)  # fmt: skip
def test_what_fits_or_is_not_known_is_not_told(text: str) -> None:
    assert checked(text).diagnostics == ()


@each_case(
    ("text", "code", "part", "fix"),
    [
        (project(**FLOATS), "RUNE0086", "pixels from 0 to 1, and", "scale {from: 0..255, to: 0..1}"),
        (project(UNIT, model="bytes", source="unit"), "RUNE0086", "from 0 to 255", "scale {from: 0..1, to: 0..255}"),
        (project(UNIT, model="signed", source="unit"), "RUNE0086", "-1 to 1", 'scale {from: 0..1, to: -1..1}'),
        (project(SIGNED, source="signed"), "RUNE0086", "gives -1 to 1", 'scale {from: -1..1, to: 0..1}'),
        (
            project(**FLOATS, model="channels"),
            "RUNE0086",
            "-2.2 to 2.7",
            'scale {mean: "123.5, 116.25, 103.5", deviation: "58.5, 57, 57.5"}',
        ),
        (
            project("u: {proc-block: scale, inputs: [image], args: {from: 0..1}}", model="silent", source="u"),
            "RUNE0086",
            "takes pixels from 0 to 1",
            "Change from to 0..255",
        ),
        (project(UNIT, pixels="BGR", source="unit"), "RUNE0087", "RGB, and", "color {from: bgr, to: rgb}"),
        (project(**FLOATS, model="first"), "RUNE0087", "channels first, and", "layout {to: nchw}"),
        (
            project(
                UNIT,
                "q: {proc-block: quantize, inputs: [unit], args: {scale: 0.0078125, zero_point: 0}}",
                model="int8",
                source="q",
            ),
            "RUNE0088",
            "steps of 0.00392157 from -128, and",
            "Change q to scale 0.00392156863, zero_point -128",
        ),
        (
            project("s: {proc-block: signed_pixels, inputs: [image]}", model="int8", source="s")
            .replace("inputs: [model]", "inputs: [f]")
            + "  f: {proc-block: dequantize, inputs: [model], args: {scale: 1.5, zero_point: 0}}\n",
            "RUNE0088",
            "steps of 0.00390625 from -128",
            "Change f to scale 0.00390625, zero_point -128",
        ),
    ],
)  # fmt: skip
def test_a_contradiction_is_told_with_what_repairs_it(text: str, code: str, part: str, fix: str) -> None:
    result = checked(text)
    problem = next(each for each in result.diagnostics if each.code == code)
    assert part in problem.message
    assert not result.has_errors
    quick_fix = next(each for each in problem.fixes if fix in each.title)
    assert not quick_fix.is_safe
    after_fix = checked(apply_edits(text, quick_fix.edits))
    assert after_fix.diagnostics == (), apply_edits(text, quick_fix.edits)


@each_case(
    ("text", "code", "fixes"),
    [
        (project(), "RUNE0074", ["scale {from: 0..255, to: 0..1}", "image_normalization"]),
        (project(model="signed"), "RUNE0074", ['scale {from: 0..255, to: -1..1}', "image_normalization"]),
        (project(model="silent"), "RUNE0074", ["image_normalization"]),
        (project(model="int8"), "RUNE0074", ["signed_pixels"]),
        (
            project(UNIT, model="int8", source="unit"),
            "RUNE0078",
            ["quantize {scale: 0.00392156863, zero_point: -128, type: i8}"],
        ),
        (project(**FLOATS, model="large"), "RUNE0074", ["resize {height: 16, width: 12}"]),
        (
            project("s: {proc-block: signed_pixels, inputs: [image]}", model="int8", source="s")
            .replace("inputs: [model]", "inputs: [t]") + "  t: {proc-block: top_k, inputs: [model]}\n",
            "RUNE0066",
            ["dequantize {scale: 0.00390625, zero_point: -128}"],
        ),
    ],
)  # fmt: skip
def test_a_type_that_does_not_fit_is_told_with_a_block_that_makes_it(text: str, code: str, fixes: list[str]) -> None:
    (problem,) = checked(text).diagnostics
    assert problem.code == code
    assert [each.title for each in problem.fixes] == [f"Put {fix} in between" for fix in fixes]
    assert checked(apply_edits(text, problem.fixes[0].edits)).diagnostics == ()


def test_probabilities_are_made_once() -> None:
    text = project(UNIT, source="unit").replace("inputs: [model]", "inputs: [p]")
    (problem,) = checked(text + "  p: {proc-block: softmax, inputs: [model]}\n").diagnostics
    assert (problem.code, '"model" gives probabilities already' in problem.message) == ("RUNE0086", True)


@each_case(
    ("words", "codes"),
    [
        ("a\\nb\\nc", []),
        ("A\\nB\\nC", []),
        ("Adler\\nBiene\\nChamäleon", []),
        ("b\\na\\nc", ["RUNE0089"]),
        ("b\\na", ["RUNE0069"]),
    ],
)
@each_case("index", ["class_index", "most_confident_indices", "top_k"])
def test_words_are_compared_with_the_classes_of_the_model(index: str, words: str, codes: list[str]) -> None:
    text = project(UNIT, source="unit").replace("inputs: [model]", "inputs: [word]")
    text += f"  best: {{proc-block: {index}, inputs: [model]}}\n"
    text += f'  word: {{proc-block: label, inputs: [best], args: {{wordlist: "{words}"}}}}\n'
    assert [each.code for each in checked(text).diagnostics] == codes


@pytest.mark.parametrize(
    ("reads", "codes"),
    [
        ("{type: f32, dimensions: [1, 3]}", ["RUNE0125"]),
        ("{type: f32, dimensions: [1]}", []),
        ("{type: u32, dimensions: [3]}", []),
    ],
)
def test_scores_are_no_indices_of_words(reads: str, codes: list[str]) -> None:
    text = f"""\
version: 1
image: runicos/base
pipeline:
  scores: {{capability: RAW, args: {{length: 12}}, outputs: [{reads}]}}
  word: {{proc-block: label, inputs: [scores], args: {{wordlist: "a\\nb\\nc"}}}}
  serial: {{out: SERIAL, inputs: [word]}}
"""
    diagnostics = checked(text.replace("length: 12", "length: 4") if "[1]" in reads else text).diagnostics
    assert [each.code for each in diagnostics] == codes
    for each in diagnostics:
        (fix,) = each.fixes
        assert checked(apply_edits(text, fix.edits)).diagnostics == ()


def test_the_rate_that_a_model_was_trained_for_is_compared() -> None:
    text = """\
version: 1
image: runicos/base
pipeline:
  sound: {capability: SOUND, args: {hz: 8000, sample_duration_ms: 1000}}
  floats: {proc-block: audio_float_conversion, inputs: [sound]}
  model: {model: ./sound.tflite, inputs: [floats]}
  serial: {out: SERIAL, inputs: [model]}
"""
    assert [each.code for each in checked(text).diagnostics] == ["RUNE0046"]
    assert checked(text.replace("hz: 8000", "hz: 16000").replace("1000}", "500}")).diagnostics == ()


def test_a_stage_is_put_above_its_readers_comment_and_into_braces() -> None:
    (problem,) = checked(project(**FLOATS)).diagnostics
    assert (
        "  scale:\n    proc-block: scale\n    inputs: [image]\n    args: {from: 0..255, to: 0..1}\n"
        "  # The one that was trained.\n  model:\n    model: ./unit.tflite\n    inputs: [scale]\n"
    ) in apply_edits(project(**FLOATS), problem.fixes[0].edits)
    flow = (
        "{version: 1, image: runicos/base, pipeline: {scale: {capability: FLOAT_IMAGE, args: {width: 8, height: 8, "
        'pixel_format: "@PixelFormat::RGB"}}, model: {model: ./unit.tflite, inputs: [scale]}, '
        "serial: {out: SERIAL, inputs: [model]}}}"
    )
    (problem,) = checked(flow).diagnostics
    new_text = apply_edits(flow, problem.fixes[0].edits)
    assert "scale_2: {proc-block: scale, inputs: [scale], args: {from: 0..255, to: 0..1}}, model:" in new_text
    assert checked(new_text).diagnostics == ()
    crlf = project(**FLOATS).replace("\n", "\r\n")
    assert "\n" not in apply_edits(crlf, checked(crlf).diagnostics[0].fixes[0].edits).replace("\r\n", "")


def test_the_drawing_says_what_is_known_of_each_wire() -> None:
    wires = checked(project(SIGNED, model="signed", source="signed")).outline.wires
    assert {wire.source: wire.meaning for wire in wires} == {
        "image": "0 to 255, RGB, channels last",
        "signed": "-1 to 1, RGB, channels last",
        "model": "0 to 1, probabilities, labels a, b, c",
    }
    unknown = checked(project("bytes: {capability: RAW, args: {length: 768}}", model="silent", source="bytes"))
    assert [
        each for each in map(wire_to_json, unknown.outline.wires) if each["source"] == "bytes" and "meaning" in each
    ] == []


def test_a_block_that_leaves_out_what_it_takes_is_told_it() -> None:
    text = project(
        "  grey:\n    proc-block: color\n    inputs: [image]"[2:], pixels="BGR", model="silent", source="image"
    )
    problem = next(each for each in checked(text).diagnostics if each.code == "RUNE0087")
    assert [fix.title for fix in problem.fixes] == ["Write from: bgr", "Put color {from: bgr, to: rgb} in between"]
    new_text = apply_edits(text, problem.fixes[0].edits)
    assert "RUNE0087" not in {each.code for each in checked(new_text).diagnostics}
