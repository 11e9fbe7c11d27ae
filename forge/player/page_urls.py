"""The addresses of the pages of the player."""

from __future__ import annotations

from django.urls import path

from forge.player.pages import app, embed, frames

site_pages = [
    path("frame/", frames.frame, name="frame"),
    path("player/", app.player, name="player-shell"),
    path("player/frame", frames.offline_frame, name="player-frame"),
    path("player/service-worker.js", app.service_worker, name="player-worker"),
    path("player/embed-frame", frames.embedded_frame, name="embed-frame"),
    path("player/1.js", embed.script, name="embed-script"),
    path("player/<str:organisation>/<str:name>", app.player, name="player"),
    path("player/<str:organisation>/<str:name>/embed", embed.embed, name="embed"),
    path("player/<str:organisation>/<str:name>/app.webmanifest", app.manifest, name="player-manifest"),
]
