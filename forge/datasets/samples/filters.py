"""The filters of samples, on the page of a project's data and in the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Case, F, FloatField, Q, QuerySet, When
from django.utils import timezone
from django_filters import CharFilter, ChoiceFilter, NumberFilter

from forge.core.http.filters import ListFilter
from forge.datasets.models.analysis import HAS_DUPLICATES, HAS_PROPOSAL, IS_OUTLIER, IS_SUSPECT, IS_WRONG
from forge.datasets.models.samples import SampleKind, SampleQuality, SampleSplit
from forge.datasets.sample_uses import covers_split
from rune.datasets.label_names import WORD_LIMIT

MAX_NUMBERS = 200
ENDS_SOON = timedelta(days=30)
DOUBTFUL = "doubtful"
IS_UNCOVERED = ~covers_split()
"""Samples whose consent does not cover the split that they are in."""
IS_UNMARKED = Q(kind=SampleKind.PICTURE, positions__isnull=True)


class YesNoFilter(ChoiceFilter):
    """Keeps the rows that meet a condition for `true`, and the others for `false`."""

    def __init__(self, condition: Q, **options: Any) -> None:
        self.condition = condition
        super().__init__(choices=[("true", "Yes"), ("false", "No")], **options)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Returns the rows; all of them without a choice."""
        if not value:
            return qs
        return qs.filter(self.condition if value == "true" else ~self.condition)


class NumbersFilter(CharFilter):
    """Keeps the samples with these numbers, separated by commas."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Returns the rows with the numbers; what is no number names nothing."""
        if not value:
            return qs
        numbers = [int(each) for each in value.split(",") if each.isascii() and each.isdigit() and len(each) < 10]
        return qs.filter(number__in=numbers[:MAX_NUMBERS])


class ConsentFilter(ChoiceFilter):
    """Keeps the samples whose consent ends soon, or does not cover the split that they are in."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Returns the rows; all of them without a choice."""
        if value == "ends-soon":
            return qs.filter(consent__ends__lt=timezone.now() + ENDS_SOON)
        if value == "missing":
            return qs.filter(IS_UNCOVERED)
        return qs


class OrderFilter(ChoiceFilter):
    """Puts the samples into an order."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Returns the rows: wrong answers that the build is sure of first, right ones that it is sure of last."""
        if value != DOUBTFUL:
            return qs
        certainty = Case(
            When(IS_WRONG, then=-F("analysis__score")), default=F("analysis__score"), output_field=FloatField()
        )
        rows: QuerySet[Any] = qs.annotate(certainty=certainty)
        return rows.order_by(F("certainty").asc(nulls_last=True), "-number")


class DataFilter(ListFilter):
    """The samples of a project."""

    label = CharFilter(max_length=WORD_LIMIT, help_text="Those with this label")
    unlabelled = YesNoFilter(Q(label=""), help_text="`true`: those without a label")
    split = ChoiceFilter(choices=SampleSplit.choices, help_text="Those of this split")
    group = NumberFilter(
        "group__number", min_value=0, max_value=2**31 - 1, help_text="Those of the group of this number"
    )
    device = CharFilter(max_length=WORD_LIMIT, help_text="Those recorded with this device")
    quality = ChoiceFilter(choices=SampleQuality.choices, help_text="Those of this quality")
    kind = ChoiceFilter(choices=SampleKind.choices, help_text="Those recorded with this")
    is_excluded = YesNoFilter(Q(is_excluded=True), help_text="`true`: those that versions are saved without")
    disputed = YesNoFilter(Q(is_disputed=True), help_text="`true`: those that two people label otherwise")
    unmarked = YesNoFilter(IS_UNMARKED, help_text="`true`: pictures in which nobody marked the objects")
    wrong = YesNoFilter(IS_WRONG, help_text="`true`: those on which the current build answers another label")
    suspect = YesNoFilter(IS_SUSPECT, help_text="`true`: those whose label may be wrong")
    alike = YesNoFilter(HAS_DUPLICATES, help_text="`true`: those that have near-duplicates")
    outlier = YesNoFilter(IS_OUTLIER, help_text="`true`: those that are far from all others with their label")
    proposal = YesNoFilter(HAS_PROPOSAL, help_text="`true`: those for which the current build proposes a label")
    answer = CharFilter(
        "analysis__answer", max_length=WORD_LIMIT, help_text="Those on which the current build answers this"
    )
    likeness = NumberFilter(
        "analysis__likeness", min_value=0, max_value=2**31 - 1, help_text="The near-duplicates of this sample"
    )
    consent = ConsentFilter(
        choices=[("ends-soon", "Ends within 30 days"), ("missing", "Does not cover the split")],
        help_text="Those whose consent ends within 30 days, or does not cover their split",
    )
    order = OrderFilter(
        choices=[("newest", "Newest first"), (DOUBTFUL, "Most doubtful first")],
        help_text="Of the numbers; the pages of a list have the newest first",
    )
    numbers = NumbersFilter(max_length=2200, help_text=f"Those with these numbers, separated by commas; {MAX_NUMBERS}")
