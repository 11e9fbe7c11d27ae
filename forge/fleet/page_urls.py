"""The addresses of the pages of devices."""

from __future__ import annotations

from django.urls import path

from forge.fleet.pages import claim, device, groups, labels, listing, many

_ALL = "<str:organisation>/devices"
_CLAIM = f"{_ALL}/claim"
_ONE = f"{_ALL}/<str:device>"

# No project is named "devices" (`forge.accounts.names`), so these are not pages of a project. No device has the name of
# a page (`forge.fleet.devices.names`).
organisation_pages = [
    path(_ALL, listing.devices_page, name="fleet"),
    path(_CLAIM, claim.claim_page, name="claim-devices"),
    path(f"{_CLAIM}/make", claim.make, name="claim-devices-make"),
    path(f"{_CLAIM}/codes/<uuid:code>", claim.change_code, name="change-device-code"),
    path(f"{_CLAIM}/candidates/<uuid:candidate>", claim.change_candidate, name="change-device-candidate"),
    path(f"{_CLAIM}/batches/<uuid:batch>", claim.change_batch, name="change-device-batch"),
    path(f"{_CLAIM}/hand-overs/<uuid:hand_over>", claim.change_offer, name="change-device-offer"),
    path(f"{_ALL}/groups", groups.new_group, name="new-device-group"),
    path(f"{_ALL}/groups/do", groups.create, name="create-device-group"),
    path(f"{_ALL}/groups/<str:group>", groups.group_page, name="device-group"),
    path(f"{_ALL}/groups/<str:group>/do", groups.change, name="change-device-group"),
    path(f"{_ALL}/labels", labels.labels_page, name="device-labels"),
    path(f"{_ALL}/do", many.change_many, name="change-devices"),
    path(_ONE, device.device_page, name="fleet-device"),
    path(f"{_ONE}/do", device.change, name="change-fleet-device"),
    path(f"{_ONE}/logs/<int:log>", device.log_page, name="fleet-device-log"),
]
