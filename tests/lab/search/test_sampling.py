"""The next candidate follows from the rows alone, is none of theirs, and comes from the space."""

from __future__ import annotations

import pytest

from lab.recipes.catalogue import NETWORK_RECIPES, recipe_of
from lab.recipes.recipe import Recipe
from lab.refusal import Refused
from lab.search.devices import SearchDevice, SearchDevices
from lab.search.limits import DeviceLimits
from lab.search.sampling import next_candidate
from lab.search.sampling_step import drawn_places
from lab.search.space import Candidate, Space, space_of
from lab.search.trials import Trial, TrialState
from rune.devices.boards.fit import Needs
from tests.support.cases import each_case

SPACE = Space({"filters": (4, 8, 16, 32), "blocks": (1, 2, 3)}, ("int8", "float32"))


def device(ram: int | None = None) -> SearchDevice:
    return SearchDevice("cortex-m4", DeviceLimits(ram=ram))


NO_LIMITS = SearchDevices(device())


def trial(number: int, candidate: Candidate, accuracy: float = 0.8, ram: int = 1000) -> Trial:
    needs = Needs("cortex-m4", 5000, ram, 10_000)
    return Trial(number, candidate, TrialState.TRAINED, needs, (accuracy, 0.0, 1.0), second_needs=needs)


def search(count: int, devices: SearchDevices = NO_LIMITS, seed: int = 1) -> list[Candidate]:
    """Candidates of a world in which filters cost RAM and are worth it, and blocks cost nothing."""
    trials: list[Trial] = []
    for number in range(1, count + 1):
        candidate = next_candidate(SPACE, trials, [], devices, seed, drawn_places)
        if candidate is None:
            break
        accuracy = 0.2 + candidate.values["blocks"] / 10 + candidate.values["filters"] / 80
        trials.append(trial(number, candidate, accuracy, int(candidate.values["filters"]) * 100))
    return [each.candidate for each in trials]


@pytest.mark.slow
def test_the_same_rows_give_the_same_candidates_and_another_seed_others() -> None:
    first = search(12)
    assert search(12) == first
    assert search(12, seed=99) != first


@pytest.mark.slow
def test_every_candidate_of_the_space_comes_once() -> None:
    candidates = search(100)
    assert len(candidates) == SPACE.size == 24
    assert len({str(each) for each in candidates}) == 24


@pytest.mark.slow
def test_running_candidates_are_not_drawn_again() -> None:
    running = search(23)
    last = next_candidate(SPACE, [], running, NO_LIMITS, 5, drawn_places)
    assert last is not None
    assert last not in running
    assert next_candidate(SPACE, [], [*running, last], NO_LIMITS, 5, drawn_places) is None


@pytest.mark.slow
def test_candidates_over_a_limit_become_rare() -> None:
    """Behind the first 8, those with much RAM come less often where RAM is limited."""

    def large(candidates: list[Candidate]) -> int:
        return sum(each.values["filters"] > 8 for each in candidates[8:])

    free = sum(large(search(14, seed=seed)) for seed in range(6))
    limited = sum(large(search(14, SearchDevices(device(800)), seed=seed)) for seed in range(6))
    assert limited < free


@pytest.mark.slow
def test_candidates_over_a_limit_of_the_second_board_become_rare() -> None:
    def large(devices: SearchDevices) -> int:
        candidates = (each for seed in range(6) for each in search(14, devices, seed=seed)[8:])
        return sum(each.values["filters"] > 8 for each in candidates)

    assert large(SearchDevices(device(9999), device(800))) < large(SearchDevices(device(9999), device(9999)))


def test_a_row_from_outside_the_space_is_no_obstacle() -> None:
    rows = [trial(1, Candidate({"filters": 7, "blocks": 1}, "int8")), Trial(2, search(1)[0], TrialState.FAILED)]
    candidate = next_candidate(SPACE, rows, [], NO_LIMITS, 1, drawn_places)
    assert candidate is not None
    assert SPACE.places(candidate) is not None


@each_case("recipe", [each for each in NETWORK_RECIPES.values() if each.is_searched], ids=lambda each: each.name)
def test_the_space_of_a_recipe_has_rising_values_in_range(recipe: Recipe) -> None:
    arguments = {each.name: each for each in recipe.arguments}
    assert recipe.space
    for name, choices in recipe.space.items():
        assert list(choices) == sorted(set(choices))
        assert [arguments[name].read(each) for each in choices] == list(choices)
    for values in ({name: each[0] for name, each in recipe.space.items()}, {n: e[-1] for n, e in recipe.space.items()}):
        recipe.features({**{each.name: each.default for each in recipe.arguments}, **values})


def test_chosen_values_replace_those_of_the_recipe() -> None:
    space = space_of(recipe_of("motion"), {"filters": ["16", "4", "4"], "dropout": ["0.1", "0"]}, "int8")
    assert space.arguments["filters"] == (4, 16)
    assert space.arguments["dropout"] == (0.0, 0.1)
    assert space.arguments["blocks"] == (1, 2, 3, 4, 5)
    assert space.forms == ("int8",)
    assert space_of(recipe_of("motion"), {"quantize": ["int8", "int16x8"]}, "float32").forms == ("int8", "int16x8")


@each_case(
    ("choices", "message"),
    [
        ({"colour": ["1"]}, 'The recipe motion has no argument "colour". It has average, balance, batch'),
        ({"filters": ["1000"]}, "filters is 1000; it must be a whole number from 2 to 128"),
        ({"filters": ["many"]}, 'filters has the value "many", which is not a number'),
        ({"quantize": ["int4"]}, '"int4" is not a form that a search tries. It tries int8'),
    ],
)
def test_values_that_cannot_be_tried_are_refused(choices: dict[str, list[str]], message: str) -> None:
    with pytest.raises(Refused) as error:
        space_of(recipe_of("motion"), choices, "int8")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("regression", "a search compares accuracies"),
        ("motion-trees", "it trains no network"),
        ("transfer", "its backbone decides what it needs"),
    ],
)
def test_a_recipe_that_cannot_be_searched_says_why(name: str, reason: str) -> None:
    with pytest.raises(Refused, match=f"The recipe {name} is not searched: {reason}"):
        space_of(recipe_of(name), {}, "int8")
