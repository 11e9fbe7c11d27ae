"""The job of an analysis: describes new samples, runs the current build on those that it has not answered, and compares
all with each other.

The isolated process does all of the computing. Each batch is stored when it is finished, so a job that is interrupted
goes on there, and a further analysis computes for new samples alone.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from forge.accounts.permissions import Verb
from forge.compute.child.job_file import JobFile
from forge.compute.errors import ChildDied, MalformedAnswer
from forge.compute.pool.answer_reading import SampleAnswerJson, SampleDescriptionJson
from forge.compute.pool.compiler import Answer, Compiler
from forge.compute.pool.local_files import open_blob_file
from forge.compute.pool.toolchain import fetched_folder, warm_compiler
from forge.datasets.analysis.actions import announce_analysis
from forge.datasets.analysis.comparing import ComparisonResults, compare, comparison_files, rows_to_compare
from forge.datasets.analysis.kinds import ANALYSIS_KIND
from forge.datasets.models import DataSet, Sample, SampleQuerySet
from forge.datasets.models.analysis import DataAnalysis, SampleAnalysis, SampleAnswer
from forge.datasets.sample_uses import SampleUse
from forge.jobs.kinds import JobContext, JobFailed, JobKind, JobTitle
from forge.jobs.models import Job, JobState, WorkerCapability
from rune.assessment.evaluation.bounded import AnswerBounds
from rune.assessment.evaluation.labelled import same_label
from rune.assessment.evaluation.reasons import as_fixed_reason
from rune.datasets.likeness.features import RECIPE
from rune.wording import counted

BATCH = 100
"""Samples that the process gets at once."""
BATCH_SECONDS = 120.0
COMPARE_SECONDS = 900.0
MAX_FEATURES, MAX_WORDS = 4096, 8192
"""Bytes of one sample's features and of its fingerprint."""
MAX_SCORES = 2
"""The number of scores that are stored of a sample: each tells something of it to those who may not play it."""

NewReader = Callable[[], AbstractContextManager[Compiler]]


def run_analysis_job(job: JobContext, new_reader: NewReader = warm_compiler) -> Mapping[str, Any]:
    """Does an analysis."""
    row = DataAnalysis.objects.select_related("data_set__project").filter(pk=job.spec["data_set"]).first()
    if row is None:
        raise JobFailed("The data of the project was deleted.")
    with new_reader() as reader:
        process = _Process(job, reader, row.data_set)
        revision = row.data_set.revision
        _describe(process)
        problem = _answer(process) if job.spec["rune"] else ""
        comparison = _compare(process)
    _finish(job, row, revision, problem, comparison)
    return {"samples": _usable_samples(row.data_set).count()}


class _Process:
    """The isolated process, for one data set."""

    def __init__(self, job: JobContext, reader: Compiler, data_set: DataSet) -> None:
        self.job, self.reader, self.data_set = job, reader, data_set

    def ask(self, files: Mapping[str, JobFile], limit: float, rune: JobFile | None = None, **request: Any) -> Any:
        """Returns what it answers. Raises `JobFailed`."""
        answers: list[Any] = []

        def take(answer: Answer) -> None:
            if answer["event"] == "failed":
                raise JobFailed(answer["error"])
            if answer["event"] == "answered":
                answers.append(answer["answer"])

        owner = self.data_set.project.organisation_id
        job = self.job
        try:
            self.reader.run(
                request, take, owner=owner, files=files, rune=rune, limit=limit, tick=job.tick, pace=job.pace
            )
        except ChildDied as error:
            raise JobFailed(f"The samples could not be read. {error.reason}") from error
        if not answers:
            raise JobFailed("The samples could not be read.")
        return answers[0]

    def ask_of(self, samples: Sequence[Sample], rune: JobFile | None = None, **request: Any) -> Any:
        """The same with samples as files, which the answers name by their numbers."""
        with ExitStack() as stack:
            files = {
                str(each.number): stack.enter_context(open_blob_file(each.digest, fetched_folder())) for each in samples
            }
            sample_entries = [{"path": str(each.number), "kind": each.kind} for each in samples]
            return self.ask(files, BATCH_SECONDS * 2, rune, samples=sample_entries, **request)


def _usable_samples(data_set: DataSet) -> SampleQuerySet:
    """Samples whose consent is in force: nothing is computed on others."""
    return Sample.objects.for_use(SampleUse.ANALYSIS).filter(data_set=data_set)


def _batches(samples: SampleQuerySet) -> Iterator[list[Sample]]:
    """The samples by their numbers, a batch at a time; those that come meanwhile too."""
    after = 0
    rows = samples.order_by("number").only("number", "kind", "digest", "data_set_id")
    while batch := list(rows.filter(number__gt=after)[:BATCH]):
        yield batch
        after = batch[-1].number


def _describe(process: _Process) -> None:
    job = process.job
    analyses = SampleAnalysis.objects.filter(sample=OuterRef("pk"), recipe=RECIPE)
    missing = _usable_samples(process.data_set).filter(~Exists(analyses))
    total, count = missing.count(), 0
    for batch in _batches(missing):
        job.report(0.4 * count / max(1, total), f"Reading samples: {count:,} of {total:,}")
        answer = process.ask_of(batch, op="describe-samples")
        descriptions = {each["path"]: each for each in answer["samples"]}
        rows = [_analysis_row(each, descriptions.get(str(each.number))) for each in batch]
        with transaction.atomic():
            job.confirm_lease()
            remaining = _remaining(process, batch)
            rows = [row for row in rows if row.sample_id in remaining]
            SampleAnalysis.objects.bulk_create(
                rows,
                update_conflicts=True,
                unique_fields=["sample"],
                update_fields=["recipe", "features", "words"],
            )
        count += len(batch)


def _remaining(process: _Process, batch: Sequence[Sample]) -> frozenset[UUID]:
    """The samples of a batch that nobody deleted meanwhile. The data set is locked up to the end of the transaction."""
    DataSet.objects.select_for_update(of=("self",)).get(pk=process.data_set.pk)
    rows = _usable_samples(process.data_set).filter(number__in=[each.number for each in batch])
    return frozenset(rows.values_list("pk", flat=True))


def _analysis_row(sample: Sample, description: SampleDescriptionJson | None) -> SampleAnalysis:
    features = _binary(description["features"] if description else "", MAX_FEATURES, 2)
    words = _binary(description["words"] if description else "", MAX_WORDS, 4)
    return SampleAnalysis(sample_id=sample.pk, recipe=RECIPE, features=features, words=words)


def _binary(text: str, most: int, unit: int) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedAnswer("The process that reads samples sent no base64.") from None
    if len(data) > most or len(data) % unit:
        raise MalformedAnswer("The process that reads samples sent too much.")
    return data


def _answer(process: _Process) -> str:
    """Runs the current rune on the samples that it has not answered. Returns why it cannot, or ""."""
    job, rune = process.job, str(process.job.spec["rune"])
    bounds = _bounds(process.data_set)
    # An answer that was no label of the data may be one by now.
    existing_answers = SampleAnswer.objects.filter(sample=OuterRef("pk"), rune=rune).exclude(label=bounds.other)
    missing = _usable_samples(process.data_set).filter(~Exists(existing_answers))
    total, count = missing.count(), 0
    with ExitStack() as stack:
        file = stack.enter_context(open_blob_file(rune, fetched_folder()))
        if file.descriptor is None:
            return "The files of the newest build were deleted. Build the project again."
        for batch in _batches(missing):
            job.report(0.4 + 0.4 * count / max(1, total), f"Running the build: {count:,} of {total:,}")
            rest = batch
            while rest:
                answer = process.ask_of(rest, file, op="answer-samples", seconds=BATCH_SECONDS)
                if "refused" in answer:
                    return str(answer["refused"])[:500]
                answers = {each["path"]: each for each in answer["samples"]}
                answered_samples = [each for each in rest if str(each.number) in answers]
                if not answered_samples:
                    return "One sample takes longer than the limit of two minutes."
                _store_answers(process, bounds, answered_samples, answers)
                rest = rest[len(answered_samples) :]
            count += len(batch)
    return ""


def _bounds(data_set: DataSet) -> AnswerBounds:
    """The labels that an answer may be: those of the samples."""
    labels = _usable_samples(data_set).order_by().values_list("label", flat=True).distinct()
    return AnswerBounds.of(label for label in labels if label)


def _store_answers(
    process: _Process, bounds: AnswerBounds, batch: Sequence[Sample], answers: Mapping[str, SampleAnswerJson]
) -> None:
    rune = str(process.job.spec["rune"])
    rows = [_answer_row(each, answers[str(each.number)], rune, bounds) for each in batch]
    with transaction.atomic():
        process.job.confirm_lease()
        remaining = _remaining(process, batch)
        rows = [row for row in rows if row.sample_id in remaining]
        SampleAnswer.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["sample", "rune"],
            update_fields=["label", "scores", "reason"],
        )


def _answer_row(sample: Sample, answer: SampleAnswerJson, rune: str, bounds: AnswerBounds) -> SampleAnswer:
    """The part of an answer that is stored: the rune is a program of a user, and may answer with the sample itself."""
    return SampleAnswer(
        sample_id=sample.pk,
        rune=rune,
        label=bounds.answer(answer["label"]) if answer["label"] else "",
        scores=bounds.scores(answer["scores"], MAX_SCORES),
        reason=as_fixed_reason(answer["reason"]) if answer["reason"] else "",
    )


def _compare(process: _Process) -> ComparisonResults:
    """Compares the samples of each kind with each other."""
    process.job.report(0.8, "Comparing samples")
    comparison = ComparisonResults()
    for kind, rows in rows_to_compare(_usable_samples(process.data_set)):
        with closing(comparison_files(rows)) as files:
            answer = process.ask(
                files.files,
                COMPARE_SECONDS,
                op="compare-samples",
                kind=kind,
                labels=[row.learned_label for row in rows],
                groups=[row.group for row in rows],
                lengths=[len(row.words) // 4 for row in rows],
            )
        compare(comparison, rows, answer)
    return comparison


def _finish(job: JobContext, row: DataAnalysis, revision: int, problem: str, comparison: ComparisonResults) -> None:
    """Stores what was found, of samples that are there still."""
    job.report(0.95, "Storing results")
    data_set = row.data_set
    rune = str(job.spec["rune"])
    labels = dict(_usable_samples(data_set).order_by().values_list("pk", "label"))
    bounds = _bounds(data_set)
    answers = {
        each.sample_id: each
        for each in SampleAnswer.objects.filter(sample__data_set=data_set, rune=rune).iterator(2000)
    }
    with transaction.atomic():
        job.confirm_lease()
        DataSet.objects.select_for_update(of=("self",)).get(pk=data_set.pk)
        rows = list(SampleAnalysis.objects.filter(sample__data_set=data_set).defer("features", "words"))
        for each in rows:
            answer = answers.get(each.sample_id)
            each.answer = _shown_answer(answer.label, labels.get(each.sample_id, ""), bounds) if answer else ""
            each.score = answer.scores.get(answer.label) if answer else None
            comparison.apply(each)
        SampleAnalysis.objects.bulk_update(
            rows,
            [
                "answer",
                "score",
                "suggestion",
                "confidence",
                "doubted_label",
                "likeness",
                "alike",
                "crosses_splits",
                "is_outlier",
            ],
            batch_size=500,
        )
        SampleAnswer.objects.filter(sample__data_set=data_set).exclude(rune__in=[rune, row.rune]).delete()
        row.revision, row.rune, row.problem, row.label_problem = revision, rune, problem, comparison.reason[:500]
        row.build, row.build_url = str(job.spec["build"]), str(job.spec["url"])
        row.finished = timezone.now()
        row.save(update_fields=["revision", "rune", "problem", "label_problem", "build", "build_url", "finished"])
    job.log(f"Analysed {counted(len(rows), 'sample')}.")


def _shown_answer(answer: str, label: str, bounds: AnswerBounds) -> str:
    """The answer as the sample's label is written where both are the same, else as the data writes it. What is no label
    is not proposed for a sample without one."""
    if not answer or same_label(answer) == same_label(label):
        return label if answer else ""
    bounded_answer = bounds.answer(answer)
    return "" if not label and bounded_answer == bounds.other else bounded_answer


def follow_job(job: Job) -> None:
    """Tells everybody who has the page open that an analysis began or ended."""
    if job.project is None or job.state == JobState.QUEUED:
        return
    data_set = DataSet.objects.select_related("project").filter(pk=job.spec["data_set"]).first()
    if data_set is not None:
        announce_analysis(data_set)


def titles_of(jobs: Sequence[Job]) -> Mapping[UUID, JobTitle]:
    """Returns the titles of jobs of analyses."""
    return {
        job.pk: JobTitle(f"Analysis of the data of {job.project.full_name}", f"{job.project.get_absolute_url()}/data")
        for job in jobs
        if job.project is not None
    }


ANALYSIS = JobKind(
    ANALYSIS_KIND,
    WorkerCapability.BUILD,
    run_analysis_job,
    "Data analysis",
    titles=titles_of,
    verb=Verb.EDIT,
    attempts=5,
    noun="analysis",
    on_change=follow_job,
)
