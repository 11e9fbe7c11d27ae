"""Counts of detections, hits, repeats and false alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rune.assessment.evaluation.labelled import RecordedEvent
from rune.assessment.evaluation.streams import Detection, Listening, detections, match_events

ONE = Listening(mean_of=1)


def windows(text: str, score: float = 0.9) -> Sequence[Mapping[str, float]]:
    """A window for each letter: `y` yes, `n` no, `.` silence."""
    names = {"y": "yes", "n": "no", ".": "silence"}
    return [{names[letter]: score} for letter in text]


def called(text: str, listening: Listening = ONE, *, score: float = 0.9) -> list[tuple[str, float]]:
    ends = [number * 0.25 for number in range(len(text))]
    return [(each.label, each.at) for each in detections(windows(text, score), ends, listening)]


def test_a_label_is_detected_when_it_begins_and_silence_never() -> None:
    assert called("..yyyy..nn") == [("yes", 0.5), ("no", 2.0)]


def test_a_label_that_drops_out_for_a_moment_is_not_detected_again() -> None:
    assert called("yy.yy") == [("yes", 0.0)]
    assert called("y......y") == [("yes", 0.0), ("yes", 1.75)]


def test_a_label_that_flickers_is_detected_again_after_the_time_without_it() -> None:
    assert called("y.y.y.y.y.y") == [("yes", 0.0), ("yes", 1.0), ("yes", 2.0)]


def test_a_score_at_the_threshold_is_not_above_it() -> None:
    assert called("yyy", score=0.6) == []
    assert called("yyy", score=0.61) == [("yes", 0.0)]


def test_the_mean_of_three_windows_ignores_a_single_one() -> None:
    assert called("..y..", Listening()) == []
    assert called("..yyy", Listening()) == [("yes", 1.0)]


def test_a_recording_of_two_windows_is_judged_by_their_mean() -> None:
    assert called("yy", Listening()) == [("yes", 0.25)]
    assert called("", Listening()) == []


def test_a_detection_within_the_tolerance_is_a_hit_and_a_later_one_a_false_alarm() -> None:
    event = [RecordedEvent("yes", 1.0, 2.0)]
    for at, hits, alarms in ((0.9, 0, 1), (1.0, 1, 0), (3.0, 1, 0), (3.1, 0, 1)):
        result = match_events(event, [Detection("yes", at, 1.0)], tolerance=1.0)
        assert (sum(result.hits), len(result.false_alarms)) == (hits, alarms), at


def test_another_label_during_an_event_is_a_false_alarm() -> None:
    result = match_events([RecordedEvent("yes", 0, 5)], [Detection("no", 2, 1.0)], 1.0)
    assert (result.hits, [each.label for each in result.false_alarms]) == ((False,), ["no"])


def test_the_second_detection_of_an_event_is_a_repeat() -> None:
    detections = [Detection("Yes", 1, 1.0), Detection("yes", 4, 1.0)]
    result = match_events([RecordedEvent("yes", 0, 5)], detections, 1.0)
    assert (result.hits, result.false_alarms, result.repeats) == ((True,), (), 1)


def test_two_events_in_reach_are_both_hit_by_two_detections() -> None:
    result = match_events(
        [RecordedEvent("yes", 0, 1), RecordedEvent("yes", 1, 2)],
        [Detection("yes", 1, 1.0), Detection("yes", 2, 1.0)],
        1.0,
    )
    assert result.hits == (True, True)
