"""Pages about this installation itself."""

from __future__ import annotations

from django.urls import path

from forge.serving import trust, wheel

urlpatterns = [
    path("trust", trust.trust, name="trust"),
    path("trust/authority.crt", trust.authority, name="authority-certificate"),
    path("dist/", wheel.page, name="wheel"),
    path("dist/<str:name>", wheel.download, name="wheel-file"),
]
