"""The arguments of a run that begins with a model."""

from __future__ import annotations

import pytest

from lab.recipes.catalogue import recipe_of
from lab.refusal import Refused
from lab.training.start import start_arguments, with_start


def test_a_run_that_begins_with_a_model_has_no_arguments_of_a_network() -> None:
    motion = recipe_of("motion")
    names = {each.name for each in start_arguments(motion)}
    assert names == {each.name for each in motion.arguments} - {*motion.network_arguments, "prune"} | {"learned-layers"}
    assert start_arguments(recipe_of("regression")) == ()
    slower = next(each for each in with_start(motion, {"epochs": 5}).arguments if each.name == "learning-rate")
    assert slower.default == pytest.approx(0.0003)


@pytest.mark.parametrize(
    ("recipe", "arguments", "message"),
    [
        ("motion", {"filters": 8}, "keeps its network. Remove filters, or `start`."),
        ("motion", {"epochs": 5, "blocks": 2, "prune": 0.5}, "Remove blocks and prune, or `start`."),
        ("regression", {}, "The recipe regression begins with no model of a file."),
    ],
)
def test_what_would_change_nothing_is_refused_by_its_name(
    recipe: str, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(Refused, match=message):
        with_start(recipe_of(recipe), arguments)
