"""Judgements say with a word and a figure whether a build keeps its limits, and how sure that is."""

from __future__ import annotations

import pytest

from rune.source.policy import (
    Figure,
    Judgement,
    Limit,
    LimitKind,
    LimitResult,
    MeasuredFigures,
    Policy,
    TargetFigures,
    judge,
)
from rune.source.policy.quantities import SHARE, read_quantity
from rune.source.policy.read import read_policy
from rune.source.policy.wording import bound_text, judgement_line, judgement_sentence, lines, rule_changes
from tests.support.cases import each_case


def _judged(limit: Limit, figures: MeasuredFigures) -> Judgement:
    (judgement,) = judge(Policy((limit,)), figures)
    return judgement


@each_case(
    ("limit", "figures", "outcome"),
    [
        (Limit(LimitKind.SIZE, 1000), MeasuredFigures(1000, 0), LimitResult.MET),
        (Limit(LimitKind.SIZE, 1000), MeasuredFigures(1001, 0), LimitResult.MISSED),
        (Limit(LimitKind.MEMORY, 1000), MeasuredFigures(0, 1001), LimitResult.MISSED),
        (
            Limit(LimitKind.ACCURACY, 19 / 20),
            MeasuredFigures(0, 0, accuracy=Figure(19 / 20, 0.76, 0.99, 20)),
            LimitResult.MET,
        ),
        (
            Limit(LimitKind.ACCURACY, 0.95),
            MeasuredFigures(0, 0, accuracy=Figure(0.9499, 0.9, 1, 9)),
            LimitResult.MISSED,
        ),
        (Limit(LimitKind.ACCURACY, 0.95), MeasuredFigures(0, 0), LimitResult.UNKNOWN),
        (Limit(LimitKind.RECALL, 0.9, "a"), MeasuredFigures(0, 0, recall={"a": Figure(1, 0.8, 1, 9)}), LimitResult.MET),
        (
            Limit(LimitKind.RECALL, 0.9, "b"),
            MeasuredFigures(0, 0, recall={"a": Figure(1, 0.8, 1, 9)}),
            LimitResult.UNKNOWN,
        ),
        (Limit(LimitKind.FALSE_ALARMS, 0.5), MeasuredFigures(0, 0, false_alarms=Figure(0, 0, 3, 1)), LimitResult.MET),
        (
            Limit(LimitKind.FALSE_ALARMS, 0.5),
            MeasuredFigures(0, 0, false_alarms=Figure(1, 0.1, 3, 1)),
            LimitResult.MISSED,
        ),
        (Limit(LimitKind.INFERENCE_TIME, 10), MeasuredFigures(0, 0, Figure(8, 7.5, 8.4, 20)), LimitResult.MET),
        (Limit(LimitKind.INFERENCE_TIME, 10), MeasuredFigures(0, 0, Figure(12, 11.5, 13, 20)), LimitResult.MISSED),
        (Limit(LimitKind.INFERENCE_TIME, 10), MeasuredFigures(0, 0), LimitResult.UNKNOWN),
        (
            Limit(LimitKind.FLASH, 1000, "c"),
            MeasuredFigures(0, 0, targets={"c": TargetFigures(1000, 9, 9)}),
            LimitResult.MET,
        ),
        (
            Limit(LimitKind.RAM, 8, "c"),
            MeasuredFigures(0, 0, targets={"c": TargetFigures(1000, 9, 9)}),
            LimitResult.MISSED,
        ),
        (
            Limit(LimitKind.INSTRUCTIONS, 8, "c"),
            MeasuredFigures(0, 0, targets={"c": TargetFigures(1, 1, 9)}),
            LimitResult.MISSED,
        ),
        (
            Limit(LimitKind.INSTRUCTIONS, 8, "c"),
            MeasuredFigures(0, 0, targets={"d": TargetFigures(1, 1, 1)}),
            LimitResult.UNKNOWN,
        ),
        # The planned figure is the least: it can break a limit, and never keep one.
        (
            Limit(LimitKind.FLASH, 1000, "c"),
            MeasuredFigures(0, 0, targets={"c": TargetFigures(900, 9)}),
            LimitResult.UNKNOWN,
        ),
        (
            Limit(LimitKind.FLASH, 1000, "c"),
            MeasuredFigures(0, 0, targets={"c": TargetFigures(1001, 9)}),
            LimitResult.MISSED,
        ),
    ],
)
def test_a_figure_is_compared_with_its_limit(limit: Limit, figures: MeasuredFigures, outcome: LimitResult) -> None:
    assert _judged(limit, figures).outcome is outcome


@pytest.mark.parametrize("time", [Figure(9, 8.9, 9.1, 20), Figure(11, 10.9, 11.1, 20), Figure(14, 9.5, 15, 20)])
def test_a_time_that_noise_may_carry_over_the_limit_is_neither_met_nor_missed(time: Figure) -> None:
    judgement = _judged(Limit(LimitKind.INFERENCE_TIME, 10), MeasuredFigures(0, 0, time))
    assert judgement.outcome is LimitResult.UNCLEAR
    assert judgement.outcome.passes
    assert "Another measurement may fall on the other side: half of 20 runs took" in judgement_sentence(judgement)


def test_what_was_not_measured_is_not_kept_and_says_why() -> None:
    figures = MeasuredFigures(0, 0, reasons={LimitKind.ACCURACY: "The samples are sounds, and the rune reads images."})
    judgement = _judged(Limit(LimitKind.ACCURACY, 0.9), figures)
    assert not judgement.outcome.passes
    assert judgement_line(judgement) == "? Accuracy: not known. The samples are sounds, and the rune reads images."


def test_limits_of_packages_name_their_target() -> None:
    figures = MeasuredFigures(
        0,
        0,
        targets={"cortex-m4": TargetFigures(31_960, 11_105, 2_042_492), "c": TargetFigures(1, 1, None, "no emulator")},
    )
    policy = read_policy(
        "limits:\n  flash: {cortex-m4: 32 kB, z80: 1 kB}\n  ram: {c: 16 kB}\n  instructions: {cortex-m4: 2 M}\n"
    ).policy
    assert policy is not None
    assert [judgement_line(each) for each in judge(policy, figures)] == [
        "✓ Flash on cortex-m4: met. 31,960 B, and the limit is at most 32.0 kB.",
        "? Flash on z80: not known. The build has no package for z80.",
        "? RAM on c: not known. Nothing was measured on c: no emulator.",
        "✗ Instructions on cortex-m4: missed. 2.042 M, and the limit is at most 2 M.",
    ]


def test_few_samples_are_said_to_tell_little() -> None:
    judgement = _judged(Limit(LimitKind.ACCURACY, 0.9), MeasuredFigures(0, 0, accuracy=Figure(0.95, 0.76, 0.99, 20)))
    assert judgement_line(judgement) == (
        "✓ Accuracy: met. 95 %, and the limit is at least 90 %. The 95 % interval of 20 samples is 76 % to 99 %."
    )


def test_rounding_does_not_hide_on_which_side_of_the_limit_a_figure_is() -> None:
    assert "100,001 B, and the limit is at most 100 kB" in judgement_sentence(
        _judged(Limit(LimitKind.SIZE, 100_000), MeasuredFigures(100_001, 0))
    )
    judgement = _judged(
        Limit(LimitKind.ACCURACY, 0.95), MeasuredFigures(0, 0, accuracy=Figure(0.94996, 0.94, 0.96, 9999))
    )
    assert judgement_line(judgement).startswith("✗ Accuracy: missed. 95 %") is False


@each_case(
    ("limit", "text"),
    [
        (Limit(LimitKind.SIZE, 64_000), "at most 64.0 kB"),
        (Limit(LimitKind.SIZE, 65_536), "at most 65,536 B"),
        (Limit(LimitKind.ACCURACY, 0.9995), "at least 99.95 %"),
        (Limit(LimitKind.FALSE_ALARMS, 0.5), "at most 0.5 an hour"),
    ],
)
def test_a_bound_is_written_with_all_digits_where_a_short_text_says_another_number(limit: Limit, text: str) -> None:
    assert bound_text(limit) == text


def test_a_share_in_percent_is_the_very_number_that_a_division_gives() -> None:
    for right in range(10_001):
        assert read_quantity(f"{right / 100:.2f} %", SHARE) == right / 10_000


def test_a_judgement_is_the_same_after_json() -> None:
    for figures in (MeasuredFigures(5, 5), MeasuredFigures(5, 5, Figure(1, 1, 2, 3))):
        judgement = _judged(Limit(LimitKind.INFERENCE_TIME, 10), figures)
        assert Judgement.from_json(judgement.to_json()) == judgement


def test_nothing_limited_says_nothing() -> None:
    assert list(lines(judge(Policy(), MeasuredFigures(1, 1)))) == []


def _policy(text: str) -> Policy:
    policy = read_policy(text).policy
    assert policy is not None
    return policy


def test_a_change_of_the_rules_is_said_in_words_what_becomes_looser_too() -> None:
    before = _policy(
        "limits: {accuracy: 95 %, size: 1 MB, memory: 8 kB}\n"
        "approvals: [{count: 2}]\nprotected-tags: [versions, latest]\n"
    )
    after = _policy(
        "limits: {accuracy: 90 %, size: 900 kB, recall: {a: 50 %}}\n"
        "groups: {friends: [a@b.c]}\napprovals: [{from: friends}]\n"
    )
    assert rule_changes(before, after) == (
        "The limit of size is stricter: at most 900 kB, was at most 1.0 MB.",
        "Memory is no longer limited. The limit was at most 8.0 kB.",
        "The limit of accuracy is looser: at least 90 %, was at least 95 %.",
        "Recall of a is limited now: at least 50 %.",
        "Needed approvals: 1 approval by friends (a@b.c), was 2 approvals by any member.",
        "Protected tags: the default, was latest and versions such as 1.0.",
    )
    assert rule_changes(before, before) == ()
