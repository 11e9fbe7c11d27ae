"""The form of a plan, and the drawing of a figure."""

from __future__ import annotations

import pytest

from forge.rollouts.pages.figure_chart import FigureAtHour, figure_chart, limit_value
from forge.rollouts.pages.limit_fields import number_text, with_labels
from forge.rollouts.pages.plan_form import has_stages_of, plan_form, plan_of, values_of, with_stages_of
from forge.rollouts.pages.presets import presets
from forge.rollouts.plan import PlannedStage, RolloutPlan, StageSize, SwitchWindow
from rune.assessment.guards.limits import GuardKind, GuardLimit
from rune.assessment.guards.verdicts import ComparedWith, GuardDifference, GuardResult, GuardVerdict

LABELS = ("nothing", "speech", "knock")
PLANS = {
    **{name: each.plan for name, each in presets(is_counting=True, has_labels=True).items()},
    "all fields": RolloutPlan(
        (
            PlannedStage(StageSize.COUNT, 6, 0, 24, frozenset({GuardKind.LABELS})),
            PlannedStage(StageSize.SHARE, 0.125, 2, 48),
        ),
        (GuardLimit(GuardKind.SELF_TEST, 0.0), GuardLimit(GuardKind.LABELS, 0.03, {"knock": 0.01})),
        5,
        (SwitchWindow(1320, 300), SwitchWindow(60, 120, frozenset(range(5)))),
        "Europe/Berlin",
    ),
}


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_the_same_after_the_form(name: str) -> None:
    plan, errors = plan_of(values_of(PLANS[name], LABELS), LABELS, is_counting=True)
    assert errors == {}
    assert RolloutPlan.from_json(plan) == RolloutPlan.from_json(PLANS[name].to_json())


@pytest.mark.parametrize("name", PLANS)
def test_the_stages_of_a_plan_replace_those_that_were_typed(name: str) -> None:
    edits = values_of(PLANS["all fields"], LABELS)
    values = with_stages_of(edits, PLANS[name])
    assert has_stages_of(values, PLANS[name])
    assert {key: texts for key, texts in values.items() if not key.startswith("stage-")} == {
        key: texts for key, texts in edits.items() if not key.startswith("stage-")
    }
    assert has_stages_of(edits, PLANS[name]) is (name == "all fields")


def test_the_limit_of_a_label_goes_with_its_name() -> None:
    values = {"label-0": ["1"], "label-1": ["2"], "label-2": [""], "zone": ["UTC"]}
    limits = with_labels(values, LABELS, ("speech", "glass", "nothing"))
    assert limits == {"label-0": ["2"], "label-2": ["1"], "zone": ["UTC"]}
    assert with_labels(values, LABELS, LABELS) == values
    assert with_labels(values, (), LABELS) == {"zone": ["UTC"]}


def test_without_counts_a_stage_waits_for_what_is_judged() -> None:
    values = {"stage-1-size": ["all"], "stage-1-judged": ["all"], "guard": ["installs", "labels"]}
    values |= {"limit-installs": ["2"], "limit-labels": ["3"]}
    for is_counting, expected in ((False, ["installs"]), (True, ["installs", "labels"])):
        plan, _ = plan_of(values, LABELS, is_counting=is_counting)
        assert plan["stages"][0]["must_judge"] == expected


def test_a_shadow_waits_for_no_guard_that_cannot_judge_it() -> None:
    values = {"stage-1-size": ["10 %"], "stage-1-judged": ["all"], "stage-1-shadow": ["on"]}
    values |= {"guard": ["installs", "self-test", "labels", "disagreement"]}
    values |= {"limit-installs": ["2"], "limit-labels": ["3"], "limit-disagreement": ["1"]}
    plan, _ = plan_of(values, LABELS, is_counting=True)
    assert plan["stages"][0]["must_judge"] == ["disagreement", "installs"]


def test_what_was_typed_is_shown_with_its_errors() -> None:
    values = {"stage-1-size": ["half"], "stage-1-hours": ["9999999999"], "label-2": ["x"], "guard": ["labels"]}
    _, errors = plan_of(values, LABELS, is_counting=True)
    form = plan_form(values, LABELS, errors)
    assert form.stages[0].size == "half"
    assert "Enter a share" in form.stages[0].error
    assert "Enter a whole number." in form.stages[0].error
    assert (form.labels[2].label, form.labels[2].limit, form.labels[2].error) == ("knock", "x", "Enter a number.")


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "", "two"])
def test_a_limit_that_is_no_number_is_refused(text: str) -> None:
    _, errors = plan_of({"guard": ["installs"], "limit-installs": [text]}, (), is_counting=True)
    assert errors == {"limit-installs": ["Enter a number."]}


def test_numbers_have_no_rest_of_binary_fractions() -> None:
    assert [number_text(each, 100) for each in (0.07, 0.29, 0.1)] == ["7", "29", "10"]


def result(new: float | None, old: float = 0.1) -> GuardResult:
    difference = None if new is None else GuardDifference(new - old, new - old, new - old, 0.0, ComparedWith.STAYED)
    return GuardResult(GuardKind.LABELS, GuardVerdict.FAILED, 0.02, "knock", new, old, difference)


def test_a_figure_is_drawn_from_two_looks_on() -> None:
    assert figure_chart([FigureAtHour(0, result(0.2))]) is None
    assert figure_chart([FigureAtHour(0, result(None)), FigureAtHour(1, result(0.2))]) is None
    chart = figure_chart([FigureAtHour(2, result(0.15)), FigureAtHour(8, result(0.2))])
    assert chart is not None
    assert chart.summary == ("New release: 15.0 % at hour 2, 20.0 % at hour 8; former release: 10.0 %; limit 12.0 %")
    assert not chart.limit_below
    assert chart.last[1] < chart.limit
    assert [each.text for each in chart.ticks] == ["0 %", "5 %", "10 %", "15 %", "20 %"]


def test_the_limit_is_on_the_side_on_which_the_figure_differs() -> None:
    assert limit_value(result(0.2)) == pytest.approx(0.12)
    assert limit_value(result(0.02)) == pytest.approx(0.08)
