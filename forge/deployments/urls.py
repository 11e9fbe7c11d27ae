"""The API's addresses of deployments, and those that apps ask."""

from django.urls import path

from forge.core.api.acts import act_paths, acts_in
from forge.deployments import api
from forge.deployments.bindings import actions as bindings
from forge.deployments.images.api import DeploymentImage
from forge.deployments.keys import actions as keys
from forge.deployments.place import DEPLOYMENT
from forge.deployments.previews import actions as previews
from forge.deployments.previews.api import ChangeRequestPreview
from forge.deployments.previews.serving import preview_address, preview_rune, try_preview
from forge.deployments.releases.actions import promoting
from forge.deployments.releases.actions import serving as choosing
from forge.deployments.serving import views
from forge.deployments.serving.player_script import current_player_script, player_script
from forge.deployments.serving.stock import views as stock
from forge.deployments.serving.try_page import try_page
from forge.deployments.settings import actions as settings
from forge.deployments.updates.api import UpdateKeys, UpdateKeysReplacement
from forge.deployments.updates.serving import update_document
from forge.projects.place import PROJECT
from forge.reviews.place import CHANGE

_ACTS = acts_in(settings, choosing, promoting, keys, bindings, previews)
_READING = {
    f"{PROJECT.route}deployments": api.Deployments,
    DEPLOYMENT.route.removesuffix("/"): api.OneDeployment,
    f"{DEPLOYMENT.route}image": DeploymentImage,
    f"{DEPLOYMENT.route}promotion": api.DeploymentPromotion,
    f"{CHANGE.route}preview": ChangeRequestPreview,
}

urlpatterns = [
    *act_paths(_ACTS, _READING),
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
]
"""Below /forge/: what clients of @hotg-ai/forge ask."""
