"""The pages of standing tables: their list, and one with its versions, any two of them compared sample by sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.accounts.principals import principal_of
from forge.core.http.paging import chosen_of, rows_of, words_of
from forge.registry.discovery.standings.access import (
    StandingTableFilter,
    entries_in,
    evaluation_in,
    find_table,
    tables_for,
)
from forge.registry.discovery.standings.ranking import RankedEntry, difference, difference_sentence, ranked
from forge.registry.models import StandingEntry, StandingTable
from rune.assessment.evaluation.evaluation import Evaluation
from rune.assessment.evaluation.wording import percent

TABLES_SHOWN = 50
SIZES = {"10k": ("Up to 10 kB", 10_000), "100k": ("Up to 100 kB", 100_000), "1m": ("Up to 1 MB", 1_000_000)}
"""The largest runes that are shown, by the value in the address."""
_REFERENCE_LENGTH = 16


@dataclass(frozen=True)
class EntryRow:
    """A version on the page. `reference` names its bytes in addresses."""

    standing: RankedEntry
    reference: str


@dataclass(frozen=True)
class RecallRow:
    """A label: how often each of two versions recognises it."""

    label: str
    samples: int
    one: str
    other: str


@dataclass(frozen=True)
class ComparedPair:
    """Two versions of a table, sample by sample. `address` is the one to cite."""

    one: StandingEntry
    other: StandingEntry
    sentence: str
    labels: Sequence[RecallRow]
    address: str


def standings_page(request: HttpRequest) -> HttpResponse:
    """The tables that somebody may see."""
    filters = StandingTableFilter(request.GET, tables_for(principal_of(request)))
    tables, pages = rows_of(request, filters.qs, TABLES_SHOWN)
    context = {"tables": tables, "pages": pages, "values": filters.values, "is_narrowed": filters.is_narrowed}
    return render(request, "standings/list.html", context)


def standing_page(request: HttpRequest, address: str) -> HttpResponse:
    """Shows a table, narrowed by the address, and two of its versions beside each other."""
    table = find_table(principal_of(request), address)
    entries = entries_in(principal_of(request), table)
    rows = [EntryRow(each, reference_of(each.entry)) for each in ranked(*entries)]
    words, size, with_left = words_of(request), chosen_of(request, "size", SIZES), request.GET.get("left") == "1"
    shown_rows = [row for row in rows if _matches(row.standing, words, size, with_left=with_left)]
    context: dict[str, Any] = {
        "table": table,
        "labels": sorted(table.labels.items()),
        "rows": shown_rows,
        "all_rows": rows,
        "left": sum(row.standing.rank is None for row in rows),
        "words": words,
        "size": size,
        "sizes": [(value, title) for value, (title, _) in SIZES.items()],
        "with_left": with_left,
        "chosen": (request.GET.get("one", ""), request.GET.get("other", "")),
        "address": f"{settings.PUBLIC_URL}{table.get_absolute_url()}",
    }
    context["pair"] = _pair(table, rows, *context["chosen"])
    return render(request, "standings/table.html", context)


def reference_of(entry: StandingEntry) -> str:
    """Returns how addresses name a version of a table: by the first digits of its rune's digest, which stay."""
    return entry.rune.partition(":")[2][:_REFERENCE_LENGTH]


def _matches(row: RankedEntry, words: str, size: str, *, with_left: bool) -> bool:
    name = row.entry.name.lower()
    fits = not size or row.entry.size <= SIZES[size][1]
    return (with_left or row.rank is not None) and fits and all(word in name for word in words.lower().split())


def _pair(table: StandingTable, rows: Sequence[EntryRow], one: str, other: str) -> ComparedPair | None:
    """Two different versions by their references, or None where the address names no two whose outcomes are stored."""
    by_reference = {row.reference: row.standing.entry for row in reversed(rows)}
    first, second = by_reference.get(one), by_reference.get(other)
    if first is None or second is None or first.pk == second.pk:
        return None
    left, right = evaluation_in(first, table), evaluation_in(second, table)
    if left is None or right is None:
        return None
    sentence = difference_sentence(first.name, second.name, difference(left, right))
    address = f"{settings.PUBLIC_URL}{table.get_absolute_url()}?one={one}&other={other}"
    return ComparedPair(first, second, sentence, _labels(left, right), address)


def _labels(one: Evaluation, other: Evaluation) -> list[RecallRow]:
    beside = {each.label: each for each in other.label_figures}
    return [
        RecallRow(
            each.label,
            each.samples,
            percent(each.recall.value) if each.recall is not None else "",
            percent(recall.value) if each.label in beside and (recall := beside[each.label].recall) else "",
        )
        for each in one.label_figures
        if each.samples
    ]
