"""Takes the windows that people on web pages send for a request, and deletes what they take back. Nobody signed them:
the yes comes with each window, and what is refused is refused by name."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from forge.accounts.tokens.secrets import hash_secret
from forge.core.audit.entries import write_entry
from forge.core.database.numbers import next_number
from forge.core.errors import Invalid, NoRoom, QuotaReached, TooLarge, Unprocessable
from forge.datasets.collecting.access import principal_of_collector
from forge.datasets.collecting.actions import submit_under, withdraw_as_guest
from forge.datasets.consent.actions import store_consent
from forge.datasets.consent_terms import Purpose, checked_purposes
from forge.datasets.errors import ContentRefused, SampleKnown
from forge.datasets.models import CollectingLink, Collector, Consent, Submission
from forge.datasets.models.collecting import CollectingAudience, SubmissionState
from forge.datasets.samples.content import checked_content
from forge.deployments.models import Deployment
from forge.deployments.serving.refusals import RefusalKind, ServingRefusal
from forge.projects.models import Project
from forge.telemetry.sample_requests.access import is_active
from forge.telemetry.sample_requests.from_pages.messages import PageWindow
from forge.telemetry.sample_requests.models import PageSampleAnswer, SampleRequest
from forge.telemetry.sample_requests.terms import page_terms, terms_of_yes
from hmrd.protocol.samples import SampleVerdict
from rune.digests import digest_of

MOST_SENDERS: Final = 1000
"""Pages that may send for one request: anybody with the public key of a page can claim to be many."""

NOT_A_WINDOW = RefusalKind("not-a-window", 400, "This is not a window of a page")
REQUEST_UNKNOWN = RefusalKind(SampleVerdict.REQUEST_UNKNOWN, 404, "Pages of this deployment are not asked so")
REQUEST_ENDED = RefusalKind(SampleVerdict.REQUEST_ENDED, 410, "Nobody asks for it any more")
PURPOSES_WRONG = RefusalKind(SampleVerdict.PURPOSES_WRONG, 400, "The answer allows what it cannot allow")
TERMS_DIFFER = RefusalKind(SampleVerdict.TERMS_DIFFER, 409, "The person read other terms than those of the request")
NOT_CONSENTED = RefusalKind(SampleVerdict.NOT_CONSENTED, 403, "The yes of this page does not allow it")
TOO_MANY = RefusalKind(SampleVerdict.TOO_MANY, 409, "As many were sent as were asked for")
RECORDING_REFUSED = RefusalKind(SampleVerdict.RECORDING_REFUSED, 400, "The recording cannot be taken")
NO_ROOM = RefusalKind(SampleVerdict.NO_ROOM, 409, "There is no room for it")


def take_page_window(deployment: Deployment, window: PageWindow) -> None:
    """Keeps a window that a person on a page of this deployment ticked; it waits for a member. The same one again is
    acknowledged. Raises `ServingRefusal`, and keeps nothing then."""
    request = _require_request(deployment, window)
    purposes = _require_purposes(request, window)
    project, digest = request.link.project, digest_of(window.data)
    try:
        if not _answers(window).exists():
            # Read before anything is stored, so that no yes stays of a page that sent no recording.
            content = checked_content(project.organisation_id, [window.data])
            if content.kind.value != request.link.kind:
                raise ContentRefused("The request asks for sounds and nothing else.")
        answer = _answer(request, window, purposes)

        def require_consent() -> Consent:
            _require_request(deployment, window)
            current = PageSampleAnswer.objects.select_related("consent").filter(pk=answer.pk).first()
            if current is None or current.consent.withdrawn is not None:
                raise ServingRefusal(NOT_CONSENTED, "It was taken back.")
            submissions = Submission.objects.filter(collector=answer.collector)
            if submissions.count() >= request.most and not submissions.filter(digest=digest).exists():
                raise ServingRefusal(TOO_MANY, f"This page sent {request.most}, as many as were asked for.")
            return current.consent

        submit_under(answer.collector, [window.data], device="", require_consent=require_consent)
    except SampleKnown:
        return
    except (Unprocessable, TooLarge) as error:
        raise ServingRefusal(RECORDING_REFUSED, error.detail) from None
    except (QuotaReached, NoRoom) as error:
        raise ServingRefusal(NO_ROOM, error.detail) from None


def take_back(secret: str) -> None:
    """Deletes all that the page with a secret sent, whatever became of it. What was taken back already, or never came,
    stays so. Call it outside of a transaction: bytes go from the disk."""
    collectors = Collector.objects.select_related("link__project__organisation", "link__created_by", "consent")
    collector = collectors.filter(secret_hash=hash_secret(secret), link__audience=CollectingAudience.PAGES).first()
    if collector is None:
        return
    deleted_states = (SubmissionState.REFUSED, SubmissionState.DELETED)
    has_stored = Submission.objects.filter(collector=collector).exclude(state__in=deleted_states).exists()
    if has_stored or (collector.consent is not None and collector.consent.withdrawn is None):
        withdraw_as_guest(collector)


def _require_request(deployment: Deployment, window: PageWindow) -> SampleRequest:
    """Returns the request of a window, as it is now. Raises `ServingRefusal`."""
    related = ("link__created_by", "link__project__organisation", "page_link")
    row = SampleRequest.objects.select_related(*related).filter(pk=window.request, deployment=deployment).first()
    if row is None or not row.is_for_pages:
        raise ServingRefusal(REQUEST_UNKNOWN)
    if not is_active(row):
        raise ServingRefusal(REQUEST_ENDED)
    return row


def _require_purposes(request: SampleRequest, window: PageWindow) -> frozenset[Purpose]:
    terms = page_terms(request)
    if not window.purposes <= terms.requested_purposes:
        raise ServingRefusal(PURPOSES_WRONG, "The answer allows what the request does not ask for.")
    try:
        purposes = checked_purposes(window.purposes)
    except Invalid as error:
        raise ServingRefusal(PURPOSES_WRONG, error.detail) from None
    if window.terms != terms.digest(window.purposes):
        raise ServingRefusal(TERMS_DIFFER)
    return purposes


def _answers(window: PageWindow) -> QuerySet[PageSampleAnswer]:
    rows = PageSampleAnswer.objects.select_related("collector__link__project__organisation", "collector__consent")
    return rows.filter(collector__secret_hash=hash_secret(window.secret))


@transaction.atomic
def _answer(request: SampleRequest, window: PageWindow, purposes: frozenset[Purpose]) -> PageSampleAnswer:
    """Returns the yes of a window's page: the one that is stored, or a new one with its consent. Raises
    `ServingRefusal`."""
    project = request.link.project
    # Windows of one page come at once, and one of them stores the yes.
    Project.objects.lock(project.pk)
    answer = _answers(window).first()
    if answer is not None:
        if answer.request_id != request.pk or answer.purposes != sorted(purposes):
            raise ServingRefusal(NOT_CONSENTED, "This page said yes to something else.")
        return answer
    link = request.page_link
    if link is None or PageSampleAnswer.objects.filter(request=request).count() >= MOST_SENDERS:
        raise ServingRefusal(TOO_MANY, f"{MOST_SENDERS:,} pages sent something, which is the limit of a request.")
    terms = page_terms(request)
    consent = store_consent(project, terms_of_yes(request, purposes, timezone.now(), terms), terms.text(purposes), None)
    collector = _new_collector(link, window, consent)
    write_entry(
        principal_of_collector(collector),
        "data.agree",
        project.stream,
        project.place,
        consent=str(consent.pk),
        guest=collector.pseudonym,
    )
    return PageSampleAnswer.objects.create(
        request=request, collector=collector, consent=consent, purposes=sorted(purposes)
    )


def _new_collector(link: CollectingLink, window: PageWindow, consent: Consent) -> Collector:
    secret_hash = hash_secret(window.secret)
    if Collector.objects.filter(secret_hash=secret_hash).exists():
        raise ServingRefusal(NOT_CONSENTED, "This page sent something for a request that is gone.")
    return Collector.objects.create(
        link=link,
        number=next_number(Collector.objects.filter(link__project=link.project_id)),
        secret_hash=secret_hash,
        consent=consent,
        expires=link.expires,
    )
