"""Consents over REST."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of, signed_in
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.views import ForgeView, needing, raising
from forge.core.errors import Conflict
from forge.datasets.access import find_consent, own_consents
from forge.datasets.consent.actions import agree, agree_anew
from forge.datasets.consent.serializers import (
    DataAgreementSerializer,
    DataConsentJson,
    DataTermsJson,
    DataWithdrawnJson,
    consent_to_json,
    withdrawn_to_json,
)
from forge.datasets.consent_terms import (
    DEFAULT_DAYS,
    Purpose,
    checked_days,
    checked_purposes,
    purposes_in,
    terms_for,
)
from forge.datasets.removals.actions import withdraw_consent
from forge.datasets.removals.report import report_of
from forge.projects.place import ProjectView


class DataTerms(ProjectView):
    needs = needing(get=Scope.PROJECT_READ)

    @extend_schema(
        operation_id="data_terms",
        parameters=[
            OpenApiParameter(
                "days",
                int,
                description=f"how long samples are kept; {DEFAULT_DAYS} if not given, 0: until somebody deletes them",
            ),
            OpenApiParameter("purposes", str, description=f"of {', '.join(Purpose)}, separated by commas"),
        ],
        responses=DataTermsJson,
    )
    def get(self, request: Request, organisation: str, name: str) -> Response:
        """Returns who will see recordings, what they are for, and until when."""
        project = self.project(request, organisation, name, Verb.READ)
        purposes = purposes_in(request.query_params.get("purposes"))
        days = checked_days(request.query_params.get("days", str(DEFAULT_DAYS)))
        terms = terms_for(project, purposes, days)
        return Response(
            DataTermsJson(
                purposes=sorted(terms.purposes),
                days=days,
                ends=terms.ends.isoformat() if terms.ends else None,
                text=terms.text,
            )
        )


class DataConsents(ProjectView):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(operation_id="data_agree", request=DataAgreementSerializer, responses={201: DataConsentJson})
    def post(self, request: Request, organisation: str, name: str) -> Response:
        """Agrees to the terms that were read. Samples of the next 12 hours are added under this consent."""
        project = self.project(request, organisation, name, Verb.GIVE_SAMPLE)
        body = self.read_body(request, DataAgreementSerializer)
        purposes = checked_purposes(body["purposes"])
        consent = agree(principal_of(request), project, purposes=purposes, days=body["days"], text=body["text"])
        return Response(consent_to_json(consent), status=status.HTTP_201_CREATED)


class OwnDataConsents(ForgeView):
    needs = needing(get=Scope.ACCOUNT_READ)

    @extend_schema(operation_id="data_consents_own", responses=PageJson[DataConsentJson])
    def get(self, request: Request) -> Response:
        """Returns your consents that are not withdrawn, in all projects, also of organisations that you left."""
        return page_answer(request, own_consents(signed_in(request)), consent_to_json, ordering="-agreed")


class OneDataConsent(ForgeView):
    needs = needing(get=Scope.PROJECT_READ, delete=Scope.ACCOUNT_WRITE)

    @extend_schema(operation_id="data_consent_read", responses=DataConsentJson)
    def get(self, request: Request, consent_id: UUID) -> Response:
        """A consent: one's own, or one for a project that one reads."""
        return Response(consent_to_json(find_consent(principal_of(request), consent_id)))

    @extend_schema(operation_id="data_consent_withdraw", responses=DataWithdrawnJson)
    def delete(self, request: Request, consent_id: UUID) -> Response:
        """Withdraws a consent: the bytes of all its samples are deleted, and versions that have them keep their digests
        and have tombstones."""
        principal = signed_in(request)
        removal = withdraw_consent(principal, find_consent(principal, consent_id))
        return Response(withdrawn_to_json(None if removal is None else report_of(principal, removal)))


class DataAgreeAnew(ForgeView):
    needs = needing(post=Scope.PROJECT_WRITE)
    raises = raising(post=Conflict)

    @extend_schema(
        operation_id="data_consent_agree_anew", request=DataAgreementSerializer, responses={201: DataConsentJson}
    )
    def post(self, request: Request, consent_id: UUID) -> Response:
        """Agrees to other terms for the samples of a consent of one's own, which the new one replaces."""
        principal = signed_in(request)
        body = self.read_body(request, DataAgreementSerializer)
        consent = find_consent(principal, consent_id)
        purposes = checked_purposes(body["purposes"])
        new_consent = agree_anew(principal, consent, purposes=purposes, days=body["days"], text=body["text"])
        return Response(consent_to_json(new_consent), status=status.HTTP_201_CREATED)
