"""The job of a conversion: makes forms of a model in the processes of `lab`, stores them, and counts them on boards.

The first two forms are stored, and shown, before the others are made.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.compute.errors import ChildDied
from forge.compute.pool.answer_reading import Answer
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.local_files import local_file, open_blob_file
from forge.compute.pool.toolchain import fetched_folder, warm_compiler
from forge.compute.pool.workdir import workdir
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed, JobKind, JobTitle
from forge.jobs.models import Job, JobState, WorkerCapability
from forge.learning.conversions.actions import announce_conversion
from forge.learning.conversions.kinds import CONVERSION_KIND, FIRST_FORMS, OTHER_FORMS, ConversionStep
from forge.learning.conversions.lab_answers import ConvertedJson
from forge.learning.conversions.lab_process import EnvironmentMissing, LabDied, LabRefused, ask_lab
from forge.learning.conversions.models import ConversionState
from forge.learning.conversions.storing import store_forms
from forge.learning.models import ConvertedForm, ModelConversion
from rune.devices.boards.finding import find_board

LAB_SECONDS = 400.0
"""The longest that one request of `lab` may take: two steps with their own limits, and starting them."""
COUNT_SECONDS = 200.0
"""The longest that counting one form on one core may take."""
ATTEMPTS = 2
"""Attempts of a conversion whose process dies."""

NewCompiler = Callable[[], AbstractContextManager[Compiler]]


def run_conversion_job(job: JobContext, new_compiler: NewCompiler = warm_compiler) -> Mapping[str, Any]:
    """Does one step of a conversion."""
    row = _find(job)
    step = ConversionStep(job.spec["step"])
    if step is ConversionStep.CONVERT:
        _set_state(job, row, ConversionState.CONVERTING)
        _make(job, row, FIRST_FORMS, (), begin=0.0, end=0.4)
        _set_state(job, row, ConversionState.READY)
    elif step is ConversionStep.MIX:
        _make(job, row, (job.spec["form"],), job.spec["layers"], begin=0.0, end=0.6)
    with new_compiler() as compiler:
        _count(job, row, compiler)
        if step is ConversionStep.CONVERT:
            _make(job, row, OTHER_FORMS, (), begin=0.6, end=0.8)
            _count(job, row, compiler)
    return {"forms": ConvertedForm.objects.filter(conversion=row).count()}


def _find(job: JobContext) -> ModelConversion:
    rows = ModelConversion.objects.select_related("project__organisation")
    row = rows.filter(pk=job.spec["conversion"]).first()
    if row is None:
        raise JobFailed("The conversion was deleted.")
    return row


@transaction.atomic
def _set_state(job: JobContext, row: ModelConversion, state: ConversionState) -> None:
    job.confirm_lease()
    row.state = state
    ModelConversion.objects.filter(pk=row.pk).update(state=state, needs=None, error="")
    announce_conversion(row)


def _make(
    job: JobContext, row: ModelConversion, forms: Sequence[str], layers: Sequence[str], *, begin: float, end: float
) -> None:
    """Makes forms and stores them. Raises `JobFailed` with the reason if they cannot be made."""
    if not forms:
        return

    def report(share: float, text: str) -> None:
        job.report(begin + (end - begin) * share, text)

    with _folder(row) as folder:
        request = {
            "action": "convert",
            "folder": str(folder),
            "source": str(folder / "in" / row.source_name),
            "forms": list(forms),
            "float_layers": list(layers),
            "float_interface": True,
            "shapes": row.shapes,
            **_earlier(row),
        }
        try:
            answer = ask_lab(request, ConvertedJson, seconds=LAB_SECONDS, tick=job.tick, report=report)
        except EnvironmentMissing as missing:
            ModelConversion.objects.filter(pk=row.pk).update(needs=missing.environment)
            reason = f"Converting {missing.environment['reads']} needs an environment that is not prepared here."
            raise JobFailed(reason) from None
        except LabRefused as refused:
            raise JobFailed(str(refused)) from None
        except LabDied as died:
            raise AttemptFailed(str(died), attempts=ATTEMPTS) from None
        store_forms(job, row, answer, layers, folder)
    for protection, reason in answer["gaps"].items():
        job.log(f"The converter ran without {protection}: {reason}", "warning")
    row.refresh_from_db()


def _earlier(row: ModelConversion) -> Mapping[str, Any]:
    """The float model, if there is one already."""
    if not row.float_digest:
        return {}
    return {
        "float": str(local_file(row.float_digest, fetched_folder())),
        "conversion": row.description.get("conversion"),
    }


@contextmanager
def _folder(row: ModelConversion) -> Iterator[Path]:
    """A folder with the source under its own name, and its weights beside it. Raises `JobFailed`."""
    with tempfile.TemporaryDirectory(dir=workdir(), prefix="convert-") as name:
        folder = Path(name)
        (folder / "in").mkdir()
        named = {row.source_name: row.source_digest}
        if row.weights_digest:
            named[f"{row.source_name}.data"] = row.weights_digest
        for file_name, digest in named.items():
            file = local_file(digest, fetched_folder())
            if not file.is_file():
                raise JobFailed("The bytes of the model were deleted. Upload it again.")
            (folder / "in" / file_name).symlink_to(file.resolve())
        yield folder


def _count(job: JobContext, row: ModelConversion, compiler: Compiler) -> None:
    """Counts each form on the cores of the conversion's boards, where that was not done yet."""
    targets = list(dict.fromkeys(find_board(key).target for key in row.boards))
    forms = [each for each in ConvertedForm.objects.filter(conversion=row) if each.digest]
    missing = [(form, target) for form in forms for target in targets if target not in form.needs]
    for done, (form, target) in enumerate(missing):
        job.report(0.6 + 0.4 * done / len(missing), f"Counting {form.name} on {target}")
        needs = _counted(job, row, compiler, form, target)
        with transaction.atomic():
            job.confirm_lease()
            form.refresh_from_db(fields=["needs"])
            form.needs = {**form.needs, target: needs}
            form.save(update_fields=["needs"])
            announce_conversion(row)


def _counted(
    job: JobContext, row: ModelConversion, compiler: Compiler, form: ConvertedForm, target: str
) -> Mapping[str, Any]:
    answers: list[Answer] = []
    with open_blob_file(form.digest, fetched_folder()) as file:
        try:
            compiler.run(
                {"op": "count-model", "target": target},
                answers.append,
                owner=row.project.organisation_id,
                files={"model.tflite": file},
                limit=COUNT_SECONDS,
                tick=job.tick,
                pace=job.pace,
            )
        except ChildDied as error:
            return {"refused": error.reason[:500]}
    for answer in answers:
        if answer["event"] == "answered":
            return dict(answer["answer"])
        if answer["event"] == "failed":
            return {"refused": str(answer["error"])[:500]}
    return {"refused": "The compiler stopped without counting it."}


def follow_job(job: Job) -> None:
    """Changes the conversion with its job: one that ended without success says why, and a retry goes on with it."""
    rows = ModelConversion.objects.filter(pk=job.spec["conversion"])
    unfinished = rows.filter(state__in=(ConversionState.WAITING, ConversionState.CONVERTING))
    if job.state in (JobState.FAILED, JobState.CANCELLED, JobState.LOST):
        reason = (job.error or "It was cancelled.")[:1000]
        rows.update(error=reason)
        unfinished.filter(needs__isnull=True).update(state=ConversionState.FAILED)
        unfinished.filter(needs__isnull=False).update(state=ConversionState.NEEDS)
    elif job.state == JobState.QUEUED:
        rows.filter(state__in=(ConversionState.FAILED, ConversionState.NEEDS)).update(
            state=ConversionState.WAITING, error=""
        )
    elif job.state == JobState.RUNNING:
        rows.update(error="")
    if job.project is not None and (row := rows.select_related("project__organisation").first()) is not None:
        announce_conversion(row)


def titles_of(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """What jobs of conversions are called."""
    rows = ModelConversion.objects.in_bulk([UUID(job.spec["conversion"]) for job in jobs])
    titles = {}
    for job in jobs:
        row = rows.get(UUID(job.spec["conversion"]))
        if job.project is not None and row is not None:
            url = f"{job.project.get_absolute_url()}/models/{row.pk}"
            titles[job.pk] = JobTitle(f"Conversion of {row.source_name} for {job.project.full_name}", url)
    return titles


CONVERSION = JobKind(
    CONVERSION_KIND,
    WorkerCapability.LAB,
    run_conversion_job,
    "Conversion",
    titles=titles_of,
    verb=Verb.EDIT,
    attempts=3,
    noun="conversion",
    on_change=follow_job,
)
