"""The API's addresses of deployments, and those that apps ask."""

from django.urls import path

from forge.deployments import api
from forge.deployments.previews.api import ChangeRequestPreview
from forge.deployments.previews.serving import preview_address, preview_rune, try_preview
from forge.deployments.serving import views
from forge.deployments.serving.player_script import current_player_script, player_script
from forge.deployments.serving.stock import views as stock
from forge.deployments.serving.try_page import try_page
from forge.deployments.updates.api import UpdateKeys, UpdateKeysReplacement
from forge.deployments.updates.serving import update_document

_ALL = "projects/<str:organisation>/<str:name>/deployments"
_ONE = f"{_ALL}/<str:deployment>"

urlpatterns = [
    path(_ALL, api.Deployments.as_view()),
    path(_ONE, api.OneDeployment.as_view()),
    path(f"{_ONE}/version", api.DeploymentVersion.as_view()),
    path(f"{_ONE}/return", api.DeploymentReturn.as_view()),
    path(f"{_ONE}/promotion", api.DeploymentPromotion.as_view()),
    path(f"{_ONE}/keys", api.DeploymentKeys.as_view()),
    path(f"{_ONE}/keys/<uuid:key_id>", api.OneDeploymentKey.as_view()),
    path(f"{_ONE}/keys/<uuid:key_id>/rotate", api.DeploymentKeyRotation.as_view()),
    path("change-requests/<uuid:change_id>/preview", ChangeRequestPreview.as_view()),
    path("organisations/<str:organisation>/update-keys", UpdateKeys.as_view()),
    path("organisations/<str:organisation>/update-keys/replacement", UpdateKeysReplacement.as_view()),
]

_PREVIEW = "<str:organisation>/<str:name>/change-requests/<int:number>"

served_urlpatterns = [
    path("rune-player", current_player_script),
    path("rune-player/<str:digest>.js", player_script),
    path(_PREVIEW, preview_address),
    path(f"{_PREVIEW}/try", try_preview),
    path(f"{_PREVIEW}/<uuid:link>/<str:rune>", preview_rune),
    path("<str:organisation>/<str:name>/<str:deployment>", views.deployment_address),
    path("<str:organisation>/<str:name>/<str:deployment>/try", try_page),
    path("<str:organisation>/<str:name>/<str:deployment>/<str:rune>", views.rune_address),
    path("<str:organisation>/<str:name>/<str:deployment>/<uuid:key>/<str:rune>", views.rune_address),
    path("<str:organisation>/<str:name>/<str:deployment>/tuf/<str:path>", update_document),
    path("<str:organisation>/<str:name>/<str:deployment>/<uuid:key>/tuf/<str:path>", update_document),
    path("<str:organisation>/<str:name>/<str:deployment>/tuf/targets/<path:file>", views.target_address),
    path("<str:organisation>/<str:name>/<str:deployment>/<uuid:key>/tuf/targets/<path:file>", views.target_address),
    path("<str:organisation>/<str:name>/<str:deployment>/<str:rune>/signatures", views.signatures_address),
    path("<str:organisation>/<str:name>/<str:deployment>/<uuid:key>/<str:rune>/signatures", views.signatures_address),
]
"""Below /d/: what apps and pages outside ask."""

stock_urlpatterns = [
    path("deployment", stock.deployment_download),
    path("kms", stock.encryption_keys),
    path("telemetry", stock.telemetry_report),
]
"""Below /forge/: what clients of @hotg-ai/forge ask."""
