"""Reading groups of devices over REST. Changing them is in the actions."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from forge.accounts.place import OrganisationView
from forge.accounts.principals import principal_of
from forge.accounts.scopes import Scope
from forge.core.api.preconditions import ETAG
from forge.core.api.views import needing
from forge.fleet.groups.access import find_group, groups_of
from forge.fleet.groups.actions import GROUP_ANSWER
from forge.fleet.groups.serializers import DeviceGroupJson, DeviceGroupsJson, groups_to_json


class DeviceGroups(OrganisationView):
    """The groups and saved searches of an organisation."""

    needs = needing(get=Scope.ORGANISATION_READ)

    @extend_schema(operation_id="device_groups_list", responses=DeviceGroupsJson)
    def get(self, request: Request, organisation: str) -> Response:
        """Lists groups and saved searches by title, each with the number of its devices."""
        owner = self.organisation(request, organisation)
        return Response(groups_to_json(groups_of(principal_of(request), owner)))


class OneDeviceGroup(OrganisationView):
    """A group of devices."""

    needs = needing(get=Scope.ORGANISATION_READ)

    @extend_schema(operation_id="device_groups_retrieve", responses=DeviceGroupJson, parameters=[ETAG])
    def get(self, request: Request, organisation: str, group: str) -> Response:
        """Returns a group. Changing it takes the `ETag`."""
        owner = self.organisation(request, organisation)
        return GROUP_ANSWER.response(find_group(principal_of(request), owner, group))
