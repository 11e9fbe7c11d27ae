"""The results of an analysis, in numbers and sentences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from forge.core.actors import Actor
from forge.datasets.access import samples_of
from forge.datasets.analysis.access import analysis_of
from forge.datasets.analysis.serializers import DataAnalysisJson, DataConfusionJson
from forge.datasets.models import Group
from forge.datasets.models.analysis import (
    HAS_DUPLICATES,
    HAS_PROPOSAL,
    IS_OUTLIER,
    IS_SUSPECT,
    IS_WRONG,
    DataAnalysis,
)
from forge.datasets.samples.filters import ENDS_SOON
from forge.datasets.tally import SampleTally
from forge.jobs.models import UNFINISHED_STATES, JobState
from forge.projects.models import Project
from rune.wording import counted

MANY_WRONG = 3
"""Wrong samples of one group and label, below which nothing is said of them."""
MOST_WRONG = 0.6
MAX_SENTENCES = 5
_OF_ANALYSES = {
    "analysed": Count("pk"),
    "wrong": Count("pk", filter=IS_WRONG),
    "suspects": Count("pk", filter=IS_SUSPECT),
    "alike": Count("pk", filter=HAS_DUPLICATES),
    "crossing": Count("pk", filter=Q(analysis__crosses_splits=True)),
    "outliers": Count("pk", filter=IS_OUTLIER),
    "proposals": Count("pk", filter=HAS_PROPOSAL),
}


def report_of(actor: Actor, project: Project, tally: SampleTally) -> DataAnalysisJson:
    """Returns the last analysis of a project's data; `tally` has the counts of its samples. Raises `Forbidden` or
    `NotFound`."""
    row = analysis_of(actor, project)
    # Before the first analysis nothing is joined and counted that cannot be there.
    rows = _analysis_counts(actor, project) if row is not None else []
    counts = {name: sum(each[name] for each in rows) for name in _OF_ANALYSES}
    answers = _answers(rows)
    of_consents = tally.consent_counts(project, timezone.now() + ENDS_SOON)
    job = row.job if row is not None else None
    has_failed = job is not None and job.state in (JobState.FAILED, JobState.CANCELLED, JobState.LOST)
    return {
        "is_running": job is not None and job.state in UNFINISHED_STATES,
        "progress": job.progress if job is not None and job.state in UNFINISHED_STATES else 0.0,
        "activity": job.current_activity if job is not None and job.state in UNFINISHED_STATES else "",
        "error": (job.error or "It was cancelled.") if job is not None and has_failed else "",
        "finished": row.finished.isoformat() if row is not None and row.finished is not None else None,
        "is_current": _is_current(row, tally),
        "build": row.build if row is not None else "",
        "problem": row.problem if row is not None else "",
        "label_problem": row.label_problem if row is not None else "",
        "analysed": counts["analysed"],
        "wrong": counts["wrong"],
        "suspects": counts["suspects"],
        "alike": counts["alike"],
        "crossing": counts["crossing"],
        "outliers": counts["outliers"],
        "proposals": counts["proposals"],
        "ends_soon": of_consents.ends_soon,
        "uncovered": of_consents.uncovered_count,
        "confusion": _confusion(answers),
        "sentences": _sentences(answers, counts["crossing"]),
    }


def _is_current(row: DataAnalysis | None, tally: SampleTally) -> bool:
    """Returns whether no sample came or changed since the last analysis began."""
    return row is not None and row.revision is not None and tally.revision <= row.revision


Answers = Mapping[tuple[int | None, str], Mapping[str, int]]
"""How often the build gave each answer, by group and label."""


def _analysis_counts(actor: Actor, project: Project) -> Sequence[Mapping[str, Any]]:
    """Returns the counts of analysed samples for each group, label and answer of the build. One query."""
    samples = samples_of(actor, project).select_related(None).order_by().filter(analysis__isnull=False)
    return list(samples.values("group", "label", "analysis__answer").annotate(**_OF_ANALYSES))


def _answers(rows: Sequence[Mapping[str, Any]]) -> Answers:
    counts: dict[tuple[int | None, str], dict[str, int]] = defaultdict(dict)
    for row in rows:
        if row["label"] and row["analysis__answer"]:
            counts[row["group"], row["label"]][row["analysis__answer"]] = row["analysed"]
    return counts


def _confusion(answers: Answers) -> list[DataConfusionJson]:
    counts = Counter[tuple[str, str]]()
    for (_, label), by_answer in answers.items():
        counts.update({(label, answer): count for answer, count in by_answer.items()})
    return [{"label": label, "answer": answer, "count": counts[label, answer]} for label, answer in sorted(counts)]


def _sentences(answers: Answers, crossing: int) -> list[str]:
    """Returns sentences on groups that the build does not understand, and on duplicates across splits."""
    sentences = list(_of_groups(answers))
    if crossing:
        sentences.append(
            f"{counted(crossing, 'sample')} in one split have near-duplicates in another, so accuracy looks better "
            "than it is. Leave the copies out."
        )
    return sentences


def _of_groups(answers: Answers) -> Iterator[str]:
    """Yields a sentence for each person of whom the build answers most samples of a label wrongly. Those with the most
    wrong samples come first, at most `MAX_SENTENCES`."""
    wrong = {
        (group, label): mistakes
        for (group, label), by_answer in answers.items()
        if group is not None and (mistakes := _wrong(label, by_answer))
    }
    worst_keys = sorted(wrong, key=lambda key: (-sum(wrong[key].values()), key))[:MAX_SENTENCES]
    names = {group.pk: str(group) for group in _groups([group for group, _ in worst_keys])}
    for group, label in worst_keys:
        by_answer = wrong[group, label]
        total = sum(answers[group, label].values())
        yield (
            f"{names[group]}: the build takes {sum(by_answer.values())} of {total} {label} for "
            f"{' or '.join(sorted(by_answer, key=lambda each: -by_answer[each]))}."
        )


def _wrong(label: str, answers: Mapping[str, int]) -> Mapping[str, int]:
    """The wrong answers, where they are many and most."""
    wrong = {answer: count for answer, count in answers.items() if answer != label}
    count = sum(wrong.values())
    return wrong if count >= MANY_WRONG and count >= MOST_WRONG * sum(answers.values()) else {}


def _groups(keys: Sequence[int]) -> QuerySet[Group]:
    return Group.objects.filter(pk__in=keys).select_related("person")
