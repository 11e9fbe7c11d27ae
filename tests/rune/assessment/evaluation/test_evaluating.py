"""Running a rune on samples: small runes whose answers are visible in their text."""

from __future__ import annotations

import struct
import wave
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest

from rune.assessment.evaluation import evaluating
from rune.assessment.evaluation.errors import EvaluationImpossible
from rune.assessment.evaluation.evaluating import EvaluationEffort, evaluate
from rune.assessment.evaluation.evaluation import Evaluation
from rune.assessment.evaluation.labelled import LabelledSample, RecordedEvent
from rune.assessment.evaluation.wording import stream_sentence
from rune.capabilities.raw import RAW
from rune.project.files import FileMissing
from rune.running.container import pack, rune_sections
from rune.running.runtime import Limits
from rune.wording import counted
from tests.support.cases import each_case
from tests.support.runes.wat_runes import mirror, rune, text

SCORES = mirror(RAW, 8, "f32[2]")
"""Gives back the two scores that it reads."""


def sample(name: str, label: str, *scores: float) -> LabelledSample:
    return LabelledSample(name, label, lambda: struct.pack(f"<{len(scores)}f", *scores))


def test_a_rune_without_words_answers_with_the_index_of_the_highest_score() -> None:
    evaluation = evaluate(
        SCORES, [sample("a", "0", 0.9, 0.1), sample("b", "1", 0.9, 0.1), sample("c", " 1 ", 0.0, 2.0)]
    )
    assert [(each.name, each.answer, each.is_right) for each in evaluation.outcomes] == [
        ("a", "0", True),
        ("b", "0", False),
        ("c", "1", True),
    ]


def test_scores_that_are_not_said_to_be_probabilities_give_no_margin() -> None:
    assert [each.margin for each in evaluate(SCORES, [sample("a", "0", 0.9, 0.1)]).outcomes] == [None]


COUNTER = rune(
    "(drop (call $capability (i32.const 5))) (drop (call $output (i32.const 5)))",
    """(i32.store8 (i32.const 15) (i32.add (i32.load8_u (i32.const 15)) (i32.const 1)))
       (drop (call $write (i32.const 2) (i32.const 0) (i32.const 16)))""",
    data=f"(data (i32.const 0) {text(struct.pack('<I', 7) + b'utf8[1]' + struct.pack('<I', 1) + b'0')})",
)
"""Answers `1` in its first run, `2` in its second."""


def test_each_sample_meets_a_fresh_rune() -> None:
    evaluation = evaluate(COUNTER, [sample("a", "1"), sample("b", "1"), sample("c", "1")])
    assert [each.answer for each in evaluation.outcomes] == ["1", "1", "1"]


def test_a_sample_that_cannot_be_read_counts_for_nothing_and_is_listed() -> None:
    def unreadable() -> bytes:
        raise FileMissing("b", "no such file")

    evaluation = evaluate(SCORES, [sample("a", "0", 1, 0), LabelledSample("b", "0", unreadable)])
    assert [each.name for each in evaluation.outcomes] == ["a"]
    assert [(each.name, each.reason) for each in evaluation.unread] == [("b", "no such file")]


@pytest.mark.protects("compiling/samples")
def test_a_rune_that_fails_on_a_sample_is_wrong_on_it_and_goes_on() -> None:
    trap = rune(
        "(drop (call $capability (i32.const 5))) (drop (call $output (i32.const 5)))",
        """(drop (call $read (i32.const 100) (i32.const 1) (i32.const 1)))
           (if (i32.load8_u (i32.const 100)) (then (unreachable)))
           (drop (call $write (i32.const 2) (i32.const 0) (i32.const 16)))""",
        data=f"(data (i32.const 0) {text(struct.pack('<I', 7) + b'utf8[1]' + struct.pack('<I', 1) + b'a')})",
    )
    good, bad = LabelledSample("good", "a", lambda: b"\0"), LabelledSample("bad", "a", lambda: b"\1")
    outcomes = {each.name: each for each in evaluate(trap, [good, bad]).outcomes}
    assert outcomes["good"].is_right
    assert outcomes["bad"].answer is None
    assert "trap" in (outcomes["bad"].failure or "")


@pytest.mark.protects("compiling/samples")
def test_what_the_time_leaves_out_is_counted() -> None:
    evaluation = evaluate(SCORES, [sample("a", "0", 1, 0)], effort=EvaluationEffort(seconds=-1, limits=Limits()))
    assert (evaluation.outcomes, evaluation.left) == ((), 1)


@pytest.mark.parametrize(("where", "left"), [("between samples", 0), ("in samples", 1)])
def test_the_time_between_samples_does_not_count(monkeypatch: pytest.MonkeyPatch, where: str, left: int) -> None:
    now = 0.0

    def clock() -> float:
        """Returns a time that is a second later with each look in a sample, if time passes there."""
        nonlocal now
        now += where == "in samples"
        return now

    def rest(_: int) -> None:
        nonlocal now
        now += 10

    monkeypatch.setattr(evaluating, "time", SimpleNamespace(monotonic=clock))
    evaluation = evaluate(
        SCORES, [sample(name, "0", 1, 0) for name in "abc"], effort=EvaluationEffort(seconds=1), progress=rest
    )
    assert evaluation.left == left


def test_a_rune_without_answers_or_with_two_inputs_cannot_be_evaluated() -> None:
    with pytest.raises(EvaluationImpossible, match="neither a label nor a score"):
        evaluate(mirror(RAW, 4, "f32[1]"), [sample("a", "0", 1)])
    two = rune("(drop (call $capability (i32.const 5))) (drop (call $capability (i32.const 4)))")
    with pytest.raises(EvaluationImpossible, match="one input"):
        evaluate(two, [])


RATE, WINDOW = 1000, 100
GRAPH: dict[str, Any] = {
    "capabilities": {"audio": {"kind": {"type": "sound"}}},
    "outputs": {"out": {"kind": {"type": "tensor"}, "inputs": ["t"]}},
    "proc-blocks": {"label": {"args": {"wordlist": "silence\nyes"}}},
    "requests": {"capabilities": ["audio"], "outputs": ["out"]},
    "tensors": {
        "t": {
            "dimensions": [2],
            "element_type": "U8",
            "probability": True,
            "quantization": {"scale": 1 / 255, "zero_point": 0},
        }
    },
}
QUIET, YES = b"\xff\x00", b"\x00\xff"


def parameter(name: int, size: int, value: int) -> str:
    places = " ".join(f"(i32.const {number})" for number in (1, name, size, value, 4, 1))
    return f"(drop (call $parameter {places}))"


def sound_rune(before: str = "", graph: Mapping[str, Any] = GRAPH) -> bytes:
    """Takes the first two bytes of its window for the scores of silence and yes. `before` is done in each run first."""
    return pack(
        rune(
            f"""(drop (call $capability (i32.const 2))) {parameter(400, 2, 440)} {parameter(410, 18, 444)}
                (drop (call $output (i32.const 5)))""",
            f"""{before}
                (drop (call $read (i32.const 9) (i32.const {WINDOW * 2}) (i32.const 1)))
                (drop (call $write (i32.const 2) (i32.const 0) (i32.const 11)))""",
            data=f"""(data (i32.const 0) {text(struct.pack("<I", 5) + b"u8[2]")})
                     (data (i32.const 400) {text("hz")}) (data (i32.const 410) {text("sample_duration_ms")})
                     (data (i32.const 440) {text(struct.pack("<II", RATE, WINDOW * 1000 // RATE))})""",
        ),
        rune_sections(graph),
    )


SOUND_RUNE = sound_rune()


def recording(sound: bytes) -> LabelledSample:
    buffer = BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound)
    return LabelledSample("a.wav", "yes", buffer.getvalue)


def test_a_sound_of_one_window_has_one_answer_with_its_margin() -> None:
    [outcome] = evaluate(SOUND_RUNE, [recording(YES * WINDOW)]).outcomes
    assert (outcome.answer, outcome.margin, outcome.seconds) == ("yes", 1.0, 0.0)


def test_a_short_sound_is_followed_by_silence() -> None:
    [outcome] = evaluate(SOUND_RUNE, [recording(YES * 3)]).outcomes
    assert outcome.answer == "yes"


def test_a_long_sound_that_says_its_label_once_is_right_and_has_a_hit() -> None:
    [outcome] = evaluate(SOUND_RUNE, [recording(QUIET * 200 + YES * 200 + QUIET * 600)]).outcomes
    assert (outcome.answer, outcome.is_right, outcome.events, outcome.hits) == ("yes", True, 1, 1)
    assert outcome.seconds == 1.0


def test_a_long_sound_without_its_label_is_answered_by_what_most_windows_said() -> None:
    [outcome] = evaluate(SOUND_RUNE, [recording(QUIET * 1000)]).outcomes
    assert (outcome.answer, outcome.hits, outcome.false_alarms) == ("silence", 0, 0)


def test_marked_events_count_hits_and_what_lies_between_them_as_false_alarms() -> None:
    sound = recording(YES * 500 + QUIET * 2000 + YES * 500 + QUIET * 2000)
    sample = replace(sound, events=(RecordedEvent("yes", 0.0, 0.5), RecordedEvent("yes", 4.0, 4.5)))
    evaluation = evaluate(SOUND_RUNE, [sample])
    assert evaluation.pairs == ()
    assert evaluation.stream is not None
    assert (evaluation.stream.events, evaluation.stream.hits, evaluation.stream.alarms) == (2, 1, 1)
    assert evaluation.stream.false_alarms is not None
    assert evaluation.stream.false_alarms.value == pytest.approx(720)


LENGTH = 8
ROWS = rune(
    f"""(drop (call $capability (i32.const 5))) {parameter(400, 6, 440)}
        (drop (call $output (i32.const 5)))""",
    f"""(drop (call $read (i32.const 10) (i32.const {LENGTH}) (i32.const 1)))
        (drop (call $write (i32.const 2) (i32.const 0) (i32.const 18)))""",
    data=f"""(data (i32.const 0) {text(struct.pack("<I", 6) + b"f32[2]")})
             (data (i32.const 400) {text("length")}) (data (i32.const 440) {text(struct.pack("<I", LENGTH))})""",
)
"""Gives back a row of two scores."""


@pytest.mark.parametrize(("marks", "pairs"), [((RecordedEvent("1", 0, 1),) * 3, 0), (None, 1)])
def test_a_recording_on_which_the_rune_fails_has_events_and_no_hit(
    marks: tuple[RecordedEvent, ...] | None, pairs: int
) -> None:
    evaluation = evaluate(sound_rune("(unreachable)"), [replace(recording(QUIET * 1000), events=marks)])
    [outcome] = evaluation.outcomes
    stream = evaluation.stream
    assert (outcome.failure is not None, outcome.is_right, outcome.seconds) == (True, False, 1.0)
    assert stream is not None
    assert (stream.recordings, stream.hits, stream.events) == (1, 0, 3 if marks else 1)
    assert (stream.hours, stream.false_alarms) == (0, None)
    assert len(evaluation.pairs) == pairs
    assert stream_sentence(evaluation) == f"In 1 recording: 0 of {counted(stream.events, 'event')} hit, 0 false alarms."
    assert Evaluation.from_json(evaluation.to_json()) == evaluation


def test_a_table_has_events_by_row_and_no_hours() -> None:
    table = b"x,y\n" + b"1,0\n" * 20 + b"0,1\n" * 20
    evaluation = evaluate(ROWS, [LabelledSample("a.csv", "1", lambda: table)])
    [outcome] = evaluation.outcomes
    assert (outcome.seconds, outcome.events, outcome.hits) == (0.0, 1, 1)
    sample = LabelledSample("a.csv", "", lambda: table, events=(RecordedEvent("1", 20, 40),))
    stream = evaluate(ROWS, [sample]).stream
    assert stream is not None
    assert (stream.hours, stream.events, stream.hits, stream.alarms, stream.false_alarms) == (0, 1, 1, 1, None)


NAN = float("nan")


@pytest.mark.parametrize(("scores", "answer"), [((NAN, NAN), None), ((NAN, -5.0), "1"), ((0.0, NAN), "0")])
def test_scores_of_which_none_is_a_number_are_no_answer(scores: tuple[float, float], answer: str | None) -> None:
    [outcome] = evaluate(SCORES, [sample("a", "0", *scores)]).outcomes
    assert outcome.answer == answer
    assert (outcome.failure == "none of its scores is a number") == (answer is None)


@each_case("scale", [10**400, -(10**400), "1", None], ids=["huge", "low", "text", "null"])
def test_a_scale_that_is_no_number_gives_no_scores(scale: Any) -> None:
    tensor = {**GRAPH["tensors"]["t"], "quantization": {"scale": scale, "zero_point": 0}}
    data = sound_rune(graph={**GRAPH, "tensors": {"t": tensor}})
    [outcome] = evaluate(data, [recording(YES * WINDOW)]).outcomes
    assert (outcome.answer, outcome.margin) == ("yes", None)
