"""The page of a project's data: samples with filters, labelling, and versions. All of it works without scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.core.http.pages import for_person
from forge.core.http.paging import rows_of
from forge.datasets.access import find_sample, samples_of, versions_of
from forge.datasets.pages.cards import cards_of
from forge.datasets.samples.filters import MAX_NUMBERS, DataFilter
from forge.datasets.samples.models import SampleQuality, SampleSplit
from forge.datasets.serializers import DataLabelJson, DataSummaryJson, purposes_of
from forge.datasets.summary import summary_of
from forge.datasets.versions.contents import versions_with
from forge.projects.models import Project
from forge.projects.pages.lookup import project_of
from rune.datasets.splits import Split

SHOWN = 48
"""Samples on a page without scripts; with them the list has all."""
VERSIONS_SHOWN = 8
LABEL_KEYS = 9
"""Labels with a key: 1 to 9."""


@dataclass(frozen=True)
class LabelRow:
    """A label beside the samples, with the key that sets it."""

    counts: DataLabelJson
    key: str
    total: int
    percent: int
    """Of the label with the most samples."""


@dataclass(frozen=True)
class SplitRow:
    """A split beside the samples."""

    label: str
    samples: int


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
    shown = cards_of(samples, project.get_absolute_url(), project.full_name)
    return render(request, "data/cards.html", {"cards": shown})


@for_person
@require_GET
@never_cache
def sample_page(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """One sample: it is played, with its consent and the versions that have it."""
    project = project_of(request, organisation, name, Verb.READ)
    principal = principal_of(request)
    sample = find_sample(principal, project, number)
    context = {
        "project": project,
        "sample": sample,
        "card": cards_of([sample], project.get_absolute_url(), project.full_name)[0],
        "address": f"/api/v1/projects/{project.full_name}/data/samples/{sample.number}/recording",
        "purposes": [purpose.replace("-", " ") for purpose in purposes_of(sample.consent)],
        "versions": versions_with(sample, list(versions_of(principal, project))),
        "may_delete": sample.consent.person_id == principal.pk or can(principal, Verb.MANAGE, project),
    }
    return render(request, "data/sample.html", context)


def page_context(request: HttpRequest, principal: Principal, project: Project) -> dict[str, Any]:
    """All that the page shows."""
    samples = samples_of(principal, project)
    filters = DataFilter(request.GET, samples)
    rows, pages = rows_of(request, filters.qs, SHOWN)
    summary = summary_of(principal, project)
    versions = list(versions_of(principal, project)[:VERSIONS_SHOWN])
    return {
        "project": project,
        "summary": summary,
        "minutes": round(summary["milliseconds"] / 60_000, 1),
        "labels": _labels(summary),
        "splits": _splits(summary),
        "filters": filters.values,
        "is_narrowed": filters.is_narrowed,
        "choices": {"splits": SampleSplit.choices, "qualities": SampleQuality.choices},
        "cards": cards_of(rows, project.get_absolute_url(), project.full_name),
        "pages": pages,
        "versions": versions,
        "may_edit": can(principal, Verb.EDIT, project),
        "may_give": can(principal, Verb.GIVE_SAMPLE, project),
    }


def _labels(summary: DataSummaryJson) -> list[LabelRow]:
    totals = [each["train"] + each["validation"] + each["test"] for each in summary["labels"]]
    most = max(totals, default=1)
    return [
        LabelRow(each, str(index + 1) if index < LABEL_KEYS else "", total, round(total * 100 / most))
        for index, (each, total) in enumerate(zip(summary["labels"], totals, strict=True))
    ]


def _splits(summary: DataSummaryJson) -> list[SplitRow]:
    counts = {
        Split.TRAIN: sum(each["train"] for each in summary["labels"]),
        Split.VALIDATION: sum(each["validation"] for each in summary["labels"]),
        Split.TEST: sum(each["test"] for each in summary["labels"]),
    }
    return [SplitRow(split.value, count) for split, count in counts.items()]
