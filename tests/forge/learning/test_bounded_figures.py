"""Runs and conversions store of a single recording a label of the data, two decimals and counts, and no text."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from forge.accounts.models import User
from forge.core.blobs.store import put_bytes
from forge.learning.conversions.running.bounded import OTHER_ANSWER, bounded_answer, bounded_classes, bounded_figures
from forge.learning.conversions.running.bounded import bounded_answers as bounded_answers_of_form
from forge.learning.conversions.running.recordings import UNREADABLE, SampleRecordings, compute_recordings
from forge.learning.lab_jobs import queue as lab_queue
from forge.learning.models import ModelConversion
from forge.learning.training.models import TrainingRun
from forge.learning.training.running.bounded import MOST_COUNTED, bounded_answers, bounded_report
from forge.learning.training.running.possible import are_possible_labels, is_possible_data
from forge.projects.models import Project
from tests.forge.learning.test_training import begun, data_event, follow
from tests.support.cases import each_case
from tests.support.forge.factories.training import ScriptedLab, motion_samples, motion_version
from tests.support.training.motion_data import LABELS

pytestmark = pytest.mark.protects("recordings/learning-figures")

SECRET = "the recording, written in letters"


@each_case(
    ("row", "bounded"),
    [
        ([0, 1, 0.123456789], [[0, 1, 0.12]]),
        ([0, 1, 7e300], [[0, 1, 1.0]]),
        ([0, 1, -4.0], [[0, 1, 0.0]]),
        ([0, 1.0, 0.5], [[0, 1, 0.5]]),
        ([0, 3, 0.5], []),
        ([0, 65_536, 0.5], []),
        ([0, -1, 0.5], []),
        ([2, 1, 0.5], []),
        ([-1, 1, 0.5], []),
    ],
    ids=str,
)
def test_an_answer_is_a_label_and_two_decimals(row: list[float], bounded: list[list[float]]) -> None:
    assert bounded_answers([row], recordings=2, labels=3) == bounded


def test_a_recording_has_one_answer() -> None:
    rows = [[0, answer, 0.5] for answer in (2, 0, 1)]
    assert bounded_answers(rows, recordings=1, labels=3) == [[0, 2, 0.5]]


def test_a_picture_has_one_count_of_each_label() -> None:
    def picture(recording: int, *counts: int, label: str = "bee") -> dict[str, Any]:
        return {"recording": recording, "labels": [{"label": label, "marked": 1, "counted": each} for each in counts]}

    worst = [picture(0, 5, 1 << 40), picture(0, 2), picture(9, 2), picture(1, 2, label=SECRET)]
    error = {"error": {"value": 1.0}, "largest": 1234.56789}
    report = {"judgements": {"validation": {"worst_counts": worst, "error": error}, "test": {}}, "parameters": 3}
    bounded = bounded_report(report, recordings=2, labels=["bee"])
    label = {"label": "bee", "marked": 1, "counted": MOST_COUNTED}
    assert bounded["judgements"]["validation"]["worst_counts"] == [{"recording": 0, "labels": [label]}]
    assert bounded["judgements"]["validation"]["error"]["largest"] == 1235.0
    assert "test" not in bounded["judgements"]
    assert bounded["parameters"] == 3


@each_case(
    ("labels", "classes", "is_possible"),
    [
        (["circle", "still"], {}, True),
        (["normal", "anomaly"], {"circle": "normal", "still": "anomaly"}, True),
        (["circle", "anomaly"], {"circle": "circle"}, True),
        (["temperature"], {"circle": "temperature", "still": "temperature"}, True),
        ([SECRET, "a second text", "a third text"], {}, False),
        (["circle", "x" * 201], {}, False),
        (["circle"], {SECRET: "circle"}, False),
        (["circle"], {"circle": SECRET}, False),
    ],
    ids=str,
)
def test_a_run_has_labels_of_its_data(labels: list[str], classes: dict[str, str], is_possible: bool) -> None:
    event: Any = {"labels": labels, "classes": classes, "samples": {"train": {"still": 2}}, "digest": "sha256:1"}
    assert is_possible_data(event, {"circle", "still"}) is is_possible
    differences: list[dict[str, Any]] = [
        {"samples": {SECRET: {}}},
        {"samples": {"train": {SECRET: 1}}},
        {"digest": SECRET * 10},
    ]
    for changes in differences:
        malformed: Any = event | changes
        assert not is_possible_data(malformed, {"circle", "still"})


def test_a_search_has_labels_of_its_data() -> None:
    assert are_possible_labels(["circle", "anomaly"], {"circle", "still"})
    assert not are_possible_labels([SECRET, "a second text", "a third text"], {"circle", "still"})


@pytest.mark.django_db(transaction=True)
def test_a_run_stores_no_more_than_that(
    client: Client, user: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab_queue, "notify_workers", lambda capability: None)
    motion_version(user, project)
    begun(client)
    rows = [[0, 1, 0.123456789], [0, 2, 0.9], [1, 77, 0.5], [5_000, 1, 0.5]]
    event = {"event": "answers", "epoch": 1, "answers": rows}
    follow(monkeypatch, ScriptedLab([data_event(3), event], {"paused": True}))
    run = TrainingRun.objects.filter(project=project).get()
    assert run.description["labels"] == list(LABELS)
    assert run.answers == {"epoch": 1, "validation": [[0, 1, 0.12]]}


# -- conversions


@each_case(
    ("answer", "classes", "bounded"),
    [
        (1, ["circle", "still"], 1),
        (0, ["unknown", "still"], OTHER_ANSWER),
        (65_535, ["still"] * 65_536, 0),
        (7, ["circle", "still"], OTHER_ANSWER),
        (-3, ["circle", "still"], OTHER_ANSWER),
        (1, [], 1),
        (2, [], OTHER_ANSWER),
    ],
    ids=lambda value: str(value)[:60],
)
def test_an_answer_of_a_form_is_a_label_of_the_samples(answer: int, classes: list[str], bounded: int) -> None:
    assert bounded_answer(answer, classes, {"circle", "still"}) == bounded


def test_a_sample_has_one_answer_of_a_form_and_no_score() -> None:
    rows: list[list[float]] = [[0, 1, 0.123456789], [0, 0, 0.5], [1, 9, 0.5], [2, 0, 0.5], [1], [-1, 0, 0.5]]
    assert bounded_answers_of_form(rows, [41, 42], ["circle", "still"], {"circle", "still"}) == [[41, 1], [42, -1]]


def test_figures_of_a_form_are_of_known_layers_and_labels() -> None:
    measurement: dict[str, Any] = {
        "changed": 1,
        "samples": 2,
        "right": 1,
        "judged": 2,
        "output": 31.23456,
        "size": 1,
        "answers": [],
    }
    measurement |= {"layers": {"dense": 20.123456, SECRET: 1.0}, "by_label": {"still": [1, 2], SECRET: [1, 2]}}
    assert bounded_figures(measurement, {"dense"}, {"still"}) == {
        "changed": 1,
        "samples": 2,
        "right": 1,
        "judged": 2,
        "output": 31.2,
        "layers": {"dense": 20.1},
        "by_label": {"still": [1, 2]},
    }


@each_case(
    ("classes", "bounded"),
    [
        (["still", "circle", "unknown"], ["still", "circle", "unknown"]),
        (["circle", "still"], ["circle", "still"]),
        ([SECRET, "still"], []),
        (["still", "still"], []),
    ],
    ids=str,
)
def test_names_of_classes_are_declared_or_labels(classes: list[str], bounded: list[str]) -> None:
    assert bounded_classes(classes, ["still", "circle", "unknown"], {"circle", "still"}) == bounded


class FailingStages:
    """Stands for the compiler's process: its stages write what they read into their errors."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def run(self, request: Any, send: Any, **_: Any) -> None:
        samples = [{"path": each["path"], "windows": 0, "reason": SECRET} for each in request["samples"]]
        send(self.answer or {"event": "answered", "answer": {"stage": "model", "labels": [], "samples": samples}})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("answer", [None, {"event": "failed", "error": SECRET}], ids=["each sample", "all"])
def test_the_reason_of_samples_that_are_not_read_has_no_text_of_theirs(
    user: User, project: Project, tmp_path: Path, answer: Any
) -> None:
    motion_samples(user, project)
    digest = put_bytes(b"model").digest
    row = ModelConversion.objects.create(
        project=project, source_name="motion.tflite", source_digest=digest, source_size=5, float_digest=digest
    )
    job: Any = SimpleNamespace(tick=lambda: None, report=lambda *_: None, pace=None)
    compiler: Any = FailingStages(answer)
    assert compute_recordings(job, row, compiler, tmp_path) == SampleRecordings(facts={"reason": UNREADABLE})
