"""The facets of a reported page that can change between reading the reports and dismissing them."""

from __future__ import annotations

from collections.abc import Iterable

from forge.core.preconditions import Facet
from forge.moderation.models import Report


def report_facets(reports: Iterable[Report]) -> tuple[Facet, ...]:
    """The open reports, all of which a dismissal answers."""
    ids = sorted(str(report.pk) for report in reports)
    return (Facet("reports", ids, "Somebody reported it too."),)
