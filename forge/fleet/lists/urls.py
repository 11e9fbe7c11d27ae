"""The API's addresses of lists of devices, of groups, and of acts on many devices."""

from __future__ import annotations

from forge.accounts.place import ORGANISATION
from forge.core.api.acts import act_paths, acts_in
from forge.fleet.bulk import actions as bulk
from forge.fleet.groups import actions as groups
from forge.fleet.groups import api as group_api
from forge.fleet.groups.place import DEVICE_GROUP
from forge.fleet.lists import api

urlpatterns = [
    *act_paths(
        acts_in(groups, bulk),
        {
            f"{ORGANISATION.route}devices": api.Devices,
            f"{ORGANISATION.route}device-table": api.DeviceTable,
            f"{ORGANISATION.route}device-overview": api.DeviceOverview,
            f"{ORGANISATION.route}device-completion": api.DeviceQueryCompletion,
            f"{ORGANISATION.route}device-groups": group_api.DeviceGroups,
            DEVICE_GROUP.route.removesuffix("/"): group_api.OneDeviceGroup,
        },
    ),
]
