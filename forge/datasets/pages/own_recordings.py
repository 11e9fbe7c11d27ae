"""The recordings of a person, for any project: their consents, agreeing to other terms, and withdrawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from forge.accounts.access import nothing_here
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import Principal, principal_of
from forge.core.errors import DomainError, Invalid
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.datasets.access import find_consent, own_consents
from forge.datasets.consent.actions import agree_anew, purposes_of
from forge.datasets.consent_terms import (
    DAYS_OFFERED,
    DEFAULT_DAYS,
    PURPOSE_LABELS,
    Purpose,
    checked_days,
    checked_purposes,
    terms_for,
)
from forge.datasets.models.consents import Consent
from forge.datasets.models.samples import SampleSplit
from forge.datasets.removals.actions import withdraw_consent
from forge.datasets.removals.report import report_of

CONSENTS_SHOWN = 30
_LIST, _AGREE, _WITHDRAWN = (
    "data/collecting/own-recordings.html",
    "data/collecting/agree-anew.html",
    "data/collecting/withdrawn.html",
)


@dataclass(frozen=True)
class OwnConsentRow:
    """A consent of the person, with how many samples it covers and how many of them are of no use under it."""

    consent: Consent
    samples: int
    unused_count: int
    """Samples that are for training, while the consent is for tests alone; or the other way round."""
    purposes: list[str]
    may_agree: bool


@for_person
@never_cache
@require_safe
def own_recordings(request: HttpRequest) -> HttpResponse:
    """All that the person agreed to and did not withdraw, also for organisations that they left."""
    principal = principal_of(request)
    is_test = Q(samples__split=SampleSplit.TEST)
    is_stored = Q(samples__removed=None, samples__isnull=False)
    is_unused = is_test & Q(for_tests=False) | ~is_test & Q(for_training=False)
    consents = own_consents(principal).select_related("data_set__project__organisation").order_by("-agreed")
    rows, pages = rows_of(request, consents, CONSENTS_SHOWN)
    consents_with_counts = (
        Consent.objects.visible_to(principal)
        .filter(pk__in=[each.pk for each in rows])
        .annotate(stored=Count("samples", filter=is_stored), unused=Count("samples", filter=is_stored & is_unused))
    )
    counts = {
        pk: (stored_count, unused_count)
        for pk, stored_count, unused_count in consents_with_counts.values_list("pk", "stored", "unused")
    }
    consent_rows = [
        OwnConsentRow(
            each,
            *counts[each.pk],
            [PURPOSE_LABELS[purpose] for purpose in Purpose if purpose in purposes_of(each)],
            _may_agree(principal, each),
        )
        for each in rows
    ]
    return render(request, _LIST, {"rows": consent_rows, "pages": pages})


def _may_agree(principal: Principal, consent: Consent) -> bool:
    project = consent.data_set.project
    return project.deleted_at is None and can(principal, Verb.GIVE_SAMPLE, project)


@for_person
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def agree_page(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """Chooses purposes and a time, shows the terms that follow, and agrees to those that were read."""
    principal = principal_of(request)
    consent = find_consent(principal, consent_id)
    if consent.person_id != principal.pk:
        raise nothing_here(principal)
    fields = request.POST if request.method == "POST" else request.GET
    purposes, days = purposes_of(consent), DEFAULT_DAYS
    try:
        if "days" in fields:
            purposes, days = checked_purposes(fields.getlist("purposes")), checked_days(fields.get("days") or "")
        if request.method == "POST":
            agree_anew(principal, consent, purposes=purposes, days=days, text=fields.get("text", ""))
            return redirect("own-recordings")
        context = _agree_context(consent, purposes, days)
    except Invalid as error:
        return show_again(request, _AGREE, _agree_context(consent, purposes_of(consent), DEFAULT_DAYS), error)
    except DomainError as error:
        return show_again(request, _AGREE, _agree_context(consent, purposes, days) | {"is_chosen": True}, error)
    return render(request, _AGREE, context | {"is_chosen": "days" in fields})


def _agree_context(consent: Consent, purposes: frozenset[Purpose], days: int) -> dict[str, Any]:
    project = consent.data_set.project
    return {
        "consent": consent,
        "project": project,
        "samples": consent.samples.filter(removed=None).count(),
        "choices": [(each.value, PURPOSE_LABELS[each], each in purposes) for each in Purpose],
        "spans": DAYS_OFFERED,
        "days": days,
        "terms": terms_for(project, purposes, days),
    }


@for_person
@require_POST
def withdraw(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """Withdraws a consent, and says what that deleted and what it cannot reach."""
    principal = principal_of(request)
    consent = find_consent(principal, consent_id)
    removal = withdraw_consent(principal, consent)
    report = None if removal is None else report_of(principal, removal)
    return render(request, _WITHDRAWN, {"project": consent.data_set.project, "report": report})
