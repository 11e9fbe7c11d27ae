"""Reading over REST the devices that are offered to an organisation."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.permissions import Verb
from forge.accounts.place import OrganisationView
from forge.accounts.scopes import Scope
from forge.core.api.views import needing
from forge.fleet.access import hand_overs_to
from forge.fleet.devices.serializers import OfferedDevicesJson, offered_to_json


class OfferedDevices(OrganisationView):
    """Devices that other organisations offer to this one."""

    needs = needing(get=Scope.DEVICE_MANAGE)

    @extend_schema(operation_id="device_hand_overs_list", responses=OfferedDevicesJson)
    def get(self, request: Request, organisation: str) -> Response:
        """Returns the devices that are offered to an organisation, for who may accept them."""
        receiver = self.organisation(request, organisation, Verb.LOCK_OUT_DEVICES)
        return Response(OfferedDevicesJson(hand_overs=[offered_to_json(each) for each in hand_overs_to(receiver)]))
