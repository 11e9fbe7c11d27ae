"""An answer of the processes of `lab` is what was asked for, or is refused with a name: they read strangers' files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from forge.core.blobs.store import put_bytes
from forge.core.errors import DiskFull
from forge.core.models import Blob
from forge.jobs.kinds import JobFailed
from forge.learning.conversions.running import making
from forge.learning.conversions.running.making import ProgressShare, make_forms
from forge.learning.conversions.running.recordings import SampleRecordings
from forge.learning.lab_jobs import process as lab_process
from forge.learning.lab_jobs.process import LabDied, LabRefused, ask_lab, read_line
from forge.learning.models import ConvertedForm, ModelConversion
from forge.learning.training.running.possible import is_possible_result
from forge.projects.models import Project
from tests.support.api.answer_fuzzing import fuzzed, line_of
from tests.support.cases import each_case
from tests.support.shares import share_and_all

LINES: Sequence[Mapping[str, Any]] = (
    {"progress": 0.5, "text": "Half done"},
    {"event": {"event": "epoch", "epoch": 1, "loss": 0.5}},
    {"result": {"forms": [{"form": "int8", "output": 20.5}], "gaps": {}}},
    {"refused": {"reason": "pickle", "message": "It is a pickle."}},
    {"needs": {"name": "tensorflow", "reads": "Keras models", "download": 320, "disk": 1600}},
)
SECRET = b"the key of the installation"


@pytest.mark.protects("models-in/converters")
@pytest.mark.parametrize("seeds", share_and_all(range(10_000), 20))
def test_any_line_is_an_object_that_every_database_takes_or_refused_by_name(seeds: Sequence[int]) -> None:
    lines: list[Mapping[str, Any]] = []
    for seed in seeds:
        try:
            lines.append(read_line(fuzzed(seed, LINES)))
        except LabDied:
            continue
    assert len(seeds) // 10 < len(lines) < len(seeds)
    for line in lines:
        text = json.dumps(line, allow_nan=False, ensure_ascii=False)
        assert "\0" not in text
        text.encode()


@pytest.mark.protects("models-in/converters")
def test_a_nul_is_replaced() -> None:
    """The name of a tensor in a model may have one."""
    assert read_line(line_of({"event": {"event": "note", "text": "\0"}}))["event"]["text"] == "\ufffd"


@pytest.fixture
def conversion(project: Project) -> ModelConversion:
    return ModelConversion.objects.create(
        project=project,
        source_name="network.keras",
        source_digest=put_bytes(b"network").digest,
        source_size=7,
        float_digest=put_bytes(b"float").digest,
        description={"conversion": None},
    )


@pytest.mark.django_db
@pytest.mark.protects("models-in/named-files")
@pytest.mark.parametrize("way", ["absolute", "upwards", "form"])
def test_no_file_of_this_machine_is_stored_as_a_form(
    way: str, conversion: ModelConversion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The converter's process names the forms that it made, and a form is the file of its name."""
    secret = tmp_path / "secret_key"
    secret.write_bytes(SECRET)

    def ask(request: Mapping[str, Any], *_: Any, **__: Any) -> Any:
        folder = Path(request["folder"])
        (folder / "int8").write_bytes(b"int8")
        (folder / "other").write_bytes(b"other")
        upwards = Path(*[".."] * len(folder.parts), *secret.parts[1:])
        name = {"absolute": str(secret), "upwards": str(upwards), "form": "other"}[way]
        assert (folder / name).read_bytes()
        samples = {"kind": "random", "is_guess": True, "calibration": 1, "judging": 1, "ranges": [], "classes": []}
        return {
            "forms": [_form("int8"), _form(name)],
            "layers": [],
            "samples": samples,
            "quantiser": "none",
            "conversion": None,
            "format": "keras",
            "float": None,
            "provenance": {},
            "gaps": {},
        }

    monkeypatch.setattr(making, "ask_lab", ask)
    job: Any = SimpleNamespace(
        tick=lambda: None, report=lambda *_: None, log=lambda *_: None, confirm_lease=lambda: None
    )
    with pytest.raises(JobFailed, match="other forms than it was asked for"):
        make_forms(job, conversion, ["int8"], [], SampleRecordings(), ProgressShare(0, 1))
    assert not ConvertedForm.objects.exists()
    assert not Blob.objects.filter(size=len(SECRET)).exists()


def _form(name: str) -> dict[str, Any]:
    return {
        "form": name,
        "size": 1,
        "arena": None,
        "constants": None,
        "reason": "",
        "layers": {},
        "output": 1.0,
        "changed": 0,
        "samples": 0,
        "right": None,
        "judged": 0,
        "by_label": {},
        "answers": [],
    }


def _picture(marks: int, count: int, label: str = "bee", recording: int = 0) -> dict[str, Any]:
    return {"recording": recording, "labels": [{"label": label, "marked": marks, "counted": count}]}


def _counts(*pictures: dict[str, Any]) -> dict[str, Any]:
    """A split with pictures whose counts are wrong."""
    return {"accuracy": None, "samples": 2, "worst_counts": list(pictures)}


def trained(**changes: Any) -> Any:
    """The answer of a run, with these fields of it or of its report in place of the right ones."""
    split = {"accuracy": [0.5, 0.1, 0.9], "samples": 2}
    report = {"best_epoch": 1, "parameters": 10, "judgements": {"validation": split}}
    answer = {
        "files": {},
        "report": report,
        "answers": {"validation": [[0, 0, 0.9]]},
        "values": {"epochs": 3.0},
        "gaps": {},
    }
    report |= {name: value for name, value in changes.items() if name in report}
    return answer | {name: value for name, value in changes.items() if name in answer}


@pytest.mark.protects("recordings/training-answers")
@each_case(
    "changes",
    [
        {"answers": {"validation": [[0, 0]]}},
        {"answers": {"epoch": []}},
        {"values": {}},
        {"best_epoch": -1},
        {"best_epoch": 1 << 80},
        {"judgements": {"validation": {"accuracy": [0.5], "samples": 2}}},
        {"judgements": {"validation": {"accuracy": [0.5, 0.1, 1e300], "samples": 2}}},
        {"judgements": {"validation": _counts(_picture(3, 1)) | {"worst_counts": [_picture(3, 1)] * 11}}},
        {"judgements": {"validation": _counts(_picture(-1, 1))}},
        {"judgements": {"validation": _counts(_picture(3, 1 << 60))}},
        {"judgements": {"validation": _counts(_picture(3, 1, recording=-1))}},
        {"judgements": {"validation": _counts(_picture(3, 1, label="x" * 201))}},
    ],
    ids=str,
)
def test_a_result_that_no_run_has_is_refused(changes: Mapping[str, Any]) -> None:
    assert is_possible_result(trained(), {"epochs": 3.0})
    assert not is_possible_result(trained(**changes), {"epochs": 3.0})


def test_a_full_disk_is_no_fault_of_the_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    line = json.dumps({"refused": {"reason": "full-disk", "message": "The disk is full."}})
    answer_with(monkeypatch, tmp_path, f"print({line!r})")
    with pytest.raises(DiskFull):
        ask_lab({}, dict, seconds=60, tick=lambda: None, report=lambda *_: None)


@pytest.mark.protects("recordings/learning-figures")
def test_what_a_library_says_of_a_recording_is_no_part_of_a_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    refusal = {"reason": "data", "message": "It cannot be read.", "detail": "It begins with 'secret'."}
    answer_with(monkeypatch, tmp_path, f"print({json.dumps({'refused': refusal})!r})")
    with pytest.raises(LabRefused) as error:
        ask_lab({}, dict, seconds=60, tick=lambda: None, report=lambda *_: None)
    assert str(error.value) == "It cannot be read."
    assert error.value.with_detail == "It cannot be read. It begins with 'secret'."


@pytest.mark.protects("recordings/learning-figures")
def test_the_last_words_of_a_process_are_in_the_log_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answer_with(monkeypatch, tmp_path, "raise ValueError('secret')")
    with pytest.raises(LabDied) as error:
        ask_lab({}, dict, seconds=60, tick=lambda: None, report=lambda *_: None, work="training run")
    assert str(error.value).startswith("The process of the training run ended without an answer.")
    assert "secret" not in str(error.value)
    assert "ValueError: secret" in caplog.text


def answer_with(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Lets a script stand for the process of `lab`."""
    (folder / "lab" / "command").mkdir(parents=True)
    (folder / "lab" / "command" / "job.py").write_text(script)
    monkeypatch.setattr(lab_process, "lab_variables", lambda: {"PYTHONPATH": str(folder)})
