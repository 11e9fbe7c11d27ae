"""The addresses of the whole site. Pages come last: their first word may be an organisation's name."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from forge.datasets.collecting.urls import collect_urlpatterns
from forge.deployments.urls import served_urlpatterns, stock_urlpatterns
from forge.fleet.serving.views import device_address
from forge.fleet.stock.views import stock_address
from forge.player.urls import player_urlpatterns
from forge.registry.distribution.protocol.api import distribution
from forge.telemetry.urls import report_urlpatterns, served_counts_urlpatterns
from forge.web.errors import unknown

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("forge.accounts.urls")),
    path("", include("forge.projects.urls")),
    path("", include("forge.compute.urls")),
    path("", include("forge.jobs.urls")),
    path("", include("forge.datasets.urls")),
    path("", include("forge.builds.urls")),
    path("", include("forge.learning.urls")),
    path("", include("forge.registry.urls")),
    path("", include("forge.agents.urls")),
    path("", include("forge.reviews.urls")),
    path("", include("forge.repositories.urls")),
    path("", include("forge.fleet.urls")),
    path("", include("forge.deployments.urls")),
    path("", include("forge.telemetry.urls")),
    path("", include("forge.rollouts.urls")),
    path("", include("forge.exposure.urls")),
    path("", include("forge.player.urls")),
    path("", include("forge.webhooks.urls")),
    path("", include("forge.notices.urls")),
    path("", include("forge.search.urls")),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(api_urlpatterns)),
    # The middleware `DeviceAddresses` answers these before; lists of all addresses have them from here.
    path("api/device/v1/<path:rest>", device_address),
    path("default/controller/v1/<path:rest>", stock_address),
    path("DEFAULT/controller/v1/<path:rest>", stock_address),
    # Not left to the pages below: the API answers whatever it is asked with JSON.
    path("api/", unknown),
    path("api/<path:rest>", unknown),
    # The middleware `RegistryAddresses` answers below /v2/ before these; lists of all addresses have them from here.
    path("v2", distribution),
    path("v2/", distribution),
    path("v2/<path:rest>", distribution),
    path("d/", include([*served_counts_urlpatterns, *served_urlpatterns])),
    path("forge/", include([*stock_urlpatterns, *report_urlpatterns])),
    path("player/", include(player_urlpatterns)),
    path("collect/", include(collect_urlpatterns)),
    path("", include("forge.agents.sign_in.urls")),
    path("", include("forge.serving.urls")),
    path("", include("forge.web.urls")),
]

handler403 = "forge.web.errors.forbidden"
handler404 = "forge.web.errors.not_found"
handler500 = "forge.web.errors.server_error"
