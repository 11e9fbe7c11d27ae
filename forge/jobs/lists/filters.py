"""The filters of an organisation's jobs, on their page and in the API."""

from __future__ import annotations

from django_filters import CharFilter, ChoiceFilter

from forge.core.http.filters import ListFilter
from forge.jobs.kinds import kinds
from forge.jobs.models import JobState


def kind_labels() -> dict[str, str]:
    """The names of all kinds, with what pages call them."""
    return {kind.name: kind.label for kind in kinds()}


class JobFilter(ListFilter):
    """The jobs of an organisation."""

    state = ChoiceFilter(choices=JobState.choices, help_text="Those in this state")
    kind = ChoiceFilter(choices=lambda: list(kind_labels().items()), help_text="Those of this kind")
    project = CharFilter("project__name", max_length=100, help_text="Those of the project of this name")
