"""The text that owners of devices read: the terms of consents, in parts, as the device composes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from forge.core.errors import Invalid
from forge.datasets.consent_terms import (
    DEVICE_PROMISE,
    MAX_DAYS,
    PAGE_PROMISE,
    UNTIL_DELETED,
    Purpose,
    Terms,
    is_data_restricted,
    purpose_sentence,
    standing_who,
)
from forge.projects.models import Project
from forge.telemetry.sample_requests.models import SampleRequest
from hmrd.protocol.samples import OfferTerms, PurposeSentences
from rune.wording import counted


def offer_terms(project: Project, purposes: Collection[Purpose], days: int) -> OfferTerms:
    """Returns the terms of a request for these purposes. Raises `Invalid` for a time that is not offered."""
    if not 0 <= days <= MAX_DAYS:
        raise Invalid(f"Samples are kept for 1 to {MAX_DAYS} days, or until somebody deletes them (0).")
    end = ". They have no other end." if days == UNTIL_DELETED else f", and {_after(days)} at the latest."
    return OfferTerms(
        standing_who(project),
        tuple(_sentences(project, purpose, is_requested=purpose in purposes) for purpose in Purpose),
        f"They are deleted when I take them back{end}",
        DEVICE_PROMISE,
    )


def page_terms(request: SampleRequest) -> OfferTerms:
    """Returns the terms of a request as people on web pages read them: the same, with the promise of somebody who
    decides about what they send and about no device."""
    return replace(request.terms, promise=PAGE_PROMISE)


def terms_of_yes(
    request: SampleRequest, purposes: frozenset[Purpose], now: datetime, terms: OfferTerms | None = None
) -> Terms:
    """Returns the terms of a consent: what an owner read who allowed these purposes, or a person who read other
    `terms`."""
    terms, days = terms or request.terms, request.link.days
    return Terms(
        purposes,
        None if days == UNTIL_DELETED else now + timedelta(days=days),
        who=terms.who,
        uses=terms.uses(purposes),
        until=terms.until,
        promise=terms.promise,
        is_restricted=request.is_restricted,
    )


def is_restricted_now(project: Project) -> bool:
    """Returns whether terms that are made now say that only those who manage the project hear the samples."""
    return is_data_restricted(project)


def purposes_of_boxes(
    *, for_tests: bool, for_training: bool, for_readers: bool, for_other_projects: bool, for_assistants: bool
) -> frozenset[Purpose]:
    """Returns the purposes that somebody ticked."""
    boxes = {
        Purpose.TESTS: for_tests,
        Purpose.TRAINING: for_training,
        Purpose.READERS: for_readers,
        Purpose.OTHER_PROJECTS: for_other_projects,
        Purpose.ASSISTANTS: for_assistants,
    }
    return frozenset(purpose for purpose, is_ticked in boxes.items() if is_ticked)


def _after(days: int) -> str:
    return f"{counted(days, 'day')} after I agreed"


def _sentences(project: Project, purpose: Purpose, *, is_requested: bool) -> PurposeSentences:
    allowed_text, refused_text = (purpose_sentence(project, purpose, is_allowed=each) for each in (True, False))
    return PurposeSentences(purpose.value, allowed_text, refused_text, is_requested)
