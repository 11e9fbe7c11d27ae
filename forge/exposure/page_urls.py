"""The addresses of the page of exposed devices."""

from __future__ import annotations

from django.urls import path

from forge.exposure.pages import exposure

_PAGE = "<str:organisation>/devices/exposure"

# No device is named "exposure" (`forge.fleet.devices.names`).
organisation_pages = [
    path(_PAGE, exposure.exposure_page, name="exposure"),
    path(f"{_PAGE}/sign", exposure.sign_list, name="sign-exposure"),
]
project_pages = [path("<str:organisation>/<str:name>/vex-statements/do", exposure.set_status, name="state-vex")]
