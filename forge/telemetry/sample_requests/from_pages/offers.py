"""The requests that people on web pages are asked, as a page gets them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings

from forge.deployments.models import Deployment
from forge.telemetry.intake.runes import record_of
from forge.telemetry.sample_requests.access import asks_of, is_active, open_requests
from forge.telemetry.sample_requests.models import SampleRequest
from forge.telemetry.sample_requests.terms import page_terms
from hmrd.protocol.samples import MOST_OFFERS, ODD_SHARE, SampleOffer
from rune.watch.record import WatchRecord

TAKE_BACK: Final = "/d/samples/take-back"
"""The address at which what was sent is taken back: of no deployment, so that it outlives each."""


def page_requests(deployment: Deployment) -> Sequence[SampleRequest]:
    """Returns the open requests of a deployment that people on its pages are asked now, the newest first."""
    rows = open_requests(deployment).filter(page_link__isnull=False).order_by("-created")
    return [row for row in rows[:MOST_OFFERS] if is_active(row)]


def offers_to_json(deployment: Deployment, rune: str) -> dict[str, Any]:
    """Returns what a page gets whose rune has a digest: the requests for windows of this rune, the highest bin of
    confidence that is odd, and where all is taken back. The caller has found a release with the rune."""
    return {
        "offers": [_offer(row).to_json() for row in page_requests(deployment) if row.watched.rune == rune],
        "odd_confidence": odd_confidence(record_of(rune)),
        "take_back": f"{settings.PUBLIC_URL}{TAKE_BACK}",
    }


def odd_confidence(record: WatchRecord) -> int | None:
    """Returns the highest bin of confidence at which an answer is less sure than nearly all on the test samples; None
    where none is, or without test samples. Devices keep the same windows (`hmrd.sample_requests.is_odd`)."""
    counts = () if record.reference is None else record.reference.confidence
    sums = [sum(counts[: place + 1]) for place in range(len(counts))]
    odd_bins = [place for place, each in enumerate(sums) if each <= ODD_SHARE * sums[-1]]
    return max(odd_bins, default=None) if sums and sums[-1] else None


def _offer(request: SampleRequest) -> SampleOffer:
    return SampleOffer(
        str(request.pk),
        asks_of(request),
        request.watched.rune,
        request.condition,
        request.most,
        int(request.link.expires.timestamp()),
        page_terms(request),
    )
