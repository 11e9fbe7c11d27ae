"""Running a build's rune on one input, in a process that can do nothing else."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final, cast

from forge.builds.errors import NoRune
from forge.builds.models import Build
from forge.compute.child.job_file import JobFile
from forge.compute.child.steps.file_run import INPUT, RUNE
from forge.compute.parties import party_of
from forge.compute.pool.language import summary_pool
from forge.compute.pool.local_files import open_blob_file
from forge.compute.pool.toolchain import fetched_folder
from forge.core.actors import Actor
from forge.core.errors import Unprocessable
from forge.datasets.models import Sample
from rune.digests import digest_of
from rune.running.runs.file_run import FileRunJson

RUN_SECONDS: Final = 20.0
"""The longest that runs on one input may take."""


def run_on_input(actor: Actor, build: Build, *, sample: Sample | None = None, rows: str = "") -> FileRunJson:
    """Runs a build on a sample, on rows of numbers, or without either on generated input. The caller has found both for
    the person, who may know what the sample says.

    Raises `NoRune`, `Unprocessable`, `TooManyQuestions` and `LanguageBusy`.
    """
    if build.artefact is None:
        raise NoRune(f"Build {build.number} has no rune: it has not finished, or it failed.")
    with ExitStack() as stack:
        beside = {RUNE: stack.enter_context(open_blob_file(build.artefact.digest, fetched_folder()))}
        if sample is not None:
            beside[INPUT] = stack.enter_context(open_blob_file(sample.digest, fetched_folder()))
        elif rows:
            beside[INPUT] = JobFile(digest_of(rows.encode()), text=rows)
        name = "the rows" if sample is None else f"sample {sample.number}"
        job = {"op": "run-rune", "name": name, "has_input": INPUT in beside, "is_table": bool(rows) and sample is None}
        party = party_of(actor, build.project.organisation_id)
        answer = summary_pool.ask(party, job, {}, {}, seconds=RUN_SECONDS, beside=beside)
    if "error" in answer:
        raise Unprocessable(str(answer["error"]["message"]))
    if "refused" in answer:
        raise Unprocessable(f"The build does not run on this: {answer['refused']}.")
    return cast(FileRunJson, answer)
