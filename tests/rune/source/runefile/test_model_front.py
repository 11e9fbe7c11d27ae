"""The stages in front of a model, cut out of a Runefile."""

from __future__ import annotations

from rune.blocks.catalogue import PUBLISHED_BLOCKS
from rune.project.files import MemoryFiles
from rune.source.runefile import check
from rune.source.runefile.model_inputs.front import ModelFront, fitting_front, model_fronts
from rune.tensor import ElementType, TensorType
from tests.support.cases import each_case

QUANTISED = """\
version: 1
image: runicos/base
pipeline:
  motion: {capability: ACCEL, outputs: [{type: f32, dimensions: [50, 3]}], args: {samples: 50}}
  gravity: {proc-block: scale, inputs: [motion], outputs: [{type: f32, dimensions: [50, 3]}], args: {deviation: 9.81}}
  numbers:
    proc-block: quantize
    inputs: [gravity]
    outputs: [{type: i8, dimensions: [50, 3]}]
    args: {scale: 0.02, zero_point: 3, type: i8}
  model: {model: ./m.tflite, inputs: [numbers], outputs: [{type: f32, dimensions: [1, 2]}]}
  best: {proc-block: top_k, inputs: [model], outputs: [{type: u32, dimensions: [1]}, {type: f32, dimensions: [1]}]}
  label: {proc-block: label, inputs: [best.0], outputs: [{type: utf8, dimensions: [1]}], args: {wordlist: $WORDS}}
  answer: {out: serial, inputs: [label]}
resources:
  WORDS: {path: ./words.txt, type: string}
"""


def fronts(text: str) -> list[ModelFront]:
    return model_fronts(MemoryFiles({"Runefile.yml": text.encode(), "words.txt": b"yes\nno\n"}), PUBLISHED_BLOCKS)


def test_a_quantising_stage_is_left_out_because_a_float_model_reads_floats() -> None:
    (front,) = fronts(QUANTISED)
    assert (front.stage, front.file, front.labels) == ("model", "m.tflite", ("yes", "no"))
    assert (front.type, front.scale, front.zero_point) == (TensorType(ElementType.F32, (50, 3)), 1.0, 0)
    result = check(MemoryFiles({"Runefile.yml": front.runefile.encode(), "words.txt": b"a"}), PUBLISHED_BLOCKS)
    assert not result.has_errors
    assert [stage.name.text for stage in result.syntax.stages] == ["motion", "gravity", "what_the_model_reads"]


@each_case("text", ["", "[", "version: 1\npipeline: {}\n", "pipeline:\n  a: {model: ./m, inputs: [b]}\n"])
def test_what_has_no_stages_in_front_of_a_model_has_no_front(text: str) -> None:
    assert fronts(text) == []


@each_case(
    ("dimensions", "fits"),
    [((1, 50, 3), True), ((50, 3, 1), True), ((1, 150), True), ((1, 3, 50), False), ((1,), False)],
)
def test_a_front_fits_a_model_with_as_many_numbers_in_the_same_order(dimensions: tuple[int, ...], fits: bool) -> None:
    (front,) = fronts(QUANTISED)
    assert (fitting_front([front], dimensions) is front) == fits
