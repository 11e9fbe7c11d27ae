"""The figures of a rune beside those of an earlier one: what is progress, what is worse and what is noise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forge.comparison.figures import FigureRow, PackageFigures, RuneFigures, figure_rows
from forge.comparison.inference_time import read_inference_time
from tests.support.cases import each_case

BEFORE = RuneFigures("sha256:a", size=100_000, memory=8_000, models=60_000, has_host_models=False, time=None)


def run(milliseconds: float, low: float, high: float) -> dict[str, Any]:
    return {"milliseconds": milliseconds, "runs": 20, "low": low, "high": high}


def timed(measurement: dict[str, Any], digest: str = "sha256:a") -> RuneFigures:
    return replace(BEFORE, digest=digest, time=read_inference_time(measurement))


def row(name: str, now: RuneFigures, then: RuneFigures | None) -> FigureRow:
    return next(each for each in figure_rows(now, then) if each.name == name)


def test_without_an_earlier_rune_nothing_is_compared() -> None:
    rows = figure_rows(timed(run(3.0, 2.9, 3.1)), None)
    assert [(each.name, each.now) for each in rows] == [
        ("Inference time", "3.00 ms"),
        ("Memory", "8.0 kB"),
        ("Size", "100 kB"),
        ("Models", "60.0 kB"),
    ]
    assert {(each.before, each.change, each.mood) for each in rows} == {("", "", "muted")}


def test_what_a_package_needs_is_compared_target_by_target() -> None:
    then = replace(
        BEFORE, targets={"cortex-m4": PackageFigures(30_000, 9_000, 2_000_000), "c": PackageFigures(1, 1, 5)}
    )
    now = replace(
        BEFORE, targets={"cortex-m4": PackageFigures(31_000, 9_000, 1_900_000), "c": PackageFigures(9, 9, None)}
    )
    assert row("Flash on cortex-m4", now, then).change == "+1.0 kB"
    assert row("RAM on cortex-m4", now, then).change == "the same"
    instructions = row("Instructions on cortex-m4", now, then)
    assert (instructions.change, instructions.mood) == ("−100,000", "good")
    assert instructions.key == "instructions-on-cortex-m4"
    # The least that is needed is not compared with what was counted.
    assert row("Flash on c", now, then).change == ""
    assert "nothing was counted" in row("Flash on c", now, then).meaning
    assert not [each for each in figure_rows(now, then) if each.name == "Instructions on c"]


@each_case(
    ("name", "changed", "change", "mood", "meaning"),
    [
        ("Memory", {"memory": 9_000}, "+1.0 kB", "worse", "All buffers of the pipeline, planned at build time."),
        ("Memory", {"memory": 7_000}, "−1.0 kB", "good", "All buffers of the pipeline, planned at build time."),
        ("Memory", {"has_host_models": True}, "the same", "muted", "The host's interpreter needs more on top."),
        ("Size", {}, "the same", "muted", "Unchanged."),
        ("Size", {"size": 105_000}, "+5.0 kB", "worse", "Size of the .rune file."),
        ("Size", {"size": 105_000, "models": 65_100}, "+5.0 kB", "worse", "The model accounts for the whole change."),
        ("Size", {"size": 95_000, "models": 55_000}, "−5.0 kB", "good", "The model accounts for the whole change."),
        ("Models", {"models": 65_000}, "+5.0 kB", "worse", "The model files, before they are compiled in."),
    ],
)
def test_of_every_figure_less_is_better(name: str, changed: Any, change: str, mood: str, meaning: str) -> None:
    figure = row(name, replace(BEFORE, digest="sha256:b", **changed), BEFORE)
    assert (figure.change, figure.mood) == (change, mood)
    assert figure.meaning.endswith(meaning)


def test_a_rune_without_models_has_no_row_of_them() -> None:
    assert "Models" not in {each.name for each in figure_rows(replace(BEFORE, models=0), BEFORE)}


@each_case(
    ("now", "change", "mood"),
    [
        (run(2.0, 1.9, 2.1), "−1.00 ms", "good"),
        (run(4.0, 3.9, 4.1), "+1.00 ms", "worse"),
        (run(2.0, 1.5, 3.4), "too close to tell", "muted"),
        (run(2.7, 2.65, 2.75), "too close to tell", "muted"),
        ({"milliseconds": 2.0, "runs": 20}, "−1.00 ms", "muted"),
    ],
    ids=["faster", "slower", "overlapping spreads", "nearer than noise", "no spread known"],
)
def test_a_time_differs_only_where_chance_does_not_explain_it(now: dict[str, Any], change: str, mood: str) -> None:
    figure = row("Inference time", timed(now, "sha256:b"), timed(run(3.0, 2.9, 3.1)))
    assert (figure.change, figure.mood) == (change, mood)


def test_the_same_rune_is_neither_faster_nor_slower() -> None:
    figure = row("Inference time", timed(run(9.0, 8.8, 9.1)), timed(run(3.0, 2.9, 3.1)))
    assert (figure.now, figure.before, figure.change, figure.mood) == ("9.00 ms", "3.00 ms", "the same rune", "muted")
    assert figure.meaning.startswith("The rune is the same; the difference comes from load on the server.")
