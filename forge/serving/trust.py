"""The steps by which a phone comes to trust `make run-lan`, and the authority's certificate. Nothing here is secret."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from forge.core.errors import NotFound
from forge.serving.lan import FOLDER

CERTIFICATE = settings.DATA_DIR / FOLDER / "authority.crt"


def trust(request: HttpRequest) -> HttpResponse:
    """The steps for each kind of device."""
    _insist_on_local_authority()
    return render(request, "site/trust.html")


def authority(request: HttpRequest) -> HttpResponse:
    """The authority's certificate, in the form that phones install."""
    _insist_on_local_authority()
    response = HttpResponse(CERTIFICATE.read_bytes(), content_type="application/x-x509-ca-cert")
    response.headers["Content-Disposition"] = 'attachment; filename="hammer-forge.crt"'
    return response


def _insist_on_local_authority() -> None:
    """There is nothing to trust where the server's certificate is somebody else's."""
    certificate = settings.ENVIRONMENT.certificate
    if certificate is None or certificate.parent != CERTIFICATE.parent or not CERTIFICATE.exists():
        raise NotFound("This installation was not started by make run-lan.")
