"""The filters of samples, on the page of a project's data and in the API."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django_filters import CharFilter, ChoiceFilter, NumberFilter

from forge.core.http.filters import ListFilter
from forge.datasets.samples.models import SampleKind, SampleQuality, SampleSplit

MAX_NUMBERS = 200


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


class DataFilter(ListFilter):
    """The samples of a project."""

    label = CharFilter(max_length=60, help_text="Those with this label")
    unlabelled = YesNoFilter(Q(label=""), help_text="`true`: those without a label")
    split = ChoiceFilter(choices=SampleSplit.choices, help_text="Those of this split")
    group = NumberFilter(
        "group__number", min_value=0, max_value=2**31 - 1, help_text="Those of the group of this number"
    )
    device = CharFilter(max_length=60, help_text="Those recorded with this device")
    quality = ChoiceFilter(choices=SampleQuality.choices, help_text="Those of this quality")
    kind = ChoiceFilter(choices=SampleKind.choices, help_text="Those recorded with this")
    left_out = YesNoFilter(Q(left_out=True), help_text="`true`: those that versions are saved without")
    numbers = NumbersFilter(max_length=2200, help_text=f"Those with these numbers, separated by commas; {MAX_NUMBERS}")
