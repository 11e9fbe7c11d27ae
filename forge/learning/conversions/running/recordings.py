"""The float model's inputs from the project's samples: for measuring ranges and judging forms.

The project's own stages in front of the model compute it, in the compiler's process. It is made of recordings, so it is
kept for as long as a job runs and no longer: a sample that is withdrawn is in no later job.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forge.compute.child.job_file import JobFile
from forge.compute.errors import ChildDied
from forge.compute.pool.answer_reading import Answer, ModelInputsJson
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.local_files import local_files, open_blob_file
from forge.compute.pool.toolchain import fetched_folder
from forge.datasets.models import DataSet
from forge.datasets.sample_uses import SampleUse
from forge.datasets.versions.contents import current_entries
from forge.datasets.versions.manifest import Entry, manifest_bytes
from forge.jobs.kinds import JobContext
from forge.learning.models import ModelConversion
from forge.projects.models import Project
from forge.projects.versions.declared_models import declared_models
from forge.projects.versions.store import WorkingTree, working_tree
from rune.datasets.calibration import calibration_samples
from rune.datasets.splits import Split
from rune.digests import digest_of

COMPUTE_SECONDS = 60.0
"""The seconds for all samples; those that are not reached are left out, and counted as such."""
UNREADABLE = "No sample could be read by the stages in front of the model. Run one in the studio to see why."
NO_WINDOW = "No sample could be read: they fill no window."
_ROLES = {True: "calibration", False: "judging"}
_FOLDER = ".samples"
_MODEL = f"{_FOLDER}/model.tflite"
"""The float model among the files of the job: hidden folders are no part of a project."""


@dataclass(frozen=True)
class SampleRecordings:
    """`request` is what `lab` gets, None without samples; `numbers` are those of the samples in its order, `measuring`
    those on which it measures ranges, and `facts` what the page says of them."""

    request: Mapping[str, Any] | None = None
    numbers: Sequence[int] = ()
    measuring: Sequence[int] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def labels(self) -> frozenset[str]:
        """The labels of the samples."""
        return frozenset() if self.request is None else frozenset(self.request["table"]["labels"])

    @property
    def judging(self) -> Sequence[int]:
        """The numbers of the samples by which forms are judged; those of the ranges where there are no others."""
        measuring = frozenset(self.measuring)
        return [number for number in self.numbers if number not in measuring] or self.measuring

    @property
    def declared_labels(self) -> Sequence[str]:
        """The labels that the Runefile gives to the classes of the model."""
        return () if self.request is None else tuple(self.request["table"]["classes"])


def samples_for(row: ModelConversion) -> list[tuple[Entry, bool]]:
    """Samples with one label each that may be used now, each with whether it measures ranges; the others judge forms.
    Labels and both uses take turns."""
    data_set = DataSet.objects.filter(project=row.project_id).first()
    if data_set is None:
        return []
    calibration = Split(row.calibration)
    validation = _of_split(data_set, Split.VALIDATION, SampleUse.TRAINING)
    measuring = _of_split(data_set, calibration, SampleUse.CALIBRATION)
    if calibration is Split.VALIDATION:
        judging = {each.number for each in validation}
        return calibration_samples(
            {calibration: [each for each in measuring if each.number in judging]}, _label, calibration
        )
    return calibration_samples({calibration: measuring, Split.VALIDATION: validation}, _label, calibration)


def _of_split(data_set: DataSet, split: Split, use: SampleUse) -> list[Entry]:
    """The samples of a split whose consent covers the use."""
    entries = current_entries(data_set, use)
    return [each for each in entries if each.split == split and each.label and each.events is None]


def compute_recordings(job: JobContext, row: ModelConversion, compiler: Compiler, folder: Path) -> SampleRecordings:
    """Computes what the float model reads of the project's samples into a file of the folder. Without samples, or where
    nothing in the project gives them to such a model, `facts` says why. Nothing is computed where arrays were sent."""
    if row.samples_digest:
        return SampleRecordings()
    samples = samples_for(row)
    entries, role_of = [entry for entry, _ in samples], {entry.number: _ROLES[measures] for entry, measures in samples}
    if not entries:
        return SampleRecordings(facts={"reason": "The project has no samples that may be used."})
    job.report(0.0, f"Computing what the model reads of {len(entries)} samples")
    answer = _ask(job, row, compiler, entries)
    if "refused" in answer:
        return SampleRecordings(facts={"reason": str(answer["refused"])[:500]})
    model_inputs: ModelInputsJson = answer
    by_path = {each["path"]: each for each in model_inputs["samples"]}
    read = [(entry, by_path[_path(entry)]) for entry in entries if by_path.get(_path(entry), {"windows": 0})["windows"]]
    if not read:
        # The reasons have text that the stages made of samples.
        has_failed = any(each["reason"] for each in model_inputs["samples"])
        return SampleRecordings(facts={"reason": UNREADABLE if has_failed else NO_WINDOW})
    windows = folder / "windows"
    shutil.copyfile(compiler.output, windows)
    compiler.clear_output()
    used_entries = [entry for entry, _ in read]
    digest = digest_of(manifest_bytes(used_entries))
    table = {
        "windows": [each["windows"] for _, each in read],
        "labels": [entry.label for entry in used_entries],
        "roles": [role_of[entry.number] for entry in used_entries],
        "classes": model_inputs["labels"],
    }
    facts = {
        "stage": model_inputs["stage"][:200],
        "path": model_inputs["file"][:400],
        "skipped_samples": len(entries) - len(used_entries),
        "digest": digest,
        "reason": "",
    }
    origin = {"digest": digest, "stage": facts["stage"], "front": _front_digest(row.project)}
    request = {"windows": str(windows), "table": table, "origin": origin}
    numbers = [entry.number for entry in used_entries]
    measuring = [number for number in numbers if role_of[number] == _ROLES[True]]
    return SampleRecordings(request, numbers, measuring, facts)


def samples_state(row: ModelConversion) -> str:
    """Names what the forms of a conversion follow from besides the model: the samples and the files of its project; ""
    without samples."""
    entries = [entry for entry, _ in samples_for(row)]
    if not entries:
        return ""
    return f"{hashlib.sha256(manifest_bytes(entries)).hexdigest()} {_front_digest(row.project)}"


def _front_digest(project: Project) -> str:
    return working_tree(project).digest


def _ask(job: JobContext, row: ModelConversion, compiler: Compiler, entries: Sequence[Entry]) -> Any:
    tree = working_tree(row.project)
    answers: list[Answer] = []
    with local_files(tree.manifest, fetched_folder(), tree.texts) as project, ExitStack() as stack:
        files: dict[str, JobFile] = dict(project)
        files[_MODEL] = stack.enter_context(open_blob_file(row.float_digest, fetched_folder()))
        for entry in entries:
            files[_path(entry)] = stack.enter_context(open_blob_file(entry.digest, fetched_folder()))
        request = {
            "op": "model-inputs",
            "model": _MODEL,
            "file": _declared_path(tree, row),
            "samples": [{"path": _path(entry)} for entry in entries],
            "seconds": COMPUTE_SECONDS,
        }
        try:
            compiler.run(
                request,
                answers.append,
                owner=row.project.organisation_id,
                files=files,
                limit=COMPUTE_SECONDS * 3,
                tick=job.tick,
                pace=job.pace,
            )
        except ChildDied as error:
            return {"refused": error.reason}
    for answer in answers:
        if answer["event"] == "answered":
            return answer["answer"]
        if answer["event"] == "failed":
            # The error has text that the stages made of samples.
            return {"refused": UNREADABLE}
    return {"refused": "The compiler stopped without reading the samples."}


def _declared_path(tree: WorkingTree, row: ModelConversion) -> str:
    """The file that the project's `forge.yml` makes of the source; "" if it makes none."""
    return next(
        (
            each.path
            for each in declared_models(tree)
            if tree.manifest.get(each.source, {}).get("digest") == row.source_digest
        ),
        "",
    )


def _label(entry: Entry) -> str:
    return entry.label


def _path(entry: Entry) -> str:
    return f"{_FOLDER}/{entry.number}"
