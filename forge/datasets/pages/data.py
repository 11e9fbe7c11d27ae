"""The page of a project's data: samples with filters, labelling, and versions. All of it works without scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.core.http.pages import for_person
from forge.core.http.paging import slice_of
from forge.core.preconditions import etag_of
from forge.datasets.access import find_sample, labels_of, revision_of, samples_of, versions_of
from forge.datasets.analysis.access import analysis_of, answer_of
from forge.datasets.analysis.report import report_of
from forge.datasets.collecting.access import submissions_of
from forge.datasets.consent.actions import purposes_of
from forge.datasets.consent_terms import DEFAULT_PURPOSES
from forge.datasets.deleting import may_delete
from forge.datasets.labelling.queue import opinions_on
from forge.datasets.model_quality import project_quality
from forge.datasets.models.samples import SampleKind, SampleQuality, SampleSplit
from forge.datasets.pages.confusion import confusion_table
from forge.datasets.pages.objects import picture_objects
from forge.datasets.pages.table_rows import table_rows
from forge.datasets.playing import playable, playing_facets, refusal_of
from forge.datasets.sample_cards import MARKS, cards_of, marks_of
from forge.datasets.samples.filters import MAX_NUMBERS, DataFilter
from forge.datasets.summary import DataLabelJson, DataSummaryJson, summary_of
from forge.datasets.tally import tally_of
from forge.datasets.versions.contents import versions_with
from forge.jobs.environments import may_prepare
from forge.projects.models import Project
from forge.projects.place import project_of
from rune.assessment.evaluation.wording import certainty
from rune.datasets.content.content import SUFFIXES
from rune.datasets.export.layouts import EXPORT_LAYOUTS
from rune.environments.analysis import CLEANLAB, missing_analysis

SAMPLES_SHOWN = 48
"""Samples on a page without scripts; with them the list has all."""
VERSIONS_SHOWN = 8
ALIKE_SHOWN = 12
_CHECKS = ("disputed", "wrong", "suspect", "alike", "outlier", "proposal", "consent", "unlabelled", "unmarked")
LABEL_KEYS = 9
"""Labels with a key: 1 to 9."""


@dataclass(frozen=True)
class LabelRow:
    """A label beside the samples, with the key that sets it."""

    counts: DataLabelJson
    key: str
    total: int
    percent: int
    """The percent of the label with the most samples."""
    mark: int
    minutes: str


@dataclass(frozen=True)
class ScoreRow:
    """The answers of the current build for one label."""

    label: str
    percent: int
    certainty: str


@for_person
@require_GET
@never_cache
def data_page(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The data of a project."""
    project = project_of(request, organisation, name, Verb.READ)
    return render(request, "data/page.html", page_context(request, principal_of(request), project))


@for_person
@require_GET
@never_cache
def cards(request: HttpRequest, organisation: str, name: str) -> HttpResponse:
    """The cards of the samples that an address names: what a script puts into the list while one scrolls."""
    project = project_of(request, organisation, name, Verb.READ)
    samples = DataFilter.narrow(request.GET, samples_of(principal_of(request), project))[:MAX_NUMBERS]
    marks = marks_of(labels_of(principal_of(request), project))
    sample_cards = cards_of(principal_of(request), samples, project, marks)
    return render(request, "data/samples/cards.html", {"cards": sample_cards})


@for_person
@require_GET
@never_cache
def sample_page(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """Shows a sample: it is played, with the build's answer, its consent and the versions that have it."""
    project = project_of(request, organisation, name, Verb.READ)
    return render(request, "data/samples/page.html", _sample_context(principal_of(request), project, number))


@for_person
@require_GET
@never_cache
def sample_panel(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """The same beside the samples: a script shows it for the one in focus."""
    project = project_of(request, organisation, name, Verb.READ)
    return render(request, "data/samples/panel.html", _sample_context(principal_of(request), project, number))


def _sample_context(principal: Principal, project: Project, number: int) -> dict[str, Any]:
    sample = find_sample(principal, project, number)
    labels = labels_of(principal, project)
    analysis = analysis_of(principal, project)
    answer = answer_of(sample, analysis.rune if analysis is not None else "")
    row = cards_of(principal, [sample], project, marks_of(labels))[0]
    # A version tests on it, and the person is no owner.
    is_protected = sample.tested_since is not None and not can(principal, Verb.CHANGE_TESTS, project)
    alike: list[int] = []
    if row.analysis is not None and row.analysis["likeness"] is not None:
        others = samples_of(principal, project).filter(analysis__likeness=row.analysis["likeness"])
        alike = [each.number for each in others.exclude(pk=sample.pk)[:ALIKE_SHOWN]]
    return {
        "project": project,
        "sample": sample,
        "card": row,
        "table": table_rows(row),
        "refusal": refusal_of(project),
        "labels": labels,
        "answer": answer,
        "build": analysis,
        "scores": _scores(answer.scores) if answer is not None else [],
        "alike": alike,
        "opinions": opinions_on(sample),
        "events": json.dumps(sample.events or []),
        "objects": picture_objects(principal, project, sample, labels) if row.picture else None,
        "revision": revision_of(principal, project),
        "purposes": sorted(purpose.replace("-", " ") for purpose in purposes_of(sample.consent)),
        "versions": versions_with(sample, versions_of(principal, project)),
        "may_edit": can(principal, Verb.EDIT, project) and not is_protected,
        "is_protected": is_protected,
        "may_delete": may_delete(principal, sample),
    }


def _scores(scores: Mapping[str, float]) -> list[ScoreRow]:
    return [
        ScoreRow(label, round(score * 100), certainty(score, is_rounded=True))
        for label, score in sorted(scores.items(), key=lambda each: -each[1])
    ]


def page_context(request: HttpRequest, principal: Principal, project: Project) -> dict[str, Any]:
    """All that the page shows."""
    # Before all else: what is read after it may be newer than it, and is read again then, but never older.
    revision = revision_of(principal, project)
    samples = samples_of(principal, project)
    filters = DataFilter(request.GET, samples)
    # Only the samples of the page are read in full: the order is found without what stands beside each.
    keys, pages = slice_of(request, filters.qs.select_related(None).values_list("pk", flat=True), SAMPLES_SHOWN)
    by_key = samples.in_bulk(list(keys))
    rows = [by_key[key] for key in keys if key in by_key]
    tally = tally_of(principal, project)
    summary = summary_of(principal, project, tally)
    versions = list(versions_of(principal, project)[:VERSIONS_SHOWN])
    report = report_of(principal, project, tally)
    return {
        "project": project,
        "revision": revision,
        "summary": summary,
        "playing_etag": etag_of(playing_facets(summary["restricted"])),
        "minutes": round(summary["milliseconds"] / 60_000, 1),
        "labels": _labels(summary),
        "report": report,
        "finished": _moment(report["finished"]),
        "confusion": confusion_table(report["confusion"]),
        "usual_kind": next((row.kind for row in rows if row.is_replayable), SampleKind.SOUND.value),
        "filters": filters.values,
        "is_narrowed": filters.is_narrowed,
        "is_all": not any(filters.values.get(name) for name in _CHECKS),
        "choices": {
            "splits": SampleSplit.choices,
            "qualities": SampleQuality.choices,
            "kinds": SampleKind.choices,
        },
        "cards": cards_of(principal, rows, project, marks_of([each["label"] for each in summary["labels"]])),
        "pages": pages,
        "has_objects": samples.filter(positions__isnull=False).exists(),
        "versions": versions,
        "judged": project_quality.call(principal, project)[0],
        "layouts": EXPORT_LAYOUTS.values(),
        "may_edit": can(principal, Verb.EDIT, project),
        # On other servers another machine compares, and only the operator knows what is there.
        "missing": missing_analysis(CLEANLAB) if may_prepare(principal) else (),
        "recording_endings": " ".join(SUFFIXES),
        "may_manage": can(principal, Verb.MANAGE, project),
        "is_locked": summary["restricted"] and samples.exclude(playable(principal)).exists(),
        "refusal": refusal_of(project),
        "usual_purposes": sorted(DEFAULT_PURPOSES),
        "may_give": can(principal, Verb.GIVE_SAMPLE, project),
        "waiting": submissions_of(principal, project).count() if can(principal, Verb.EDIT, project) else 0,
    }


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _labels(summary: DataSummaryJson) -> list[LabelRow]:
    totals = [each["train"] + each["validation"] + each["test"] for each in summary["labels"]]
    most = max(totals, default=1)
    return [
        LabelRow(
            each,
            str(index + 1) if index < LABEL_KEYS else "",
            total,
            round(total * 100 / most),
            index % MARKS + 1,
            f"{each['milliseconds'] / 60_000:.1f}" if each["milliseconds"] else "",
        )
        for index, (each, total) in enumerate(zip(summary["labels"], totals, strict=True))
    ]
