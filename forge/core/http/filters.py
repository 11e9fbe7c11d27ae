"""Lists that an address narrows: `?role=owner&q=mika`. One declaration serves a page, its API and the description.

A page ignores a value that is not valid, since an address may be old; the API refuses it by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django_filters import CharFilter, ChoiceFilter, Filter, FilterSet
from drf_spectacular.utils import OpenApiParameter

from forge.core.errors import Invalid

M = TypeVar("M", bound=Model)


class WordsFilter(CharFilter):
    """Keeps the rows in which each of the words is a part of one of the fields, whatever its case.

    `max_words` bounds a search in many rows: words after these are ignored.
    """

    def __init__(self, *fields: str, max_words: int | None = None, **options: Any) -> None:
        super().__init__(max_length=100, **options)
        self.fields = fields
        self.max_words = max_words

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Returns the rows with all words."""
        for word in (value or "").split()[: self.max_words]:
            condition = Q()
            for field in self.fields:
                condition |= Q(**{f"{field}__icontains": word})
            qs = qs.filter(condition)
        return qs


class SortFilter(ChoiceFilter):
    """Orders the rows. `orders` has, for each value, its label and the fields; "" is the order without a choice."""

    def __init__(self, orders: Mapping[str, tuple[str, Sequence[str]]], **options: Any) -> None:
        self.orders = orders
        self.labels = {value: label for value, (label, _) in orders.items()}
        super().__init__(choices=[(value, label) for value, label in self.labels.items() if value], **options)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Returns the rows in the order of a choice."""
        return qs.order_by(*self.orders[value or ""][1])


class ViewFilter(ChoiceFilter):
    """Chooses how a page shows the rows, and keeps all of them."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Returns the same rows."""
        return qs


class ListFilter(FilterSet):
    """The filters of one list, as attributes of a subclass. `qs` has the rows."""

    def __init__(self, query: QueryDict | dict[str, str], rows: QuerySet[Any]) -> None:
        super().__init__(query, rows)

    @classmethod
    def narrow(cls, query: QueryDict | dict[str, str], rows: QuerySet[M]) -> QuerySet[M]:
        """Returns the rows that a query of the API asks for. Raises `Invalid` with the name of each wrong value."""
        filters = cls(query, rows)
        if not filters.is_valid():
            errors = {name: [str(text) for text in texts] for name, texts in filters.errors.items()}
            name, texts = next(iter(errors.items()))
            raise Invalid(f"`{name}`: {texts[0]}", errors=errors)
        return filters.qs

    @classmethod
    def parameters(cls) -> list[OpenApiParameter]:
        """The filters as the API's description has them."""
        return [_parameter(name, each) for name, each in cls.base_filters.items()]

    @property
    def values(self) -> dict[str, str]:
        """The chosen values as the address has them, for the form: "" where none is chosen, or none valid."""
        self.form.is_valid()
        valid, data = self.form.cleaned_data, self.form.data
        return {name: data.get(name, "").strip() if valid.get(name) else "" for name in self.filters}

    @property
    def sorts(self) -> Mapping[str, str]:
        """The labels of the orders, by their values."""
        return {
            name: label
            for each in self.filters.values()
            if isinstance(each, SortFilter)
            for name, label in each.labels.items()
        }

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter other than an order or a view applies."""
        return any(
            value for name, value in self.values.items() if not isinstance(self.filters[name], SortFilter | ViewFilter)
        )

    def address(self, **changes: str) -> str:
        """The query of the page with other values: its first page, unless `page` is among them."""
        values = {**self.values, **changes}
        return f"?{urlencode({name: value for name, value in values.items() if value})}"

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Applies the values that are valid."""
        for name, each in self.filters.items():
            queryset = each.filter(queryset, self.form.cleaned_data.get(name))
        return queryset


def _parameter(name: str, each: Filter) -> OpenApiParameter:
    choices = each.extra.get("choices")
    # Choices that a function answers are known only once all apps have started.
    values = None if choices is None or callable(choices) else [str(value) for value, _ in choices]
    return OpenApiParameter(name, str, description=str(each.extra.get("help_text", "")), enum=values)
