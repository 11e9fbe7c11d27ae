"""The guide of searches shows what the command prints of the trials that it tells of."""

from __future__ import annotations

import re

from lab.command.search_text import summary
from lab.search.space import Candidate, Space
from lab.search.trials import Trial, TrialState
from rune.devices.boards.fit import Needs
from rune.devices.boards.lookup import find_board
from tests.conftest import REPOSITORY

GUIDE = REPOSITORY / "docs" / "guides" / "search.md"
PAGE = REPOSITORY / "templates" / "searches" / "search.html"
BENCHMARKS = REPOSITORY / "docs" / "benchmarks.md"
NONE = Candidate({}, "int8")
SPACE = Space({"window": range(21_000)}, ("int8",))


def trained(
    number: int, accuracy: tuple[float, float, float], needs: tuple[int, int, int], values: dict[str, int]
) -> Trial:
    ram, flash, instructions = needs
    candidate = Candidate(values, "int8")
    return Trial(number, candidate, TrialState.TRAINED, Needs("cortex-m4", flash, ram, instructions), accuracy)


def test_the_guide_shows_what_is_printed() -> None:
    (text,) = re.findall(r"```\n(The budget of trials .*?)\n```", GUIDE.read_text("utf-8"), re.DOTALL)
    board = find_board("arduino-nano-33-ble-sense")
    (reason,) = re.findall(r"^Trial 5 failed: (.*)$", text, re.MULTILINE)
    first = {"window": 150, "average": 1, "filters": 16, "blocks": 3, "kernel": 9, "stride": 2, "separable": 0}
    third = {"window": 100, "average": 1, "filters": 4, "blocks": 3, "kernel": 7, "stride": 3, "separable": 0}
    trials = [
        trained(1, (0.948, 0.92, 0.97), (2_400, 13_300, 468_353), first),
        trained(3, (0.807, 0.77, 0.84), (1_400, 6_800, 66_856), third),
        trained(20, (0.946, 0.92, 0.97), (2_800, 30_900, 1_438_440), first),
        Trial(5, NONE, TrialState.FAILED, reason=reason),
        *[Trial(number, NONE, TrialState.FAILED, reason="the same") for number in (7, 14)],
        *[Trial(number, NONE, TrialState.STOPPED) for number in range(30, 40)],
        *[Trial(number, NONE, TrialState.OVER_LIMIT) for number in range(40, 44)],
    ]
    assert "\n".join(summary(trials, "The budget of trials is used up.", SPACE, {"one": 465}, [board])) == text


def test_the_guide_and_the_page_say_what_was_measured_of_the_best_trial() -> None:
    section = re.split(r"^## ", BENCHMARKS.read_text("utf-8"), flags=re.MULTILINE)
    (results,) = [each for each in section if each.startswith("The best of 200 trials\n")]
    rows = {
        name: (validation, test, float(difference))
        for name, validation, test, difference in re.findall(
            r"^\| (.*?) \| (\S+ %) \| (\S+ %) \| ([+-]\S+) points", results, re.MULTILINE
        )
    }
    validation, test, least = rows["the best on the validation split"]
    usual = rows["all, in the mean"][2]
    for text in (GUIDE.read_text("utf-8"), " ".join(PAGE.read_text("utf-8").split())):
        assert f"{validation} on the validation split and {test} on" in text
        assert f"{least} points less" in text
        assert f"{usual} points less in the mean" in text
