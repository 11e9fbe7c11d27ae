"""Makes the float model of a conversion and its forms, in the processes of `lab`, and judges forms on samples."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from forge.compute.pool.local_files import local_file
from forge.compute.pool.toolchain import fetched_folder
from forge.compute.workdir import workdir
from forge.jobs.kinds import JobContext, JobFailed
from forge.learning.conversions.kinds import PT2_SUFFIX, TENSORFLOW_SUFFIXES
from forge.learning.conversions.running.lab_answers import ConvertedJson, FloatModelJson
from forge.learning.conversions.running.recordings import SampleRecordings
from forge.learning.conversions.running.storing import FLOAT_FILE, store_float, store_forms, store_trees
from forge.learning.conversions.trees import trees_of
from forge.learning.lab_jobs.executing import lab_errors
from forge.learning.lab_jobs.process import EnvironmentMissing, LabRefused, ask_lab
from forge.learning.lab_jobs.waiting import WaitingLab, waiting_quantiser, waiting_tensorflow, waiting_torch
from forge.learning.models import ModelConversion

LAB_SECONDS = 400.0
"""The longest that one request of `lab` may take: two steps with their own limits, and starting them."""
_SAMPLES = "samples"
"""The file of arrays that was sent, in the folder of a request."""
ATTEMPTS = 2
"""Attempts of a conversion whose process dies."""

J = TypeVar("J")


@dataclass(frozen=True)
class ProgressShare:
    """The part of a job's progress that a step of it takes."""

    begin: float
    end: float

    def reporter(self, job: JobContext) -> Callable[[float, str], None]:
        return lambda share, text: job.report(self.begin + (self.end - self.begin) * share, text)


def make_float(job: JobContext, row: ModelConversion, share: ProgressShare) -> None:
    """Makes the float model and stores it, unless there is one. Of decision trees, the file of the block is stored in
    place of it. Raises `JobFailed` and `AttemptFailed`."""
    if row.float_digest or trees_of(row) is not None:
        return
    with _folder(row) as folder:
        request = {
            "action": "float",
            "folder": str(folder),
            "source": str(folder / "in" / row.source_name),
            "shapes": row.shapes,
        }
        answer = _request_of_lab(job, row, request, FloatModelJson, share, waiting_converter(row.source_name))
        if "trees" in answer:
            store_trees(job, row, answer["trees"], answer["format"], folder / FLOAT_FILE)
        else:
            store_float(job, row, answer, folder)
    _log_gaps(job, answer["gaps"])
    row.refresh_from_db()


def waiting_converter(source_name: str) -> WaitingLab | None:
    """Returns the waiting processes that can convert a source file of this name, or None if none of them can."""
    if source_name.endswith(PT2_SUFFIX):
        return waiting_torch
    return waiting_tensorflow if source_name.endswith(TENSORFLOW_SUFFIXES) else None


def make_forms(
    job: JobContext,
    row: ModelConversion,
    forms: Sequence[str],
    layers: Sequence[str],
    recordings: SampleRecordings,
    share: ProgressShare,
) -> None:
    """Makes forms and stores them. Raises `JobFailed` with the reason if they cannot be made, and `AttemptFailed`."""
    if not forms:
        return
    with _folder(row) as folder:
        request = {
            "action": "convert",
            "folder": str(folder),
            "source": str(folder / "in" / row.source_name),
            "forms": list(forms),
            "float_layers": list(layers),
            "float_interface": True,
            "shapes": row.shapes,
            "calibration": row.calibration,
            "recorded": recordings.request,
            **_earlier(row),
            **({"samples": _SAMPLES} if row.samples_digest else {}),
        }
        answer = _request_of_lab(job, row, request, ConvertedJson, share, waiting_quantiser)
        if not {each["form"] for each in answer["forms"]} <= set(forms):
            # The name of a form is that of its file: another one would be a file of this machine.
            raise JobFailed("The converter answered for other forms than it was asked for.")
        store_forms(job, row, answer, layers, recordings, folder)
    _log_gaps(job, answer["gaps"])
    row.refresh_from_db()


def _request_of_lab(
    job: JobContext,
    row: ModelConversion,
    request: Mapping[str, Any],
    shape: type[J],
    share: ProgressShare,
    waiting: WaitingLab | None,
) -> J:
    def describe(error: EnvironmentMissing | LabRefused) -> str:
        if isinstance(error, EnvironmentMissing):
            ModelConversion.objects.filter(pk=row.pk).update(needs=error.environment)
            return f"The model cannot be converted yet. {error.advice}"
        # With samples, the model worked on them: its errors may have what it read.
        is_of_model = request.get("recorded") is None and not request.get("samples")
        return error.with_detail if is_of_model else str(error)

    with lab_errors(describe, ATTEMPTS):
        return ask_lab(request, shape, seconds=LAB_SECONDS, tick=job.tick, report=share.reporter(job), waiting=waiting)


def _log_gaps(job: JobContext, gaps: Mapping[str, str]) -> None:
    for protection, reason in gaps.items():
        job.log(f"The converter ran without {protection}: {reason}", "warning")


@contextmanager
def _folder(row: ModelConversion) -> Iterator[Path]:
    """A folder with the source under its own name, and its weights beside it. Raises `JobFailed`."""
    with tempfile.TemporaryDirectory(dir=workdir(), prefix="convert-") as name:
        folder = Path(name)
        (folder / "in").mkdir()
        digests = {f"in/{row.source_name}": row.source_digest}
        if row.weights_digest:
            digests[f"in/{row.source_name}.data"] = row.weights_digest
        if row.samples_digest:
            digests[_SAMPLES] = row.samples_digest
        for path, digest in digests.items():
            file = local_file(digest, fetched_folder())
            if not file.is_file():
                raise JobFailed("The bytes of the model were deleted. Upload it again.")
            (folder / path).symlink_to(file.resolve())
        yield folder


def _earlier(row: ModelConversion) -> Mapping[str, Any]:
    """The float model."""
    return {
        "float": str(local_file(row.float_digest, fetched_folder())),
        "conversion": row.description.get("conversion"),
    }
