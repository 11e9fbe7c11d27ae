"""The job that takes bins: runs the project on samples in the isolated process, and writes `rune.watch`.

The file is written for the person who asked, with the right that they have then, unless a file that was read changed
meanwhile: bins of another pipeline would be refused by each build.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from forge.accounts.permissions import Verb
from forge.accounts.principals import Principal
from forge.builds.bins.kinds import BINS_KIND
from forge.builds.bins.samples import SamplesForBins, samples_for_bins
from forge.builds.bins.watch_file import read_watch_text
from forge.builds.choices import choices_of
from forge.builds.compiling.execution import NewCompiler
from forge.compute.errors import ChildDied, OutOfTime
from forge.compute.pool.compiler import Answer
from forge.compute.pool.data_answers import BinsAnswerJson
from forge.compute.pool.local_files import local_files
from forge.compute.pool.toolchain import fetched_folder, warm_compiler
from forge.core.errors import DomainError, Stale
from forge.jobs.kinds import AttemptFailed, JobContext, JobFailed, JobKind, JobTitle
from forge.jobs.models import Job, WorkerCapability
from forge.jobs.requester import requester_of
from forge.projects.access import require
from forge.projects.actions import write_file
from forge.projects.models import Project
from forge.projects.versions.mounting import with_blocks
from forge.projects.versions.store import WorkingTree, working_tree
from rune.assessment.watching.wording import result_lines
from rune.compiler.building.spec import SpecOptions
from rune.source.runefile.watch.file import WATCH_FILE, WatchedSamples
from rune.wording import counted, listed

BINS_SECONDS = 1800.0
"""The longest that a job runs samples."""
COMPUTER_ATTEMPTS = 3
"""Attempts of a job whose isolated process dies."""
_ARCHIVE = ".data/samples.zip"
"""The path of the samples in the isolated process, where no project has a file."""


@dataclass(frozen=True)
class BinsResult:
    """The answer of the isolated process, and the file in it."""

    answer: BinsAnswerJson
    samples: WatchedSamples


def run_bins_job(job: JobContext, new_compiler: NewCompiler = warm_compiler) -> Mapping[str, Any]:
    """Takes the bins."""
    row = Job.objects.select_related("project__organisation", "requested_by").get(pk=job.job_id)
    actor, project = requester_of(row), row.project
    if actor is None or project is None:
        raise JobFailed("The person or the token that asked for this no longer exists. Ask again.")
    try:
        require(actor, Verb.EDIT, project)
        samples = samples_for_bins(actor, project, job.spec["version"])
        tree = working_tree(project)
        bins = _compute(job, project, tree, samples, new_compiler)
        _write(job, actor, project, tree, bins)
    except DomainError as error:
        raise JobFailed(error.detail) from None
    except OutOfTime as error:
        raise JobFailed(f"{error.reason} Nothing was written.") from None
    except ChildDied as error:
        raise AttemptFailed(error.reason, attempts=COMPUTER_ATTEMPTS) from None
    answer = bins.answer
    for line in result_lines(bins.samples, answer["edge_samples"], of_training=answer["has_training_samples"]):
        job.log(line.strip())
    if answer["left_out"]:
        job.log(f"Left out {counted(answer['left_out'], 'sample')} that could not be run.", "warning")
    return {"version": job.spec["version"], "counted": bins.samples.counted}


def _compute(
    job: JobContext, project: Project, tree: WorkingTree, samples: SamplesForBins, new_compiler: NewCompiler
) -> BinsResult:
    """Runs the samples. Raises `JobFailed` and `ChildDied`."""
    results: list[BinsResult] = []
    run_count = samples.run_count

    def take(answer: Answer) -> None:
        match answer["event"]:
            case "counting":
                count = min(answer["samples"], run_count)
                job.report(count / run_count, f"Counting: {count:,} of {run_count:,} runs of samples")
            case "failed":
                raise JobFailed(f"The project does not build. {answer['error']}")
            case "answered" if "refused" in answer["answer"]:
                raise JobFailed(_refusal(answer["answer"]["refused"]))
            case "answered":
                results.append(BinsResult(answer["answer"], read_watch_text(answer["answer"]["text"])))

    job.report(0.0, "Reading samples")
    options = SpecOptions(project.name, profile=choices_of(project).profile, follows_forge_yml=True)
    with ExitStack() as stack:
        manifest = with_blocks(project, tree.manifest, tree.texts)
        files = stack.enter_context(local_files(manifest, fetched_folder(), tree.texts))
        archive = stack.enter_context(samples.archive(job.tick))
        compiler = stack.enter_context(new_compiler())
        compiler.run(
            {"op": "bins", "archive": _ARCHIVE, "options": options.to_json()},
            take,
            owner=project.organisation_id,
            files={**files, _ARCHIVE: archive},
            limit=BINS_SECONDS,
            tick=job.tick,
            # A run has a limit by the clock: it gives way only between samples.
            pace_at_rest=job.pace,
        )
    if not results:
        raise ChildDied("The process that counts stopped without an answer.")
    return results[0]


def _refusal(reason: str) -> str:
    return f"The bins cannot be taken: {reason.rstrip('.')[:500]}. Nothing was written."


def _write(job: JobContext, actor: Principal, project: Project, tree: WorkingTree, bins: BinsResult) -> None:
    """Writes the file for the person who asked. Raises `Stale`, `LeaseLost`, and what `write_file` raises."""
    with transaction.atomic():
        job.confirm_lease()
        Project.objects.lock(project.pk)
        changed = changed_paths(tree, working_tree(project), bins.answer["read"])
        if changed:
            raise Stale(
                f"{listed(changed[:3])} changed while the samples were run. Nothing was written. Take the bins again."
            )
        write_file(actor, project, WATCH_FILE, bins.answer["text"].encode())


def changed_paths(before: WorkingTree, after: WorkingTree, read_paths: Collection[str]) -> Sequence[str]:
    """Returns the paths, sorted, of those files that were read, and of `rune.watch`, that differ between two states."""
    paths = {*read_paths, WATCH_FILE}
    return sorted(path for path in paths if before.manifest.get(path) != after.manifest.get(path))


def titles_of(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """Returns the titles of jobs that take bins."""
    return {
        job.pk: JobTitle(
            f"Bins of {job.project.full_name} from version {job.spec['version']} of its data",
            f"{job.project.get_absolute_url()}/bins",
        )
        for job in jobs
        if job.project is not None
    }


BINS = JobKind(
    BINS_KIND,
    WorkerCapability.BUILD,
    run_bins_job,
    "Bins of counts",
    titles=titles_of,
    verb=Verb.EDIT,
    attempts=5,
    is_personal=True,
)
