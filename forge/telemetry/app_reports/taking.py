"""Takes a document of a web page: it is added to the one unit of its deployment, rune and day, or refused by name."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from prometheus_client import Counter

from forge.deployments.models import Deployment
from forge.deployments.serving.refusals import RUNE_UNKNOWN, RefusalKind, ServingRefusal
from forge.telemetry.app_reports.documents import BadPageDocument, PageDocument
from forge.telemetry.app_reports.pending import PageSum, PendingPageSums, pending_sums
from forge.telemetry.intake.plausibility import impossible, is_near
from forge.telemetry.intake.refusals import AHEAD
from forge.telemetry.intake.runes import watched_rune_with_key
from forge.telemetry.switch.access import switch_of
from forge.telemetry.totals.sums import sums_of
from hmrd.protocol.counts import CountsVerdict
from rune.watch.counts import Counts
from rune.watch.encoding import BadCounts, decode
from rune.watch.layout import WatchLayout

MOST_ANSWERS: Final = 72_000
"""Answers of one document: 20 a second in the hour after which a page sends. frontend/src/sdk/telemetry/ has it too."""
PERIOD: Final = timedelta(hours=1)
"""The longest time that a document is about."""
MOST_LATE: Final = timedelta(days=2)
"""So late may a document be: a page sends before it is closed, or when it wakes up again."""

TELEMETRY_OFF = RefusalKind(CountsVerdict.TELEMETRY_OFF, 403, "The deployment does not count now")
NOT_A_DOCUMENT = RefusalKind(CountsVerdict.NOT_A_DOCUMENT, 400, "This is not a document of a page")
BINS_WRONG = RefusalKind(CountsVerdict.BINS_WRONG, 400, "The counts are not in the bins of this rune")
COUNTS_IMPOSSIBLE = RefusalKind(CountsVerdict.COUNTS_IMPOSSIBLE, 400, "No page can have counted this")
DAY_EARLY = RefusalKind(CountsVerdict.DAY_EARLY, 400, "The day was before telemetry was turned on")
DAY_AHEAD = RefusalKind(CountsVerdict.DAY_AHEAD, 400, "The day is more than a day ahead")
DAY_OLD = RefusalKind(CountsVerdict.DAY_OLD, 400, "The day is too long ago")
_reports = Counter("forge_page_counts", "Documents of counts that web pages sent.", ["verdict"])


def take_page_counts(deployment: Deployment, data: bytes, now: datetime, sums: PendingPageSums = pending_sums) -> None:
    """Adds a document of a page of this deployment. Raises `ServingRefusal`, and counts nothing then."""
    try:
        _take(deployment, data, now, sums)
    except ServingRefusal as refusal:
        _reports.labels(refusal.kind.name).inc()
        raise
    _reports.labels(str(CountsVerdict.ACCEPTED)).inc()


def _take(deployment: Deployment, data: bytes, now: datetime, sums: PendingPageSums) -> None:
    switch = switch_of(deployment)
    if switch is None or not switch.is_on:
        raise ServingRefusal(TELEMETRY_OFF)
    try:
        document = PageDocument.read(data)
    except BadPageDocument as error:
        raise ServingRefusal(NOT_A_DOCUMENT, str(error)) from None
    _require_day(document, switch.changed, now)
    rune = watched_rune_with_key(deployment, document.rune.hex())
    if rune is None:
        raise ServingRefusal(RUNE_UNKNOWN, "The deployment never served this rune.")
    layout = rune.layout
    try:
        counts = decode(document.counts, layout)
    except BadCounts as error:
        raise ServingRefusal(BINS_WRONG, str(error)) from None
    if reason := impossible_of_page(counts, layout):
        raise ServingRefusal(COUNTS_IMPOSSIBLE, reason)
    sums.add((rune.pk, document.day), PageSum(1, sums_of(counts)))


def _require_day(document: PageDocument, turned_on: datetime, now: datetime) -> None:
    if document.day > (now + AHEAD).date():
        raise ServingRefusal(DAY_AHEAD)
    if document.day < (now - MOST_LATE).date():
        raise ServingRefusal(DAY_OLD)
    if document.day < turned_on.date():
        raise ServingRefusal(DAY_EARLY)


def impossible_of_page(counts: Counts, layout: WatchLayout) -> str:
    """Returns why a page cannot have counted this; "" where it can."""
    if any(counts.time) or counts.microseconds or counts.restarts or counts.memory:
        return "A page measures no time, no restarts and no memory."
    if counts.answers == 0 or not any(layout.sizes):
        return "There is no answer in it."
    if counts.answers > MOST_ANSWERS:
        return f"More than {MOST_ANSWERS:,} answers are not possible in the hour that a document is about."
    for group, size in zip((counts.labels, counts.confidence, *counts.features), layout.sizes, strict=True):
        # A run that answers counts once in each group.
        if size and not is_near(sum(group), counts.answers, group):
            return "Each answer is counted once in each group of bins, and these are not as many."
    return impossible(counts, layout, PERIOD)
