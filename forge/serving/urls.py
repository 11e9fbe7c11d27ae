"""Pages about this installation itself."""

from __future__ import annotations

from django.urls import path

from forge.serving import trust

urlpatterns = [
    path("trust", trust.trust, name="trust"),
    path("trust/authority.crt", trust.authority, name="authority-certificate"),
]
