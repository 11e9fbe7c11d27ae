"""The time of each stage of a timed rune: read from its marks, whatever a rune may send."""

from __future__ import annotations

from rune.abi import STAGE_MARK, OutputKind
from rune.compiler.anvil.lower import lower
from rune.compiler.anvil.selection.messages import mark_line
from rune.compiler.targets.module import module_of
from rune.compiler.targets.wasm32 import TARGET as WASM32
from rune.running.runtime import Runtime
from rune.running.runtime.stages import stage_milliseconds
from rune.tensor import ElementType, TensorType
from tests.support.compiler import pipelines
from tests.support.compiler.pipelines import passing_on


def test_a_timed_rune_tells_its_stages_and_one_that_is_not_tells_none() -> None:
    pipeline = passing_on(TensorType(ElementType.U8, (3,)), OutputKind.SERIAL, name='a "name"\u00e9')
    timed_rune = Runtime.load(module_of(lower(pipeline, {}, WASM32, timed=True), WASM32))
    plain = Runtime.load(pipelines.module_of(pipeline))
    outputs = [rune.call({rune.capabilities[0].id: b"\1\2\3"})[0].data for rune in (timed_rune, plain)]
    assert outputs[0] == outputs[1]
    assert list(timed_rune.stages) == ['a "name"\u00e9', "out"]
    assert all(0 <= milliseconds < timed_rune.milliseconds for milliseconds in timed_rune.stages.values())
    assert (timed_rune.logs, plain.stages) == ((), {})


def test_the_cost_of_a_mark_is_taken_off_and_nothing_is_below_zero() -> None:
    seconds = [0.0, 0.001, 0.006, 0.0065]
    marks = [(mark_line(stage), at) for stage, at in zip(["", "", "slow", "quick"], seconds, strict=True)]
    assert stage_milliseconds(marks) == {"slow": 4.0, "quick": 0.0}


def test_marks_that_no_build_made_end_the_list() -> None:
    first = [(mark_line(stage), float(at)) for at, stage in enumerate(["", "", "one"])]
    for line in (STAGE_MARK, STAGE_MARK + b"7}", STAGE_MARK + b'"x', STAGE_MARK + b"[" * 100_000):
        assert list(stage_milliseconds([*first, (line, 9.0)])) == ["one"]
    assert stage_milliseconds(first[:1]) == {}
