"""The API's addresses of devices."""

from __future__ import annotations

from forge.accounts.place import ORGANISATION
from forge.core.api.acts import act_paths, acts_in
from forge.fleet.bulk import actions as bulk
from forge.fleet.bulk import api as bulk_api
from forge.fleet.devices import api as devices
from forge.fleet.devices.actions import changing, requests, standing
from forge.fleet.enrolment import api as enrolment
from forge.fleet.enrolment.actions import batches, candidates, codes
from forge.fleet.groups import actions as groups
from forge.fleet.groups import api as group_api
from forge.fleet.groups.place import DEVICE_GROUP
from forge.fleet.hand_overs import actions as hand_overs
from forge.fleet.hand_overs import api as offers
from forge.fleet.lists import api as lists
from forge.fleet.place import DEVICE
from forge.fleet.stock import actions as stock
from forge.fleet.stock import api as stock_api

_REQUEST = f"{DEVICE.route}requests/<int:request_id>"

urlpatterns = [
    *act_paths(
        acts_in(changing, requests, standing, codes, candidates, batches, hand_overs, groups, bulk, stock),
        {
            DEVICE.route.removesuffix("/"): devices.OneDevice,
            f"{DEVICE.route}requests": devices.DeviceRequests,
            _REQUEST: devices.OneDeviceRequest,
            f"{_REQUEST}/log": devices.DeviceLog,
            f"{DEVICE.route}timeline": devices.DeviceTimeline,
            f"{DEVICE.route}days": devices.DeviceDays,
            f"{DEVICE.route}stock-account": stock_api.DeviceStockAccount,
            f"{ORGANISATION.route}device-codes": enrolment.ClaimCodes,
            f"{ORGANISATION.route}device-candidates": enrolment.Candidates,
            f"{ORGANISATION.route}device-batches": enrolment.Batches,
            f"{ORGANISATION.route}hand-overs": offers.OfferedDevices,
            f"{ORGANISATION.route}devices": lists.Devices,
            f"{ORGANISATION.route}device-table": lists.DeviceTable,
            f"{ORGANISATION.route}device-labels": bulk_api.DeviceLabels,
            f"{ORGANISATION.route}device-overview": lists.DeviceOverview,
            f"{ORGANISATION.route}device-completion": lists.DeviceQueryCompletion,
            f"{ORGANISATION.route}device-groups": group_api.DeviceGroups,
            DEVICE_GROUP.route.removesuffix("/"): group_api.OneDeviceGroup,
        },
    ),
]
