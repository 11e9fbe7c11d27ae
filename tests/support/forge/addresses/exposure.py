"""The addresses of exposed devices, and of statuses of runes."""

from __future__ import annotations

from tests.support.forge.addresses.table import (
    NO_ID,
    NONE,
    ORGANISATION,
    ORGANISATION_ROUTE,
    PAGE,
    PROJECT,
    PROJECT_ROUTE,
    READ,
    Case,
)

_ROUTE, _ADDRESS = f"{ORGANISATION_ROUTE}/exposure", f"{ORGANISATION}/exposure"
_EXPORT = f"{_ROUTE}/exports/<uuid:export>"
_FILES = ("devices.json", "exposure.sigstore.json")

CASES: list[Case] = [
    ("get", _ROUTE, f"{_ADDRESS}?component=hammer-forge", None, READ),
    ("get", f"{_ROUTE}.csv", f"{_ADDRESS}.csv?component=hammer-forge", None, READ),
    ("get", f"{_ROUTE}/exports", f"{_ADDRESS}/exports", None, READ),
    *(("get", f"{_EXPORT}/{name}", f"{_ADDRESS}/exports/{NO_ID}/{name}", None, NONE) for name in _FILES),
    ("get", f"{PROJECT_ROUTE}/vex-statements", f"{PROJECT}/vex-statements", None, READ),
    ("get", "<str:organisation>/devices/exposure", "acme/devices/exposure?q=hammer-forge", None, PAGE),
]
