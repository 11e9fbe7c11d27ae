"""The addresses of the player's requests below /player/, and below /api/v1/ those of a studio for its phones."""

from django.urls import path

from forge.player import api

player_urlpatterns = [
    path("<str:organisation>/<str:name>/state", api.PlayerState.as_view()),
    path("<str:organisation>/<str:name>/enter", api.PlayerEnter.as_view()),
    path("<str:organisation>/<str:name>/leave", api.PlayerLeave.as_view()),
    path("<str:organisation>/<str:name>/runes/<str:digest>", api.PlayerRune.as_view()),
    path("<str:organisation>/<str:name>/runes/<str:digest>/examples", api.PlayerExamples.as_view()),
    path("<str:organisation>/<str:name>/runes/<str:digest>/examples/<path:path>", api.PlayerExample.as_view()),
]

urlpatterns = [path("projects/<str:organisation>/<str:name>/phones", api.ProjectPhones.as_view())]
