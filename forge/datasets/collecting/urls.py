"""The addresses for the requests of phones that record, below /collect/."""

from django.urls import path

from forge.datasets.collecting import api

collect_urlpatterns = [
    path("<uuid:link_id>/state", api.CollectState.as_view()),
    path("<uuid:link_id>/enter", api.CollectEnter.as_view()),
    path("<uuid:link_id>/agree", api.CollectAgree.as_view()),
    path("<uuid:link_id>/recordings", api.CollectRecordings.as_view()),
    path("<uuid:link_id>/leave", api.CollectLeave.as_view()),
]
