"""Pages about this installation itself."""

from __future__ import annotations

from django.urls import path

from forge.serving import trust, wheel
from forge.serving.monitoring import metrics, readiness

urlpatterns = [
    path("trust", trust.trust, name="trust"),
    path("trust/authority.crt", trust.authority, name="authority-certificate"),
    path("metrics", metrics.metrics, name="metrics"),
    path("readyz", readiness.readiness, name="readiness"),
    path("dist/", wheel.page, name="wheel"),
    path("dist/<str:name>", wheel.download, name="wheel-file"),
]
