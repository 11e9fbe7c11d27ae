"""Reading what a computing process answers: any bytes in, a checked answer or `MalformedAnswer` out.

The process may be in a stranger's hands: nothing is used before its size, depth, characters and fields are checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, NotRequired, TypedDict

from forge.compute.errors import MalformedAnswer
from forge.compute.pool.data_answers import BinsAnswerJson, DataDescriptionJson, DataOmissionJson, LabelDigestsJson
from forge.core.json_shape import has_shape
from forge.projects.secrets.scan import SecretScanJson
from rune.assessment.evaluation.trials.background import BackgroundTrialJson
from rune.assessment.verify.verification import VerificationJson
from rune.compiler.building.report import FullReportJson
from rune.datasets.content.row_rate import RowIntervalJson
from rune.datasets.positions import ObjectPositionJson
from rune.devices.boards.describing import NeedsJson
from rune.devices.firmware.making import FirmwareDescriptionJson
from rune.editing.language.graph.drawing import StageArgumentJson
from rune.isolation.answer_json import UnusableAnswer, read_object
from rune.pyblock.interface import InterfaceJson
from rune.running.runs.file_run import FileRunJson
from rune.source.policy.policy import PolicyJson
from rune.source.runefile.to_json import DiagnosticJson, OutlineJson

Answer = Mapping[str, Any]

LINE_LIMIT = 16 * 1024**2
"""Bytes of one answer."""
Fields = Mapping[str, Any]


class FileSummaryJson(TypedDict):
    """The summary of a project's files by `forge.compute.child.summary`."""

    outline: OutlineJson
    errors: int
    models: dict[str, dict[str, Any]]


class OverridableStageJson(TypedDict):
    """A stage, and its arguments that may be changed."""

    stage: str
    arguments: list[OverridableArgumentJson]


class OverridableArgumentJson(StageArgumentJson):
    """An argument, and what it says now."""

    stated: str


class OverridableJson(TypedDict):
    """The changeable values by `forge.compute.child.overrides`."""

    stages: list[OverridableStageJson]


class PublishableJson(TypedDict):
    """The description of a block by `forge.compute.child.steps.block`."""

    name: str
    summary: str
    interface: InterfaceJson | None
    tests: int
    problems: list[DiagnosticJson]


class RefusedJson(TypedDict):
    """The reason why there is no answer."""

    refused: str


class FixedJson(TypedDict):
    """A file with a fix in it."""

    path: str
    text: str


class TextsJson(TypedDict):
    """Changed files, by path."""

    texts: dict[str, str]


class BlockTestsJson(TypedDict):
    """The results of a block's tests."""

    tests: list[dict[str, Any]]
    milliseconds: float


class PipelineTestsJson(TypedDict):
    """The tests of a pipeline's blocks that fail."""

    problems: list[DiagnosticJson]


class RecordingFactsJson(TypedDict):
    """A recording, whose bytes are in the output."""

    offset: int
    size: int
    kind: str
    media_type: str
    quality: str
    milliseconds: int
    drawing: dict[str, Any]
    interval: RowIntervalJson | None


class LabelledRecordingJson(RecordingFactsJson):
    """A recording of an archive of labelled ones, with the marked places of a long one."""

    path: str
    label: str
    split: str
    events: list[MarkedPlaceJson] | None


class MarkedPlaceJson(TypedDict):
    """The place of a label in a recording, in seconds."""

    label: str
    start: float
    end: float


class LabelledArchiveJson(TypedDict):
    """An archive of labelled recordings, by `forge.compute.child.steps.recordings`."""

    recordings: list[LabelledRecordingJson]
    omissions: list[DataOmissionJson]
    skipped_files: list[str]


class DataRecordingJson(RecordingFactsJson):
    """A recording of a data set."""

    path: str
    label: str
    group: str
    split: str
    device: str
    positions: list[ObjectPositionJson] | None
    events: list[MarkedPlaceJson] | None


class DataBatchJson(TypedDict):
    """Some recordings of a data set. `next` is where the next batch begins."""

    next: int
    total: int
    recordings: list[DataRecordingJson]
    omissions: list[DataOmissionJson]
    notes: list[DataOmissionJson]


class SampleDescriptionJson(TypedDict):
    """A sample's features (float16) and fingerprint (32 bits) in base64; empty, with a `reason`, if unreadable."""

    path: str
    features: str
    words: str
    reason: str


class SampleDescriptionsJson(TypedDict):
    """The descriptions of samples by `forge.compute.child.steps.samples`."""

    samples: list[SampleDescriptionJson]


class SampleAnswerJson(TypedDict):
    """The answer of a rune on a sample; without a label, `reason` has the cause."""

    path: str
    label: str
    scores: dict[str, float]
    reason: str


class SampleAnswersJson(TypedDict):
    """The answers of a rune on samples. Samples for which there was no time are missing."""

    samples: list[SampleAnswerJson]


class SuspectJson(TypedDict):
    """A sample whose label may be wrong: its position, the label that is expected, and the chance of its own, 0 to
    1."""

    index: int
    suggestion: str
    confidence: float


class SampleComparisonJson(TypedDict):
    """Samples of one kind compared with each other, by their positions. `reason` says why no label was doubted."""

    suspects: list[SuspectJson]
    reason: str
    duplicates: list[list[int]]
    outliers: list[int]


class SelfTestJson(TypedDict):
    """The digest of a rune's outputs, or "" with the reason why they cannot be compared."""

    outputs: str
    reason: str


class ModelNeedsJson(TypedDict):
    """The answer of `child.steps.model` about a model on a target: bytes, and instructions of one run, or None
    with the reason `not_measured`."""

    flash: int
    ram: int
    instructions: int | None
    not_measured: str | None


class ReadSampleJson(TypedDict):
    """A sample of which a model reads some windows; none with the `reason`."""

    path: str
    windows: int
    reason: str


class ModelInputsJson(TypedDict):
    """The answer of `forge.compute.child.steps.model_inputs` about a model's inputs, whose numbers are in the output:
    `stage` runs the model `file` in the project, and `labels` are its classes, where the project says them."""

    stage: str
    file: str
    dimensions: list[int]
    labels: list[str]
    samples: list[ReadSampleJson]


class ReadInputJson(TypedDict):
    """The numbers that a model reads of a recording (`rune.assessment.evaluation.trials.input_trial.ReadInput`)."""

    low: float
    high: float
    mean: float
    clipped: float
    drawing: list[list[int]]


class TriedInputJson(TypedDict):
    """The answers of a model whose input is computed in one way; where that cannot be tried, `refusal` says why."""

    key: str
    answer: str
    scores: dict[str, float]
    right: int
    judged: int
    note: str
    refusal: str
    read: ReadInputJson | None


class TeachableAnswerJson(TypedDict):
    """The answer of `forge.compute.child.steps.teach`."""

    runefile: str
    text: str
    model: str
    embedding_model: str
    labels: list[str]
    features: int


class TriedInputsJson(TypedDict):
    """The answer of `forge.compute.child.steps.input_trial`."""

    inputs: list[TriedInputJson]


class EvaluationAnswerJson(TypedDict):
    """The fields of every evaluation; an impossible one has only its `reason`."""

    samples: int
    reason: NotRequired[str]


class MeasuredRunJson(TypedDict):
    """The time of a run (`rune.running.runtime.measure.Measurement`)."""

    milliseconds: float
    runs: int
    low: float
    high: float


EVENTS: Mapping[str, Fields] = {
    "ready": {"gaps": dict[str, str]},
    "done": {},
    "interrupted": {},
    "resting": {"samples": int},
    "checked": {
        "broken": bool,
        "diagnostics": list[DiagnosticJson],
        "outline": OutlineJson,
        "text": str,
        "milliseconds": float,
    },
    "counting": {"samples": int},
    "step": {"step": str, "text": str, "milliseconds": float},
    "built": {"report": FullReportJson, "diagnostics": list[DiagnosticJson]},
    "policy": {"policy": PolicyJson | None},
    "searched": {"scan": SecretScanJson},
    "verified": {"verification": VerificationJson, "milliseconds": float},
    "measured": {"run": MeasuredRunJson},
    "unmeasured": {"reason": str},
    "tried": {"background": BackgroundTrialJson},
    "evaluated": {"evaluation": EvaluationAnswerJson, "milliseconds": float},
    "counted": {"needs": NeedsJson},
    "failed": {"error": str, "diagnostics": list[DiagnosticJson]},
    "full_disk": {},
    "firmware": {"description": FirmwareDescriptionJson},
    "answered": {"answer": dict[str, Any]},
}
"""Every event of an answer, with the fields that it must have."""

ANSWER_SHAPES: Mapping[str, Any] = {
    "summarise": FileSummaryJson,
    "secrets": SecretScanJson,
    "overridable": OverridableJson,
    "publishable": PublishableJson | RefusedJson,
    "fix": FixedJson | RefusedJson,
    "apply-overrides": TextsJson | RefusedJson,
    "test": BlockTestsJson | RefusedJson,
    "pipeline-tests": PipelineTestsJson,
    "describe-data": DataDescriptionJson | RefusedJson,
    "digest-data": LabelDigestsJson | RefusedJson,
    "read-data": DataBatchJson | RefusedJson,
    "read-recording": RecordingFactsJson | RefusedJson,
    "read-labelled": LabelledArchiveJson | RefusedJson,
    "describe-samples": SampleDescriptionsJson,
    "answer-samples": SampleAnswersJson | RefusedJson,
    "compare-samples": SampleComparisonJson,
    "run-rune": FileRunJson | RefusedJson,
    "self-test": SelfTestJson,
    "count-model": ModelNeedsJson | RefusedJson,
    "model-inputs": ModelInputsJson | RefusedJson,
    "try-inputs": TriedInputsJson | RefusedJson,
    "bins": BinsAnswerJson | RefusedJson,
    "teachable": TeachableAnswerJson | RefusedJson,
}
"""The types of `answered` by the job's `op`. Answers of the language service are passed on unchanged."""


def read_answer(line: bytes, events: Mapping[str, Fields] = EVENTS) -> Answer:
    """Returns the answer of one line. Raises `MalformedAnswer`."""
    if not line.endswith(b"\n"):
        _refuse(f"it has more than {LINE_LIMIT} bytes" if len(line) >= LINE_LIMIT else "it has no end")
    try:
        answer = read_object(line)
    except UnusableAnswer as unusable:
        _refuse(str(unusable))
    _require(answer, {"id": int, "event": str})
    fields = events.get(answer["event"])
    if fields is None:
        _refuse("its event is unknown")
    _require(answer, fields)
    return answer


def check_answered(answer: Answer, op: str) -> None:
    """Checks what an `answered` holds, which depends on the job. Raises `MalformedAnswer`."""
    if answer["event"] == "answered":
        _require(answer, {"answer": ANSWER_SHAPES.get(op, Any)})


def _require(answer: Answer, fields: Fields) -> None:
    for name, kind in fields.items():
        if name not in answer or not has_shape(answer[name], kind):
            _refuse(f"its field {name} is missing or of another type")


def _refuse(reason: str) -> NoReturn:
    raise MalformedAnswer(f"The compiler's process sent a malformed answer: {reason}.") from None
