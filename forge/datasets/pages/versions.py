"""The page of one version of a project's data: what it has, what changed, and how often it was tested on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.core.http.pages import for_person
from forge.core.http.paging import chosen_of, things_of
from forge.datasets.access import find_version, labels_of, samples_of, versions_of
from forge.datasets.playing import playable
from forge.datasets.sample_cards import marks_of
from forge.datasets.versions.accuracy_uses import count_accuracy
from forge.datasets.versions.card import LICENCES, card_of
from forge.datasets.versions.contents import deleted_numbers, entries_of
from forge.datasets.versions.manifest import Entry, VersionComparison, compare, sentences_of
from forge.projects.place import project_of
from rune.datasets.export.layouts import EXPORT_LAYOUTS

CHANGES_SHOWN = 100
"""Changes on a page."""
ADDED, EXCLUDED, DELETED, RELABELLED = "added", "left out", "deleted", "label"


@dataclass(frozen=True)
class SampleChange:
    """A sample that one of two versions has alone, or that has another label in the later one. `before` and `after`
    are its labels, "" where it is not in that version."""

    number: int
    kind: str
    before: str
    after: str
    split: str
    is_stored: bool


@for_person
@never_cache
@require_safe
def one_version(request: HttpRequest, organisation: str, name: str, number: int) -> HttpResponse:
    """A version beside an earlier one, by default the one before it."""
    project, principal = project_of(request, organisation, name, Verb.READ), principal_of(request)
    version = find_version(principal, project, number)
    earlier = list(versions_of(principal, project).filter(number__lt=number).select_related(None))
    chosen_number = chosen_of(request, "since", [str(each.number) for each in earlier])
    before = next((each for each in earlier if not chosen_number or str(each.number) == chosen_number), None)
    entries = entries_of(version)
    tombstones = deleted_numbers(version.data_set_id)
    was = () if before is None else entries_of(before)
    comparison = compare(was, entries, tombstones)
    changes = [] if before is None else changes_of(comparison, was, entries, tombstones)
    rows, pages = things_of(request, changes, CHANGES_SHOWN, at="changes")
    samples = samples_of(principal, project).select_related(None).order_by()
    locked_numbers = set(samples.exclude(playable(principal)).values_list("number", flat=True))
    context = {
        "project": project,
        "version": version,
        "earlier": earlier,
        "before": before,
        "sentences": [] if before is None else sentences_of(comparison),
        "changes": rows,
        "pages": pages,
        "labels": label_rows(version.figures["labels"], marks_of(labels_of(principal, project))),
        "tombstones": sum(each.number in tombstones for each in entries),
        "accuracy": count_accuracy(version.data_set, version.pk),
        "data_card": card_of(version, entries),
        "licences": LICENCES,
        "may_manage": can(principal, Verb.MANAGE, project),
        "is_locked": not locked_numbers.isdisjoint(each.number for each in entries),
        "layouts": EXPORT_LAYOUTS.values(),
    }
    return render(request, "data/version.html", context)


def changes_of(
    comparison: VersionComparison, before: Collection[Entry], after: Collection[Entry], tombstones: Collection[int]
) -> Sequence[SampleChange]:
    """The changes, sample by sample: those of labels first, then samples that are missing, then new ones."""
    was, now = {each.number: each for each in before}, {each.number: each for each in after}

    def change(number: int, kind: str) -> SampleChange:
        one, other = was.get(number), now.get(number)
        entry = other or one
        assert entry is not None  # noqa: S101 (a number of the comparison is in one of both)
        labels = ("" if one is None else one.label), ("" if other is None else other.label)
        return SampleChange(number, kind, *labels, entry.split, number not in tombstones)

    return [
        *(change(each.number, RELABELLED) for each in comparison.label_changes),
        *(change(number, EXCLUDED) for number in comparison.excluded_numbers),
        *(change(number, DELETED) for number in comparison.deleted_numbers),
        *(change(number, ADDED) for number in comparison.added_numbers),
    ]


def label_rows(labels: Mapping[str, int], marks: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """The labels of a version: name, mark and number of samples, most first."""
    rows = [(label, marks.get(label, 0), count) for label, count in labels.items()]
    return sorted(rows, key=lambda row: (-row[2], row[0]))
