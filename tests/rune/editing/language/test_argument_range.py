"""An argument's range is what its block takes for the tensors that really come in."""

from __future__ import annotations

from rune.blocks.catalogue import CATALOGUE
from rune.blocks.signature import ArgumentValue, BlockError
from rune.editing.language.facts.argument_range import range_here
from rune.editing.language.graph_edits.palette import stage_arguments
from rune.tensor import ElementType, TensorType
from tests.rune.editing.language.projects import WORDS
from tests.support.cases import each_case
from tests.support.language.written_runefiles import analysed


def limits(text: str, stage: str, name: str) -> tuple[float | None, float | None]:
    field = next(each.field for each in stage_arguments(analysed(text), stage) if each.field.name == name)
    return field.minimum, field.maximum


SIX_SCORES = """\
version: 1
image: runicos/base
pipeline:
  scores:
    capability: RAW
    outputs:
      - {type: f32, dimensions: [1, 6]}
  best:
    proc-block: most_confident_indices
    inputs: [scores]
    args: {count: 2}
  out:
    out: SERIAL
    inputs: [best]
"""


@each_case("count", ["2", "6", "7", "-3", "words"])
def test_there_are_no_more_places_than_scores_whatever_is_written_now(count: str) -> None:
    assert limits(SIX_SCORES.replace("count: 2", f"count: {count}"), "best", "count") == (1, 6)


def test_a_range_follows_the_shape_that_comes_in() -> None:
    assert limits(SIX_SCORES.replace("[1, 6]", "[1, 1001]"), "best", "count") == (1, 1001)
    assert limits(SIX_SCORES.replace("[1, 6]", "[1]"), "best", "count") == (1, 1)


def test_without_a_known_input_the_declared_limits_stay() -> None:
    assert limits(SIX_SCORES.replace("inputs: [scores]", "inputs: [nobody]"), "best", "count") == (1, 2**24)
    assert limits(SIX_SCORES.replace("inputs: [scores]", "inputs: []"), "best", "count") == (1, 2**24)


def test_a_frame_is_no_longer_than_its_sound_and_an_overlap_moves_on() -> None:
    low, high = limits(WORDS, "spectrogram", "bins")
    assert low is not None
    assert high is not None
    assert 16 <= low < 480 < high < 16_000
    start, end = limits(WORDS, "spectrogram", "window_overlap")
    assert end is not None
    assert (start, end < 1) == (0, True)


def values_of(name: str) -> dict[str, ArgumentValue]:
    return {each.name: "a" if each.default is None else each.default for each in CATALOGUE[name].arguments}


INPUTS = {
    "fft": TensorType(ElementType.I16, (16_000,)),
    "noise_filtering": TensorType(ElementType.U32, (1, 1960)),
    "most_confident_indices": TensorType(ElementType.F32, (1, 11)),
    "modulo": TensorType(ElementType.I32, (3,)),
}


@each_case("name", INPUTS)
def test_the_ends_of_each_range_are_taken_and_what_is_beyond_them_is_not(name: str) -> None:
    block, inputs, values = CATALOGUE[name], (INPUTS[name],), values_of(name)

    def is_right(argument: str, value: float) -> bool:
        try:
            block.outputs(inputs, {**values, argument: value})
        except BlockError:
            return False
        return True

    for argument in block.arguments:
        low, high = range_here(block, argument, inputs, values)
        if low is None or high is None:
            assert argument.minimum is None or argument.maximum is None
            continue
        assert is_right(argument.name, low), argument.name
        assert is_right(argument.name, high), argument.name
        for end, bound, beyond in ((low, argument.minimum, low - 1), (high, argument.maximum, high + 1)):
            assert end == bound or not is_right(argument.name, beyond), argument.name
