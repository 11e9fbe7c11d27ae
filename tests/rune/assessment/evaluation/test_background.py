"""A rune on silence, noise and tones: which labels it calls in them, how sure it is, and which runes are left out."""

from __future__ import annotations

import pytest

from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.assessment.evaluation.trials.background import (
    ADVICE,
    BackgroundTrial,
    CalledSound,
    bounded_background,
)
from rune.assessment.evaluation.trials.background_trial import try_on_background
from rune.capabilities.raw import RAW
from rune.datasets.background import SILENCE, background_sounds
from tests.support.runes.sound_runes import always, graph_of
from tests.support.runes.wat_runes import mirror

HAMMER = graph_of(["hammer", "knock"])


def test_a_rune_without_background_calls_its_word_in_silence_and_the_trial_says_so() -> None:
    trial = try_on_background(always([181, 74], HAMMER))
    assert trial.sounds == len(trial.calls) == 60
    assert trial.calls[0] == CalledSound(SILENCE, "hammer", 0.71)
    assert trial.sentence == (
        "The model calls silence hammer, 71 % sure. In 60 of 60 sounds of silence, noise and tones it calls hammer. "
        + ADVICE
    )


@pytest.mark.parametrize(
    ("scores", "labels"), [((140, 115), ("hammer", "knock")), ((10, 245), ("hammer", "background"))]
)
def test_a_rune_that_is_not_sure_enough_or_answers_background_calls_nothing(
    scores: tuple[int, ...], labels: tuple[str, ...]
) -> None:
    trial = try_on_background(always(scores, graph_of(labels)))
    assert trial == BackgroundTrial(60, ())
    assert trial.sentence == "The model calls no label in 60 sounds of silence, noise and tones."


def test_a_rune_that_calls_only_in_what_is_loud_names_the_sound_in_which_it_is_surest() -> None:
    trial = try_on_background(always([0, 0], HAMMER, when_loud=[20, 235]))
    assert 0 < len(trial.calls) < 60
    assert SILENCE not in {each.sound for each in trial.calls}
    assert {each.label for each in trial.calls} == {"knock"}
    assert f"In {len(trial.calls)} of 60 sounds" in trial.sentence


def test_without_scores_nothing_is_said_of_how_sure_it_is() -> None:
    trial = try_on_background(always([200, 10], graph_of(["hammer", "knock"], has_probabilities=False)))
    assert {each.share for each in trial.calls} == {None}
    assert trial.sentence.startswith("The model calls silence hammer. In 60 of 60 sounds")


def test_runes_of_other_inputs_without_labels_and_of_anomalies_are_left_out_with_the_reason() -> None:
    with pytest.raises(EvaluationImpossible, match="does not read sound"):
        try_on_background(mirror(RAW, 8, "f32[2]"))
    with pytest.raises(EvaluationImpossible, match="no labels"):
        try_on_background(always([200, 10], graph_of(["silence", "noise"])))
    with pytest.raises(EvaluationImpossible, match="tells anomalies"):
        try_on_background(always([200, 10], graph_of(["normal", "anomaly"])))


@pytest.mark.protects("availability/background-trial")
def test_a_trial_whose_time_is_over_says_how_many_sounds_it_tried() -> None:
    trial = try_on_background(always([181, 74], HAMMER), seconds=0.02)
    assert 1 <= trial.sounds < 60
    with pytest.raises(EvaluationImpossible, match="none of the sounds"):
        try_on_background(always([181, 74], HAMMER), seconds=-1.0)


def test_a_trial_is_restored_from_its_json() -> None:
    trial = BackgroundTrial(60, (CalledSound(SILENCE, "hammer", 0.71),))
    assert BackgroundTrial.from_json(trial.to_json()) == trial
    assert trial.to_json()["sentence"] == trial.sentence


@pytest.mark.protects("recordings/background")
def test_a_trial_of_another_process_speaks_of_built_in_sounds_and_labels_of_the_data_alone() -> None:
    sound = background_sounds()[1].name
    call = {"sound": sound, "label": "hammer", "share": 0.71234}
    bounded = bounded_background(
        {"sounds": 60, "called": [call, call], "sentence": "A recording in letters."}, ["hammer"]
    )
    assert bounded == BackgroundTrial(60, (CalledSound(sound, "hammer", 0.71),)).to_json()
    for other in ({"sound": "what somebody said"}, {"label": "a recording"}):
        assert bounded_background({"sounds": 60, "called": [{**call, **other}]}, ["hammer"]) is None
    for count in (0, 61):
        assert bounded_background({"sounds": count, "called": [call]}, ["hammer"]) is None
