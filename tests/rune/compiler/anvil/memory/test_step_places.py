"""A step names every place that it uses, and those that it writes."""

from __future__ import annotations

from rune.compiler.anvil.memory.step_places import step_places
from rune.compiler.anvil.program import BufferPlace, Infer, Mark, Place, Step
from tests.support.cases import each_case

FIRST, SECOND, THIRD = (BufferPlace(index) for index in range(3))


@each_case(
    ("step", "places"),
    [
        (Infer(0, (FIRST, SECOND), (THIRD,)), [(FIRST, False), (SECOND, False), (THIRD, True)]),
        (Mark("model"), []),
    ],
)
def test_a_step_names_its_places(step: Step, places: list[tuple[Place, bool]]) -> None:
    assert list(step_places(step)) == places
