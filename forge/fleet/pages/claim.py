"""The page on which devices join: by a code, a label, a batch or another update client, and what is open of each."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from forge.accounts.access import find_organisation
from forge.accounts.models import Organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb, can
from forge.accounts.principals import principal_of
from forge.core.errors import Conflict, DomainError, QuotaReached
from forge.core.http.act_forms import Button, form_view
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.fleet.access import hand_overs_to
from forge.fleet.devices.trust import home_keys
from forge.fleet.enrolment.access import batches_of, candidates_of, open_codes
from forge.fleet.enrolment.actions.batches import LARGEST_BATCH, create_batch, revoke_batch
from forge.fleet.enrolment.actions.candidates import confirm_candidate, enter_label, refuse_candidate
from forge.fleet.enrolment.actions.codes import create_code, revoke_code
from forge.fleet.enrolment.models import DeviceCandidate
from forge.fleet.enrolment.serializers import NewBatch, NewClaimCode
from forge.fleet.hand_overs.actions import accept_device, decline_device
from forge.fleet.pages.sentences import TRUST
from forge.fleet.pages.stock import new_account_context
from forge.fleet.stock.actions import create_stock_device
from forge.fleet.stock.serializers import NewStockAccount
from hmrd.protocol.keys import fingerprint

BATCHES_SHOWN: Final = 20


@for_person
def claim_page(request: HttpRequest, organisation: str) -> HttpResponse:
    """Returns the four ways in which devices join, and the codes, candidates and batches that are open."""
    owner = find_organisation(principal_of(request), organisation, Verb.CLAIM_DEVICES)
    return render(request, "fleet/claim.html", _context(request, owner))


def _context(request: HttpRequest, owner: Organisation) -> dict[str, Any]:
    principal = principal_of(request)
    keys = home_keys(owner.pk)
    batches, pages = rows_of(request, batches_of(principal, owner), BATCHES_SHOWN, at="batches")
    may_accept = can(principal, Verb.LOCK_OUT_DEVICES, owner)
    return tabs_of(principal, owner) | {
        "trust": [(kind.value, *words) for kind, words in TRUST.items()],
        "home_keys": [key.fingerprint for key in keys],
        "codes": list(open_codes(owner).select_related("created_by").order_by("-created")),
        "candidates": [_with_fingerprint(each) for each in candidates_of(principal, owner)],
        "batches": batches,
        "pages": pages,
        "now": timezone.now(),
        "largest_batch": LARGEST_BATCH,
        "offers": list(hand_overs_to(owner)) if may_accept else [],
    }


def _with_fingerprint(candidate: DeviceCandidate) -> tuple[DeviceCandidate, str]:
    """Returns a candidate with the fingerprint of its key; "" until it asked."""
    return candidate, fingerprint(candidate.public_key) if candidate.public_key else ""


def _show_code(request: HttpRequest, owner: Organisation, new: NewClaimCode) -> HttpResponse:
    code = segno.make(new.command, error="m", micro=False)
    picture = code.svg_data_uri(scale=4, border=2, light="#fff", omitsize=True)
    return render(request, "fleet/claim.html", _context(request, owner) | {"new_code": new, "picture": picture})


def _show_batch(request: HttpRequest, owner: Organisation, new: NewBatch) -> HttpResponse:
    return render(request, "fleet/claim.html", _context(request, owner) | {"new_batch": new})


def _show_stock(request: HttpRequest, owner: Organisation, new: NewStockAccount) -> HttpResponse:
    return render(request, "fleet/claim.html", _context(request, owner) | new_account_context(new))


def _show_again(request: HttpRequest, owner: Organisation, *names: Any) -> HttpResponse:
    """Shows the page with the error, which is last; before it are the names of the address."""
    error: DomainError = names[-1]
    return show_again(request, "fleet/claim.html", _context(request, owner), error)


def _here(owner: Organisation, *_: UUID) -> str:
    return f"/{owner.name}/devices/claim"


def _candidates(owner: Organisation, *_: UUID) -> str:
    return f"{_here(owner)}#candidates"


ERRORS = (Conflict, QuotaReached)

make = form_view(
    {
        "code": Button(create_code, shown=_show_code),
        "label": Button(enter_label, _candidates),
        "batch": Button(create_batch, shown=_show_batch),
        "stock": Button(create_stock_device, shown=_show_stock),
    },
    _show_again,
    ERRORS,
)
"""The buttons of the four ways."""
change_code = form_view({"revoke": Button(revoke_code, _here)}, _show_again, ERRORS)
change_candidate = form_view(
    {"confirm": Button(confirm_candidate, _candidates), "refuse": Button(refuse_candidate, _candidates)},
    _show_again,
    ERRORS,
)
change_batch = form_view({"revoke": Button(revoke_batch, _here)}, _show_again, ERRORS)
change_offer = form_view(
    {"accept": Button(accept_device, _here), "decline": Button(decline_device, _here)}, _show_again, ERRORS
)
