"""Reading over REST what lets devices join. Changing it is in the actions."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.models import Organisation
from forge.accounts.permissions import Verb
from forge.accounts.place import OrganisationView
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.json_types import PageJson
from forge.core.api.pages import page_answer
from forge.core.api.views import needing
from forge.fleet.enrolment.access import batches_of, candidates_of, codes_of
from forge.fleet.enrolment.serializers import (
    ClaimCodeJson,
    DeviceBatchJson,
    DeviceCandidatesJson,
    batch_to_json,
    candidate_to_json,
    code_to_json,
)


class ClaimView(OrganisationView):
    """A view for who claims devices."""

    needs = needing(get=Scope.DEVICE_MANAGE)

    def owner(self, request: Request, organisation: str) -> Organisation:
        """Returns the organisation of the address. Raises `NotFound` and `Forbidden`."""
        return self.organisation(request, organisation, Verb.CLAIM_DEVICES)


class ClaimCodes(ClaimView):
    """Codes that let a device join."""

    @extend_schema(operation_id="device_codes_list", responses=PageJson[ClaimCodeJson])
    def get(self, request: Request, organisation: str) -> Response:
        """Returns the codes of an organisation without the codes themselves, the newest first."""
        codes = codes_of(principal_of(request), self.owner(request, organisation))
        return page_answer(request, codes, code_to_json)


class Candidates(ClaimView):
    """Devices that wait for a member."""

    @extend_schema(operation_id="device_candidates_list", responses=DeviceCandidatesJson)
    def get(self, request: Request, organisation: str) -> Response:
        """Returns the devices whose label was entered and that were not confirmed yet."""
        candidates = candidates_of(principal_of(request), self.owner(request, organisation))
        return Response(DeviceCandidatesJson(candidates=[candidate_to_json(each) for each in candidates]))


class Batches(ClaimView):
    """Certificates of production lines."""

    @extend_schema(operation_id="device_batches_list", responses=PageJson[DeviceBatchJson])
    def get(self, request: Request, organisation: str) -> Response:
        """Returns the batches of an organisation without their certificates, the newest first."""
        batches = batches_of(principal_of(request), self.owner(request, organisation))
        return page_answer(request, batches, batch_to_json)
