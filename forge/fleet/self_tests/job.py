"""The job that computes what an approved rune answers to the inputs of a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, Final

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.compute.errors import ChildDied, ChildKilled
from forge.compute.pool.compiler import Answer, Compiler
from forge.compute.pool.local_files import open_blob_file
from forge.compute.pool.toolchain import PREVIEW_SECONDS, fetched_folder, fresh_compiler
from forge.core.errors import BytesDamaged
from forge.fleet.models import SelfTest
from forge.fleet.self_tests.judging import store_outputs
from forge.jobs.kinds import JobContext, JobFailed, JobKind
from forge.jobs.models import WorkerCapability

NewCompiler = Callable[[], AbstractContextManager[Compiler]]
_LONGEST_REASON: Final = 200


def compute_outputs(job: JobContext, new_compiler: NewCompiler = fresh_compiler) -> Mapping[str, Any]:
    """Runs the rune in the isolated process, and judges the devices that answered already. Raises `JobFailed`."""
    test = SelfTest.objects.filter(pk=job.spec["self_test"]).first()
    if test is None:
        raise JobFailed("The self-test was deleted.")
    if test.computed is None:
        job.report(0.0, "Running the rune.")
        outputs, reason = _run(job, test, new_compiler)
        with transaction.atomic():
            job.confirm_lease()
            store_outputs(test, outputs, reason[:_LONGEST_REASON])
    return {"outputs": test.outputs, "reason": test.reason}


def _run(job: JobContext, test: SelfTest, new_compiler: NewCompiler) -> tuple[str, str]:
    """Returns the digest of the outputs, or "" and the reason."""
    answers: list[Mapping[str, Any]] = []

    def take(answer: Answer) -> None:
        if answer["event"] == "answered":
            answers.append(answer["answer"])
        elif answer["event"] == "failed":
            answers.append({"outputs": "", "reason": answer["error"]})

    try:
        with open_blob_file(test.rune, fetched_folder()) as file, new_compiler() as compiler:
            if file.descriptor is None:
                return "", "the server does not have the rune any more"
            compiler.run(
                {"op": "self-test", "seed": test.seed},
                take,
                owner=test.organisation_id,
                rune=file,
                limit=PREVIEW_SECONDS,
                tick=job.tick,
                pace=job.pace,
            )
    except ChildKilled:
        raise
    except ChildDied as error:
        return "", error.reason
    except BytesDamaged as error:
        return "", error.detail
    return (answers[0]["outputs"], answers[0]["reason"]) if answers else ("", "the rune gave no answer")


SELF_TEST = JobKind(
    "self-test",
    WorkerCapability.BUILD,
    compute_outputs,
    "Self-test",
    verb=Verb.CHANGE_DEVICES,
    attempts=3,
    retention=timedelta(days=2),
)
