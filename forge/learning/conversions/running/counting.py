"""Counts the forms of a conversion on boards: each is built and run on the emulated core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from forge.compute.errors import ChildDied
from forge.compute.pool.answer_reading import Answer
from forge.compute.pool.compiler import Compiler
from forge.compute.pool.local_files import open_blob_file
from forge.compute.pool.toolchain import fetched_folder
from forge.jobs.kinds import JobContext
from forge.learning.conversions.actions import announce_conversion
from forge.learning.conversions.kinds import TREES, TREES_SUFFIX
from forge.learning.models import ConvertedForm, ModelConversion
from rune.devices.boards.lookup import find_board

COUNT_SECONDS = 200.0
"""The longest that counting one form on one core may take."""


def count_forms(job: JobContext, row: ModelConversion, compiler: Compiler) -> None:
    """Counts each form on the cores of the conversion's boards, where that was not done yet."""
    targets = list(dict.fromkeys(find_board(key).target for key in row.boards))
    forms = [each for each in ConvertedForm.objects.filter(conversion=row) if each.digest]
    missing = [(form, target) for form in forms for target in targets if target not in form.needs]
    for position, (form, target) in enumerate(missing):
        job.report(0.6 + 0.4 * position / len(missing), f"Counting {form.name} on {target}")
        needs = _count(job, row, compiler, form, target)
        with transaction.atomic():
            job.confirm_lease()
            form.refresh_from_db(fields=["needs"])
            form.needs = {**form.needs, target: needs}
            form.save(update_fields=["needs"])
            announce_conversion(row)


def _count(
    job: JobContext, row: ModelConversion, compiler: Compiler, form: ConvertedForm, target: str
) -> Mapping[str, Any]:
    answers: list[Answer] = []
    with open_blob_file(form.digest, fetched_folder()) as file:
        try:
            compiler.run(
                {"op": "count-model", "target": target},
                answers.append,
                owner=row.project.organisation_id,
                files={f"model{TREES_SUFFIX}" if form.form == TREES else "model.tflite": file},
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
